# SPDX-License-Identifier: BSD-3-Clause
"""python examples/aerosol_columns COMMAND: see README.md beside this file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

sys.path.append(str(Path(__file__).resolve().parents[1] / "hosts"))

from column_runs import SCENARIOS, ColumnRun, emulator_calls
from host_commands import Commands
from host_runs import Value

ROOT = Path("build/aerosol_columns")


days = click.option("--days", type=click.IntRange(1), default=30, show_default=True)
restart = click.option(
    "--restart",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Start from the end of another run; of another scenario too. Default: clean air.",
)
threads = click.option("--threads", type=click.IntRange(1), default=1, show_default=True)


def output(default: str):  # noqa: ANN201
    """The option of where a run goes."""
    text = f"Folder of what is run, made anew. Default: {default}"
    return click.option("--output", type=click.Path(path_type=Path, resolve_path=True), help=text)



@click.group(cls=Commands)
def main() -> None:
    """A column model of the atmosphere's aerosol with M7 behind the call site."""


@main.command()
@click.option(
    "--scenario",
    type=click.Choice(SCENARIOS),
    default="present",
    show_default=True,
    help="Of the emissions.",
)
@click.option("--month", type=click.IntRange(1, 12), help="Default: the scenario's own.")
@days
@output("build/aerosol_columns/SCENARIO, with --hybrid SCENARIO_MODE")
@restart
@click.option(
    "--hybrid",
    type=click.File(),
    help="TOML with the table [scheme.aerosol_microphysics]; paths in it are taken from the run's "
    "folder. Default: a native run.",
)
@threads
@click.option("--two-loops", is_flag=True, help="Put all blocks before the first is asked for.")
def run(
    scenario: str,
    month: int | None,
    days: int,
    output: Path | None,
    restart: Path | None,
    hybrid: click.utils.LazyFile | None,
    threads: int,
    two_loops: bool,
) -> None:
    """Build the model, make its columns, run it and draw the burdens."""
    from column_configuration import check_emulator, scheme_table
    from column_figures import draw
    from column_runs import STEPS_PER_DAY

    text = hybrid.read() if hybrid else ""
    table = scheme_table(text) if hybrid else {}
    folder = output or ROOT / (f"{scenario}_{table.get('mode', 'native')}" if table else scenario)
    check_emulator(table, folder)
    options = {
        "scenario": scenario,
        "month": month or 0,
        "steps": days * STEPS_PER_DAY,
        "output_every": STEPS_PER_DAY,
        "restart_every": 5 * STEPS_PER_DAY,
        "two_loops": two_loops,
    }
    chosen = _run(folder, options, restart, threads)
    chosen.hybrid = text
    click.echo(chosen.run().strip())
    _tell_failures(folder)
    draw(chosen.output, chosen.folder / "burdens.png")
    click.echo(f"output: {chosen.output}\npicture: {chosen.folder / 'burdens.png'}")


def _tell_failures(folder: Path) -> None:
    calls, failed = emulator_calls(folder)
    if failed:
        click.echo(
            f"the emulator failed in {failed} of {calls} calls, native M7 took its place: "
            f"see {folder / 'hybrid.0.log'}"
        )


def _run(folder: Path, options: dict[str, Value], restart: Path | None, threads: int) -> ColumnRun:
    """A native run of all columns, of what is built and made for it."""
    from column_host import Variant, build
    from columns import make_columns

    if restart:
        options = {**options, "restart_in": restart.absolute(), "branch": True}
    columns = make_columns(ROOT, ROOT / "columns.nc")
    options = {"columns": columns, **options}
    return ColumnRun(folder, build(ROOT, Variant()), options, threads=threads)


