# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid validate``: what emulators do on recorded samples, before they run in a model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._words import listed
from ._common import BEYOND, PATH, SCREEN, FiniteRange, check_json, json_option, late, tell, told

if TYPE_CHECKING:
    from ..validation import Plan
    from ..validation.running import Runner
    from ..validation.samples import Recording
    from ..validation.sensitivity import Sensitivity


@dataclass(frozen=True)
class Options:
    """Those of the command that are no part of a plan."""

    workers: int
    scheduler: str | None
    thresholds: Path | None
    html: Path | None
    json_file: Path | None
    native: str | None
    attributions: bool
    sensitivity_samples: int


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="EMULATOR... RECORDING...")
@click.option("--config", type=PATH, metavar="FILE",
              help="hybrid.toml of the run: its constraints and backend count.")  # fmt: skip
@click.option("--scheme", metavar="NAME", help="Of --config, if not that of the recording.")
@click.option("--dt", type=FiniteRange(0), default=0.0, metavar="SECONDS",
              help="Time step, for bounds of a state.")  # fmt: skip
@click.option("--split", type=click.Choice(["date", "step", "region", "latitude", "scenario"]),
              multiple=True, callback=lambda context, option, given: _one(given),
              help="Also score parts: months, four ranges of steps, tropics and the rest, bands of "
              "30 degrees, files.")  # fmt: skip
@click.option("--members", type=click.IntRange(0), default=8, show_default=True,
              help="Of a stochastic emulator; 0 for none.")  # fmt: skip
@click.option("--margin", type=FiniteRange(0), default=0.25, show_default=True,
              help="Beyond the training range, as the guard has it.")  # fmt: skip
@click.option("--native", metavar="MODULE:FUNCTION",
              help="The native routine, for Jacobians: from a dict of arrays (float64) to "
              "one.")  # fmt: skip
@click.option("--attributions", is_flag=True,
              help="Which inputs outputs hang on, by captum.")  # fmt: skip
@click.option("--sensitivity-samples", type=click.IntRange(1), default=16, show_default=True,
              help="Of Jacobians and attributions.")  # fmt: skip
@click.option("--workers", type=click.IntRange(0), default=0, show_default=True,
              help="Processes of dask on this machine; 0: none.")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help="Of a dask cluster that sees the same files.")
@click.option("--thresholds", type=PATH, metavar="FILE",
              help="TOML with limits; exit code 3 if one is not kept.")  # fmt: skip
@click.option("--html", type=PATH, default="validation.html", show_default=True, metavar="FILE",
              help="The page to write.")  # fmt: skip
@click.option("--no-html", is_flag=True, help="No page, only tables.")
@json_option
def validate(
    files: tuple[str, ...], config: Path | None, scheme: str | None, dt: float, split: str | None,
    members: int, margin: float, html: Path, no_html: bool, json_file: Path | None, **more: Any,
) -> None:  # fmt: skip
    """Score emulators on recorded samples, through the code that a model goes through.

    RECORDING ends in .nc (or is a pattern that does); everything else is an EMULATOR. With several
    emulators their scores stand beside each other.

    \b
    Examples:
      pyhybrid validate radiation.safetensors "recorded/radiation.*.nc"
      pyhybrid validate old.safetensors new.pt recorded.nc --split region
      pyhybrid validate m7.safetensors held_out.nc --thresholds limits.toml --json m7.json
    """  # noqa: D301
    emulators, recordings = _told_apart(files)
    page = None if no_html or json_file == SCREEN else html
    options = Options(html=page, json_file=json_file, **more)
    with told("validate", "validation"):
        from ..validation import Plan
        from ..validation.setting import setting_of
        from ..validation.validating import recording_of

        setting = setting_of(config, scheme, dt, lambda: recording_of(recordings).scheme)
        failures = _run(Plan(emulators, recordings, setting, split or "", members, margin), options)
    if failures:
        raise click.exceptions.Exit(BEYOND)


def _one(given: tuple[str, ...]) -> str | None:
    """Parts are of one split: the last of several would win in silence."""
    if len(given) > 1:
        raise click.BadParameter(f"expected one (run again for the other), found {listed(given)}")
    return given[0] if given else None


def _told_apart(files: tuple[str, ...]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    recordings = tuple(file for file in files if file.endswith(".nc"))
    emulators = tuple(Path(file) for file in files if not file.endswith(".nc"))
    if not recordings:
        raise click.UsageError("RECORDING: expected a file that ends in .nc, found none")
    if not emulators:
        raise click.UsageError("EMULATOR: expected a file that does not end in .nc, found none")
    return emulators, recordings


def _run(plan: Plan, options: Options) -> list[str]:
    """Writes everything, and returns what is beyond its limit."""
    from ..validation import validate as run
    from ..validation.progress import progress
    from ..validation.result import as_json
    from ..validation.sensitivity import check_sensitivities, sensitivities
    from ..validation.thresholds import beyond_limits, read_limits

    limits = read_limits(options.thresholds) if options.thresholds else {}
    check = _check_limits(limits, plan, options)
    _check(options)
    check_sensitivities(options.native, options.attributions)
    with progress() as done:
        validation = run(plan, workers=options.workers, scheduler=options.scheduler, done=done,
                         check=check)  # fmt: skip
    result = as_json(validation)
    none: dict[str, Sensitivity] = {}
    found, failed = late(lambda: sensitivities(
        validation, options.native, options.attributions, options.sensitivity_samples
    ), none)  # fmt: skip
    for name, one in found.items():
        result["emulators"][name] |= one.as_json()
    path, kept = options.thresholds or Path(), list[str]()
    failures, wrong = late(lambda: beyond_limits(path, limits, result["emulators"]), kept)
    result["beyond"] = failures
    result["failed"] = [str(error) for error in (failed, wrong) if error]
    _tell(result, options, failures)
    if options.html:
        from ..validation.page import write_page
        from ..validation.sensitivity_pictures import sensitivity_pictures

        write_page(validation, result, failures, options.html, sensitivity_pictures(found))
        click.echo(f"wrote {options.html}", err=True)
    if error := failed or wrong:
        raise error
    return failures


def _check_limits(
    limits: dict[str, Any], plan: Plan, options: Options
) -> Callable[[Runner, Recording], None]:
    """Before an hour's work: whether what is limited will be measured.

    Names of scores are checked at once, before any file is read; the function that is returned
    checks the rest as soon as an emulator and the recording are known.
    """
    if not limits:
        return lambda runner, recording: None
    from ..validation.expected import expected, of_any
    from ..validation.thresholds import check_limits

    path = options.thresholds or Path()
    tables = of_any(bool(plan.split), bool(options.native), options.attributions)
    check_limits(path, limits, tables)
    return lambda runner, recording: check_limits(
        path, limits, expected(runner, recording, plan.members, plan.split, tables)
    )


def _check(options: Options) -> None:
    """Before an hour's work: whether its results can be written."""
    if options.html:
        from ..validation.page import check_page

        check_page(options.html)
    check_json(options.json_file, "validate")


def _tell(result: dict[str, Any], options: Options, failures: list[str]) -> None:
    from ..validation.page import summary
    from ..validation.tables import tables

    text = "\n\n".join([summary(result), *(table.text() for table in tables(result))])
    tell(text, result, options.json_file)
    for failure in failures:
        click.echo(f"beyond its limit: {failure}", err=True)
