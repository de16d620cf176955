# SPDX-License-Identifier: BSD-3-Clause
"""Goes through a recording, part by part, on this process or on the workers of a cluster.

Parts depend on the recording alone and are merged in its order, so the numbers have the same bits
with any number of workers.
"""

from __future__ import annotations

import glob
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .._each_once import check_each_once
from .._words import mismatch
from ..errors import ArgumentError
from .running import Runner, checksum
from .samples import READING, Part, Recording, read
from .scoring import Scorer
from .setting import Setting
from .splits import NOWHERE, check_split, labels, ranges_of_steps, scenario_names
from .totals import Scores, merge_all
from .workers import client_of

_AHEAD = 2  # parts that a worker has to do and did, beyond the one that is merged
_ALL = ""


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes
    ----------
    emulators : tuple of Path
    recordings : tuple of str
        Files or patterns.
    setting : Setting
    split : str
        "": none.
    members : int
    margin : float
    sums : tuple of str
        SHA-256 of each emulator, which it has to have in every process; (): what it has when its
        work begins.
    """

    emulators: tuple[Path, ...]
    recordings: tuple[str, ...]
    setting: Setting = Setting()
    split: str = ""
    members: int = 8
    margin: float = 0.25
    sums: tuple[str, ...] = ()


@dataclass
class Validation:
    """What came of it.

    Attributes
    ----------
    plan : Plan
    recording : Recording
    runners : dict of Runner
        By emulator; names are those of the files, or their paths where these are the same.
    scores : dict
        Emulator, then part of the split ("": all samples): Scores.
    """

    plan: Plan
    recording: Recording
    runners: dict[str, Runner]
    scores: dict[str, dict[str, Scores]]


class _Work:
    """What a process needs for any part."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.recording = recording_of(plan.recordings)
        sums = plan.sums or ("",) * len(plan.emulators)
        self.runners = {
            name: Runner(path, self.recording, plan.setting, one)
            for (name, path), one in zip(emulator_names(plan.emulators).items(), sums, strict=True)
        }
        for runner in self.runners.values():
            if not runner.scored:
                self.recording.require("native", [one.name for one in runner.card.outputs])
        outputs = [one.name for runner in self.runners.values() for one in runner.scored]
        inputs = [name for runner in self.runners.values() for name in runner.inputs]
        self.names = {"input": list(dict.fromkeys(inputs)), "native": list(dict.fromkeys(outputs))}
        if plan.split:
            check_split(plan.split, self.recording)
            self.files = scenario_names(self.recording)
            self.steps = ranges_of_steps(self.recording) if plan.split == "step" else ()

    def parts(self) -> list[Part]:
        """All of them, in order."""
        draws = any(runner.noise for runner in self.runners.values())
        return self.recording.parts(self.names, max(1, self.plan.members if draws else 1))

    def score(self, part: Part) -> dict[str, dict[str, Scores]]:
        """By emulator and part of the split."""
        samples = read(part, self.names, self.recording.places)
        groups: dict[str, Any] = {_ALL: slice(None)}
        if self.plan.split:
            label = labels(self.plan.split, samples, self.files, self.steps)
            groups |= {str(one): np.flatnonzero(label == one) for one in np.unique(label)
                       if one != NOWHERE}  # fmt: skip
        found: dict[str, dict[str, Scores]] = {}
        for name, runner in self.runners.items():
            scorer = Scorer(runner, self.plan.members, self.plan.margin)
            own, members = scorer.emulated(samples)
            found[name] = {
                group: scorer.score(samples.some(which), _some(own, which),
                                    [_some(one, which) for one in members])
                for group, which in groups.items()
            }  # fmt: skip
        return found


def _some(fields: Mapping[str, Any], which: Any) -> dict[str, Any]:
    return {name: values[which] for name, values in fields.items()}


def paths_of(recordings: tuple[str, ...]) -> list[str]:
    """Files, where patterns are given too; what matches nothing is left to be missed."""
    return [path for one in recordings for path in (sorted(glob.glob(one)) or [one])]


