# SPDX-License-Identifier: BSD-3-Clause
"""M7, the aerosol microphysics of ECHAM-HAM, and the kernels that it is made of.

Vignati, Wilson and Stier 2004, https://doi.org/10.1029/2003JD004485. ``docs/m7.md`` has the
equations. All arrays are float64 in Fortran's order; any other is refused, never copied.
"""

from __future__ import annotations

from typing import NamedTuple

from .._words import mismatch
from ..errors import ArgumentError
from ..m7.layout import TRACERS
from ._library import (
    Range,
    Real,
    check_apart,
    check_array,
    check_arrays,
    check_number,
    check_range,
    check_writable,
    empty,
    extent,
    procedure,
)

M7_TRACERS = TRACERS
"""The tracers of `m7` in their order: a gas, 18 masses [kg kg-1] and 7 numbers [kg-1]."""

M7_PAIRS = (
    *((1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7)),
    *((2, 2), (2, 3), (2, 4), (2, 5), (2, 6), (2, 7)),
    *((3, 3), (3, 5), (5, 5)),
)
"""The pairs of modes of `coagulation_kernel`, counted from 1: NS KS AS CS KI AI CI."""

_WORD = 16  # longest name of an option in Fortran

#: What the kernels take: air as `m7` does, and of the rest what neither overflows nor is absurd.
_RANGES: dict[str, Range] = {
    "temperature": (150.0, 350.0, "K"),
    "pressure": (0.01, 1.2e5, "Pa"),
    "relative_humidity": (0.0, 1.5, "1"),
    "h2so4": (0.0, 1e20, "cm-3"),
    "number": (0.0, 1e20, "cm-3"),
    "radius": (1e-9, 1.0, "cm"),
    "density": (0.01, 100.0, "g cm-3"),
    "dt": (0.0, 86400.0, "s"),
    "intra": (0.0, 1e20, "cm3 s-1"),
    "inter": (0.0, 1e20, "s-1"),
    "source": (0.0, 1e20, "cm-3 s-1"),
}


class M7Particles(NamedTuple):
    """What `m7` diagnoses after the step; empty modes have zeros.

    Attributes
    ----------
    wet_radius : ndarray, shape (ncol, nlev, 7)
        Count median radius with water [m].
    dry_radius : ndarray, shape (ncol, nlev, 4)
        Of the soluble modes, without water [m].
    density : ndarray, shape (ncol, nlev, 7)
        Of the particles with their water [kg m-3].
    water : ndarray, shape (ncol, nlev, 4)
        Of the soluble modes [kg kg-1].
    """

    wet_radius: Real
    dry_radius: Real
    density: Real
    water: Real


