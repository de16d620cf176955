# SPDX-License-Identifier: BSD-3-Clause
"""python examples/exoplasim COMMAND: see README.md beside this file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

sys.path.append(str(Path(__file__).resolve().parents[1] / "hosts"))

EMULATORS = click.option(
    "--emulators",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(__file__).parent / "emulators",
    help="Folder of the three .safetensors files.",
)
JOBS = click.option(
    "--jobs", type=click.IntRange(1), default=2, show_default=True, help="Runs at a time."
)



@click.group()
def main() -> None:
    """ExoPlaSim with emulated radiation and convection."""


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/demo"),
    show_default=True,
    help="Folder of the report, the summary and the runs.",
)
@click.option(
    "--days",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="Length of each run; fewer are quicker, and the verdict means less.",
)
@click.option(
    "--members",
    type=click.IntRange(2),
    default=5,
    show_default=True,
    help="Native runs, the unperturbed one among them.",
)
@EMULATORS
@JOBS
def demo(output: Path, days: int, members: int, emulators: Path, jobs: int) -> None:
    """Run the model natively and emulated from one restart, and compare."""
    from demo import run_demo

    rejected = run_demo(output, days, members, emulators, jobs)
    click.echo(f"report: {output / 'report.html'}\nsummary: {output / 'summary.json'}")
    for name, reasons in rejected.items():
        click.echo(f"{name}: {'; '.join(reasons) or 'accepted'}")
    raise SystemExit(1 if any(rejected.values()) else 0)


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/demo-train"),
    show_default=True,
    help="Folder of recording, emulators and scores.",
)
@click.option(
    "--days",
    type=click.IntRange(8),
    default=120,
    show_default=True,
    help="Recorded days: three quarters for training, the rest for validation and test.",
)
@click.option(
    "--seconds",
    type=click.IntRange(1),
    default=330,
    show_default=True,
    help="Longest training of one network.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=2, show_default=True, help="Trainings at a time."
)
@click.option("--install", is_flag=True, help="Replace the emulators that the demo uses.")
def train(output: Path, days: int, seconds: int, jobs: int, install: bool) -> None:
    """Record, train, validate offline and in shadow mode: the demo's emulators from nothing."""
    from train import run_training

    scores = run_training(output, days, seconds, jobs, install)
    click.echo(f"emulators: {output / 'emulators'}\nscores: {output / 'scores.json'}")
    for scheme, score in scores.items():
        click.echo(f"{scheme}: largest gap between offline and shadow R2 {score['gap']:.4f}")


@main.command()
@EMULATORS
@click.option(
    "--recording",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a recorded run. Default: one is made, as for the training.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/demo-train"),
    show_default=True,
    help="Where it is made.",
)
def ranges(emulators: Path, recording: Path | None, output: Path) -> None:
    """Write the ranges of recorded inputs and outputs into the emulators' cards."""
    from runs import SCHEMES, emulator_file
    from train import record_training, write_ranges

    folder = recording or record_training(output).folder
    for scheme in SCHEMES:
        write_ranges(emulator_file(emulators, scheme), folder / f"{scheme}.0.nc")
        click.echo(f"ranges: {emulator_file(emulators, scheme)}")


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/faults"),
    show_default=True,
    help="Folder of the summary, the pictures and the runs.",
)
@click.option("--days", type=click.IntRange(1), default=30, show_default=True)
@EMULATORS
@JOBS
def faults(output: Path, days: int, emulators: Path, jobs: int) -> None:
    """Run with planted faults, which the guards have to catch."""
    from faults import run_faults

    _tell(output, run_faults(output, days, emulators, jobs))


@main.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("build/biases"),
    show_default=True,
    help="Folder of the summary, the picture and the runs.",
)
@click.option("--days", type=click.IntRange(2), default=30, show_default=True)
@EMULATORS
@JOBS
def biases(output: Path, days: int, emulators: Path, jobs: int) -> None:
    """Run with planted biases, which each kind of bias correction has to remove."""
    from biases import run_biases

    _tell(output, run_biases(output, days, emulators, jobs))


def _tell(output: Path, summary: dict[str, Any]) -> None:
    """What speaks against each run; ends with 1 if anything does."""
    click.echo(f"summary: {output / 'summary.json'}")
    for name, reasons in summary["rejected"].items():
        click.echo(f"{name}: {'; '.join(reasons) or 'as expected'}")
    raise SystemExit(1 if any(summary["rejected"].values()) else 0)


main()
