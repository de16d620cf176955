# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid board``: designs of an emulator of M7, trained and judged alike."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._whole_file import check_writable
from .._words import unknown
from ..board.results import write_results
from ..board.tables import board_table, time_table
from ..errors import ArgumentError
from ._common import SCREEN, check_json, json_option, tell, told

if TYPE_CHECKING:
    from ..board.contenders import Contender

_PATH = click.Path(path_type=Path)
_OUT = click.Path(path_type=Path, resolve_path=True)  # a contender may change the folder
_RECORDINGS = Path("build/aerosol_columns/recorded")


def _split(_: click.Context, __: click.Parameter, text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """Those of all commands."""
    for option in (
        json_option,
        click.option("--flags", default="-O3 -march=native", show_default=True, callback=_split,
                     help="Of gfortran, for native M7 and the host of the call site."),
        click.option("--columns", type=click.IntRange(1), multiple=True, default=(16, 64, 256),
                     show_default=True, help="Of the blocks that are timed; repeatable."),
        click.option("--recordings", type=_PATH, default=_RECORDINGS, show_default=True,
                     help="Folder of training/*/m7.*.nc, validation/*/m7.*.nc and "
                          "held_out/*/m7.*.nc."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def board() -> None:
    """Compare designs of an emulator of M7 aerosol, the example: skill, conservation, time.

    It trains them itself, and is of M7 only. To compare emulators of a scheme of yours, score them
    on a recording: pyhybrid validate.

    \b
    Examples:
      pyhybrid board m7 --json board.json
      pyhybrid validate old.safetensors new.safetensors "recorded/radiation.*.nc"
    """  # noqa: D301


@board.command()
@_options
@click.option(
    "--only", multiple=True, metavar="NAME", help="Of the board's own, this one; repeatable."
)
@click.option(
    "--add",
    "files",
    multiple=True,
    type=_PATH,
    metavar="FILE.py",
    help="Contenders of yours, each a function contender(task); repeatable. The file is run.",
)
@click.option(
    "--epochs", type=click.IntRange(1), help="Of training, for all alike.  [default: 100]"
)
@click.option("--plot", type=_OUT, metavar="FILE", help="A picture.")
@click.option("--quick", is_flag=True, help="Too short to tell: whether everything runs.")
def m7(
    recordings: Path,
    columns: tuple[int, ...],
    flags: tuple[str, ...],
    json_file: Path | None,
    only: tuple[str, ...],
    files: tuple[Path, ...],
    epochs: int | None,
    plot: Path | None,
    quick: bool,
) -> None:
    """Emulators of M7 aerosol microphysics on a held-out scenario.

    All see the same boxes equally often: an hour or two on a core. What fails has its message in
    place of scores, and the exit code is 1; the others go on. The file of --json is written after
    each, times come last.

    \b
    Examples:
      pyhybrid board m7 --quick --only z_score --only rates --json -
      pyhybrid board m7 --add mine.py --epochs 50 --plot board.png
    """  # noqa: D301
    with told():
        _prepare(json_file, plot)
        chosen = _chosen(files, only)
        results = _run(recordings, chosen, (epochs, quick), (columns, flags), json_file)
        _tell(board_table(results), results, json_file)
        if plot:
            from ..board.plots import draw

            click.echo(f"wrote {draw(results, plot)}", err=True)
    _fail_of(results)


@board.command()
@click.argument("files", type=_PATH, nargs=-1, required=True, metavar="FILE...")
@_options
def time(
    files: tuple[Path, ...],
    recordings: Path,
    columns: tuple[int, ...],
    flags: tuple[str, ...],
    json_file: Path | None,
) -> None:
    """Only the time of emulator files of M7, in blocks of the held-out scenario.

    Through the call site of a host in Fortran (put, run, get), on packed arrays, and natively: all
    in turns, time of the CPU, medians.

    \b
    Examples:
      pyhybrid board time m7.safetensors other.pt --columns 64
    """  # noqa: D301
    with told():
        _prepare(json_file, None)
        results = _time(files, recordings, columns, flags)
        _tell(time_table(results), results, json_file)


def _tell(lines: Iterable[str], results: dict[str, Any], json_file: Path | None) -> None:
    tell("\n".join(lines), results, json_file)


def _prepare(json_file: Path | None, plot: Path | None) -> None:
    """Fails before an hour of training where results could not be written."""
    check_json(json_file, "board")
    if plot is not None:
        check_writable(plot, "board")
        from ..board.plots import check_picture

        check_picture(plot)


def _chosen(files: tuple[Path, ...], only: tuple[str, ...]) -> dict[str, Contender]:
    from ..board.contenders import contenders
    from ..board.files import added

    ours = contenders()
    theirs = added(files, ours)
    known = ours | theirs
    for name in only:
        if name not in known:
            raise ArgumentError(f"board: {unknown('contender', name, known)}")
    return {name: one for name, one in known.items() if not only or name in {*only, *theirs}}


def _run(
    recordings: Path,
    chosen: dict[str, Contender],
    effort: tuple[int | None, bool],
    timing: tuple[tuple[int, ...], tuple[str, ...]],
    json_file: Path | None,
) -> dict[str, Any]:
    from ..bench.about import about
    from ..board.running import run_board
    from ..board.task import FULL, QUICK, load_task
    from ..board.timing import Timing

    epochs, quick = effort
    size = QUICK if quick else FULL
    task = load_task(recordings, replace(size, epochs=epochs or size.epochs))
    timer = Timing(task.columns, *timing)
    seen = {"boxes": task.boxes, "epochs": task.lessons.size.epochs}
    results: dict[str, Any] = {"about": about(), "task": seen, "native": timer.native, "rows": []}

    def keep(rows: list[dict[str, Any]]) -> None:
        results["rows"] = rows
        if json_file and json_file != SCREEN:
            write_results(results, json_file)

    keep(run_board(task, chosen, timer, keep).rows)
    return results


def _fail_of(results: dict[str, Any]) -> None:
    """Ends the command where contenders failed."""
    failed = [row["name"] for row in results["rows"] if row["error"]]
    if failed:
        raise click.ClickException(f"board: failed: {', '.join(failed)}")


def _time(
    files: tuple[Path, ...], recordings: Path, columns: tuple[int, ...], flags: tuple[str, ...]
) -> dict[str, Any]:
    from ..bench.about import about
    from ..board.contenders.exported import EmulatorFile
    from ..board.task import held_out, whole_columns
    from ..board.timing import Timing

    timing = Timing(whole_columns(held_out(recordings)), columns, flags)
    rows = timing.rows({str(file): EmulatorFile(file) for file in files})
    named = [{"name": name, **row} for name, row in rows.items()]
    return {"about": about(), "native": timing.native, "rows": named}