def m7(
    dt: float,
    pressure: Real,
    temperature: Real,
    relative_humidity: Real,
    cloud_fraction: Real,
    h2so4_production: Real,
    boundary_layer: Real,
    xt: Real,
    *,
    nucleation: str = "vehkamaki",
    activation: bool = False,
    activation_rate: float = 2.0e-6,
    water: str = "kappa",
    monolayers: float = 1.0,
) -> M7Particles:
    """Advances the aerosol of a block of columns by one time step, in place.

    Parameters
    ----------
    dt : float
        Time step [s].
    pressure, temperature, relative_humidity, cloud_fraction : ndarray, shape (ncol, nlev)
        [Pa], [K], [1], [1]. Level 1 is at the top.
    h2so4_production : ndarray, shape (ncol, nlev)
        By the chemistry [kg kg-1 s-1].
    boundary_layer : ndarray, shape (ncol, nlev)
        1 within the planetary boundary layer, 0 above [1]; activation is scaled with it.
    xt : ndarray, shape (ncol, nlev, 26)
        `M7_TRACERS`: masses [kg kg-1], sulfate as H2SO4, and numbers [kg-1]. Updated.
    nucleation : {"vehkamaki", "none"}
        Binary nucleation (Vehkamaki et al. 2002).
    activation : bool
        Nucleation by activation too (Kulmala et al. 2006).
    activation_rate : float
        Of that [s-1].
    water : {"kappa", "zsr"}
        Water uptake: kappa-Koehler theory, or that of the first M7.
    monolayers : float
        Layers of H2SO4 that make an insoluble particle soluble.

    Returns
    -------
    M7Particles

    Raises
    ------
    ArgumentError
        A value that the scheme refuses, with field, column and level; `xt` is then untouched.
    FieldError, ShapeError
        An array of another kind, shape or memory order; masked, unaligned, or in the memory of
        ``xt``.
    PluginError
        pyhybrid was built without the native schemes.
    """
    ncol, nlev, _ = extent("xt", xt, 3)
    check_array("xt", xt, (ncol, nlev, len(M7_TRACERS)))
    check_writable("xt", xt)
    fields = {
        "pressure": pressure,
        "temperature": temperature,
        "relative_humidity": relative_humidity,
        "cloud_fraction": cloud_fraction,
        "h2so4_production": h2so4_production,
        "boundary_layer": boundary_layer,
    }
    check_arrays((ncol, nlev), **fields)
    check_apart(xt, **fields)
    options = _options(nucleation, activation, activation_rate, water, monolayers)
    particles = M7Particles(*(empty(ncol, nlev, modes) for modes in (7, 4, 7, 4)))
    state = (check_number("dt", dt), *fields.values(), xt, *particles)
    stat, message = procedure("m7_flat", "step")(ncol, nlev, *state, *options)
    if stat:
        raise ArgumentError(message.decode().strip())
    return particles


def _check_boxes(shape: tuple[int, ...], **arrays: Real) -> None:
    """The arguments of a kernel, by their names: arrays of this shape and within their ranges."""
    check_arrays(shape, **arrays)
    for what, array in arrays.items():
        check_range(what, array, _RANGES[what])


def _options(
    nucleation: str, activation: bool, rate: float, water: str, monolayers: float
) -> tuple[str, bool, float, str, float]:
    """The components of `m7_options_type` in their order."""
    if not isinstance(activation, bool):
        raise ArgumentError(mismatch("options%activation", "a bool", repr(activation)))
    return (
        _word("options%nucleation", nucleation),
        activation,
        check_number("options%activation_rate", rate),
        _word("options%water", water),
        check_number("options%monolayers", monolayers),
    )


def _word(what: str, word: str) -> str:
    """An option as Fortran takes it: neither cut nor of another type."""
    if not isinstance(word, str) or not word.isascii() or len(word) > _WORD:
        raise ArgumentError(mismatch(what, f"a word of {_WORD} letters", repr(word)))
    return word.ljust(_WORD)


def nucleation_fit(
    temperature: Real, relative_humidity: Real, h2so4: Real
) -> tuple[Real, Real, Real, Real]:
    """The parameterisation of binary nucleation by Vehkamaki et al. 2002, as published.

    Parameters
    ----------
    temperature, relative_humidity, h2so4 : ndarray, shape (n,)
        [K], [1], [cm-3].

    Returns
    -------
    rate, molecules, fraction, radius : ndarray, shape (n,)
        Nucleation rate [cm-3 s-1], molecules of the critical cluster, mole fraction of H2SO4 in
        it [1], its radius [nm].

    Raises
    ------
    ArgumentError
        A value outside of its range or NaN, with its box.
    FieldError, ShapeError
        An array of another kind, shape or memory order.
    """
    rate, molecules, fraction, radius = _nucleation(
        "nucleation_fit", 4, temperature, relative_humidity, h2so4
    )
    return rate, molecules, fraction, radius


