# SPDX-License-Identifier: BSD-3-Clause
"""An emulator behind the call site of a host whose arrays are those of a recording."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from .._noise import noise_of
from .._toml import toml_lines
from .._words import mismatch
from ..card import Field
from ..emulator import Emulator
from ..errors import ConfigError
from ..host import Domain, Scheme
from .samples import Array, Fields, Recording, Samples, Variable, runs
from .setting import OF_EMULATOR, Setting

_NAMELESS = "validation"  # the scheme, where a recording does not say


class Runner:
    """Runs samples through the verbs of a host.

    Parameters
    ----------
    path : Path
        The emulator.
    recording : Recording
    setting : Setting
    sha256 : str
        What the file has to have each time that it is opened; "": what it has now.

    Raises
    ------
    HybridError
        If the emulator cannot be opened; if the recording lacks an input of it.
    """

    def __init__(
        self, path: Path, recording: Recording, setting: Setting, sha256: str = ""
    ) -> None:
        self.path, self.setting = path.absolute(), setting
        self.name = recording.scheme or _NAMELESS
        self.sha256 = str(setting.keys.get("sha256") or sha256 or checksum(path)).lower()
        self.orientation, self.recorded = recording.orientation, recording.variables
        with Emulator(path, **self._emulator_options()) as emulator:
            self.card, self.backend, self.about = emulator.card, emulator.backend, emulator.about
        self.noise = noise_of(self.card)
        self.constraints = (*self.card.constraints, *setting.keys.get("constraint", []))
        self.draws = bool(self.noise) and not self._noise_is_recorded()
        recording.require("input", [field.name for field in self._put_fields()])
        self._require_time_step()

    def _require_time_step(self) -> None:
        """Without it the library would leave every column as it is."""
        if any("state" in one for one in self.constraints) and not self.setting.dt > 0:
            wanted = "a time step (--dt SECONDS), which bounds of a state need"
            raise ConfigError(mismatch(f"constraints of {self.path}", wanted, "none"))

    def _noise_is_recorded(self) -> bool:
        return set(self.noise) <= set(self.recorded.get("input", {}))

    def _emulator_options(self) -> dict[str, Any]:
        given = {key: one for key, one in self.setting.keys.items() if key in OF_EMULATOR}
        return self._required() | given

    def _required(self) -> dict[str, Any]:
        """The file is opened anew for each part; its scores are to be those of one file."""
        return {"sha256": self.sha256} if self.sha256 else {}

    def _put_fields(self) -> list[Field]:
        return [one for one in self.card.inputs if not (self.draws and one.name in self.noise)]

    @property
    def inputs(self) -> list[str]:
        """Recorded fields that it reads: the card's, and what constraints ask for."""
        needed = [field.name for field in self._put_fields()]
        asked = [name for name in named_inputs(self.constraints) if name not in needed]
        return needed + [name for name in asked if name in self.recorded.get("input", {})]

    def run(self, samples: Samples, seed: int | None = None, wide: bool = False) -> Fields:
        """What a host gets in mode emulate, without any native result: increments as such.

        Parameters
        ----------
        samples : Samples
            With the group ``input``.
        seed : int, optional
            Of noise that is drawn though the recording may hold some.
        wide : bool
            Reals in real64, whatever the host has.

        Returns
        -------
        dict of str to ndarray, shape (sample[, level][, species])
        """
        outputs = self.zeros(len(samples), wide)
        drawn = self.draws or seed is not None
        with self._scheme(samples.column if drawn else None, drawn, seed) as (domain, scheme):
            for piece, first in _calls(samples, drawn, self.scalars()):
                domain.step(int(samples.step[piece.start]), dt=self.setting.dt)
                self.call(scheme, samples, piece, outputs, first, drawn)
        return outputs

    def zeros(self, ncol: int, wide: bool = False) -> Fields:
        """Arrays for the outputs, of the kind that the host has where that was recorded."""
        recorded = {one.name: self._variable(one) for one in self.card.outputs}
        real = {one.name for one in self.card.outputs if one.kind == "real"}
        return {
            name: np.zeros((ncol, *one.shape), np.float64 if wide and name in real else one.dtype)
            for name, one in recorded.items()
        }

    @property
    def scored(self) -> list[Field]:
        """Outputs that have a native result: a host need not take all of them."""
        return [one for one in self.card.outputs if one.name in self.recorded.get("native", {})]

    def _variable(self, field: Field) -> Variable:
        """As the host has it; results of the emulator are recorded in the network's kind."""
        for group in ("native", "input", "emulated"):
            if field.name in self.recorded.get(group, {}):
                return self.recorded[group][field.name]
        levels = field.levels if self.card.sample == "column" else self._levels()
        extents = {"column": None, "level": levels, "species": field.species}
        axes = tuple(axis for axis in field.dims if extents[axis] is not None)
        shape = tuple(int(extents[axis] or 0) for axis in axes)
        dtype = np.dtype(np.float64 if field.kind == "real" else np.int32)
        return Variable(field.unit, field.role, dtype, shape, field.kind == "logical", axes)

    def _levels(self) -> int:
        """That boxes were recorded in."""
        names = (one.name for one in self.card.inputs if "level" in one.dims)
        return next((self.recorded["input"][name].shape[0] for name in names), 1)

    def scalars(self) -> list[str]:
        """Inputs of one value for all columns of a block."""
        return [one.name for one in self._put_fields() if "column" not in one.dims]

    def call(
        self, scheme: Scheme, samples: Samples, piece: slice, outputs: Fields, first: int = 1,
        drawn: bool = False,
    ) -> None:  # fmt: skip
        """One block, into a part of the outputs; `first` is its first column in the domain."""
        scalars, logical = self.scalars(), self._logical()
        with scheme.open(piece.stop - piece.start, first) as call:
            for name, values in samples.groups["input"].items():
                if name not in self.inputs or (drawn and name in self.noise):
                    continue
                array = values[piece.start, ...].copy() if name in scalars else values[piece]
                call.put(name, np.asarray(array), logical=name in logical)
            call.run()
            for name, array in outputs.items():
                call.get(name, array[piece], logical=name in logical)

    def _logical(self) -> set[str]:
        fields = (*self.card.inputs, *self.card.outputs)
        return {field.name for field in fields if field.kind == "logical"}

    @contextmanager
    def _scheme(
        self, column: Array | None, drawn: bool, seed: int | None
    ) -> Iterator[tuple[Domain, Scheme]]:
        columns = None if column is None else np.unique(column)
        with (
            Domain(text=self.configuration(drawn, seed), column=columns) as domain,
            domain.scheme(self.name, self.orientation) as scheme,
        ):
            self.declare(scheme)
            yield domain, scheme

    def configuration(self, drawn: bool, seed: int | None, **more: Any) -> str:
        """TOML of the scheme: the run's own keys where they concern the emulator."""
        passed = dict.fromkeys(("finite", "constraint"), "pass")  # no native routine is at hand
        keys: dict[str, Any] = {"mode": "emulate", "emulator": str(self.path), "guard": passed}
        keys |= self._required() | self.setting.keys | more
        if self.noise:
            keys |= {"noise": "drawn" if drawn else "put"}
        if seed is not None:
            keys["seed"] = seed
        return f"[scheme.{json.dumps(self.name, ensure_ascii=False)}]\n{toml_lines(keys)}"

    def declare(self, scheme: Scheme) -> None:
        """With the units and roles of the recording, so that the library compares them."""
        dims = {field.name: " ".join(field.dims) for field in self.card.inputs}
        for name in self.inputs:
            one = self.recorded["input"][name]
            scheme.field(name, one.unit, one.role, dims.get(name) or None)
        for field in self.card.outputs:
            one = self._variable(field)
            scheme.field(field.name, one.unit, one.role, " ".join(field.dims))


def checksum(path: Path) -> str:
    """SHA-256 of a file; "" where none can be read, which the library tells."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() if path.is_file() else ""
    except OSError:
        return ""


def named_inputs(constraints: tuple[Mapping[str, Any], ...]) -> list[str]:
    """Fields that constraints may read from the host."""
    names: dict[str, None] = {}
    for one in constraints:
        for table in (one, *one.get("terms", []), *one.get("fluxes", [])):
            keys = ("input", "measure", "thickness", "state", "profile")
            names |= dict.fromkeys(str(table[key]) for key in keys if key in table)
    return list(names)


def _calls(
    samples: Samples, drawn: bool, scalars: list[str]
) -> Iterator[tuple[slice, int]]:
    """Samples of one call each, and where its columns begin in the domain.

    Noise belongs to a step and to columns, which lie behind each other in a call.
    """
    values = [samples.groups["input"][name] for name in scalars]
    if not drawn:
        yield from ((one, 1) for one in runs(np.zeros(len(samples)), *values))
        return
    place = np.searchsorted(np.unique(samples.column), samples.column)
    behind = place - np.arange(len(place))  # the same as long as columns follow each other
    for one in runs(samples.step, behind, *values):
        yield one, int(place[one.start]) + 1
