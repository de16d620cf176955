# SPDX-License-Identifier: BSD-3-Clause
"""The emulator of M7: a network gives rates, closed forms integrate them, transfers conserve.

A time step of M7 is a number of processes that follow each other (Vignati et al. 2004,
https://doi.org/10.1029/2003JD004485). What is costly or hard to write down in them are rates: the
uptake of gas by a particle of each mode and the kernels of coagulation. They depend smoothly on
the mean particles and the air, not on how many particles there are: a small network learns their
logarithms. What they do to gas, numbers and masses in a time step has closed forms, which give
fractions: how much of a tracer goes to which other one. They are applied in real64.
"""

from math import exp, log, pi

import torch
from torch import Tensor, nn

from .constants import CROSS_SECTION, LN2_SIGMA, MOLECULES, median_radius
from .gas import GasBudget, relaxation
from .layout import MODES, place
from .merging import Merging
from .particles import Boxes, Particles
from .transfers import Transfers, of_mode, of_number

# The modes that a mode loses particles to by coagulation (Vignati et al. 2004).
_PARTNERS = {"NS": MODES[1:], "KS": ("AS", "CS", "AI", "CI"), "KI": ("KS", "AS")}
_SELF = ("NS", "KS", "AS", "KI")  # that coagulate within themselves
_INSOLUBLE = MODES[4:]
_TYPICAL_UPTAKE, _TYPICAL_KERNEL = 1e-7, 1e-8  # [cm3 s-1]: what an untrained network says
#: What the rates are: uptake of gas by a mode, kernels of two modes, half of that of one.
RATES = (
    *(("gas", mode) for mode in MODES),
    *((donor, partner) for donor, some in _PARTNERS.items() for partner in some),
    *((mode, mode) for mode in _SELF),
)

# Fractions that are rounded up may add up to a little more than 1.
_ROUNDING = 1.0 - 2e-6

# What the fractions of the first transfers are, in their order.
_FRACTIONS = (
    *("gas KS", "gas AS", "gas CS", "NS KS", "NS AS", "NS CS", "KS AS", "KS CS", "KI KS", "KI AS"),
    *("AI AS", "CI CS", "lost NS", "lost KS", "lost AS", "lost KI", "aged KI", "gas NS"),
)


def _moves() -> list[tuple[int, int, int | None]]:
    """Of gas, masses and numbers by condensation, coagulation and ageing."""
    at = _FRACTIONS.index
    gas = [(at(f"gas {mode}"), 0, place("SO4", mode)) for mode in ("KS", "AS", "CS")]
    mass = [("NS", "KS"), ("NS", "AS"), ("NS", "CS"), ("KS", "AS"), ("KS", "CS"), ("KI", "KS"),
            ("KI", "AS"), ("AI", "AS"), ("CI", "CS")]  # fmt: skip
    moves = [move for a, b in mass for move in of_mode(at(f"{a} {b}"), a, b)]
    lost = [move for mode in _SELF for move in of_number(at(f"lost {mode}"), mode, None)]
    aged = [("aged KI", "KI", "KS"), ("AI AS", "AI", "AS"), ("CI CS", "CI", "CS")]
    return [*gas, *moves, *lost, *(one for f, a, b in aged for one in of_number(at(f), a, b))]


