# SPDX-License-Identifier: BSD-3-Clause
"""Why a run's emulated results are not those that the same inputs give now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .replaying import Replay
    from .running import Runner

Attributes = Mapping[str, Any]
_ROUNDING = 1e4  # roundings: what sums in another order, or of a rounded input, may grow to


def reasons(found: Replay) -> list[str]:
    """What differs between the run and this replay, and what sizes tell; none if all is same."""
    if found.same:
        return []
    return [*_of_files(found), *_sizes(found)]


def _of_files(found: Replay) -> Iterator[str]:
    """What differs by what the files say of their runs, with their names unless all say it."""
    files: dict[str, list[str]] = {}
    for name, attrs in found.recording.attrs_of.items():
        for reason in (*_emulator(attrs, found.runner), *_settings(attrs, found.runner)):
            files.setdefault(reason, []).append(name)
    for reason, names in files.items():
        some = len(names) < len(found.recording.attrs_of)
        yield f"{_few(names)}: {reason}" if some else reason


def _few(names: list[str]) -> str:
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _emulator(attrs: Attributes, runner: Runner) -> Iterator[str]:
    recorded, here = attrs.get("emulator_sha256"), runner.sha256
    if recorded and recorded != here:
        yield f"another file: the run's has SHA-256 {recorded[:16]}..., this one {here[:16]}..."
    name = attrs.get("emulator")
    if name and name != runner.card.name:
        yield f"another emulator: the run had {name!r}, this one is {runner.card.name!r}"
    backend = attrs.get("backend")
    if backend and backend != runner.backend:
        yield f"another backend: the run had {backend!r}, this is {runner.backend!r}"


def _settings(attrs: Attributes, runner: Runner) -> Iterator[str]:
    """Keys of the scheme's table that change results, as the run had them and as they are here."""
    keys = runner.setting.keys
    here = {
        "device": keys.get("device", "cpu"),
        "precision": keys.get("precision", "float32"),
        "batch.columns": keys.get("batch", {}).get("columns", 512),
    }
    for key, value in here.items():
        recorded = attrs.get(key.replace(".", "_"))
        if recorded and recorded != str(value):
            yield f"{key}: the run had {recorded}, here it is {value} (give the run's --config)"
    clips = str(attrs.get("clipping_guards", "")).split()
    guards = keys.get("guard", {})
    lacking = [guard for guard in clips if not _clips(guards.get(guard))]
    if lacking:
        yield f"guards of the run clip values: {', '.join(lacking)} (give the run's --config)"
    if attrs.get("kind") == "real32":
        yield "kind = \"real32\" in the table record of the run: inputs were rounded when recorded"
    if "emulator_sha256" not in attrs:
        yield "the recording does not say which emulator the run had (an older pyhybrid wrote it)"


def _clips(guard: object) -> bool:
    return (guard.get("policy") if isinstance(guard, dict) else guard) == "clip"


def _sizes(found: Replay) -> Iterator[str]:
    for name, one in found.fields.items():
        if one.not_finite:
            count = f"{one.not_finite} of the values that differ"
            yield f"{name}: {count} are no finite numbers, here or in the run"
    differing = [one for one in found.fields.values() if one.different > one.signs]
    if not differing:
        yield "the sign of zeros alone: the numbers are the same"
    elif all(0 < one.relative < _ROUNDING * one.rounding for one in differing):
        most = max(one.relative for one in differing)
        yield (
            f"at most {most:.1g} of a field's root mean square: rounding, as by another CPU, "
            "backend, version of a library, number of threads or block size"
        )
    elif found.columns == found.samples:
        yield "large and everywhere: another network, or inputs that were changed"
    else:
        share = 100 * found.columns / found.samples
        yield f"large, in {share:.3g} % of the samples: something that only some columns meet"
