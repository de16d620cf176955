# SPDX-License-Identifier: BSD-3-Clause
"""Domain, scheme and call: the verbs of a host, the same in C, Fortran and Python.

A Python program that uses them goes through the very code that a model goes through::

    with Domain("hybrid.toml") as domain, domain.scheme("radiation") as radiation:
        domain.step(1, dt=1800.0)
        with radiation.open(ncol) as call:
            call.put("air_temperature", temperature)  # [K] (ncol, nlev)
            call.run()
            if call.native_wanted():
                native_radiation(temperature, heating)
            call.get("tendency_of_air_temperature", heating)  # [K s-1] (ncol, nlev)
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _abi
from ._abi import Array
from ._handle import Closing, Handle
from ._words import mismatch
from .errors import ArgumentError, ShapeError

Log = Callable[[int, str], None]

_LOGGING = {
    "log_info": logging.INFO,
    "log_warning": logging.WARNING,
    "log_error": logging.ERROR,
}


class Domain(Handle):
    """One grid of a host: its configuration, its columns and its clock.

    Parameters
    ----------
    config : path, optional
        The TOML file.
    text : str, optional
        TOML text in place of a file.
    column : array_like of int, shape (ncol,), optional
        Global index of each column, from 1; absent: 1 to ncol.
    lat, lon : array_like of float, shape (ncol,), optional
        Latitude [degrees_north] and longitude [degrees_east].
    area : array_like of float, shape (ncol,), optional
        Area [m2].
    log : callable, optional
        Gets ``(level, text)``, the level as in `logging`, from any thread. Absent: the logger
        ``"pyhybrid"`` of `logging`.

    Raises
    ------
    ConfigError
        If the file is missing, or a key of it is unknown or of the wrong type.
    ArgumentError, ShapeError
        If not exactly one of `config` and `text` is given; if the columns differ in number.

    Notes
    -----
    The columns are copied. Used by one thread at a time.
    """

    def __init__(
        self,
        config: str | os.PathLike[str] | None = None,
        *,
        text: str | None = None,
        column: ArrayLike | None = None,
        lat: ArrayLike | None = None,
        lon: ArrayLike | None = None,
        area: ArrayLike | None = None,
        log: Log | None = None,
    ) -> None:
        if (config is None) == (text is None):
            found = "neither" if config is None else "both"
            raise ArgumentError(mismatch("Domain", "either config or text", found))
        grid, arrays = _grid(column, {"lat": lat, "lon": lon, "area": area})
        host, handler = _host(log or to_logging)
        domain = _abi.ffi().new("hyb_domain **")
        if config is not None:
            _abi.call("hyb_domain_create", os.fsencode(config), grid, host, domain)
        else:
            _abi.call("hyb_domain_create_text", _encoded("text", text), grid, host, domain)
        del arrays  # borrowed until here
        self._handler = handler  # a scheme may outlive the domain, and still say something
        super().__init__(domain[0], "hyb_domain_destroy", handler)

    def scheme(self, name: str, orientation: str = "top_down") -> Scheme:
        """Creates the scheme that the configuration calls ``[scheme.<name>]``.

        Parameters
        ----------
        name : str
            A scheme without a table in the configuration runs natively.
        orientation : {"top_down", "bottom_up"}
            Where level 1 is in the arrays of this host.

        Raises
        ------
        PluginError, EmulatorFileError, CardError
            If its emulator cannot be opened.
        """
        return Scheme(self, name, orientation)

    def step(self, step: int, date: str | None = None, *, dt: float) -> None:
        """Opens a time step: the serial boundary at which all state changes.

        Parameters
        ----------
        step : int
            Its number.
        date : str, optional
            The model's date, ISO 8601 in the model's calendar.
        dt : float
            Time step [s].

        Raises
        ------
        PhaseError
            If calls were left open: they are discarded. The step is opened all the same.
        RecordingError
            If a recording under policy "stop" failed. The step is opened all the same.
        """
        encoded = _abi.ffi().NULL if date is None else _encoded("date", date)
        _abi.call("hyb_domain_step", self.pointer, step, encoded, dt)

    def flush(self) -> None:
        """Waits until everything recorded so far is on disk."""
        _abi.call("hyb_domain_flush", self.pointer)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes everything that a restart of the run needs into one NetCDF file.

        Parameters
        ----------
        path : path
            A former file stays until the new one is complete, and if it cannot be written.

        Raises
        ------
        StateError
            If it cannot be written.
        PhaseError
            If a call is open.
        """
        _abi.call("hyb_domain_save", self.pointer, os.fsencode(path))

    def load(self, path: str | os.PathLike[str]) -> None:
        """Loads what `save` wrote, when all schemes exist: before the first step or between steps.

        Raises
        ------
        StateError
            If the file is missing or damaged, of other columns, or of another configuration, unless
            that says ``restart = "adapt"``. Nothing has changed then.
        """
        _abi.call("hyb_domain_load", self.pointer, os.fsencode(path))

    def get_state(self) -> tuple[Array, Array]:
        """What `save` writes, as arrays.

        Returns
        -------
        shared : ndarray of float64, shape (nshared,)
        columns : ndarray of float64, shape (nrow, ncol)
            Values by column of the domain.
        """
        nshared, nrow, ncol = self._state_shape()
        shared, columns = np.empty(nshared), np.empty((nrow, ncol))
        _abi.call("hyb_domain_state_get", self.pointer, *_state(shared, columns))
        return shared, columns

    def set_state(self, shared: ArrayLike, columns: ArrayLike) -> None:
        """Loads what `get_state` gave, as `load` does.

        Parameters
        ----------
        shared : array_like of float64, shape (nshared,)
        columns : array_like of float64, shape (nrow, ncol)

        Raises
        ------
        ShapeError, StateError
            If `columns` has another rank or number of columns; if the arrays are damaged or of
            another configuration. Nothing has changed then.
        """
        arrays = _state_array("shared", shared, 1), _state_array("columns", columns, 2)
        _abi.call("hyb_domain_state_set", self.pointer, *_state(*arrays))

    def _state_shape(self) -> list[int]:
        """Values, rows and columns of the state."""
        shape = _abi.ffi().new("int64_t[3]")
        _abi.call("hyb_domain_state_shape", self.pointer, shape, shape + 1, shape + 2)
        return list(shape)

    def statistics(self) -> dict[str, Any]:
        """Counters, times [s] and scores of all schemes."""
        text = _abi.ffi().new("const char **")
        _abi.call("hyb_domain_statistics", self.pointer, text)
        statistics: dict[str, Any] = json.loads(_abi.text(text[0]))
        return statistics


