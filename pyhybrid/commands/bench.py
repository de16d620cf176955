# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid bench``: what things cost on this machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..bench import compare as comparing
from ..bench import gpu as devices
from ..bench import online as trusting
from ..bench import scaling as scalings
from ..bench.about import about
from ..bench.goals import Verdict
from ..bench.goals import check as check_goals
from ..bench.jobs import NORMAL, QUICK, Pace
from ..bench.program import BenchError, run_bridge
from ..bench.tables import failures, measured, tables
from ._common import BEYOND, check_json, json_option, tell, told

Json = dict[str, Any]
Command = TypeVar("Command", bound=Callable[..., Any])
_CALLS, _QUICK_CALLS = 1_000_000, 1000
_BRIDGE_REPETITIONS = 2000


@dataclass(frozen=True)
class Output:
    """What becomes of the results."""

    check: bool
    json_file: Path | None
    markdown: bool
    quick: bool
    plots: Path | None = None

    @property
    def pace(self) -> Pace:
        """How long to measure."""
        return QUICK if self.quick else NORMAL


_COMMON = (
    click.option("--check", is_flag=True, help="Exit with 3 and name the goals that are missed."),
    json_option,
    click.option("--markdown", is_flag=True, help="Print tables as Markdown."),
    click.option("--quick", is_flag=True, help="Too short to tell: whether everything runs."),
)


_plots = click.option(
    "--plots",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write pictures of what `emulator` and `online` measure.",
)


def _with_output(command: Command) -> Command:
    """Adds the options that all commands have."""
    for option in reversed(_COMMON):
        command = option(command)
    return command


