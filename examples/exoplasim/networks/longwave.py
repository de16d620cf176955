# SPDX-License-Identifier: BSD-3-Clause
"""Long-wave radiation (`lwr`)."""

from typing import Final

import torch
from torch import Tensor

from networks.blocks import Emulator


class LongwaveNetwork(Emulator):
    """Learns absorption per layer, downward flux and two transmissions.

    Exact: no downward flux at the top; the surface emits with emissivity 1 (land) or 0.98 (sea);
    the net flux changes by what the layers absorb, so fluxes and heating are consistent.
    """

    INPUTS = (
        ("air_temperature", 10),
        ("surface_temperature", 1),
        ("specific_humidity", 10),
        ("cloud_area_fraction_in_atmosphere_layer", 10),
        ("mass_fraction_of_cloud_liquid_water_in_air", 10),
        ("mass_fraction_of_ozone_in_air", 10),
        ("surface_air_pressure", 1),
        ("land_area_fraction", 1),
    )
    OUTPUTS = (
        ("upwelling_longwave_flux_in_air", 11),
        ("downwelling_longwave_flux_in_air", 11),
        ("net_downward_longwave_flux_in_air", 11),
        ("upwelling_longwave_flux_in_air_due_to_emission_by_air", 11),
        ("upwelling_longwave_flux_in_air_due_to_emission_by_surface", 11),
        ("toa_outgoing_longwave_flux_due_to_emission_by_layer", 10),
        ("surface_downwelling_longwave_flux_due_to_emission_by_layer", 10),
    )
    LIMITS = [
        (120.0, 400.0, 11),
        (0.0, 0.1, 10),
        (0.0, 1.0, 10),
        (0.0, 0.01, 10),
        (0.0, 1e-3, 10),
        (1e4, 1.3e5, 1),
        (0.0, 1.0, 1),
    ]
    CLOUD_ABSORPTION: Final[float] = 166.0 / 9.80665  # optical depth per ql * dp, Pa-1

    def __init__(self, width: int = 160, depth: int = 3) -> None:
        super().__init__(93, 40, width, depth)

    def features(self, x: Tensor) -> Tensor:
        """Temperatures, logarithms of absorber paths, transmission of clouds, overlapped."""
        t, q, cloud, ql, o3, ps, land = torch.split(x, [11, 10, 10, 10, 10, 1, 1], 1)
        mass = self.dsigma * ps
        path = q * mass * self.sigma * ps * 1e-5
        clear = 1.0 - cloud * (1.0 - torch.exp(-self.CLOUD_ABSORPTION * ql * mass))
        above = torch.cumsum(path, 1)
        below = above[:, 9:10] - above + path
        view_up, view_down = torch.cumprod(clear, 1), torch.cumprod(clear.flip([1]), 1).flip([1])
        return torch.cat(
            [
                t * 0.1,
                torch.diff(t, dim=1) * 0.2,
                torch.log(path + 1e-3),
                torch.log(above + 1e-3),
                torch.log(below + 1e-3),
                clear,
                view_up,
                view_down,
                torch.log(o3 + 1e-8),
                ps * 1e-4,
                land,
            ],
            1,
        )

    def assemble(self, x: Tensor, z: Tensor) -> Tensor:
        """Build all fluxes [W m-2] from the learned quantities z (ncol, 40)."""
        absorbed, down, from_surface, from_top = torch.split(self.target.inverse(z), 10, 1)
        black = self.STEFAN_BOLTZMANN * x[:, :11] ** 4
        zero = torch.zeros_like(down[:, :1])
        emissivity = self.emissivity(x)
        down = torch.cat([zero, down.clamp(min=0.0)], 1)
        surface = emissivity * black[:, 10:]
        net = down[:, 10:] - surface
        absorbed = (absorbed * self.dsigma).flip([1])
        net = torch.cat([(net + torch.cumsum(absorbed, 1)).flip([1]), net], 1)
        up = torch.cat([(down - net)[:, :10], surface], 1)
        to_top = torch.cat([1.0 + zero, from_top.clamp(0.0, 1.0)], 1)
        to_surface = torch.cat([from_surface.clamp(0.0, 1.0), 1.0 + zero], 1)
        surface_part = to_surface * (surface + (1.0 - emissivity) * down[:, 10:])
        surface_part = torch.cat([surface_part[:, :10], surface], 1)
        return torch.cat(
            [
                up,
                down,
                net,
                up - surface_part,
                surface_part,
                -torch.diff(to_top, dim=1) * black[:, :10],
                torch.diff(to_surface, dim=1) * black[:, :10],
            ],
            1,
        )

    def emissivity(self, x: Tensor) -> Tensor:
        """Return the surface's emissivity (ncol, 1): 1 over land, 0.98 over sea."""
        return x[:, 52:53] + 0.98 * (1.0 - x[:, 52:53])

    def targets(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the quantities to learn (sample, 40) from native outputs y, both float64."""
        _, down, net, _, surface_part, to_top, _ = torch.split(y, [11, 11, 11, 11, 11, 10, 10], 1)
        black = self.STEFAN_BOLTZMANN * x[:, :11] ** 4
        emissivity = self.emissivity(x)
        surface = emissivity * black[:, 10:] + (1.0 - emissivity) * down[:, 10:]
        seen = 1.0 - torch.cumsum(to_top / black[:, :10], 1)
        return torch.cat(
            [
                -torch.diff(net, dim=1) / self.dsigma,
                down[:, 1:],
                surface_part[:, :10] / surface,
                seen.clamp(0.0, 1.0),
            ],
            1,
        )

    def loss(self, x: Tensor, z: Tensor, goal: Tensor, y: Tensor) -> Tensor:
        """Mean square of scaled errors of all that is learned, and of the net fluxes."""
        heating, down, from_surface, from_top = ((z - goal) ** 2).reshape(-1, 4, 10).mean((0, 2))
        net = ((self.assemble(x, z)[:, 22:33] - y[:, 22:33]) ** 2).mean()
        return heating + 0.3 * down + 0.03 * (from_surface + from_top) + 1e-3 * net
