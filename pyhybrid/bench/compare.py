# SPDX-License-Identifier: BSD-3-Clause
"""Emulators against plain libtorch and against their products of matrices alone."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from . import program
from .files import CONTENDERS
from .jobs import Json, Pace, built_in, emulators, file_jobs, network_job

BLOCKS = (16, 64, 128, 512, 4096)  # columns of a call
NETWORKS = ("mlp", "m7", "gru", "conv")
BACKENDS = tuple(contender.name for contender in CONTENDERS)
_START = ("m7", 16)  # network and columns with which starts and memory are measured


def compare(
    files: Sequence[Path],
    names: Sequence[str],
    backends: Sequence[str],
    blocks: Sequence[int],
    pace: Pace,
    calls: int,
) -> Json:
    """Seconds of a call by network, block and contender; the stages; starts; memory.

    Parameters
    ----------
    files : sequence of path
        Emulators of the user's, besides the built-in networks.
    names : sequence of str
        Of the built-in networks.
    backends : sequence of str
        Of `BACKENDS`, for the built-in networks; starts and memory are measured with one of them.
    blocks : sequence of int
        Columns of a call.
    pace : Pace
    calls : int
        After which the memory is looked at again.

    Returns
    -------
    dict
        "rows", "networks" [FLOP, host's values of a column], "roofline" [FLOP s-1, bytes s-1],
        "library" (of the products), "start" [s, bytes], "calls" [bytes], "asked".

    Raises
    ------
    BenchError
        If the program is missing or failed.
    HybridError
        If one of the files cannot be opened.
    """
    backends = backends if names else ()
    jobs = file_jobs(files)
    missing = _add_built_in(jobs, names, backends)
    result = program.run({**_job(pace), "networks": jobs, "blocks": list(blocks)})
    result["networks"] = {
        job["name"]: {"flops": job["flops"], "values": job["values"]} for job in jobs
    }
    wanting = [row | {"block": block} for row in missing for block in blocks]
    result["rows"] += wanting
    found, failed = _one_network(backends)
    result["start"] = _starts(found, pace) + failed
    result["calls"] = _memory(found, failed, calls)
    asked = {"networks": names, "contenders": backends, "blocks": blocks}
    return result | {"asked": {key: list(values) for key, values in asked.items()}}


def _job(pace: Pace) -> Json:
    job = {"task": "compare", "rounds": pace.rounds, "seconds": pace.seconds}
    plain = program.plain_torch()
    return job | ({"plain": str(plain)} if plain else {})


def _add_built_in(jobs: list[Json], names: Iterable[str], backends: Iterable[str]) -> list[Json]:
    """Adds jobs for the networks; returns rows for the emulators that cannot be had."""
    missing = []
    for network in built_in(names):
        job = network_job(network)
        job["emulators"], failed = emulators(network, backends)
        baseline, _ = emulators(network, ["torchscript"])
        for one in baseline:
            job["plain"] = one["file"]
        jobs.append(job)
        missing += failed
    return missing


def _one_network(backends: Iterable[str]) -> tuple[list[Json], list[Json]]:
    (network,) = built_in(_START[:1])
    found, missing = emulators(network, backends)
    shape = {"network": network_job(network), "columns": _START[1]}
    return [shape | {"emulator": one} for one in found], missing


def _starts(jobs: list[Json], pace: Pace) -> list[Json]:
    """Each in a process of its own, in turns; medians."""
    told = [[_started(job) for job in jobs] for _ in range(min(pace.rounds, 7))]
    columns = zip(*told, strict=True)
    return [_median_start(job, column) for job, column in zip(jobs, columns, strict=True)]


def _started(job: Json) -> Json:
    try:
        return program.run({**job, "task": "start", "since": time.monotonic()})
    except program.BenchError as error:
        return {"error": str(error)}


def _median_start(job: Json, told: Sequence[Json]) -> Json:
    name = {"network": _START[0], "contender": job["emulator"]["name"]}
    failed = [one for one in told if "error" in one]
    if failed:
        return name | failed[0]
    return name | {key: median(one[key] for one in told) for key in ("seconds", "resident", "peak")}


def _memory(found: list[Json], missing: list[Json], calls: int) -> Json:
    """Of the built-in engine before and after many calls."""
    name = {"network": _START[0], "contender": "builtin"}
    for row in missing:
        if row["contender"] == "builtin":
            return row
    mine = [job for job in found if job["emulator"]["name"] == "builtin"]
    if not mine:
        return name | {"error": "not asked for"}
    try:
        return name | program.run({**mine[0], "task": "calls", "calls": calls})
    except program.BenchError as error:
        return name | {"error": str(error)}
