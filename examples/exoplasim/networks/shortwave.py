# SPDX-License-Identifier: BSD-3-Clause
"""Short-wave radiation (`swr`)."""

from typing import Final

import torch
from torch import Tensor, nn

from networks.blocks import Emulator


class ShortwaveNetwork(Emulator):
    """Learns absorbed and downward fractions of the flux at the top.

    Exact: the flux at the top; the albedo of open water under the sun; the reflection at the
    surface; night columns are zero and keep their albedo.
    """

    INPUTS = (
        ("air_temperature", 10),
        ("specific_humidity", 10),
        ("cloud_area_fraction_in_atmosphere_layer", 10),
        ("mass_fraction_of_cloud_liquid_water_in_air", 10),
        ("mass_fraction_of_ozone_in_air", 10),
        ("surface_air_pressure", 1),
        ("cosine_of_solar_zenith_angle", 1),
        ("surface_albedo", 1),
        ("surface_albedo_below_750_nm", 1),
        ("surface_albedo_above_750_nm", 1),
        ("land_area_fraction", 1),
        ("sea_ice_area_fraction", 1),
        ("solar_irradiance", 1),
    )
    OUTPUTS = (
        ("upwelling_shortwave_flux_in_air", 11),
        ("downwelling_shortwave_flux_in_air", 11),
        ("net_downward_shortwave_flux_in_air", 11),
        ("surface_albedo", 1),
        ("surface_albedo_below_750_nm", 1),
        ("surface_albedo_above_750_nm", 1),
    )
    LIMITS = [
        (120.0, 400.0, 10),
        (0.0, 0.1, 10),
        (0.0, 1.0, 10),
        (0.0, 0.01, 10),
        (0.0, 1e-3, 10),
        (1e4, 1.3e5, 1),
        (0.0, 1.0, 1),
        (0.0, 1.0, 5),
        (0.0, 1e4, 1),
    ]
    NIGHT: Final[float] = 1e-6  # W m-2: below this the native routine does nothing

    def __init__(self, width: int = 128, depth: int = 3) -> None:
        super().__init__(96, 20, width, depth)

    def albedo(self, x: Tensor) -> Tensor:
        """Return the albedos (ncol, 3) under the sun: that of open water depends on its height."""
        open_water = (1.0 - x[:, 55:56]) * (1.0 - x[:, 56:57])
        water = (0.05 / (x[:, 51:52] + 0.15)).clamp(max=0.15)
        return x[:, 52:55] + open_water * (water - x[:, 52:55])

    def features(self, x: Tensor) -> Tensor:
        """Sun, albedos, absorber paths, cloud cover, cloud optical thickness and overlap."""
        t, q, cloud, ql, o3, ps, mu = torch.split(x[:, :52], [10, 10, 10, 10, 10, 1, 1], 1)
        mass = self.dsigma * ps
        view = torch.cumprod(1.0 - cloud, 1)
        beam = torch.cat([torch.ones_like(mu), view[:, :9]], 1)
        slant = 35.0 / torch.sqrt(1.0 + 1224.0 * mu * mu)
        vapour = q * mass * self.sigma * ps * torch.sqrt(273.0 / t) * 1e-5
        vapour = torch.cumsum(vapour * (beam * slant + (1.0 - beam) * 1.66), 1)
        ozone = torch.cumsum(o3 * mass * (beam * slant + (1.0 - beam) * 1.9), 1)
        wet = 2.9 * vapour / ((1.0 + 141.5 * vapour) ** 0.635 + 5.925 * vapour)
        dry = ozone * 0.0048
        dry = 1.082 * dry / (1.0 + 138.6 * dry) ** 0.805 + 0.02118 * dry / (1.0 + 0.042 * dry)
        absorbed = torch.cat(
            [
                nn.functional.pad(wet, [1, 0]).diff(dim=1),
                nn.functional.pad(dry, [1, 0]).diff(dim=1),
            ],
            1,
        )
        absorbed = torch.sqrt(absorbed.clamp(min=0.0)) * (1.0 - torch.cat([cloud, cloud], 1))
        water = (1e3 / self.GRAVITY * ql * mass).clamp(max=1e3)
        thickness = torch.log(2.0 * torch.log10(water + 1.5) ** 3.9)
        reflection = torch.sigmoid(thickness - 2.0)
        hidden = torch.cumprod(1.0 - cloud * reflection, 1)
        return torch.cat(
            [
                cloud,
                thickness,
                cloud * reflection,
                view,
                hidden,
                torch.log(vapour + 1e-3),
                torch.log(ozone + 1e-2),
                absorbed,
                mu,
                torch.sqrt(mu),
                slant * 0.1,
                ps * 1e-4,
                x[:, 52:53],
                self.albedo(x)[:, :1],
            ],
            1,
        )

    def assemble(self, x: Tensor, z: Tensor) -> Tensor:
        """Build all fluxes [W m-2] and the albedos from the learned fractions z (ncol, 20)."""
        absorbed, down = torch.split(self.target.inverse(z), 10, 1)
        top = x[:, 51:52] * x[:, 57:58]
        sunlit = top > self.NIGHT
        albedo = self.albedo(x)
        down = torch.cat([top, down.clamp(0.0, 1.5) * top], 1)
        ground = (1.0 - albedo[:, :1]) * down[:, 10:]
        absorbed = (absorbed.clamp(min=0.0) * self.dsigma * top).flip([1])
        net = torch.cat([(ground + torch.cumsum(absorbed, 1)).flip([1]), ground], 1)
        up = torch.cat([(down - net)[:, :10], albedo[:, :1] * down[:, 10:]], 1)
        fluxes = torch.cat([up, down, net], 1)
        return torch.cat(
            [
                torch.where(sunlit, fluxes, torch.zeros_like(fluxes)),
                torch.where(sunlit, albedo, x[:, 52:55]),
            ],
            1,
        )

    def useful(self, x: Tensor) -> Tensor:
        """Return which samples teach anything: the sunlit ones."""
        return x[:, 51] * x[:, 57] > self.NIGHT

    def targets(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the quantities to learn (sample, 20) from native outputs y, both float64."""
        top = x[:, 51:52] * x[:, 57:58]
        absorbed = -torch.diff(y[:, 22:33], dim=1) / self.dsigma
        return torch.cat([absorbed, y[:, 12:22]], 1) / top

    def loss(self, x: Tensor, z: Tensor, goal: Tensor, y: Tensor) -> Tensor:
        """Mean square of scaled errors, weighted by the sun, and of all net fluxes."""
        weight = (x[:, 51:52] * 1.5) ** 2 + 0.05
        absorbed, down = torch.split(weight * (z - goal) ** 2, 10, 1)
        net = self.assemble(x, z)[:, 22:33] - y[:, 22:33]
        return absorbed.mean() + 0.3 * down.mean() + 1e-3 * (net**2).mean()