class Scheme(Handle):
    """A named slot of a domain whose native routine may be replaced; made by `Domain.scheme`.

    It may outlive its domain.
    """

    def __init__(self, domain: Domain, name: str, orientation: str) -> None:
        value = _abi.word_value("hyb_orientation", orientation)
        scheme = _abi.ffi().new("hyb_scheme **")
        _abi.call("hyb_scheme_create", domain.pointer, _encoded("scheme name", name), value, scheme)
        self.domain = domain
        super().__init__(scheme[0], "hyb_scheme_destroy", domain)

    @property
    def mode(self) -> str:
        """What the configuration makes of it: "native", "record", "emulate", ..."""
        text = _abi.ffi().new("const char **")
        _abi.call("hyb_scheme_mode", self.pointer, text)
        return _abi.text(text[0])

    def field(self, name: str, unit: str, role: str = "state", dims: str | None = None) -> None:
        """Declares what the host knows of a field, before the first call.

        Parameters
        ----------
        name : str
            CF standard name where there is one.
        unit : str
            SI, in CF spelling: "K", "kg kg-1", "W m-2", "1".
        role : {"state", "tendency", "increment", "flag", "noise"}
            What the native routine does with it.
        dims : str, optional
            Axes of the host's arrays in their order, "column level" or "x z y"; absent: column,
            level, species, as many as the array has.

        Raises
        ------
        FieldError, ShapeError
            If the card says otherwise; the message has what was expected and what was found.
        """
        null = _abi.ffi().NULL
        words = [_abi.ffi().new("char[]", _encoded("field", word)) for word in (name, unit)]
        axes = null if dims is None else _abi.ffi().new("char[]", _encoded("dims", dims))
        field = _abi.ffi().new("hyb_field *")
        field.size = _abi.ffi().sizeof("hyb_field")
        field.name, field.unit, field.dims = *words, axes
        field.role = _abi.word_value("hyb_role", role)
        _abi.call("hyb_scheme_field", self.pointer, field)

    def observe(self, name: str, array: Array, *, first: int = 1) -> None:
        """Gives an increment to the hooks that learn from observations.

        Parameters
        ----------
        name : str
            An output of the emulator.
        array : ndarray, shape (ncol, nlev) or as declared
            What has to be added to the results of this step, in the unit of the output.
        first : int
            The first of these columns in the domain, counted from 1.

        Raises
        ------
        FieldError, ShapeError
            If the field is no output, or of another shape.
        """
        view = _abi.as_view(array, f"observe {name!r}")
        _abi.call(
            "hyb_scheme_observe", self.pointer, _encoded("field", name), view, len(array), first
        )

    def open(self, ncol: int, first: int = 1) -> Call:
        """Opens a call.

        Parameters
        ----------
        ncol : int
            Columns of this block; 0 is allowed.
        first : int
            The first of them in the domain, counted from 1.
        """
        return Call(self, ncol, first)


