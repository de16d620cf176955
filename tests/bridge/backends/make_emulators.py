# SPDX-License-Identifier: BSD-3-Clause
"""Write the Python emulators of the tests, and folders that look like Python environments.

    make_emulators.py FOLDER STAMP
"""

import sys
import textwrap
import venv
from pathlib import Path

HEAD = """\
import numpy as np
card = {"format": "pyhybrid card", "name": "test"}
"""

EMULATORS = {
    "affine": """
        def emulate(x):
            return x * np.arange(1, 4, dtype=x.dtype) + x.dtype.type(0.5)

        def other(x):
            return -x
    """,
    "fields": """
        def emulate(t, p, q):
            return {"humid": q * 2, "warm": t + p[:, None]}
    """,
    "fields_tuple": """
        def emulate(t, p, q):
            assert t.shape[1:] == (4,) and p.ndim == 1 and q.shape[1:] == (4, 2)
            return t + p[:, None], q * 2
    """,
    "fields_unknown": """
        def emulate(t, p, q):
            return {"humid": q, "wamr": t}
    """,
    "printing": """
        import sys
        def emulate(x):
            print("a word from the emulator")
            if x.max() > 10:
                sys.stdout = None
            return x.copy()
    """,
    "raising": """
        def emulate(x):
            if x.max() > 10:
                raise ValueError("too hot")
            return x.copy()
    """,
    "exits": """
        import sys
        def emulate(x):
            if x.max() > 10:
                sys.exit(3)
            return x.copy()
    """,
    "interrupted": """
        def emulate(x):
            if x.max() > 10:
                raise KeyboardInterrupt
            return x.copy()
    """,
    "long_message": """
        def emulate(x):
            if x.max() > 10:
                raise ValueError("ä" * 100000)
            return x.copy()
    """,
    "slow": """
        import time
        def emulate(x):
            time.sleep(0.001)
            return x * np.float32(2)
    """,
    "transposed": "def emulate(x): return np.ascontiguousarray(x.T)\n",
    "one_row": "def emulate(x): return x[:1]\n",
    "double": "def emulate(x): return x.astype(np.float64)\n",
    "swapped": "def emulate(x): return x.astype('>f4')\n",
    "a_list": "def emulate(x): return x.tolist()\n",
    "nothing": "def emulate(x): pass\n",
    "in_place": """
        def emulate(x):
            x += 1
            return x
    """,
    "random": "def emulate(x): return x + np.random.rand(*x.shape).astype(x.dtype)\n",
    "mixing": "def emulate(x): return x - x.mean(0)\n",
    "no_function": "emulate = 3\n",
    "bad_import": "import a_module_that_is_not_there\n",
    "trapping": """
        np.seterr(all="ignore")
        def emulate(x):
            zero = x - x
            masked = np.exp(x * np.float32(1e4)) / zero + zero / zero
            return np.nan_to_num(masked, nan=0, posinf=0, neginf=0) + np.float32(1)
    """,
}

WHOLE_FILES = {
    "no_card": "def emulate(x): return x\n",
    "card_list": "card = []\n",
    "card_array": "import numpy\ncard = {'scores': numpy.zeros(3)}\n",
    "card_nan": "card = {'scores': float('nan')}\n",
    "syntax": HEAD + "def emulate(x)\n    return x\n",
    "binary": "card = {}\n\0\0\0",
}


def write_emulators(folder: Path) -> None:
    for name, source in EMULATORS.items():
        (folder / f"{name}.py").write_text(HEAD + textwrap.dedent(source))
    for name, text in WHOLE_FILES.items():
        (folder / f"{name}.py").write_text(text)
    (folder / "twin").mkdir(exist_ok=True)
    twin = HEAD + "def emulate(x): return x * np.float32(-1)\n"
    (folder / "twin" / "affine.py").write_text(twin)


def write_environments(folder: Path) -> None:
    (folder / "no_python").mkdir(exist_ok=True)
    (folder / "python_2" / "lib" / "python2.7").mkdir(parents=True, exist_ok=True)
    venv.create(folder / "no_numpy", with_pip=False)


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    write_emulators(folder)
    write_environments(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    Path(sys.argv[2]).touch()