def nucleation_rate(temperature: Real, relative_humidity: Real, h2so4: Real) -> tuple[Real, Real]:
    """Binary nucleation as `m7` uses it: the fit, or collisions where there is no barrier.

    Parameters
    ----------
    temperature, relative_humidity, h2so4 : ndarray, shape (n,)
        [K], [1], [cm-3].

    Returns
    -------
    rate, molecules : ndarray, shape (n,)
        Nucleation rate [cm-3 s-1], molecules of H2SO4 in a new particle.

    Raises
    ------
    ArgumentError
        A value outside of its range or NaN, with its box.
    FieldError, ShapeError
        An array of another kind, shape or memory order.
    """
    rate, molecules = _nucleation("nucleation_rate", 2, temperature, relative_humidity, h2so4)
    return rate, molecules


def _nucleation(
    kernel: str, count: int, temperature: Real, humidity: Real, h2so4: Real
) -> list[Real]:
    """So many results of a kernel of nucleation."""
    shape = extent("temperature", temperature, 1)
    _check_boxes(shape, temperature=temperature, relative_humidity=humidity, h2so4=h2so4)
    results = [empty(*shape) for _ in range(count)]
    procedure("m7_flat", kernel)(*shape, temperature, humidity, h2so4, *results)
    return results


def coagulation_kernel(temperature: Real, pressure: Real, radius: Real, density: Real) -> Real:
    """Brownian coagulation of `M7_PAIRS` (Fuchs 1964; Vignati et al. 2004).

    Parameters
    ----------
    temperature, pressure : ndarray, shape (n,)
        [K], [Pa].
    radius, density : ndarray, shape (n, 7)
        Of each mode's particles [cm], [g cm-3]; above 0.

    Returns
    -------
    ndarray, shape (n, 16)
        [cm3 s-1].

    Raises
    ------
    ArgumentError
        A value outside of its range or NaN, with its box.
    FieldError, ShapeError
        An array of another kind, shape or memory order.
    """
    (n,) = extent("temperature", temperature, 1)
    _check_boxes((n,), temperature=temperature, pressure=pressure)
    _check_boxes((n, 7), radius=radius, density=density)
    kernel = empty(n, len(M7_PAIRS))
    procedure("m7_flat", "coagulation")(n, temperature, pressure, radius, density, kernel)
    return kernel


def condensation_coefficient(temperature: Real, pressure: Real, number: Real, radius: Real) -> Real:
    """Uptake of H2SO4 by each mode (Fuchs 1959; Vignati et al. 2004).

    Parameters
    ----------
    temperature, pressure : ndarray, shape (n,)
        [K], [Pa].
    number, radius : ndarray, shape (n, 7)
        Of each mode's particles [cm-3], [cm]; radii above 0.

    Returns
    -------
    ndarray, shape (n, 7)
        Share of the gas per time [s-1].

    Raises
    ------
    ArgumentError
        A value outside of its range or NaN, with its box.
    FieldError, ShapeError
        An array of another kind, shape or memory order.
    """
    (n,) = extent("temperature", temperature, 1)
    _check_boxes((n,), temperature=temperature, pressure=pressure)
    _check_boxes((n, 7), number=number, radius=radius)
    coefficient = empty(n, 7)
    procedure("m7_flat", "condensation")(n, temperature, pressure, number, radius, coefficient)
    return coefficient


def number_equation(dt: float, intra: Real, inter: Real, source: Real, number: Real) -> Real:
    """dn/dt = c - a n^2 - b n over a time step (Vignati et al. 2004).

    Parameters
    ----------
    dt : float
        [s].
    intra, inter, source : ndarray, shape (n,)
        a [cm3 s-1], b [s-1], c [cm-3 s-1]; not negative.
    number : ndarray, shape (n,)
        Before [cm-3].

    Returns
    -------
    ndarray, shape (n,)
        After [cm-3].

    Raises
    ------
    ArgumentError
        A value outside of its range or NaN, with its box.
    FieldError, ShapeError
        An array of another kind, shape or memory order.
    """
    shape = extent("number", number, 1)
    _check_boxes(shape, intra=intra, inter=inter, source=source, number=number)
    after = number.copy()
    step = check_number("dt", dt)
    check_range("dt", step, _RANGES["dt"])
    procedure("m7_flat", "number_equation")(*shape, step, intra, inter, source, after)
    return after
