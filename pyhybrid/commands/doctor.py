# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid doctor``: what is installed, what works, and how to mend the rest."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._common import check_json, json_option, tell, told

if TYPE_CHECKING:
    from ..doctor import Finding


@click.command()
@click.option(
    "--require",
    "required",
    multiple=True,
    metavar="NAME",
    help="Fail if this is missing, such as torchscript, netcdf or gfortran; repeatable.",
)
@click.option("--quick", is_flag=True, help="Leave out what compiles for long, and devices.")
@json_option
def doctor(required: tuple[str, ...], quick: bool, json_file: Path | None) -> None:
    """Try every part of the installation, and say how to mend what does not work.

    Each backend runs a tiny emulator, a block is recorded and read, each Fortran compiler builds a
    host that runs. The exit code is 1 if something fails, or is missing that nothing goes without.

    \b
    Examples:
      pyhybrid doctor
      pyhybrid doctor --require torchscript --require netcdf
      pyhybrid doctor --quick --json doctor.json
    """  # noqa: D301
    with told():
        check_json(json_file, "doctor")
        found = _examined(quick, required)
        bad = [one for one in found if one.bad]
        tell("\n".join(_lines(found)), _as_json(found), json_file)
    if bad:
        names = ", ".join(one.name for one in bad)
        raise click.ClickException(f"doctor: to be mended: {names}")


def _examined(quick: bool, required: tuple[str, ...]) -> list[Finding]:
    from ..doctor import examine, tasks

    todo = tasks(quick)
    with click.progressbar(
        todo, label="trying", item_show_func=lambda task: task.name if task else "",
        file=sys.stderr, hidden=not sys.stderr.isatty(),
    ) as watched:  # fmt: skip
        return list(examine(watched, required))


def _lines(found: list[Finding]) -> Iterator[str]:
    """Parts with their findings; what is bad stands out by its state."""
    width = max(len(one.name) for one in found)
    part = ""
    for one in found:
        if one.part != part:
            yield f"\n{one.part}" if part else one.part
            part = one.part
        yield f"  {one.name.ljust(width)}  {_state(one):<9}  {one.about}".rstrip()
        if one.mend:
            yield f"  {' ' * width}  {'':<9}  mend: {one.mend}"


def _state(one: Finding) -> str:
    return one.state.upper() if one.bad else one.state


def _as_json(found: list[Finding]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "works": not any(one.bad for one in found),
        "findings": [asdict(one) | {"bad": one.bad} for one in found],
    }
