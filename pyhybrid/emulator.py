# SPDX-License-Identifier: BSD-3-Clause
"""An emulator file, run from Python."""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Hashable, Mapping, Set
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from . import _abi
from ._abi import Array
from ._handle import Handle
from ._noise import Draw, noise_of, require_all_or_none, require_no_draw
from ._toml import toml_lines
from ._words import listed, mismatch, unknown
from .card import Card, Field
from .errors import FieldError, ShapeError
from .host import Domain, Scheme, to_logging

_DTYPES = {"real32": np.float32, "real64": np.float64}
_DRAWS = 4  # schemes that are kept for noise of other seeds and columns
_KINDS = {"real": ("real32", "real64"), "integer": ("int32",), "logical": ("int32",)}  # of arrays


class Emulator(Handle):
    """A network and its card.

    Parameters
    ----------
    path : path
        The file; its suffix says which backend runs it.
    orientation : {"top_down", "bottom_up"}
        Where level 1 is in the arrays that `predict` gets and returns.
    **options
        The keys of a scheme's table that concern an emulator, such as ``backend="python"`` or
        ``batch={"columns": 256}``.

    Raises
    ------
    EmulatorFileError, CardError
        If the file is missing, truncated or corrupt; if its card is not as it should be.
    PluginError
        If the backend is not installed.
    ConfigError
        If an option is unknown or of the wrong type.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, orientation: str = "top_down", **options: Any
    ) -> None:
        self.path = Path(path).absolute()
        self._orientation, self._options = orientation, toml_lines(options)
        self._schemes: dict[tuple[Hashable, Hashable], Scheme] = {}
        emulator = _abi.ffi().new("hyb_emulator **")
        file = os.fsencode(self.path)
        _abi.call("hyb_emulator_open", file, self._options.encode(), emulator)
        super().__init__(emulator[0], "hyb_emulator_close")

    @cached_property
    def card(self) -> Card:
        """The contract inside the file."""
        text = _abi.ffi().new("const char **")
        _abi.call("hyb_emulator_card", self.pointer, text)
        return Card.from_json(_abi.text(text[0]))

    @property
    def backend(self) -> str:
        """What runs it: "builtin", "torchscript", ..."""
        return self._about["backend"]

    @property
    def about(self) -> str:
        """What the backend says of itself, such as the library of its products; "" for nothing."""
        return self._about["about"]

    @cached_property
    def _about(self) -> dict[str, str]:
        text = _abi.ffi().new("const char **")
        _abi.call("hyb_emulator_about", self.pointer, text)
        about: dict[str, str] = json.loads(_abi.text(text[0]))
        return about

    def run(self, x: Array) -> Array:
        """Runs samples as the network takes them: the low-level interface.

        Parameters
        ----------
        x : ndarray, shape (sample, feature)
            Of the card's kind, in the card's order of fields and levels, in physical values. Used
            in place where it is one batch without padding: contiguous along samples, 64-byte
            aligned.

        Returns
        -------
        ndarray, shape (sample, output)
            Of the card's kind; samples are contiguous.

        Raises
        ------
        ArgumentError, FieldError, ShapeError
            If `x` is no array, of another kind or of another shape.
        BackendError
            If the emulator failed.
        """
        view = _abi.as_view(x, "x", kinds=(self.card.kind,))
        nsample = x.shape[0] if x.ndim else 0
        y = np.empty((self.card.noutput, nsample), _DTYPES[self.card.kind]).T
        _abi.call("hyb_emulator_run", self.pointer, view, _abi.as_view(y, "y", write=True))
        return y

    def predict(
        self,
        fields: Mapping[str, Array | float],
        dtype: DTypeLike | None = None,
        *,
        seed: int | None = None,
        step: int | None = None,
        columns: ArrayLike | None = None,
    ) -> dict[str, Array]:
        """Emulates columns through the code path of a model in mode "emulate": the same bits.

        Parameters
        ----------
        fields : mapping of str to ndarray or float
            The inputs of the card, in its units: shape (ncol, nlev), (ncol,), (ncol, nspecies),
            (ncol, nlev, nspecies) or (), float32 or float64; int32 for flags. One of shape () in
            place of (ncol,) is one value for all columns, and may be a Python float.
        dtype : float64 or float32, optional
            Of the real outputs; absent: that of the inputs. Flags are int32.
        seed, step : int, optional
            Of a stochastic emulator: its noise is drawn as a scheme with this seed draws it in this
            time step; absent: 0. Noise with a correlation time is that of a first step. Or `fields`
            holds the noise, as a recording has it.
        columns : array_like of int, shape (ncol,), optional
            Likewise, global index of each column, from 1; absent: 1 to ncol.

        Returns
        -------
        dict of str to ndarray
            The outputs of the card, shaped like the inputs. Of an increment, what is added.

        Raises
        ------
        FieldError, ShapeError, CardError
            If an input is missing, unknown, or of another dtype or shape than the card says.
        ArgumentError
            If seed, step or columns are given where nothing is drawn, or are no whole numbers.
        BackendError
            If the emulator failed.
        """
        fields = _with_arrays(fields)
        draw = self._draw(fields, {"seed": seed, "step": step, "columns": columns})
        self._check(fields, draw)
        ncol = len(draw.columns) if draw else self._extent(fields, "column")
        outputs = self._zeros(fields, ncol, self._dtype(fields, dtype))
        logical = {field.name for field in self._fields() if field.kind == "logical"}
        with self._scheme(draw, fields, outputs).open(ncol) as call:
            for name, array in fields.items():
                call.put(name, array, logical=name in logical)
            call.run()
            for name, array in outputs.items():
                call.get(name, array, logical=name in logical)
        return outputs

    def close(self) -> None:
        """Ends it and gives back what it holds; a second time does nothing."""
        for scheme in self._schemes.values():
            _end(scheme)
        super().close()

    def _fields(self) -> tuple[Field, ...]:
        return (*self.card.inputs, *self.card.outputs)

    def _draw(self, fields: Mapping[str, Array], options: Mapping[str, Any]) -> Draw | None:
        """What is drawn; None if the emulator has no noise, or it is given."""
        require_all_or_none(self.card, fields)
        noise = noise_of(self.card)
        if not noise or noise[0] in fields:
            require_no_draw("the noise is given" if noise else "the card has no noise", options)
            return None
        counts = self._columns(fields)
        return Draw.of(self.card, min(counts.values(), default=None), **options)

    def _check(self, fields: Mapping[str, Array], draw: Draw | None) -> None:
        """Refuses what the library would take from a host, or tell in a host's words."""
        drawn = noise_of(self.card) if draw else []
        known = {field.name: field for field in self.card.inputs if field.name not in drawn}
        for name, array in fields.items():
            if name not in known:
                raise FieldError(f"{self.path}: {unknown('input', name, known)}")
            _abi.as_view(array, f"field {name!r}", kinds=_KINDS[known[name].kind])
        missing = [name for name in known if name not in fields]
        if missing:
            wanted = f"every input of the card of {self.path}"
            raise FieldError(mismatch("predict", wanted, f"no {listed(missing)}"))
        _require_one_length(self._columns(fields))

    def _columns(self, fields: Mapping[str, Array]) -> dict[str, int]:
        """How many each input has that has an axis of them."""
        return {
            field.name: fields[field.name].shape[0]
            for field in self.card.inputs
            if field.name in fields
            and "column" in field.dims
            and fields[field.name].ndim == len(field.dims)
        }

    def _extent(self, fields: Mapping[str, Array], axis: str) -> int:
        """Of the first input that has the axis; the library compares the others.

        Boxes that are given nothing with levels have those of their noise.
        """
        for field in self.card.inputs:
            shape = fields[field.name].shape if field.name in fields else ()
            if axis in field.dims and len(shape) == len(field.dims):
                return int(shape[field.dims.index(axis)])
        extents = (field.levels for field in self.card.inputs if axis == "level")
        return next(filter(None, extents), 1)

    def _dtype(self, fields: Mapping[str, Array], wanted: DTypeLike | None) -> np.dtype[Any]:
        """Of real outputs; noise has that of the network, which says nothing of the host's."""
        if wanted is not None:
            return np.dtype(wanted)
        noise = noise_of(self.card)
        return _real_dtype({name: one for name, one in fields.items() if name not in noise})

    def _zeros(
        self, fields: Mapping[str, Array], ncol: int, dtype: np.dtype[Any]
    ) -> dict[str, Array]:
        """Arrays for the outputs: zeros, so that an increment becomes what is added."""
        flag: np.dtype[Any] = np.dtype(np.int32)
        dtypes = {"real": dtype, "integer": flag, "logical": flag}
        return {
            field.name: np.zeros(self._shape(field, fields, ncol), dtypes[field.kind])
            for field in self.card.outputs
        }

    def _shape(self, field: Field, fields: Mapping[str, Array], ncol: int) -> tuple[int, ...]:
        """Of an output; an emulator of boxes returns as many levels as it was given."""
        box = self.card.sample == "box"
        level = self._extent(fields, "level") if box else field.levels
        extents = {
            "column": ncol,
            "level": level,
            "species": field.species,
        }
        return tuple(extents[axis] or 0 for axis in field.dims)

    def _scheme(self, draw: Draw | None, *arrays: Mapping[str, Array]) -> Scheme:
        """A scheme in mode "emulate" for arrays like these: a host's never change their kind."""
        _ = self.pointer  # refuses a closed emulator
        like = tuple((n, a.dtype, a.ndim, a.shape[1:]) for one in arrays for n, a in one.items())
        key = (like, draw.key() if draw else None)
        if key not in self._schemes:
            self._forget_draws(_DRAWS - 1)
            scalars = {name for name, array in arrays[0].items() if array.ndim == 0}
            self._schemes[key] = self._new_scheme(scalars, draw)
        if draw:
            self._schemes[key].domain.step(draw.step, dt=1.0)
        return self._schemes[key]

    def _forget_draws(self, most: int) -> None:
        """Keeps the latest ones only: an ensemble has many, each with an emulator of its own."""
        drawn = [key for key in self._schemes if key[1] is not None]
        for key in drawn[: max(len(drawn) - most, 0)]:
            _end(self._schemes.pop(key))

    def _new_scheme(self, scalars: Set[str], draw: Draw | None) -> Scheme:
        """Declares the card's dims, without which rank 2 is levels, but not for `scalars`."""
        nothing = dict.fromkeys(("finite", "constraint"), "pass")  # no native routine is at hand
        keys: dict[str, Any] = {"mode": "emulate", "emulator": str(self.path), "guard": nothing}
        if noise_of(self.card):
            keys |= {"seed": draw.seed} if draw else {"noise": "put"}
        text = f"[scheme.predict]\n{toml_lines(keys)}{self._options}"
        domain = Domain(text=text, log=_log, column=draw.columns if draw else None)
        scheme = domain.scheme("predict", self._orientation)
        for field in self._fields():
            dims = None if field.name in scalars else " ".join(field.dims) or None
            scheme.field(field.name, field.unit, field.role, dims)
        return scheme


