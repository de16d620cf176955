# SPDX-License-Identifier: BSD-3-Clause
"""Kuo convection (`kuo`)."""

from typing import Final

import torch
from torch import Tensor, nn

from networks.blocks import Emulator


class ConvectionNetwork(Emulator):
    """Learns what starts, how far it reaches, how it heats and mixes.

    Three kinds of column: none, deep, shallow. Exact for deep convection: the moisture that
    converges in the cloud either rains or moistens, in Kuo's ratio and in proportion to the
    saturation deficit; rain is the heat released. Exact for shallow convection: mixing conserves
    heat and moisture and never takes more than half of a layer's water. So no budget is left to
    the network.
    """

    INPUTS = (
        ("air_temperature", 10),
        ("surface_temperature", 1),
        ("specific_humidity", 10),
        ("surface_specific_humidity", 1),
        ("tendency_of_air_temperature", 10),
        ("tendency_of_specific_humidity", 10),
        ("tendency_of_specific_humidity_due_to_advection", 10),
        ("surface_air_pressure", 1),
        ("leapfrog_time_step", 1),
    )
    OUTPUTS = (
        ("tendency_of_air_temperature", 10),
        ("tendency_of_specific_humidity", 10),
        ("convective_rainfall_tendency_of_layer", 10),
        ("convective_snowfall_tendency_of_layer", 10),
        ("convective_cloud_flag", 10),
        ("number_of_convective_cloud_layers", 1),
    )
    LIMITS = [
        (120.0, 400.0, 11),
        (0.0, 0.1, 10),
        (0.0, 0.6, 1),
        (-0.01, 0.01, 10),
        (-1e-5, 1e-5, 20),
        (1e4, 1.3e5, 1),
        (1.0, 2e4, 1),
    ]
    HEATING: Final[float] = 86400.0  # K day-1 per K s-1
    MOISTENING: Final[float] = 86400e3  # g kg-1 day-1 per s-1
    ROUNDING: Final[float] = 1e-14  # s-1: smaller changes of humidity are the host's rounding
    ANVIL: Final[float] = 0.4  # cloud tops above this sigma carry flag 2
    # kind; top and base of deep clouds, of mixing; lift flag; heating shape; mixing of heat, water
    HEADS: Final[list[int]] = [3, 10, 10, 10, 10, 1, 10, 9, 9]

    def __init__(self, width: int = 128, depth: int = 3) -> None:
        super().__init__(192, 72, width, depth)

    def saturation(self, t: Tensor, p: Tensor) -> Tensor:
        """Return the saturation specific humidity over water at t [K] and pressure p [Pa]."""
        q = self.VAPOUR_RATIO * 610.78 * torch.exp(17.2693882 * (t - 273.16) / (t - 35.86)) / p
        q = q.clamp(max=self.VAPOUR_RATIO)
        return q / (1.0 - (1.0 / self.VAPOUR_RATIO - 1.0) * q)

    def condense(self, t: Tensor, q: Tensor, p: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return temperature and humidity of air after its supersaturation has condensed.

        The third result is the saturation humidity before; two Newton steps, ice below freezing.
        """
        latent = torch.where(t < 273.16, self.LATENT_HEAT_ICE, self.LATENT_HEAT)
        latent = latent / self.HEAT_CAPACITY
        before = self.saturation(t, p)
        qsat, moist = before, q > before
        for step in range(2):
            if step > 0:
                qsat = self.saturation(t, p)
            rain = (q - qsat) / (1.0 + latent * 4098.03 * qsat / (t - 35.86) ** 2) * moist
            t, q = (t + latent * rain).clamp(120.0, 400.0), q - rain
        return t, q, before

    def environment(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return temperature, humidity, saturation humidity and moisture gained after this step."""
        t = (x[:, :10] + x[:, 22:32] * x[:, 53:54]).clamp(120.0, 400.0)
        q = x[:, 11:21] + x[:, 32:42] * x[:, 53:54]
        accession = (x[:, 32:42] + x[:, 42:52]) * x[:, 53:54]
        return t, q, self.saturation(t, self.sigma * x[:, 52:53]), accession

    def parcels(self, x: Tensor, t: Tensor, q: Tensor, qsat: Tensor) -> tuple[Tensor, Tensor]:
        """Lift the air of every level, and of the surface, to all levels above it.

        Returns
        -------
        warmth : (ncol, 55) excess temperature [K] of each parcel over its environment
        margin : (ncol, 10) logarithmic supersaturation of each parcel on its first lift
        """
        top, p = x[:, 10:11] * self.sigma[9] ** self.KAPPA, self.sigma * x[:, 52:53]
        vapour = x[:, 21:22] * (q[:, 9:] / qsat[:, 9:]).clamp(0.0, 1.0)
        warmth: list[Tensor] = []
        margin: list[Tensor] = []
        for level in range(9, -1, -1):
            if level < 9:
                lift = (self.sigma[level] / self.sigma[level + 1]) ** self.KAPPA
                top = torch.cat([top, t[:, level + 1 : level + 2]], 1) * lift
                vapour = torch.cat([vapour, q[:, level + 1 : level + 2]], 1)
            fresh = vapour[:, -1:].clamp(min=0.0)
            top, vapour, limit = self.condense(top, vapour, p[:, level : level + 1])
            margin.append(torch.log((fresh + 1e-7) / (limit[:, -1:] + 1e-7)))
            warmth.append(top - t[:, level : level + 1])
        return torch.cat(warmth, 1), torch.cat(margin, 1).clamp(-2.0, 2.0)

    def trigger(self, warmth: Tensor, margin: Tensor, gain: Tensor) -> Tensor:
        """Return per parcel (ncol, 10) the least of buoyancy, supersaturation and supply."""
        first = [0, 2, 5, 9, 14, 20, 27, 35, 44, 54]  # of the 55 lifts, the first of each parcel
        warmth = torch.stack([warmth[:, k] for k in first], 1)
        gain = torch.cat([gain[:, 9:], gain[:, 1:].flip([1])], 1)
        return torch.stack(
            [
                warmth / (warmth.abs() + 0.3),
                margin / (margin.abs() + 0.05),
                gain / (gain.abs() + 1e-5),
            ]
        ).amin(0)

    def features(self, x: Tensor) -> Tensor:
        """Profiles after the step, relative humidity, lifted parcels, trigger, moisture supply."""
        t, q, qsat, gain = self.environment(x)
        supply = torch.cumsum((gain * self.dsigma).flip([1]), 1).flip([1])
        warmth, margin = self.parcels(x, t, q, qsat)
        return torch.cat(
            [
                t * 0.1,
                torch.log(q.clamp(min=0.0) + 1e-6),
                (q / qsat).clamp(0.0, 2.0),
                self.trigger(warmth, margin, gain),
                margin / (margin.abs() + 0.05),
                warmth.clamp(-20.0, 20.0) * 0.1,
                warmth / (warmth.abs() + 0.3),
                gain / (gain.abs() + 1e-4),
                gain / (gain.abs() + 3e-6),
                supply / (supply.abs() + 3e-5),
                (x[:, 10:11] - t[:, 9:]) * 0.1,
                x[:, 52:53] * 1e-4,
            ],
            1,
        )

    def reach(self, top: Tensor, base: Tensor) -> Tensor:
        """Return a mask (ncol, 10) of the levels from `top` to `base`, both (ncol,) indices."""
        level = torch.arange(10, device=top.device).unsqueeze(0)
        return ((level >= top.unsqueeze(1)) & (level <= base.unsqueeze(1))).float()

    def capacity(self, x: Tensor) -> Tensor:
        """Return the heat capacity of moist air [J kg-1 K-1] (ncol, 10)."""
        return self.HEAT_CAPACITY * (1.0 + self.VAPOUR_FACTOR * x[:, 11:21])

    def deep(
        self, x: Tensor, cloud: Tensor, layers: Tensor, shape: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return heating and moistening of clouds that rain in `cloud` and draw on `layers`."""
        _, q, qsat, gain = self.environment(x)
        gain = gain / x[:, 53:54]
        weight = cloud * self.dsigma
        supply = (gain * self.dsigma * layers).sum(1, keepdim=True).clamp(min=0.0)
        humid = ((q / qsat).clamp(0.0, 1.0) * weight).sum(1, keepdim=True)
        moist = (1.0 - humid / weight.sum(1, keepdim=True).clamp(min=1e-3)).clamp(0.0, 1.0) ** 3
        deficit = (qsat - q).clamp(min=0.0)
        deficit = deficit * cloud / (deficit * weight).sum(1, keepdim=True).clamp(min=1e-9)
        rise = nn.functional.softplus(shape.clamp(-8.0, 30.0))
        taken = (rise * self.capacity(x) * weight).sum(1, keepdim=True).clamp(min=1e-6)
        rise = rise * cloud / taken
        heat = self.LATENT_HEAT * supply * (1.0 - moist) * rise
        return heat, (supply * moist * deficit - gain) * layers * (supply > 0.0)

    def exchange(self, t: Tensor) -> Tensor:
        """Return the mixing rate [s-1] (ncol, 9) between neighbours for the model's 10 m2 s-1."""
        upper, lower = self.dsigma[:9], self.dsigma[1:]
        middle = (t[:, :9] * lower + t[:, 1:] * upper) / (lower + upper)
        slope = self.GRAVITY / self.GAS_CONSTANT * self.sigma_between / middle
        return 10.0 * slope**2 / (self.sigma[1:] - self.sigma[:9])

    def shallow(
        self, x: Tensor, layers: Tensor, heat: Tensor, water: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return heating and moistening by mixing between neighbours in `layers`.

        heat, water : (ncol, 9) learned factors of the mixing rate, before softplus
        """
        t, q, _, _ = self.environment(x)
        exner = self.sigma**self.KAPPA
        rate = self.exchange(t) * layers[:, 1:] * layers[:, :-1]
        water = nn.functional.softplus(water) * rate * torch.diff(q, dim=1)
        store = 0.5 * q.clamp(min=0.0) * self.dsigma / x[:, 53:54]
        water = torch.maximum(torch.minimum(water, store[:, 1:]), -store[:, :-1])
        heat = nn.functional.softplus(heat) * rate * torch.diff(t / exner, dim=1)
        heat = nn.functional.pad(heat * self.sigma_between**self.KAPPA, [1, 1])
        water = nn.functional.pad(water, [1, 1])
        return torch.diff(heat, dim=1) / self.dsigma, torch.diff(water, dim=1) / self.dsigma

    def assemble(self, x: Tensor, z: Tensor) -> Tensor:
        """Build increments and flags from the learned quantities z (ncol, 72)."""
        kind, top, base, mix_top, mix_base, lift, shape, heat, water = torch.split(z, self.HEADS, 1)
        kind, top, base = kind.argmax(1, keepdim=True), top.argmax(1), base.argmax(1)
        layers = self.reach(top, base + (lift[:, 0] > 0.0).long())
        warm, moisten = self.deep(x, self.reach(top, base), layers, shape)
        mixed = self.reach(mix_top.argmax(1), mix_base.argmax(1))
        mix_warm, mix_moisten = self.shallow(x, mixed, heat, water)
        deep, mixing = (kind == 1).float(), (kind == 2).float()
        rain = warm * deep * self.dsigma * self.capacity(x) / self.LATENT_HEAT
        flag = (rain > 0.0).float()
        anvil = flag * (torch.cumsum(flag, 1) == 1.0) * (self.sigma < self.ANVIL)
        return torch.cat(
            [
                warm * deep + mix_warm * mixing,
                moisten * deep + mix_moisten * mixing,
                rain,
                torch.zeros_like(rain),
                flag + anvil,
                flag.sum(1, keepdim=True),
            ],
            1,
        )

    def targets(self, x: Tensor, y: Tensor) -> Tensor:
        """Return labels (sample, 6): kind, cloud top and base, lift flag, mixing top and base."""
        rain, changed = y[:, 20:30] > 0.0, y[:, 10:20].abs() > self.ROUNDING
        deep = rain.any(1)
        kind = torch.where(deep, 1, torch.where(changed.any(1), 2, 0))
        first, last = (lambda m: m.int().argmax(1)), (lambda m: 9 - m.flip([1]).int().argmax(1))
        lift = last(changed) > last(rain)
        labels = [kind, first(rain), last(rain), lift, first(changed), last(changed)]
        return torch.stack([label.double() for label in labels], 1)

    def fit(self, x: Tensor, goal: Tensor) -> None:
        """Set the scaling of the features; the targets are labels and need none."""
        self.scaler.fit(self.features(x))

    def scaled(self, goal: Tensor) -> Tensor:
        """Return the labels as they are."""
        return goal

    def loss(self, x: Tensor, z: Tensor, goal: Tensor, y: Tensor) -> Tensor:
        """Cross-entropies of the decisions, squared errors given the right decisions."""
        kind, label = goal[:, 0].long(), goal[:, 1:].long()
        deep, mix = kind == 1, kind == 2
        return (
            nn.functional.cross_entropy(z[:, :3], kind)
            + deep.float().mean() * self.deep_loss(x[deep], z[deep], label[deep], y[deep])
            + mix.float().mean() * self.mixing_loss(x[mix], z[mix], label[mix], y[mix])
        )

    def deep_loss(self, x: Tensor, z: Tensor, label: Tensor, y: Tensor) -> Tensor:
        """Loss of the columns with deep convection."""
        choose = nn.functional.cross_entropy
        lift = nn.functional.binary_cross_entropy_with_logits(z[:, 43], label[:, 2].float())
        cloud = self.reach(label[:, 0], label[:, 1])
        layers = self.reach(label[:, 0], label[:, 1] + label[:, 2])
        heat, _ = self.deep(x, cloud, layers, z[:, 44:54])
        error = ((heat - y[:, :10]) * self.HEATING / 3.0) ** 2
        return (
            choose(z[:, 3:13], label[:, 0])
            + choose(z[:, 13:23], label[:, 1])
            + lift
            + 4.0 * error.mean()
        )

    def mixing_loss(self, x: Tensor, z: Tensor, label: Tensor, y: Tensor) -> Tensor:
        """Loss of the columns with shallow convection."""
        choose = nn.functional.cross_entropy
        layers = self.reach(label[:, 3], label[:, 4])
        heat, water = self.shallow(x, layers, z[:, 54:63], z[:, 63:72])
        error = ((heat - y[:, :10]) * self.HEATING / 3.0) ** 2 + (
            (water - y[:, 10:20]) * self.MOISTENING
        ) ** 2
        return choose(z[:, 23:33], label[:, 3]) + choose(z[:, 33:43], label[:, 4]) + error.mean()
