# SPDX-License-Identifier: BSD-3-Clause
"""python examples/lorenz96 COMMAND: see README.md beside this file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.append(str(Path(__file__).resolve().parents[1] / "hosts"))

from host_commands import Commands

if TYPE_CHECKING:
    from lorenz_experiments import Plan

ROOT = Path("build/lorenz96")

@click.group(cls=Commands)
def main() -> None:
    """The two-scale model of Lorenz '96 with its small scales behind the call site."""


file = click.Path(path_type=Path, exists=True, dir_okay=False)
members = click.option("--members", type=click.IntRange(2), default=64, show_default=True,
                       help="Their scatter says how sure a number is.")  # fmt: skip
threads = click.option("--threads", type=click.IntRange(1), default=1, show_default=True)


def length(default: int):  # noqa: ANN201
    """The option of how long a run is."""
    text = "Model time units of each run: five days, or 200 steps."
    return click.option("--mtu", type=click.IntRange(1), default=default, show_default=True,
                        help=text)  # fmt: skip


def output(default: Path):  # noqa: ANN201
    """The option of where runs go."""
    return click.option("--output", type=click.Path(path_type=Path), default=default,
                        show_default=True, help="Folder of the runs.")  # fmt: skip


def _plan(output: Path, members: int, mtu: int, threads: int) -> Plan:
    from lorenz_experiments import Plan
    from lorenz_host import build

    return Plan(build(ROOT), output / f"{members}_members", members, mtu, threads)


@main.command()
@click.option("--emulator", type=file, help="Default: a native run, which is the truth.")
@click.option("--hybrid", type=click.File(), help="TOML with the table [scheme.subgrid] instead.")
@members
@length(20)
@output(ROOT / "run")
@threads
def run(
    emulator: Path | None,
    hybrid: click.utils.LazyFile | None,
    members: int,
    mtu: int,
    output: Path,
    threads: int,
) -> None:
    """Build the model, run it after a spin-up and draw X."""
    from lorenz_climate import climate_of
    from lorenz_pictures import draw_run
    from lorenz_runs import table

    if emulator and hybrid:
        raise click.UsageError("expected --emulator or --hybrid, found both")
    text = hybrid.read() if hybrid else table("emulate", emulator) if emulator else ""
    name = emulator.stem if emulator else "configured" if hybrid else "native"
    made = _plan(output, members, mtu, threads).run(name, text)
    found = climate_of(made.output)
    draw_run(made.output, made.folder / "x.png")
    click.echo(f"mean of X: {found.mean:.3f} +- {found.mean_error:.3f}")
    click.echo(f"variance of X: {found.variance:.2f} +- {found.variance_error:.2f}")
    click.echo(f"output: {made.output}\npicture: {made.folder / 'x.png'}")


@main.command()
@members
@length(100)
@output(ROOT / "recorded")
@threads
def record(members: int, mtu: int, output: Path, threads: int) -> None:
    """Record what the small scales do, to learn from."""
    from lorenz_experiments import record as record_run

    path = record_run(_plan(output, members, mtu, threads))
    click.echo(f"{path}: {path.stat().st_size / 1e6:.0f} MB")


@main.command()
@click.argument("recording", type=file)
@click.option("--output", type=click.Path(path_type=Path), default=ROOT / "emulators",
              show_default=True, help="Folder of the emulators.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1), default=40, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def train(recording: Path, output: Path, rounds: int, seed: int) -> None:
    """Train the emulators on RECORDING: deterministic, stochastic, and wrong in known ways."""
    from dataclasses import replace

    from lorenz_training import PLAN, run_training

    found = run_training(recording, output, replace(PLAN, rounds=rounds, seed=seed))
    for key, value in found.items():
        click.echo(f"{key}: {value:.4g}")
    click.echo(f"emulators: {output}")


@main.command()
@click.option("--emulators", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder that `train` made. Default: those that are shipped.")  # fmt: skip
@members
@length(200)
@output(ROOT / "compared")
@threads
def compare(
    emulators: Path | None, members: int, mtu: int, output: Path, threads: int
) -> None:
    """Compare the climates of the truth and of the deterministic and the stochastic emulator."""
    from lorenz_climate import compared
    from lorenz_experiments import TRUTH
    from lorenz_experiments import compare as compare_runs
    from lorenz_pictures import draw_climates
    from lorenz_schemes import EMULATORS, SHIPPED

    folder = emulators or EMULATORS
    plan = _plan(output, members, mtu, threads)
    climates = compare_runs(plan, {name: folder / f"{name}.safetensors" for name in SHIPPED})
    for name, climate in climates.items():
        click.echo(_told(name, compared(climate, climates[TRUTH])))
    draw_climates(climates, plan.folder / "climates.png")
    click.echo(f"summary: {plan.folder / 'summary.json'}")
    click.echo(f"picture: {plan.folder / 'climates.png'}")


def _told(name: str, row: dict[str, float]) -> str:
    return (
        f"{name}: mean {row['mean']:.3f}, variance {row['variance']:.2f} "
        f"({row['variance_over_truth'] - 1:+.2%}), Hellinger distance {row['hellinger']:.2e}, "
        f"autocorrelation within {row['autocorrelation_rmse']:.4f}"
    )


@main.command()
@members
@length(100)
@output(ROOT / "mended")
@threads
def mend(members: int, mtu: int, output: Path, threads: int) -> None:
    """Run wrong emulators with each online bias correction."""
    from lorenz_experiments import mend as mend_runs

    plan = _plan(output, members, mtu, threads)
    found = mend_runs(plan)
    click.echo(f"two runs that differ in their noise only: {found['again']:.4f} apart")
    for bias, row in found["bias"].items():
        click.echo(f"{bias}: {row.pop('error'):.4f} from the run without this bias")
        for kind, mended in row.items():
            click.echo(
                f"  {kind}: {mended['error']:.4f}, removed {mended['removed']:.0%}, "
                f"pattern {mended['pattern']:.3f}, variance {mended['variance']:.2f}"
            )
    for kind, harm in found["none"].items():
        click.echo(f"{kind} without a bias: {harm:.4f}")
    click.echo(f"summary: {plan.folder / 'mended.json'}")


main()