class Call(Closing):
    """One block's way through a scheme; made by `Scheme.open`. Threads may have one each.

    Arrays are borrowed for one procedure and never copied: float32, float64 or int32, of rank 0
    to 4 and any strides. By default their axes are column, level, species.
    """

    def __init__(self, scheme: Scheme, ncol: int, first: int) -> None:
        self._token = _abi.ffi().new("hyb_call *")
        _abi.call("hyb_call_open", scheme.pointer, ncol, first, self._token)

    def put(self, name: str, array: Array, *, logical: bool = False) -> None:
        """Packs an input.

        Parameters
        ----------
        name : str
            The field.
        array : ndarray, shape (ncol, nlev) or as declared
            In the unit of the card.
        logical : bool
            An int32 array of truth values, 0 or 1, for a field of kind "logical".

        Raises
        ------
        FieldError, ShapeError, PhaseError
            If the field is unknown or given twice, or of another kind; of another shape; after
            `run`.
        """
        view = _abi.as_view(array, f"put {name!r}", logical=logical)
        _abi.call("hyb_call_put", self._token, _encoded("field", name), view)

    def run(self) -> None:
        """Submits the block to the emulator, where the mode has one.

        Blocks that a thread submits before it asks for results go together: inference happens at
        the latest in the first `native_wanted`, `get` or `close`.

        Raises
        ------
        FieldError
            If an input was not given.
        BackendError
            If the emulator failed here, as with a large block. The native routine is wanted then.
        """
        _abi.call("hyb_call_run", self._token)

    def native_wanted(self) -> bool:
        """Whether the native routine has to be called now.

        Raises
        ------
        BackendError
            If the emulator failed, the first time it is asked; afterwards it is True.
        """
        wanted = _abi.ffi().new("int32_t *")
        _abi.call("hyb_call_native_wanted", self._token, wanted)
        return bool(wanted[0])

    def get(self, name: str, array: Array, *, logical: bool = False) -> None:
        """Writes an output into an array, or reads the native one where the mode needs it.

        Parameters
        ----------
        name : str
            The field.
        array : ndarray, shape (ncol, nlev) or as declared
            Writable; in the unit of the card. An increment is added to what it holds.
        logical : bool
            An int32 array of truth values, 0 or 1, for a field of kind "logical".

        Raises
        ------
        ArgumentError, FieldError, ShapeError, PhaseError
            If the array is read-only; for `put`'s reasons; before `run`.
        """
        view = _abi.as_view(array, f"get {name!r}", write=True, logical=logical)
        _abi.call("hyb_call_get", self._token, _encoded("field", name), view)

    def close(self) -> None:
        """Ends the call; a second time is a `PhaseError`."""
        _abi.call("hyb_call_close", self._token)


