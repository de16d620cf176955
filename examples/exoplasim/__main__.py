# SPDX-License-Identifier: BSD-3-Clause
"""python examples/exoplasim demo | train: see README.md beside this file."""

from __future__ import annotations

from pathlib import Path

import click


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
@click.option(
    "--emulators",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(__file__).parent / "emulators",
    help="Folder of the three .safetensors files.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=2, show_default=True, help="Runs at a time."
)
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


main()
