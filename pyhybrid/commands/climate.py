# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid climate``: what a coupled run does to the climate, against native runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ._common import BEYOND, PATH, SCREEN, FiniteRange, check_json, json_option, late, tell, told

if TYPE_CHECKING:
    from ..climate import Comparison
    from ..climate.runs import Run


class _Greedy(click.Command):
    """All words behind ``--native`` are native runs, up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, list(_repeated(args)))


def _repeated(args: list[str]) -> Iterator[str]:
    inside = first = False
    for word in args:
        if word.startswith("-"):
            inside = first = word == "--native"
        elif inside:
            yield from () if first else ("--native",)
            first = False
        yield word


@dataclass(frozen=True)
class Options:
    """Those that say what to read and write."""

    variables: Path | None
    since: str | None
    until: str | None
    verification: str | None
    climatology: str | None
    alpha: float
    thresholds: Path | None
    page: Path | None
    json_file: Path | None


@click.command(cls=_Greedy)
@click.argument("run")
@click.option("--native", "natives", multiple=True, required=True, metavar="RUN...",
              help="Native runs of different seeds, three or more.")  # fmt: skip
@click.option("--variables", type=PATH, metavar="FILE",
              help="TOML with variables, budgets and tests; else all variables, by standard "
              "names.")  # fmt: skip
@click.option("--from", "since", metavar="DATE", help="First date of all runs.")
@click.option("--until", metavar="DATE", help="Last date of all runs.")
@click.option("--alpha", type=FiniteRange(0, 1, min_open=True, max_open=True), default=0.05,
              show_default=True, help="Part of native runs that may be rejected.")  # fmt: skip
@click.option("--verification", metavar="FILE", help="Data to score all runs by, on their grid.")
@click.option("--climatology", metavar="FILE",
              help="For anomalies, by month; else the mean of --verification.")  # fmt: skip
@click.option("--thresholds", type=PATH, metavar="FILE",
              help="TOML with limits on what the JSON holds; exit code 3 if one is not "
              "kept.")  # fmt: skip
@click.option("--html", type=PATH, default="climate.html", show_default=True, metavar="FILE",
              help="The page to write.")  # fmt: skip
@click.option("--no-html", is_flag=True, help="No page, only tables.")
@json_option
def climate(
    run: str, natives: tuple[str, ...], html: Path, no_html: bool, json_file: Path | None,
    **more: Any,
) -> None:  # fmt: skip
    """Judge a coupled run by the spread of native runs that differ by their seeds.

    A run is a NetCDF file, a folder of such, or a quoted pattern. The exit code is 3 if the run is
    not one that the native model could have made.

    \b
    Examples:
      pyhybrid climate emulated --native native_1 native_2 native_3 native_4
      pyhybrid climate emulated.nc --native n1.nc n2.nc n3.nc --variables climate.toml --from 2001
      pyhybrid climate emulated.nc --native n1.nc n2.nc n3.nc --verification era5.nc --json c.json
    """  # noqa: D301
    page = None if no_html or json_file == SCREEN else html
    with told("climate", "validation"):
        bad = _run(run, natives, Options(page=page, json_file=json_file, **more))
    if bad:
        raise click.exceptions.Exit(BEYOND)


def _run(run: str, natives: tuple[str, ...], options: Options) -> bool:
    """Writes everything, and returns whether the verdict is negative."""
    from ..climate.comparing import compare
    from ..climate.result import as_json
    from ..climate.selection import Selection, read_selection
    from ..validation.progress import progress
    from ..validation.thresholds import beyond_limits, read_limits

    selection = read_selection(options.variables) if options.variables else Selection()
    limits = read_limits(options.thresholds) if options.thresholds else {}
    _check(options)
    runs = _opened([run, *natives], options, selection.weights)
    with progress("values") as done:
        comparison = compare(
            runs[0], runs[1:], selection, options.alpha, done,
            lambda names, budgets: _check_limits(names, budgets, limits, options),
        )  # fmt: skip
    none: dict[str, Any] = {}
    scores, failed = late(lambda: _verification(comparison, options, selection.weights), none)
    result = as_json(comparison, scores)
    path, kept = options.thresholds or Path(), list[str]()
    failures, wrong = late(lambda: beyond_limits(path, limits, {"run": result}), kept)
    result["beyond"] = failures
    result["failed"] = [str(error) for error in (failed, wrong) if error]
    _tell(comparison, result, failures, options)
    if error := failed or wrong:
        raise error
    return bool(failures or result["objections"])


def _check_limits(
    variables: list[str], budgets: list[str], limits: dict[str, Any], options: Options
) -> None:
    """Before all values are read: whether what is limited will be measured."""
    from ..validation.thresholds import Later, Needs, check_limits

    tables = {
        **dict.fromkeys(("times", "tests", "accepted")),
        "variable": dict.fromkeys(variables, Later()),
        "budget": dict.fromkeys(budgets, Later()),
        "verification": Later() if options.verification else Needs("--verification"),
    }
    check_limits(options.thresholds or Path(), limits, tables)


def _check(options: Options) -> None:
    if options.page:
        from .._page import check_page

        check_page(options.page, "climate", "validation")
    if options.climatology and not options.verification:
        raise click.UsageError("--climatology: expected --verification as well, found none")
    check_json(options.json_file, "climate")


def _opened(paths: list[str], options: Options, weights: str) -> list[Run]:
    from ..climate.runs import open_run

    return [open_run(path, (options.since, options.until), weights) for path in paths]


def _verification(comparison: Comparison, options: Options, weights: str) -> dict[str, Any]:
    """Scores of all runs by name."""
    if not options.verification:
        return {}
    from ..climate.runs import open_run
    from ..climate.verification import verify

    truth = open_run(options.verification, weights=weights)
    usual = open_run(options.climatology, weights=weights) if options.climatology else None
    return verify(comparison.runs, truth, list(comparison.measured), usual)


def _tell(
    comparison: Comparison, result: dict[str, Any], failures: list[str], options: Options
) -> None:
    from ..climate.page import summary, write_page
    from ..climate.tables import tables

    text = "\n\n".join([summary(result), *(table.text() for table in tables(result))])
    tell(text, result, options.json_file)
    for one in result["objections"]:
        click.echo(f"differs: {one}", err=True)
    for failure in failures:
        click.echo(f"beyond its limit: {failure}", err=True)
    if options.page:
        write_page(comparison, result, failures, options.page)
        click.echo(f"wrote {options.page}", err=True)
