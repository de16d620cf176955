# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid board``: emulators of one scheme, trained and judged alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from .._words import unknown
from ..errors import ArgumentError, HybridError

_RECORDINGS = Path("build/aerosol_columns/recorded")
_COLUMNS = {
    "r2_linear_mean": "R2 linear",
    "r2_linear_min": "worst",
    "r2_log_state_mean": "R2 ln state",
    "r2_signed_log_mean": "R2 signed ln",
    "nrmse_mean": "NRMSE",
    "mass_error_max": "mass error",
    "negative_fraction": "negative",
    "us_per_box": "us/box",
    "speedup_native": "native/it",
    "parameters": "parameters",
}


@click.group()
def board() -> None:
    """Compare emulators of a scheme: skill, conservation, time."""


@board.command()
@click.option(
    "--recordings",
    type=click.Path(path_type=Path),
    default=_RECORDINGS,
    show_default=True,
    help="Folder of training/*/m7.*.nc, validation/*/m7.*.nc and held_out/*/m7.*.nc.",
)
@click.option("--only", multiple=True, metavar="NAME", help="Only this contender; repeatable.")
@click.option(
    "--add",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE.py",
    help="Contenders of yours, each a function contender(task); repeatable. The file is run.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="A picture.")
@click.option("--quick", is_flag=True, help="Too short to tell: whether everything runs.")
def m7(
    recordings: Path,
    only: tuple[str, ...],
    files: tuple[Path, ...],
    json_file: Path | None,
    plot: Path | None,
    quick: bool,
) -> None:
    """Emulators of M7 aerosol microphysics on a held-out scenario.

    All see the same boxes equally often, on one thread: half an hour on a core.
    """
    try:
        _prepare(json_file, plot)
        results = _run(recordings, only, files, quick)
    except HybridError as error:
        raise click.ClickException(error.message) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(_table(results)))
    if json_file:
        json_file.write_text(json.dumps(results, indent=1) + "\n")
    if plot:
        from ..board.plots import draw

        click.echo(f"wrote {draw(results, plot)}")


def _prepare(json_file: Path | None, plot: Path | None) -> None:
    """Fails before half an hour of training where results could not be written."""
    for path in (json_file, plot):
        if path is not None:
            path.open("ab").close()
    if plot is not None:
        from ..board.plots import require_matplotlib

        require_matplotlib()


def _run(
    recordings: Path, only: tuple[str, ...], files: tuple[Path, ...], quick: bool
) -> dict[str, Any]:
    from ..bench.about import about
    from ..board.contenders import contenders
    from ..board.running import added, run_board
    from ..board.task import FULL, QUICK, load_task

    known = contenders() | added(files)
    for name in only:
        if name not in known:
            raise ArgumentError(f"board: {unknown('contender', name, known)}")
    chosen = {name: one for name, one in known.items() if not only or name in only}
    task = load_task(recordings, QUICK if quick else FULL)
    done = run_board(task, chosen)
    sizes = {part: len(getattr(task, part)) for part in ("training", "validation", "held_out")}
    seen = {"boxes": sizes, "seen_in_training": task.size.seen}
    return {"about": about(), "task": seen, "native": done.native, "rows": done.rows}


def _table(results: dict[str, Any]) -> list[str]:
    width = max(len(row["name"]) for row in results["rows"])
    lines = ["  ".join([" " * width, *(title.rjust(12) for title in _COLUMNS.values())])]
    for row in results["rows"]:
        values = [_spelled(row[key]).rjust(12) for key in _COLUMNS]
        lines.append("  ".join([row["name"].ljust(width), *values]))
    native = results["native"]
    time = f"{native['us_per_box']:.3f} us per box ({native['flags']})" if "flags" in native else ""
    return [*lines, f"native M7: {time or native['missing']}"]


def _spelled(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
