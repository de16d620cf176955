# SPDX-License-Identifier: BSD-3-Clause
"""Write the AOTInductor packages of the tests into a folder: two sound ones, and forged ones.

    make_packages.py FOLDER STAMP
"""

import json
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[3]))
from make_networks import Fields, flip_a_bit, mlp  # noqa: E402

from pyhybrid.card import Card, Field  # noqa: E402
from pyhybrid.export.aoti import save_aoti  # noqa: E402

Records = dict[str, bytes]
LEVEL, BOTH = ("column", "level"), ("column", "level", "species")


def field(
    name: str, dims: tuple[str, ...], levels: int | None, species: int | None = None
) -> Field:
    return Field(name, "1", "state", "real", dims, levels, species)


FIELDS = Card(
    "fields", "column", "real32",
    (field("t", LEVEL, 4), field("p", ("column",), None), field("q", BOTH, 4, 2)),
    (field("warm", LEVEL, 4), field("humid", BOTH, 4, 2)),
    arguments="fields",
)  # fmt: skip
DENSE = Card("dense", "column", "real32", (field("x", LEVEL, 3),), (field("y", LEVEL, 3),))


def records_of(path: Path) -> Records:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(path: Path, records: Records) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in records.items():
            archive.writestr(name, data)


def named(records: Records, end: str) -> str:
    return next(name for name in records if name.endswith(end))


def with_manifest(**changes: object) -> Callable[[Records], None]:
    """Changes keys of the manifest; None takes one away."""

    def change(records: Records) -> None:
        name = named(records, "extra/package.json")
        manifest = json.loads(records[name]) | changes
        kept = {key: value for key, value in manifest.items() if value is not None}
        records[name] = json.dumps(kept).encode()

    return change


def without(end: str) -> Callable[[Records], None]:
    return lambda records: records.pop(named(records, end)) and None


def outside(records: Records) -> None:
    folder = next(iter(records)).split("/")[0]
    records[f"{folder}/data/../../../../.bashrc"] = b"exit"


def no_code(records: Records) -> None:
    records[named(records, ".so")] = b"not a library " * 100


MATRIX = {"kind": "real32", "shape": [3, None], "stride": [None, 1]}
FORGED = {
    "other_torch": with_manifest(torch="2.12.1"),
    "other_device": with_manifest(device="cuda"),
    "other_architecture": with_manifest(architecture="s390x"),
    "other_cpu": with_manifest(features=["avx1024_quantum"]),
    "other_stride": with_manifest(input=MATRIX | {"stride": [1, None]}),
    "other_shape": with_manifest(input=MATRIX | {"shape": [None, 3]}),
    "other_rows": with_manifest(input=MATRIX | {"shape": [4, None]}),
    "other_kind": with_manifest(result=MATRIX | {"kind": "real64"}),
    "unknown_kind": with_manifest(result=MATRIX | {"kind": "bfloat16"}),
    "other_format": with_manifest(version=2),
    "key_missing": with_manifest(torch=None),
    "code_missing": with_manifest(code="data/none.so"),
    "no_card": without("extra/card.json"),
    "no_manifest": without("extra/package.json"),
    "outside": outside,
    "no_code": no_code,
}


def forge(whole: Path) -> None:
    for name, change in FORGED.items():
        records = records_of(whole)
        change(records)
        write(whole.with_name(f"{name}.pt2"), records)


def main(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    torch.manual_seed(1)
    save_aoti(Fields().eval(), FIELDS, folder / "fields.pt2", frozen=False)
    network = mlp(3, 16, 1, 3).eval()
    whole = save_aoti(network, DENSE, folder / "dense.pt2", frozen=True)
    x = torch.arange(3 * 64).reshape(3, 64) / 100
    (folder / "dense.bin").write_bytes(network(x.t()).t().contiguous().detach().numpy().tobytes())
    forge(whole)
    (folder / "truncated.pt2").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    flip_a_bit(whole, ".so", folder / "corrupt.pt2")


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of torch, about its own use of Python
    main(Path(sys.argv[1]))
    Path(sys.argv[2]).touch()
