# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid new``: the skeleton of a scheme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .._whole_file import check_writable, write_whole
from .._words import mismatch
from ..errors import ArgumentError
from ..skeleton import (
    Declared,
    card_of,
    check_scheme,
    config_with,
    declare,
    fortran_site,
    merge,
    read_fields,
)
from ._common import PATH, check_json, json_option, tell, told
from ._outputs import check_new


@click.command()
@click.argument("scheme")
@click.option("--input", "inputs", multiple=True, metavar="FIELD",
              help="What the routine reads; repeatable.")  # fmt: skip
@click.option("--output", "outputs", multiple=True, metavar="FIELD",
              help="What it writes; repeatable. What it updates is both.")  # fmt: skip
@click.option("--fields", type=PATH, metavar="FILE",
              help="TOML: tables [input] and [output] of NAME = { unit, dims, ... }.")  # fmt: skip
@click.option("--levels", type=click.IntRange(1), help="Of fields that do not say level=N.")
@click.option("--species", type=click.IntRange(1), help="Of fields that do not say species=N.")
@click.option("--sample", type=click.Choice(["column", "box"]), default="column",
              show_default=True, help="Of the network: a column, or one level of it.")  # fmt: skip
@click.option("--real", type=click.Choice(["real64", "real32"]), default="real64",
              show_default=True, help="Of the host's arrays.")  # fmt: skip
@click.option("--two-loops", is_flag=True, help="Submit all blocks before results are taken.")
@click.option("--fortran", type=PATH, metavar="FILE", help="[default: SCHEME_site.f90]")
@click.option("--toml", type=PATH, metavar="FILE", default="hybrid.toml", show_default=True,
              help="What is in it stays.")  # fmt: skip
@click.option("--card", type=PATH, metavar="FILE", help="[default: SCHEME.json]")
@click.option("--replace", is_flag=True, help="Replace the Fortran file and the card.")
@json_option
def new(
    scheme: str, inputs: tuple[str, ...], outputs: tuple[str, ...], fields: Path | None,
    levels: int | None, species: int | None, sample: str, real: str, two_loops: bool,
    fortran: Path | None, toml: Path, card: Path | None, replace: bool, json_file: Path | None,
) -> None:  # fmt: skip
    """Write the skeleton of SCHEME: call site in Fortran, table of hybrid.toml, card.

    A FIELD is "NAME [UNIT] (DIMS) [ROLE] [KIND]" with the CF name, the SI unit and the axes in the
    order of the host's array; DIMS are empty, (), for one number of the whole call. ROLE is state,
    tendency, increment (the routine adds to it) or flag, KIND is real, integer or logical; both may
    be left out. The UNIT is what the host's array has, and nothing is converted.

    Constants and optional arguments that tell the routine what to do are no fields: they stay in
    its call, in the site.

    \b
    Examples:
      pyhybrid new radiation --levels 60 \\
        --input "air_temperature [K] (column, level)" \\
        --input "surface_air_pressure [Pa] (column)" \\
        --output "tendency_of_air_temperature [K s-1] (column, level) increment"
      pyhybrid new m7 --fields m7.toml --sample box --two-loops
    """  # noqa: D301
    files = {
        "fortran": fortran or Path(f"{scheme}_site.f90"), "toml": toml,
        "card": card or Path(f"{scheme}.json"),
    }  # fmt: skip
    extents = {"level": levels, "species": species}
    with told():
        check_scheme(scheme)
        declared = _declared(inputs, outputs, fields, extents)
        contract = card_of(scheme, declared, sample, "real32")
        texts = {
            "fortran": fortran_site(scheme, declared, real=real, two_loops=two_loops,
                                    config=toml.name),
            "toml": config_with(scheme, toml),
            "card": contract.to_json() + "\n",
        }  # fmt: skip
        _check_apart([*files.values(), *filter(None, [json_file])])
        _check(files, replace)
        check_json(json_file, "new")
        for key, text in texts.items():
            write_whole(text, files[key])
        tell(_told(scheme, files), _as_json(scheme, files, declared), json_file)


def _declared(
    inputs: tuple[str, ...], outputs: tuple[str, ...], file: Path | None,
    extents: dict[str, int | None],
) -> tuple[Declared, ...]:  # fmt: skip
    found = read_fields(file, extents) if file else []
    found += [declare(text, False, extents) for text in inputs]
    return merge([*found, *(declare(text, True, extents) for text in outputs)])


def _check(files: dict[str, Path], replace: bool) -> None:
    """That nothing is lost, and that all can be written, before the first is."""
    for key, path in files.items():
        check_new(path, replace or key == "toml", "new")
        check_writable(path, "new")


def _check_apart(files: list[Path]) -> None:
    if len({path.resolve() for path in files}) < len(files):
        found = ", ".join(map(str, files))
        raise ArgumentError(mismatch("new", f"{len(files)} different files", found))


def _told(scheme: str, files: dict[str, Path]) -> str:
    return (
        f"{files['fortran']}: the call site; its head says what the host needs, its TODO what you\n"
        f"{files['toml']}: table [scheme.{scheme}] in mode record\n"
        f"{files['card']}: the card of an emulator of it"
    )


def _as_json(scheme: str, files: dict[str, Path], fields: tuple[Declared, ...]) -> dict[str, Any]:
    sides = {
        "inputs": [one.name for one in fields if one.input],
        "outputs": [one.name for one in fields if one.output],
    }
    return {"scheme": scheme, **{key: str(path) for key, path in files.items()}, **sides}
