# SPDX-License-Identifier: BSD-3-Clause
"""python examples/aerosol_columns run | figure | coupled: see README.md beside this file."""

from __future__ import annotations

from pathlib import Path

import click

ROOT = Path("build/aerosol_columns")


@click.group()
def main() -> None:
    """A column model of the atmosphere's aerosol with M7 behind the call site."""


@main.command()
@click.option("--scenario", default="present", show_default=True, help="Of the emissions.")
@click.option("--days", type=click.IntRange(1), default=30, show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the run, made anew. Default: build/aerosol_columns/SCENARIO",
)
@click.option(
    "--restart",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Start from the end of another run; of another scenario too. Default: clean air.",
)
@click.option(
    "--hybrid",
    type=click.File(),
    help="TOML with the table [scheme.aerosol_microphysics]. Default: a native run.",
)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--two-loops", is_flag=True, help="Put all blocks before the first is asked for.")
def run(
    scenario: str,
    days: int,
    output: Path | None,
    restart: Path | None,
    hybrid: click.utils.LazyFile | None,
    threads: int,
    two_loops: bool,
) -> None:
    """Build the model, make its columns, run it and draw the burdens."""
    from column_figures import draw
    from column_host import Variant, build
    from column_runs import STEPS_PER_DAY, ColumnRun
    from columns import make_columns

    chosen = ColumnRun(
        output or ROOT / scenario,
        build(ROOT, Variant()),
        make_columns(ROOT, ROOT / "columns.nc"),
        {
            "scenario": scenario,
            "steps": days * STEPS_PER_DAY,
            "output_every": STEPS_PER_DAY,
            "restart_every": 5 * STEPS_PER_DAY,
            "two_loops": two_loops,
            "restart_in": restart.absolute() if restart else "",
            "branch": restart is not None,
        },
        hybrid.read() if hybrid else "",
        threads,
    )
    click.echo(chosen.run().strip())
    draw(chosen.output, chosen.folder / "burdens.png")
    click.echo(f"output: {chosen.output}\npicture: {chosen.folder / 'burdens.png'}")


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
@click.option("--scenario", default="held_out", show_default=True, help="Of the emissions.")
@click.option("--days", type=click.IntRange(1), default=30, show_default=True)
@click.option(
    "--spin-up",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="Days that both runs have in common.",
)
@click.option(
    "--restart",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What the spin-up starts from; of another scenario too. Default: clean air.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=ROOT / "coupled",
    show_default=True,
    help="Folder of the runs, the summary and the pictures.",
)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
def coupled(
    emulator: Path,
    scenario: str,
    days: int,
    spin_up: int,
    restart: Path | None,
    output: Path,
    threads: int,
) -> None:
    """Run natively and with EMULATOR from one restart, and compare burdens and sizes."""
    from column_coupled import run_coupled
    from column_host import Variant, build
    from column_runs import ColumnRun
    from columns import make_columns

    options = {"scenario": scenario, "branch": True}
    if restart:
        options["restart_in"] = restart.absolute()
    native = ColumnRun(
        output,
        build(ROOT, Variant()),
        make_columns(ROOT, ROOT / "columns.nc"),
        options,
        threads=threads,
    )
    summary = run_coupled(native, emulator, days, spin_up)
    for name, row in summary["burdens"].items():
        growth = "" if row["growth"] is None else f", growth {row['growth']:.2%}"
        click.echo(f"{name}: largest error {row['largest']:.2%}{growth}")
    click.echo(f"summary: {output / 'summary.json'}")
    raise SystemExit(1 if summary["rejected"] else 0)


main()
