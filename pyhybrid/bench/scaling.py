# SPDX-License-Identifier: BSD-3-Clause
"""Threads, ranks, and the form of the host's loop."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from statistics import median

from . import program
from .about import cores
from .jobs import Json, Pace, built_in, emulators, network_job

BACKENDS = ("builtin", "torchscript")
# Tens of milliseconds; the last block is not full, as in most hosts.
COLUMNS = {"mlp": 16394, "m7": 16394, "gru": 4106, "conv": 4106}
_BATCH = 512  # columns of one inference
_RANKS = "m7"
_CUTS = (64, 40)  # columns of a block of each rank, as another decomposition would have them


def scaling(
    names: Sequence[str], backends: Sequence[str], pace: Pace, columns: int | None = None
) -> Json:
    """Seconds of a pass over all columns by form, block and threads; and by ranks.

    Parameters
    ----------
    names : sequence of str
        Of the built-in networks.
    backends : sequence of str
        Of `compare.BACKENDS`; the first one for the ranks.
    pace : Pace
    columns : int, optional
        Of a pass; by default as many as take tens of milliseconds.

    Returns
    -------
    dict
        "rows", "ranks", "asked".

    Raises
    ------
    BenchError
        If the program is missing or failed.
    """
    rows = []
    for name in names:
        rows += _rows(name, backends, columns or COLUMNS[name], pace)
    ranks = _ranks(backends[0], columns or COLUMNS[_RANKS], pace)
    asked = {"networks": list(names), "contenders": list(backends), "cores": cores()}
    return {"rows": rows, "ranks": ranks, "asked": asked}


def _job(name: str, columns: int, pace: Pace) -> Json:
    (network,) = built_in([name])
    shape = {"network": network_job(network), "columns": columns, "batch": _BATCH}
    return shape | {"rounds": pace.rounds, "seconds": pace.seconds}


def _rows(name: str, backends: Iterable[str], columns: int, pace: Pace) -> list[Json]:
    (network,) = built_in([name])
    found, missing = emulators(network, backends)
    threads = list(range(1, cores() + 1))
    job = _job(name, columns, pace) | {"task": "scaling", "emulators": found, "threads": threads}
    rows: list[Json] = program.run(job)["rows"]
    return rows + missing


def _ranks(contender: str, columns: int, pace: Pace) -> Json:
    """Processes that work alone and at the same time, in turns; medians."""
    result: Json = {"network": _RANKS, "contender": contender, "columns": columns}
    (network,) = built_in([_RANKS])
    found, missing = emulators(network, [contender])
    if missing:
        return missing[0]
    job = _job(_RANKS, columns, pace) | {"task": "rank", "emulator": found[0]}
    try:
        return result | _processes(job | {"seconds": 50 * pace.seconds}, pace.rounds)
    except program.BenchError as error:
        return result | {"error": str(error)}


def _processes(job: Json, rounds: int) -> Json:
    with ExitStack() as stack:
        ranks = [stack.enter_context(program.start()) for _ in _CUTS[: cores()]]
        for rank, cut in zip(ranks, _CUTS, strict=False):
            _say(rank, json.dumps(job | {"cut": cut}))
        _heard(ranks)
        told = [[_together(ranks[: n + 1]) for n in range(len(ranks))] for _ in range(rounds)]
        seconds = [median(column) for column in zip(*told, strict=True)]
        bits = [_end(rank) for rank in ranks]
    same = {"same_bits": len(set(bits)) == 1} if len(bits) > 1 else {}
    return {"seconds": dict(enumerate(seconds, 1))} | same


def _together(ranks: Sequence[subprocess.Popen[str]]) -> float:
    """[s] of a pass while all of these are at work: that of the slowest."""
    for rank in ranks:
        _say(rank, "go")
    return max(float(one["seconds"]) for one in _heard(ranks))


def _say(rank: subprocess.Popen[str], line: str) -> None:
    assert rank.stdin
    rank.stdin.write(line + "\n")
    rank.stdin.flush()


def _heard(ranks: Sequence[subprocess.Popen[str]]) -> list[Json]:
    return [program.answer(rank, rank.stdout.readline() if rank.stdout else "") for rank in ranks]


def _end(rank: subprocess.Popen[str]) -> str:
    told, _ = rank.communicate()
    return str(program.answer(rank, told)["bits"])