def _encoded(what: str, word: object) -> bytes:
    """A string for C, which ends at the first null character."""
    if not isinstance(word, str):
        raise ArgumentError(mismatch(what, "a string", type(word).__name__))
    if "\0" in word:
        raise ArgumentError(mismatch(what, "no null character", repr(word)))
    return word.encode()


def _state_array(name: str, values: ArrayLike, rank: int) -> Array:
    array = np.asarray(values)
    if array.dtype != np.float64:  # a narrower kind has lost bits
        raise ArgumentError(mismatch(name, "dtype float64", array.dtype))
    if array.ndim != rank:
        raise ShapeError(mismatch(name, f"rank {rank}", f"rank {array.ndim}"))
    return np.ascontiguousarray(array)


def _state(shared: Array, columns: Array) -> list[Any]:
    """The arguments of C for two contiguous arrays."""
    pointers = [_abi.ffi().cast("double *", array.ctypes.data) for array in (shared, columns)]
    return [pointers[0], shared.size, pointers[1], *columns.shape]


def _grid(column: ArrayLike | None, places: dict[str, ArrayLike | None]) -> tuple[Any, list[Any]]:
    """A ``hyb_grid *``, null if nothing is known, and the arrays that it points to."""
    given = {
        name: _vector(name, one, np.float64) for name, one in places.items() if one is not None
    }
    if column is not None:
        given["column"] = _vector("column", column, np.int64)
    if not given:
        return _abi.ffi().NULL, []
    grid = _abi.ffi().new("hyb_grid *")
    grid.size, grid.ncol = _abi.ffi().sizeof("hyb_grid"), _common_length(given)
    for name, array in given.items():
        ctype = "int64_t *" if name == "column" else "double *"
        setattr(grid, name, _abi.ffi().cast(ctype, array.ctypes.data))
    return grid, list(given.values())


def _vector(name: str, values: ArrayLike, dtype: type) -> Array:
    array = np.asarray(values)
    if not np.can_cast(array.dtype, dtype):
        raise ArgumentError(mismatch(name, f"values that fit {dtype.__name__}", array.dtype))
    if array.ndim != 1:
        raise ShapeError(mismatch(name, "rank 1", f"rank {array.ndim}"))
    return np.ascontiguousarray(array, dtype)


def _common_length(arrays: dict[str, Array]) -> int:
    lengths = {name: array.size for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        raise ShapeError(mismatch("Domain", "one number of columns", lengths))
    return next(iter(lengths.values()))


def to_logging(level: int, text: str) -> None:
    """What becomes of the log where a host says nothing else."""
    logging.getLogger("pyhybrid").log(level, "%s", text)


def _host(log: Log) -> tuple[Any, Any]:
    """A ``hyb_host *`` with a log handler, and the handler, which has to be kept."""
    levels = {_abi.word_value("hyb_log_level", word): level for word, level in _LOGGING.items()}

    def handle(level: int, text: Any, data: Any) -> None:
        log(levels[level], _abi.text(text))

    host = _abi.ffi().new("hyb_host *")
    host.size = _abi.ffi().sizeof("hyb_host")
    host.log = handler = _abi.ffi().callback("hyb_log_handler", handle)
    return host, handler