class _Group(click.Group):
    """Says of which commands an option is that the group has not."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            having = [name for name, command in self.commands.items()
                      if any(error.option_name in one.opts for one in command.params)]  # fmt: skip
            if not having:
                raise
            commands = " and ".join(f"'bench {name}'" for name in having)
            message = f"no such option {error.option_name}: it belongs to {commands}"
            raise click.UsageError(message, ctx) from error


@click.group(cls=_Group, invoke_without_command=True)
@_with_output
@_plots
@click.pass_context
def bench(context: click.Context, /, **options: Any) -> None:
    """Measure on this machine: without a command, everything.

    \b
    Examples:
      pyhybrid bench --check --json bench.json
      pyhybrid bench emulator --quick
    """  # noqa: D301
    output = Output(**options)
    if context.invoked_subcommand is None:
        _report(_everything(output), output)
    elif any(options.values()):
        raise click.UsageError(f"options go behind the command: bench {context.invoked_subcommand}")


def _everything(output: Output) -> Callable[[], Json]:
    quick = output.quick
    return lambda: {
        "bridge": run_bridge(_BRIDGE_REPETITIONS // (20 if quick else 1)),
        "emulator": _compare((), comparing.NETWORKS, comparing.BACKENDS, comparing.BLOCKS, output),
        "scaling": scalings.scaling(comparing.NETWORKS, scalings.BACKENDS, output.pace),
        "online": trusting.online(trusting.NETWORKS, output.pace),
        "gpu": devices.gpu(None, devices.NETWORKS, devices.COLUMNS, output.pace),
    }


def _compare(files: Any, networks: Any, backends: Any, blocks: Any, output: Output) -> Json:
    calls = _QUICK_CALLS if output.quick else _CALLS
    return comparing.compare(files, networks, backends, blocks, output.pace, calls)


def _report(measure: Callable[[], Json], output: Output) -> None:
    """Measures, prints, writes, and ends with 3 where goals are to be checked and are missed."""
    with told():
        try:
            _prepare(output)
            results = {"about": about(), **measure()}
            verdicts = check_goals(results)
            # What is too short to tell is judged only where somebody asks for it.
            judged = output.check or not output.quick
            _write(results, verdicts if judged else [], output)
        except BenchError as error:
            raise click.ClickException(str(error)) from error
    if output.check:
        _end(verdicts, failures(results))


def _prepare(output: Output) -> None:
    """Fails before minutes of measuring where the results could not be written."""
    check_json(output.json_file, "bench")
    if output.plots:
        from ..bench.plots import prepare

        prepare(output.plots)


def _write(results: Json, verdicts: list[Verdict], output: Output) -> None:
    found = tables(results, verdicts)
    texts = (table.markdown() if output.markdown else table.text() for table in found)
    tell("\n\n".join(texts), results, output.json_file)
    if output.plots:
        from ..bench.plots import plot

        for path in plot(results, output.plots):
            click.echo(f"wrote {path}", err=True)


def _end(verdicts: list[Verdict], failed: Sequence[str]) -> None:
    """Names what is missed or failed, and says why where goals do not count.

    What failed was not measured, so nothing is judged: 1, whatever else is missed.
    """
    excused = Counter(one.excuse for one in verdicts if one.excuse)
    for why, count in excused.items():
        click.echo(f"not applicable: {count} goals: {why}", err=True)
    missed = [one for one in verdicts if one.missed]
    for one in missed:
        goal = f"{one.goal.sense} {one.goal.limit:g} {one.goal.unit}".rstrip()
        click.echo(f"missed: {one.goal.row}: goal {goal}, found {measured(one)}", err=True)
    for line in failed:
        click.echo(f"failed: {line}", err=True)
    if missed or failed:
        raise click.exceptions.Exit(1 if failed else BEYOND)


_networks = click.option(
    "--network",
    "networks",
    multiple=True,
    type=click.Choice(comparing.NETWORKS),
    default=comparing.NETWORKS,
    help="Only this one of the built-in networks; repeatable.",
)


def _backends_of(default: tuple[str, ...]) -> Callable[[Command], Command]:
    return click.option(
        "--backend",
        "backends",
        multiple=True,
        type=click.Choice(comparing.BACKENDS),
        default=default,
        help="Only this one for the built-in networks; repeatable.",
    )


def _columns_of(
    option: str, name: str, default: tuple[int, ...], what: str
) -> Callable[[Command], Command]:
    """Numbers of columns."""
    return click.option(
        option,
        name,
        multiple=True,
        type=click.IntRange(1),
        default=default,
        show_default=True,
        help=f"Columns of {what}; repeatable.",
    )


@bench.command()
@click.option(
    "--repetitions", type=click.IntRange(1), default=_BRIDGE_REPETITIONS, show_default=True
)
@_with_output
def bridge(repetitions: int, **options: Any) -> None:
    """Overhead of the bridge: 30 real64 fields of 64 columns x 60 levels, an empty emulator.

    The goal is 3 us more than 1.2 times the plain conversion of the same data to real32, which
    is measured in the same loop. Times are medians.

    \b
    Examples:
      pyhybrid bench bridge --check
    """  # noqa: D301
    _report(lambda: {"bridge": run_bridge(repetitions)}, Output(**options))


@bench.command()
@click.argument(
    "files",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="[FILE]...",
)
@_networks
@_backends_of(comparing.BACKENDS)
@_columns_of("--block", "blocks", comparing.BLOCKS, "a call")
@_with_output
@_plots
def emulator(
    files: tuple[Path, ...],
    networks: tuple[str, ...],
    backends: tuple[str, ...],
    blocks: tuple[int, ...],
    **options: Any,
) -> None:
    """Backends against plain libtorch, for the built-in networks or your own emulator FILEs.

    One thread, from the host's real64 arrays to the host's real64 arrays; all take turns in one
    process, and medians count. Start, memory and the time of each stage besides.

    \b
    Examples:
      pyhybrid bench emulator --network mlp --block 64 --plots pictures
      pyhybrid bench emulator radiation.safetensors --json -
    """  # noqa: D301
    output = Output(**options)
    source = click.get_current_context().get_parameter_source
    if files and source("networks") is ParameterSource.DEFAULT:
        if source("backends") is not ParameterSource.DEFAULT:
            raise click.UsageError("--backend is for the built-in networks: a FILE has its own")
        networks = ()
    _report(lambda: {"emulator": _compare(files, networks, backends, blocks, output)}, output)


@bench.command()
@_networks
@_backends_of(scalings.BACKENDS)
@click.option("--columns", type=click.IntRange(1), help="Of a pass.")
@_with_output
def scaling(
    networks: tuple[str, ...], backends: tuple[str, ...], columns: int | None, **options: Any
) -> None:
    """Threads, ranks and the form of the host's loop over its blocks, and whether bits are kept.

    \b
    Examples:
      pyhybrid bench scaling --network mlp --markdown
    """  # noqa: D301
    output = Output(**options)
    _report(lambda: {"scaling": scalings.scaling(networks, backends, output.pace, columns)}, output)


@bench.command()
@click.option(
    "--network",
    "networks",
    multiple=True,
    type=click.Choice(trusting.NETWORKS),
    default=trusting.NETWORKS,
    help="Only this one; repeatable.",
)
@_with_output
@_plots
def online(networks: tuple[str, ...], **options: Any) -> None:
    """What guards, constraints, hooks, the audit and statistics add to an emulator.

    Blocks of 64 columns x 60 levels through the built-in engine, clean and with rejected columns;
    steps with an audit beside a native routine of known length.

    \b
    Examples:
      pyhybrid bench online --quick
    """  # noqa: D301
    output = Output(**options)
    _report(lambda: {"online": trusting.online(networks, output.pace)}, output)


@bench.command()
@click.option(
    "--device", help="As in hybrid.toml, such as cuda:1 or cpu. Default: what Torch finds."
)
@_columns_of("--columns", "columns", devices.COLUMNS, "the host")
@_with_output
def gpu(device: str | None, columns: tuple[int, ...], **options: Any) -> None:
    """An accelerator against the slowest of packing, bus and memory, measured in the same run.

    \b
    Examples:
      pyhybrid bench gpu --device cuda:0 --columns 65536
    """  # noqa: D301
    output = Output(**options)
    _report(lambda: {"gpu": devices.gpu(device, devices.NETWORKS, columns, output.pace)}, output)
