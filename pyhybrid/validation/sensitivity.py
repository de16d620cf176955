# SPDX-License-Identifier: BSD-3-Clause
"""How outputs answer to inputs: Jacobians beside the native routine's, and attributions."""

from __future__ import annotations

import dataclasses
import importlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._words import listed, mismatch
from ..errors import ArgumentError, HybridError, PluginError
from .attribution import Attribution, attribution
from .jacobian import Jacobian, jacobian
from .running import Runner
from .samples import Fields, Part, Recording, Samples, read
from .validating import Validation

Array = NDArray[np.float64]
Routine = Callable[[Fields], Fields]
_SCALE = 128  # samples by which the size of a variation is judged


@dataclass
class Sensitivity:
    """Of one emulator.

    Attributes
    ----------
    emulated : Jacobian
    native : Jacobian, optional
    missed : float, optional
        By how much the native function misses what was recorded, in standard deviations at most.
    shares : Attribution, optional
    """

    emulated: Jacobian | None = None
    native: Jacobian | None = None
    missed: float | None = None
    shares: Attribution | None = None

    def as_json(self) -> dict[str, Any]:
        """What there is."""
        found: dict[str, Any] = {}
        if self.emulated:
            found["jacobian"] = self.emulated.as_json(self.native)
            found["jacobian"]["native_function_misses"] = self.missed
        if self.shares:
            found["attribution"] = self.shares.as_json()
        return found


@dataclass(frozen=True)
class Ground:
    """Where derivatives are taken, and what counts as a usual variation.

    Attributes
    ----------
    samples : Samples
        With all recorded inputs, reals in real64.
    spread : Samples
        More of them, from all over the recording.
    """

    samples: Samples
    spread: Samples

    @classmethod
    def of(cls, recording: Recording, runner: Runner, count: int) -> Ground:
        """Evenly spaced samples of all files."""
        names = {
            "input": list(recording.variables["input"]),
            "native": [one.name for one in runner.scored],
        }
        spread = _evenly(recording, names, max(_SCALE, count))
        which = np.linspace(0, len(spread) - 1, min(count, len(spread))).round().astype(int)
        return cls(spread.some(np.unique(which)), spread)


def sensitivities(
    validation: Validation, native: str | None, attributions: bool, count: int
) -> dict[str, Sensitivity]:
    """By emulator; Jacobians where a native function is given, attributions where asked for.

    Raises
    ------
    ArgumentError
        If there is no such function, or it fails or gives something else than the outputs.
    PluginError
        If captum is missing.
    """
    if native is None and not attributions:
        return {}
    routine = check_sensitivities(native, attributions)
    found: dict[str, Sensitivity] = {}
    for name, runner in validation.runners.items():
        ground = Ground.of(validation.recording, runner, count)
        places, emulator = (runner, ground.samples, ground.spread), emulating(runner, ground)
        one = found[name] = Sensitivity()
        if routine:
            checked = checked_routine(str(native), routine, runner)
            one.missed = _missed(checked, ground)
            one.native, one.emulated = jacobian(*places, checked), jacobian(*places, emulator)
        if attributions:
            one.shares = attribution(*places, emulator)
    return found


def check_sensitivities(native: str | None, attributions: bool) -> Routine | None:
    """The native function; whether all is there that `sensitivities` needs.

    Raises
    ------
    ArgumentError, PluginError
        As `sensitivities`.
    """
    if attributions:
        _require_captum()
    return routine_of(native) if native else None


def emulating(runner: Runner, ground: Ground) -> Routine:
    """The emulator as a function of fields, in real64; noise is that of the samples."""

    def run(fields: Fields) -> Fields:
        count = len(next(iter(fields.values())))
        which = np.arange(count) % len(ground.samples)
        return runner.run(_with_inputs(ground.samples.some(which), fields), wide=True)

    return run


def _with_inputs(samples: Samples, fields: Fields) -> Samples:
    return dataclasses.replace(samples, groups={"input": fields})


def routine_of(name: str) -> Routine:
    """``module:function``; modules of the working directory are found too.

    Raises
    ------
    ArgumentError
        If there is none.
    """
    module, colon, function = name.partition(":")
    if not (module and colon and function):
        raise ArgumentError(mismatch("--native", "module:function", repr(name)))
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # at the end: nothing that is installed is hidden
    try:
        found = getattr(importlib.import_module(module), function, None)
    except Exception as error:  # whatever a module does when it is imported
        raise ArgumentError(mismatch("--native", f"a module {module!r}", error)) from error
    if not callable(found):
        raise ArgumentError(mismatch(f"--native: {module}", f"a function {function!r}", "none"))
    routine: Routine = found
    return routine


def checked_routine(name: str, routine: Routine, runner: Runner) -> Routine:
    """Whose results are what the emulator gives, or an `ArgumentError`."""

    def run(fields: Fields) -> Fields:
        count = len(next(iter(fields.values())))
        scored = {one.name for one in runner.scored}
        zeros = runner.zeros(count)
        shapes = {key: one.shape for key, one in zeros.items() if key in scored}
        try:
            found = routine({key: values.copy() for key, values in fields.items()})
        except HybridError:
            raise
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            raise ArgumentError(mismatch(f"--native {name}", "no exception", what)) from error
        missing = [key for key in shapes if not isinstance(found, dict) or key not in found]
        if missing:
            wanted = f"a dict with {listed(shapes)}"
            raise ArgumentError(mismatch(f"--native {name}", wanted, f"no {listed(missing)}"))
        for key, shape in shapes.items():
            if np.shape(found[key]) != shape:
                where = f"--native {name}: {key!r}"
                raise ArgumentError(mismatch(where, f"shape {shape}", np.shape(found[key])))
        return {key: np.asarray(found[key]) for key in shapes}

    return run


def _missed(routine: Routine, ground: Ground) -> float:
    """A function that is not the recorded routine makes a wrong Jacobian."""
    found = routine(ground.samples.groups["input"])
    worst = 0.0
    for name, values in found.items():
        recorded = ground.samples.groups["native"][name].astype(np.float64)
        spread = ground.spread.groups["native"][name].std(0, dtype=np.float64)
        error = np.abs(values - recorded) / np.where(spread > 0, spread, 1.0)
        worst = max(worst, float(np.nanmax(error, initial=0.0)))
    return worst


def _require_captum() -> None:
    try:
        import captum
    except ImportError as error:
        wanted = "captum for attributions (pip install 'pyhybrid[attribution]')"
        raise PluginError(mismatch("validate", wanted, f"none: {error}")) from error
    assert captum


def _evenly(recording: Recording, names: dict[str, list[str]], count: int) -> Samples:
    """Of all files behind each other, reals in real64."""
    places = [
        Part(path, place, place + 1)
        for path, total in recording.counts.items()
        for place in _chosen(total, max(1, count * total // len(recording)))
    ]
    return _joined([read(part, names, recording.places) for part in places])


def _chosen(total: int, count: int) -> list[int]:
    if not total:
        return []
    return sorted(set(np.linspace(0, total - 1, min(count, total)).round().astype(int).tolist()))


def _joined(parts: list[Samples]) -> Samples:
    about: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("step", "column", "date", "lat", "lon", "area")
        if getattr(parts[0], name) is not None
    }
    groups = {
        group: {
            name: _wide(np.concatenate([part.groups[group][name] for part in parts]))
            for name in fields
        }
        for group, fields in parts[0].groups.items()
    }
    return dataclasses.replace(parts[0], **about, groups=groups)


def _wide(values: NDArray[Any]) -> NDArray[Any]:
    return values.astype(np.float64) if values.dtype.kind == "f" else values
