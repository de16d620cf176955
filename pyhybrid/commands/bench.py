# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid bench``: what things cost on this machine."""

from __future__ import annotations

import json
import subprocess
import tempfile
from typing import Any

import click

from ..paths import library_dir


@click.group()
def bench() -> None:
    """Measure on this machine."""


@bench.command()
@click.option("--repetitions", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, times in seconds.")
@click.option("--check", is_flag=True, help="Exit with 1 unless the goal is met.")
def bridge(repetitions: int, as_json: bool, check: bool) -> None:
    """Overhead of the bridge: 30 real64 fields of 64 columns x 60 levels, an empty emulator.

    The goal is 3 us more than 1.2 times the plain conversion of the same data to real32, which
    is measured in the same loop. Times are medians.
    """
    result = _measure_bridge(repetitions)
    click.echo(json.dumps(result) if as_json else _bridge_text(result))
    if check and result["bridge_s"] > result["goal_s"]:
        raise SystemExit(1)


def _measure_bridge(repetitions: int) -> dict[str, Any]:
    try:
        program = library_dir() / "hybrid_bench_bridge"
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [program, folder, str(repetitions)], capture_output=True, text=True, check=False
            )
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    if done.returncode != 0:
        raise click.ClickException(done.stderr.strip() or f"{program} failed")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _bridge_text(result: dict[str, Any]) -> str:
    data = f"{result['fields']} fields, {result['columns']} columns x {result['levels']} levels"
    rows = {
        "open, put, run, get, close": result["bridge_s"],
        "plain conversion of the data": result["copy_s"],
        "overhead": result["overhead_s"],
        "goal for the first line": result["goal_s"],
    }
    lines = (f"  {what:<30}{1e6 * seconds:10.2f} us" for what, seconds in rows.items())
    return "\n".join([f"{data}, real64 to real32, empty emulator", *lines])