def recording_of(recordings: tuple[str, ...]) -> Recording:
    """Of files and patterns; an ArgumentError if one would count twice."""
    paths = paths_of(recordings)
    check_each_once(paths, "recordings")
    return Recording(paths)


def emulator_names(paths: Iterable[Path]) -> dict[str, Path]:
    """Short ones that differ.

    Raises
    ------
    ArgumentError
        If one is given twice, or none.
    """
    files = list(paths)
    if not files:
        raise ArgumentError(mismatch("validate", "an emulator", "none"))
    check_each_once(files, "validate: emulators")
    short = len({path.name for path in files}) == len(files)
    return {path.name if short else str(path): path for path in files}


@lru_cache(maxsize=1)
def _work(plan: Plan) -> _Work:
    return _Work(plan)


def _score(plan: Plan, part: Part) -> dict[str, dict[str, Scores]]:
    """In any process.

    One thread begins the work of all, since that opens recordings; by itself, since it would wait
    for the cluster, whose threads may all wait for it.
    """
    import dask

    with READING, dask.config.set(scheduler="synchronous"):
        work = _work(plan)
    return work.score(part)


def validate(
    plan: Plan,
    *,
    workers: int = 0,
    scheduler: str | None = None,
    done: Callable[[int, int], None] = lambda done, total: None,
    check: Callable[[Runner, Recording], None] = lambda runner, recording: None,
) -> Validation:
    """Scores emulators on all samples of recordings.

    Parameters
    ----------
    plan : Plan
    workers : int
        Processes of dask on this machine; 0: this process does everything.
    scheduler : str, optional
        Address of a dask cluster whose workers see the same files.
    done : callable
        Gets how many samples are done, and how many there are.
    check : callable
        Gets each emulator, and the recording, before any sample is scored, and may raise.

    Raises
    ------
    HybridError
        If a file is not as it should be, an emulator does not fit the recording or failed.
    PluginError
        If dask.distributed is missing and was asked for.
    """
    _work.cache_clear()
    plan = replace(plan, sums=plan.sums or tuple(checksum(path) for path in plan.emulators))
    work = _work(plan)
    for runner in work.runners.values():
        check(runner, work.recording)
    scores: dict[str, dict[str, Scores]] = {}
    count = 0
    done(0, len(work.recording))
    with _mapped(plan, work.parts(), workers, scheduler) as results:
        for part, found in zip(work.parts(), results, strict=True):
            scores = {
                name: _merged(scores.get(name, {}), groups) for name, groups in found.items()
            }
            count += len(part)
            done(count, len(work.recording))
    _work.cache_clear()
    return Validation(plan, work.recording, work.runners, scores)


def _merged(one: Mapping[str, Scores], other: Mapping[str, Scores]) -> dict[str, Scores]:
    """A part of the split need not be in every part of the recording."""
    both = {name: one[name] for name in one if name in other}
    together = merge_all(both, {name: other[name] for name in both})
    return {**one, **other, **together}


@contextmanager
def _mapped(
    plan: Plan, parts: list[Part], workers: int, scheduler: str | None
) -> Iterator[Iterator[dict[str, dict[str, Scores]]]]:
    """The scores of each part, in order."""
    if not workers and scheduler is None:
        yield (_score(plan, part) for part in parts)
        return
    with client_of(workers, scheduler) as client:
        yield _in_order(client, plan, parts)


def _in_order(
    client: Any, plan: Plan, parts: list[Part]
) -> Iterator[dict[str, dict[str, Scores]]]:
    """At most some results wait at a time, so memory does not grow with the recording."""
    most = _AHEAD * max(1, len(client.scheduler_info(n_workers=-1)["workers"]))
    waiting: deque[Any] = deque()
    for part in parts:
        if len(waiting) >= most:
            yield waiting.popleft().result()
        waiting.append(client.submit(_score, plan, part, pure=False))
    while waiting:
        yield waiting.popleft().result()