class M7Network(nn.Module):
    """An emulator of M7 for boxes, from a sample (box, 32) to (box, 30), both real64.

    Parameters
    ----------
    width : int
        Of the two hidden layers.
    water_turns : int
        Of the closed form for the water after the step.
    """

    molecules: float
    rounding: float

    def __init__(self, width: int = 32, water_turns: int = 2) -> None:
        super().__init__()
        self.molecules, self.rounding = MOLECULES, _ROUNDING
        self.particles, self.gas = Particles(), GasBudget()
        self.first, self.merging = Transfers(_moves()), Merging(water_turns)
        features = self.particles.NFEATURE
        self.hidden = nn.Sequential(
            nn.Linear(features, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU()
        )
        self.rates = nn.Linear(width + features, len(RATES))
        self._start()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        self._tables()

    def _start(self) -> None:
        """Rates of a usual size: others, when exponentiated, would not be learned from."""
        uptake, kernel = log(_TYPICAL_UPTAKE), log(_TYPICAL_KERNEL)
        usual = [uptake] * len(MODES) + [kernel] * (len(RATES) - len(MODES))
        self.register_buffer("usual", torch.tensor(usual))
        nn.init.zeros_(self.rates.bias)
        with torch.no_grad():
            self.rates.weight.mul_(0.1)

    def _tables(self) -> None:
        pairs = [(donor, partner) for donor, some in _PARTNERS.items() for partner in some]
        partners = [*range(7), *(MODES.index(partner) for _, partner in pairs)]
        self.register_buffer("partner", torch.tensor(partners))
        sums = torch.zeros(4, len(partners))
        sums[0, :7] = 1.0
        for column, (donor, _) in enumerate(pairs):
            sums[1 + list(_PARTNERS).index(donor), 7 + column] = 1.0
        self.register_buffer("sums", sums)
        donors = [list(_PARTNERS).index(donor) for donor, _ in pairs]
        self.register_buffer("donor", torch.tensor(donors))
        # Molecules that cover a particle once, over its volume to 2/3 [um-2]
        layer = [
            4 * pi * exp(2 * LN2_SIGMA[mode]) * (median_radius(mode) * 1e-4) ** 2 / CROSS_SECTION
            for mode in _INSOLUBLE
        ]
        self.register_buffer("layer", torch.tensor(layer))
        once = {"AI AS", "CI CS", "lost NS", "lost KS", "lost AS"}  # alone of their tracers
        rounding = [1.0 if name in once else _ROUNDING for name in _FRACTIONS]
        self.register_buffer("below", torch.tensor(rounding))

    @torch.no_grad()
    def fit(self, x: Tensor) -> None:
        """Sets the scaling of the features by samples (box, 32)."""
        _, features = self.particles(x)
        self.mean.copy_(features.mean(0))
        self.scale.copy_(torch.reciprocal(features.std(0) + 1e-3))

    def forward(self, x: Tensor) -> Tensor:
        """The tracers and the water after the time step."""
        boxes, features = self.particles(x)
        # None is above 1 cm3 s-1, whose squares real32 holds in any box.
        dt = boxes.environment.time_step
        rates = torch.exp(self.log_rates(features).clamp(max=0.0)) * dt
        collisions = rates[:, :19] * boxes.active[:, self.partner]
        totals = nn.functional.linear(collisions, self.sums)
        gas = self.gas(boxes, collisions[:, :7], totals[:, :1])
        lost, per_loss = self.numbers(boxes, totals[:, 1:], rates[:, 19:], gas.formed)
        moved = collisions[:, 7:] * per_loss[:, self.donor]
        fractions = self.fractions(boxes, gas.pool, gas.taken, moved, lost)
        state, pool = self.with_new_particles(x, boxes, gas.formed, fractions)
        return self.merging(boxes, self.first(state, pool, fractions))

    def log_rates(self, features: Tensor) -> Tensor:
        """Logarithms of `RATES` [ln cm3 s-1] (box, 23) from features (box, 22)."""
        features = (features - self.mean) * self.scale
        return self.rates(torch.cat([self.hidden(features), features], 1)) + self.usual

    def numbers(
        self, boxes: Boxes, losses: Tensor, within: Tensor, formed: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Which share of its particles each of NS, KS, AS, KI loses, and shares per loss rate.

        Solves dn/dt = c - a n^2 - b n, a Riccati equation (Vignati et al. 2004). With
        R = sqrt(b^2 + 4 a c), E = exp(-R dt), F = (1 - E) / R:
        n = [2 n0 E + 2 c F (1 + 2 a n0 / (R + b))] / [1 + E + (b + 2 a n0) F].

        Parameters
        ----------
        boxes : Boxes
        losses : tensor (box, 3)
            Collisions of a particle of NS, KS, KI with those of other modes in the time step [1].
        within : tensor (box, 4)
            Half the kernels of NS, KS, AS, KI times the time step [cm3].
        formed : tensor (box, 1)
            New particles of NS [cm-3].
        """
        before, active = boxes.number[:, :1], boxes.active
        number = torch.cat([before, active[:, 1:3], active[:, 4:5]], 1)
        inner = within * number
        inner_new = within[:, :1] * formed
        b = losses[:, :1]
        root = torch.sqrt((b * b + 4 * inner_new).clamp(min=1e-30))
        x = torch.cat([root, losses[:, 1:2], torch.zeros_like(root), losses[:, 2:]], 1)
        left, mean = relaxation(x)
        e, f, two = left[:, :1], mean[:, :1], 2 * inner[:, :1]
        after = 2 * (before * e + formed * f * (1 + two / (root + b)))
        after = after / (1 + e + (b + two) * f)
        all_ns = before + formed
        lost_ns = (1 - after / all_ns.clamp(min=1e-10)).clamp(min=0.0)
        there = boxes.there
        others = (1 - left / (1 + inner * mean))[:, 1:]
        others = others * torch.cat([there[:, 1:3], there[:, 4:5]], 1)
        rate = torch.cat([inner[:, :1] + inner_new, inner[:, 1:2], inner[:, 3:]], 1) + losses
        share = torch.cat([lost_ns, others[:, :1], others[:, 2:]], 1)
        return torch.cat([lost_ns, others], 1), share / rate.clamp(min=1e-18)

    def fractions(
        self, boxes: Boxes, pool: Tensor, taken: Tensor, moved: Tensor, lost: Tensor
    ) -> Tensor:
        """What goes where, as `_FRACTIONS` (box, 18)."""
        aged = self.ageing(boxes, taken, moved, lost)
        # From gas and from NS: to KS, AS, CS, and as a coating of KI, AI, CI to the same modes.
        gas = taken * torch.reciprocal(pool.clamp(min=1e-18))
        arriving = torch.cat([gas[:, 1:], moved[:, :6]], 1).view(-1, 2, 6)
        on = moved[:, 6:8] + moved[:, 8:10]  # from KS to AS and CS
        soluble, coating = arriving[:, :, :3], arriving[:, :, 3:]
        ks = soluble[:, :, 0]
        to_ks = ks * (1 - on[:, :1] - on[:, 1:]).clamp(min=0.0) + coating[:, :, 0]
        to_as = soluble[:, :, 1] + coating[:, :, 1] + ks * on[:, :1]
        to_cs = soluble[:, :, 2] + coating[:, :, 2] + ks * on[:, 1:]
        targets = torch.stack([to_ks, to_as, to_cs], 2).view(-1, 6)
        ki_ks, ki_as = moved[:, 10:11], moved[:, 11:12]
        kept = (1 - ki_ks - ki_as).clamp(min=0.0)
        aged_ki = (1 - lost[:, 3:]) * aged[:, :1]
        from_ki = [ki_ks + kept * aged[:, :1], ki_as]
        rest = [aged[:, 1:], lost, aged_ki, gas[:, :1]]
        return torch.cat([targets, on] + from_ki + rest, 1) * self.below

    def ageing(self, boxes: Boxes, taken: Tensor, moved: Tensor, lost: Tensor) -> Tensor:
        """Shares of KI, AI, CI that the sulfate on them covers (Vignati et al. 2004)."""
        sulfate = boxes.tracers[:, 1:3] * (boxes.air * self.molecules) + taken[:, :2]
        ns = sulfate[:, :1]
        ks = sulfate[:, 1:] + moved[:, :1] * ns
        coating = taken[:, 4:] + moved[:, 3:6] * ns
        coating = torch.cat([coating[:, :1], coating[:, 1:] + moved[:, 8:10] * ks], 1)
        number = boxes.number[:, 4:]
        number = torch.cat([number[:, :1] * (1 - lost[:, 3:]), number[:, 1:]], 1)
        surface = self.layer * torch.exp(boxes.log_volume[:, 4:] * (2.0 / 3.0))
        needed = surface * number.clamp(min=1e-10)
        return (coating / needed).clamp(max=1.0) * boxes.there[:, 4:]

    def with_new_particles(
        self, x: Tensor, boxes: Boxes, formed: Tensor, fractions: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The tracers with what is produced, formed and taken by NS; what fractions are of."""
        gas = x[:, 6:7] + x[:, 4:5] * x[:, 5:6]
        to_ns = gas * fractions[:, 17:].double()
        new = (formed / (boxes.air * 1e-6)).double()
        others = torch.cat([x[:, 7:8] + to_ns, x[:, 8:25], x[:, 25:26] + new, x[:, 26:]], 1)
        return torch.cat([gas - to_ns, others], 1), torch.cat([gas, others], 1)
