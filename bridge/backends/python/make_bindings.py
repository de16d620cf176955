# SPDX-License-Identifier: BSD-3-Clause
"""Write the C source of the module _hybrid_python, and the Python sources as C strings.

The declarations are read from the C headers; there is no second copy of them.

    make_bindings.py OUTPUT.c SOURCES.h HEADER... -- MODULE.py...
"""

import re
import sys
from pathlib import Path

from cffi import FFI


def declarations(header: Path) -> str:
    """What CFFI's parser accepts of one of our headers: without preprocessor and functions."""
    text = re.sub(r"#ifdef __cplusplus.*?#endif", "", header.read_text(), flags=re.DOTALL)
    text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\bHYB_API\b[^;]*;", "", text)


def bindings(headers: list[Path]) -> FFI:
    *types, functions = headers
    ffi = FFI()
    for header in types:
        ffi.cdef(declarations(header))
    ffi.cdef('extern "Python+C" {' + declarations(functions) + "}")
    ffi.set_source("_hybrid_python", f'#include "{functions.name}"')
    return ffi


def as_source(module: Path) -> str:
    text = ", ".join(str(byte) for byte in module.read_bytes())
    return f"const char {module.stem}_text[] = {{{text}, 0}};\n"


def sources(modules: list[Path]) -> str:
    rows = "".join(f'    {{"{m.stem}", "<{m.name}>", {m.stem}_text}},\n' for m in modules)
    return ("struct Source {\n  const char *module, *file, *text;\n};\n"
            + "".join(map(as_source, modules))
            + "const Source sources[] = {\n" + rows + "};\n")


def main(output: str, table: str, *inputs: str) -> None:
    split = inputs.index("--")
    headers, modules = (list(map(Path, part)) for part in (inputs[:split], inputs[split + 1 :]))
    bindings(headers).emit_c_code(output)
    Path(table).write_text(sources(modules))


if __name__ == "__main__":
    main(*sys.argv[1:])
