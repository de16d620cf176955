# SPDX-License-Identifier: BSD-3-Clause
"""Emulators of radiation with errors that are known, and call sites that measure them.

The call sites of `measured/` keep the native net flux where the audit has it made, and add up how
far the flux that the model then gets is from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from host_builds import copy_with
from model import GLUE
from networks.blocks import Emulator, sigma_half
from planted import Scaled, network_of, rows_of, write_emulator
from runs import emulator_file

MEASURED = Path(__file__).parent / "measured"
WAYS = ("upwelling", "downwelling", "net_downward")
FLUXES = {
    scheme: tuple(f"{way}_{scheme}_flux_in_air" for way in WAYS)
    for scheme in ("longwave", "shortwave")
}
PRESSURE_PLACE = {"longwave": 51, "shortwave": 50}  # of the surface pressure among the inputs
LONGWAVE, SHORTWAVE = 1.02, 1.05  # factors
LEVEL, HEATING = 5, 0.5  # K day-1, added at this level


@dataclass
class Planted:
    """The emulators of one set of runs and what was planted in them.

    Attributes
    ----------
    paths : dict
        Scheme to emulator file.
    biased : tuple of str
        The schemes with a bias.
    """

    paths: dict[str, Path]
    biased: tuple[str, ...]


def plant(folder: Path, emulators: Path) -> dict[str, Planted]:
    """Write the biased emulators; by name of the bias."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = {scheme: emulator_file(emulators, scheme) for scheme in FLUXES}
    scaled = {
        scheme: _write(folder / f"scaled_{scheme}.safetensors", emulators, scheme, factor, 0.0)
        for scheme, factor in (("longwave", LONGWAVE), ("shortwave", SHORTWAVE))
    }
    level = _write(folder / "level_longwave.safetensors", emulators, "longwave", 1.0, HEATING)
    return {
        "none": Planted(clean, ()),
        "scaled": Planted(scaled, ("longwave", "shortwave")),
        "level": Planted({**clean, "longwave": level}, ("longwave",)),
    }


def _write(path: Path, emulators: Path, scheme: str, scale: float, warmer: float) -> Path:
    network, card = network_of(emulators, scheme)
    factor, added = torch.ones(card.noutput), torch.zeros(card.noutput)
    up, down, net = (rows_of(card, flux) for flux in FLUXES[scheme])
    for rows in (up, down, net):
        factor[rows] = scale
    absorbed = warmer * flux_of_heating(LEVEL)
    added[net.start : net.start + LEVEL] = absorbed
    added[up.start : up.start + LEVEL] = -absorbed
    return write_emulator(Scaled(network, factor, added, PRESSURE_PLACE[scheme]), card, path)


def flux_of_heating(level: int) -> float:
    """Absorbed flux [W m-2] by which a level warms by 1 K day-1, for 1 Pa at the surface."""
    mass = float(torch.diff(sigma_half())[level - 1]) / Emulator.GRAVITY
    return mass * Emulator.HEAT_CAPACITY / 86400.0


def glue(folder: Path) -> Path:
    """Call sites that compare what a scheme gives with its native routine, where that ran."""
    edits = {
        "longwave.f90": _measured("longwave", "lwr", "dlwfl"),
        "shortwave.f90": _measured("shortwave", "swr", "dswfl"),
        "plasim_host.f90": {
            "    call write_climate()\n": "    call write_climate()\n    call write_errors()\n",
            "    use plasim_climate, only: write_climate\n": (
                "    use plasim_climate, only: write_climate\n"
                "    use plasim_errors, only: write_errors\n"
            ),
        },
    }
    copy_with(MEASURED, folder, {})
    return copy_with(GLUE, folder, edits)


def _measured(scheme: str, routine: str, flux: str) -> dict[str, str]:
    return {
        "  implicit none\n": (
            f"  use plasim_errors, only: add_errors, {scheme}_errors\n  implicit none\n"
        ),
        "  type(hybrid_call) :: this\n": (
            "  type(hybrid_call) :: this\n"
            "  logical :: wanted\n"
            "  real :: truth(NHOR, NLEV + 1)\n"
        ),
        f"  if (this%native_wanted()) call native_{routine}()\n": (
            "  wanted = this%native_wanted()\n"
            f"  if (wanted) call native_{routine}()\n"
            f"  truth = {flux}\n"
        ),
        "  call this%close()\n": (
            "  call this%close()\n"
            f"  if (wanted) call add_errors({scheme}_errors, {flux}, truth)\n"
        ),
    }
