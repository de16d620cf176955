# SPDX-License-Identifier: BSD-3-Clause
"""A run from its files: ranks are added up, restarts follow one another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from .._words import listed, mismatch
from ..errors import ArgumentError
from .adding import add
from .files import Json, Statistics, read_files

# In these modes what a restart has of the library's state includes the counters.
_RESTORED = ("shadow", "emulate", "blend", "correct")


@dataclass(frozen=True)
class Run:
    """All that is known of a run.

    Attributes
    ----------
    files : tuple of Path
        What it was read from.
    ranks : int
        Processes of its last part.
    first, last : int or None
        The first and the last step that were opened, None if there was none.
    date : str
        Of the last step, "" if the host gives none.
    schemes : dict
        By name, over all ranks and all parts: the layout of docs/configuration.md.
    history : list of dict
        Records, each over all ranks.
    notes : tuple of str
        What is missing or does not fit.
    """

    files: tuple[Path, ...]
    ranks: int
    first: int | None
    last: int | None
    date: str
    schemes: dict[str, Json]
    history: list[Json]
    notes: tuple[str, ...]

    def as_json(self) -> Json:
        """The same for other programs."""
        return {**vars(self), "files": [str(path) for path in self.files]}


@dataclass(frozen=True)
class _Part:
    """The ranks of one process group, from its start to its end."""

    files: Sequence[Statistics]  # by rank

    @property
    def lead(self) -> Statistics:
        return self.files[0]

    @property
    def began(self) -> float:
        return self.lead.began if self.lead.began is not None else float("-inf")


def read_run(runs: Iterable[Path]) -> Run:
    """Reads a run from folders and files: all its ranks, all its restarts.

    Parameters
    ----------
    runs : iterable of Path
        In any order.

    Raises
    ------
    ArgumentError
        If there are no files, or one is broken, of another version or of another run.
    PluginError
        If netCDF4 is missing and needed.
    """
    notes: list[str] = []
    files = read_files(runs)
    parts = _parts(files, notes)
    last = parts[-1].lead.contents
    firsts = [part.lead.began for part in parts if part.lead.began is not None]
    return Run(
        files=tuple(one.path for one in files),
        ranks=last["ranks"],
        first=min(firsts, default=None),
        last=last["step"] if firsts else None,
        date=last["date"],
        schemes=_schemes(parts, notes),
        history=_history(parts),
        notes=tuple(dict.fromkeys(notes)),
    )


def _parts(files: Sequence[Statistics], notes: list[str]) -> list[_Part]:
    groups: dict[int | None, list[Statistics]] = {}
    for one in files:
        groups.setdefault(one.began, []).append(one)
    parts = [_part(group, notes) for group in groups.values()]
    return sorted(parts, key=lambda part: part.began)


def _part(files: list[Statistics], notes: list[str]) -> _Part:
    files.sort(key=lambda one: one.rank)
    for one, other in zip(files, files[1:], strict=False):
        if one.rank == other.rank:
            found = f"two that begin at step {one.began}, {one.path} and {other.path}"
            raise ArgumentError(mismatch(f"report: rank {one.rank}", "one file", found))
    _compare(files, notes)
    return _Part(files)


def _compare(files: list[Statistics], notes: list[str]) -> None:
    """Ranks of one run know the same number of ranks, the same schemes and the same step."""
    lead = files[0]
    _refuse_other(files, "ranks", lambda one: one.contents["ranks"])
    _refuse_other(files, "schemes and modes", _modes)
    ranks, found = lead.contents["ranks"], {one.rank for one in files}
    missing = [str(rank) for rank in range(ranks) if rank not in found]
    if missing:
        which = ", ".join(missing[:8]) + (" ..." if len(missing) > 8 else "")
        lacking = f"none of rank {which}; totals lack them"
        notes.append(mismatch(f"ranks from step {lead.began}", f"files of {ranks}", lacking))
    steps = sorted({one.contents["step"] for one in files})
    if len(steps) > 1:
        found_steps = f"{steps[0]} to {steps[-1]}: the run was killed, or goes on"
        notes.append(mismatch(f"last step of the ranks from step {lead.began}", "one", found_steps))


def _modes(one: Statistics) -> list[str]:
    return [f"{name} ({scheme.get('mode')})" for name, scheme in one.contents["schemes"].items()]


def _refuse_other(files: list[Statistics], what: str, key: Any) -> None:
    lead = files[0]
    for one in files[1:]:
        if key(one) != key(lead):
            expected = f"{key(lead)} as in {lead.path}"
            found = f"{key(one)}: files of several runs?"
            raise ArgumentError(mismatch(f"report: {one.path}: {what}", expected, found))


def _schemes(parts: Sequence[_Part], notes: list[str]) -> dict[str, Json]:
    totals: dict[str, Json] = {}
    for number, part in enumerate(parts):
        for name in part.lead.contents["schemes"]:
            own = reduce(add, (one.contents["schemes"][name] for one in part.files))
            if name in totals and not _includes_former(part, totals[name], own):
                own = add(totals[name], own)
            totals[name] = own
        _look_for_former(parts[:number], part, notes)
    return totals


def _includes_former(part: _Part, former: Json, scheme: Json) -> bool:
    """A restart may change the mode."""
    modes = (former["mode"], scheme["mode"])
    return part.lead.restored is not None and all(mode in _RESTORED for mode in modes)


def _look_for_former(former: Sequence[_Part], part: _Part, notes: list[str]) -> None:
    restored = part.lead.restored
    if restored is None and former and former[-1].lead.contents["step"] >= part.began:
        notes.append(
            f"steps from {part.lead.began} were run twice, without a restart of pyhybrid's state: "
            "totals have both"
        )
    if restored is not None and not former:
        notes.append(
            f"the restart of step {restored}: expected the files of the run before it, found none; "
            "totals include it, the history does not"
        )


def _history(parts: Sequence[_Part]) -> list[Json]:
    records: list[Json] = []
    for part in parts:
        restored = part.lead.restored
        end = restored if restored is not None else part.began - 1
        records = [one for one in records if one["step"] <= end]
        records += _records(part)
    return records


def _records(part: _Part) -> list[Json]:
    """Those of the first rank are of all, unless each has its own."""
    records: dict[int, Json] = {}
    for one in part.files:
        for record in one.contents["history"]:
            before = records.get(record["step"])
            records[record["step"]] = _joined(before, record) if before else record
    return [records[step] for step in sorted(records)]


def _joined(one: Json, other: Json) -> Json:
    names = {**one["schemes"], **other["schemes"]}
    schemes = {name: add(one["schemes"].get(name, {}), other["schemes"].get(name, {}))
               for name in names}  # fmt: skip
    return {**one, "ranks": one["ranks"] + other["ranks"], "schemes": schemes}


def summary(run: Run) -> str:
    """One line."""
    names = listed(run.schemes) if run.schemes else "no scheme"
    steps = "no step" if run.first is None else f"steps {run.first} to {run.last}"
    dated = f", until {run.date}" if run.date else ""
    ranks = f"{run.ranks} rank{'s' if run.ranks > 1 else ''}"
    return f"{names}: {steps}{dated}, {ranks}, {len(run.history)} records"