@main.command()
@click.argument("output", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("picture", type=click.Path(path_type=Path))
def figure(output: Path, picture: Path) -> None:
    """Draw the burdens of a run's output."""
    from column_figures import burdens, draw

    draw(output, picture)
    for name, course in burdens(output).items():
        click.echo(f"{name}: {course[-1]:.4g}")


@main.command()
@click.argument("emulator", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--case",
    type=click.Choice(["validation", "held_out"]),
    default="held_out",
    show_default=True,
    help="Choose emulators by the one, judge the chosen by the other.",
)
@days
@click.option(
    "--spin-up",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Days that all runs have in common.",
)
@click.option(
    "--members",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    help="Native runs from slightly perturbed restarts, to compare errors with.",
)
@restart
@output("build/aerosol_columns/coupled/CASE")
@threads
def coupled(
    emulator: Path,
    case: str,
    days: int,
    spin_up: int,
    members: int,
    restart: Path | None,
    output: Path | None,
    threads: int,
) -> None:
    """Run natively and with EMULATOR from one restart, and compare burdens and sizes."""
    from column_coupled import run_coupled
    from column_recordings import CASES

    if members and not (spin_up or restart):
        raise click.UsageError("--members: expected a spin-up or a restart, found neither")
    folder = output or ROOT / "coupled" / case
    native = _run(folder, dict(CASES[case]), restart, threads)
    summary = run_coupled(native, emulator, days, spin_up, members)
    for name, row in {**summary["burdens"], **summary["water"]}.items():
        click.echo(f"{name}: {_told(row)}")
    click.echo(f"rejected: {', '.join(summary['rejected']) or 'nothing'}")
    click.echo(f"summary: {folder / 'summary.json'}")
    raise SystemExit(1 if summary["rejected"] else 0)


def _told(row: dict[str, Any]) -> str:
    growth = "" if row["growth"] is None else f", growth {row['growth']:.3%}"
    verdict = "" if row["accepted"] else f": too much by {', '.join(row['reasons'])}"
    return f"largest error {row['largest']:.2%}, bias {row['bias']:+.2%}{growth}{verdict}"


@main.command()
@click.argument("emulator", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@days
@click.option(
    "--thinner",
    type=click.IntRange(1, 16),
    default=2,
    show_default=True,
    help="Each so many of the longitudes and latitudes only.",
)
@click.option(
    "--spin-up",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Days that all runs have in common: air without aerosol hides faults.",
)
@output("build/aerosol_columns/faults")
@threads
def faults(
    emulator: Path, days: int, thinner: int, spin_up: int, output: Path | None, threads: int
) -> None:
    """Run with planted faults of EMULATOR and of the call site, which guards have to catch."""
    from column_faults import run_faults
    from column_recordings import CASES
    from columns import make_columns

    folder = output or ROOT / "faults"
    native = _run(folder, dict(CASES["validation"]), None, threads)
    native.options["columns"] = make_columns(ROOT, ROOT / f"columns_{thinner}.nc", thinner)
    summary = run_faults(native, emulator, days, spin_up)
    for name, reasons in summary["rejected"].items():
        click.echo(f"{name}: {'; '.join(reasons) or 'as expected'}")
    click.echo(f"summary: {folder / 'summary.json'}\npicture: {folder / 'faults.png'}")
    raise SystemExit(1 if any(summary["rejected"].values()) else 0)


@main.command()
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=ROOT / "recorded",
    show_default=True,
    help="Folder that `record` made.",
)
@click.option(
    "--case",
    type=click.Choice(["validation", "held_out"]),
    default="held_out",
    show_default=True,
    help="Choose constraints by the one, judge the chosen by the other.",
)
@click.option("--days", type=click.IntRange(1), default=60, show_default=True)
@click.option(
    "--spin-up",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="Days that all runs have in common.",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True,
              help="So many emulators.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1), default=15, show_default=True)
@click.option("--samples", type=click.IntRange(1000), default=200_000, show_default=True)
@click.option("--width", type=click.IntRange(1), default=128, show_default=True)
@click.option(
    "--thinner",
    type=click.IntRange(1, 16),
    default=2,
    show_default=True,
    help="Each so many of the longitudes and latitudes only.",
)
@output("build/aerosol_columns/constrained/CASE")
@threads
def constrained(
    recordings: Path,
    case: str,
    days: int,
    spin_up: int,
    seeds: int,
    rounds: int,
    samples: int,
    width: int,
    thinner: int,
    output: Path | None,
    threads: int,
) -> None:
    """Train ordinary emulators, and run them without and with constraints."""
    from column_constrained import run_constrained
    from column_ordinary import Effort
    from column_recordings import CASES
    from columns import make_columns

    folder = output or ROOT / "constrained" / case
    native = _run(folder, dict(CASES[case]), None, threads)
    native.columns = make_columns(ROOT, ROOT / f"columns_{thinner}.nc", thinner)
    effort = Effort(samples, rounds, width)
    summary = run_constrained(native, recordings, effort, range(1, seeds + 1), days, spin_up)
    for seed, one in summary["seeds"].items():
        for name, run in one["runs"].items():
            end = f"; day {run['whole_days'] + 1}: {run['refused']}" if run["refused"] else ""
            click.echo(f"seed {seed}, {name}: stable for {run['stable_days']} days{end}")
    for seed, reasons in summary["rejected"].items():
        click.echo(f"seed {seed}: {'; '.join(reasons) or 'as expected'}")
    click.echo(f"summary: {folder / 'summary.json'}\npicture: {folder / 'constrained.png'}")
    raise SystemExit(1 if any(summary["rejected"].values()) else 0)


@main.command()
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="Of each run.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=ROOT / "recorded",
    show_default=True,
    help="Folder of the runs, each made anew.",
)
@click.option(
    "--thinner",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    help="Each so many of the longitudes and latitudes only.",
)
def record(days: int, output: Path, thinner: int) -> None:
    """Record what M7 does in runs of several seasons and emissions, to learn from."""
    from column_recordings import record as record_runs

    for path in record_runs(ROOT, output, days, thinner):
        click.echo(f"{path}: {path.stat().st_size / 1e6:.0f} MB")


@main.command()
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=ROOT / "recorded",
    show_default=True,
    help="Folder that `record` made.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path),
    default=[ROOT / "emulators" / "m7.safetensors", ROOT / "emulators" / "m7.pt"],
    show_default=True,
    help="Emulator to write; the suffix says for which backend. Repeatable.",
)
@click.option(
    "--taught",
    type=click.IntRange(1),
    default=300,
    show_default=True,
    help="Rounds in which it learns rates from the native scheme's kernels.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    default=100,
    show_default=True,
    help="Rounds in which it learns from what the native scheme made of boxes.",
)
@click.option(
    "--samples", type=click.IntRange(1), default=200_000, show_default=True, help="Of a round."
)
@click.option("--width", type=click.IntRange(1), default=32, show_default=True)
@click.option(
    "--random", type=click.IntRange(0), default=200_000, show_default=True,
    help="Random boxes besides, for what the recordings have not.",
)  # fmt: skip
@click.option("--seed", type=int, default=2, show_default=True)
@click.option("--held-out", type=click.IntRange(1), default=200_000, show_default=True)
def train(
    recordings: Path,
    outputs: tuple[Path, ...],
    taught: int,
    rounds: int,
    samples: int,
    width: int,
    random: int,
    seed: int,
    held_out: int,
) -> None:
    """Train the emulator of M7 on what was recorded, and judge it on the held-out scenario.

    About 12 minutes on two cores.
    """
    from dataclasses import replace

    from column_training import SHOWN, run_training

    from pyhybrid.m7.learning import REFINING
    from pyhybrid.m7.teaching import PLAN

    plans = (
        replace(PLAN, rounds=taught, samples=2 * samples, seed=seed),
        replace(REFINING, rounds=rounds, samples=samples, seed=seed),
    )
    click.echo(f"training: {taught} rounds of rates, then {rounds} of whole steps")
    click.echo("as many as by default take about 12 minutes on two cores")
    found = run_training(recordings, outputs, plans, width, random, held_out)
    for key in SHOWN:
        click.echo(f"{key}: {found[key]:.6g}")
    for path in outputs:
        click.echo(f"emulator: {path}")


@main.command()
@click.argument("emulator", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=ROOT / "recorded",
    show_default=True,
    help="Folder that `record` made.",
)
@click.option("--random", type=click.IntRange(0), default=200_000, show_default=True,
              help="Random boxes besides, as in the training.")  # fmt: skip
@click.option("--seed", type=int, default=2, show_default=True)
def ranges(emulator: Path, recordings: Path, random: int, seed: int) -> None:
    """Write the ranges of what EMULATOR was trained on into its card; the network stays."""
    from column_training import write_ranges

    write_ranges(emulator, recordings, random, seed)
    click.echo(f"ranges: {emulator}")


main()