def _end(scheme: Scheme) -> None:
    scheme.close()
    scheme.domain.close()


def _require_one_length(columns: Mapping[str, int]) -> None:
    """Names the odd ones out: those that have not what most have."""
    counts = Counter(columns.values()).most_common()
    if len(counts) < 2:
        return
    (usual, most), (_, second) = counts[:2]
    told = ", ".join(
        f"{count} of {listed(name for name, one in columns.items() if one == count)}"
        for count, _ in counts
        if count != usual or most == second
    )
    wanted = "one number" if most == second else f"{usual}, as in most fields"
    raise ShapeError(mismatch("predict: columns", wanted, told))


def _log(level: int, text: str) -> None:
    """A failure is told by its exception."""
    if level < logging.ERROR:
        to_logging(level, text)


def _with_arrays(fields: Mapping[str, Array | float]) -> dict[str, Array]:
    """Python floats as arrays of the others' dtype."""
    arrays = {name: one for name, one in fields.items() if not isinstance(one, float)}
    dtype = _real_dtype(arrays)
    return {
        name: np.array(one, dtype) if isinstance(one, float) else one
        for name, one in fields.items()
    }


def _real_dtype(fields: Mapping[str, Array]) -> np.dtype[Any]:
    arrays = (one for one in fields.values() if isinstance(one, np.ndarray))
    reals = [array.dtype for array in arrays if array.dtype.kind == "f"]
    return np.result_type(*reals) if reals else np.dtype(np.float64)
