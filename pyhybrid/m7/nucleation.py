# SPDX-License-Identifier: BSD-3-Clause
"""Binary nucleation of H2SO4 and water, from the polynomials of Vehkamaki et al. 2002.

https://doi.org/10.1029/2002JD002184, eqs. 11 to 13. In their own variables the terms are a
thousand times as large as their sum, which real32 does not bear. Here they are polynomials in
variables shifted to the middle of their ranges and scaled to about -1 to 1: the same functions.
"""

from itertools import product
from math import comb, pi
from typing import Final

import torch
from torch import Tensor, nn

from .constants import BOLTZMANN, DENSITY, MOLECULE

#: Powers of ln S and ln N in the terms
_POWERS = ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (0, 3))
#: Middle and half of the ranges of T [K], ln S and ln N [cm-3]
_SHIFTS = ((245.0, 55.0), (-2.0, 2.0), (17.0, 8.0))

# For each term the coefficients of 1, T, T^2, T^3 and 1 / x.
_FRACTION = (
    (0.7409967177282138, -0.002663785665140117),
    (0.002010478847383187, -0.0001832894131464668),
    (0.001574072538464286, -1.790589121766952e-05),
    (0.0001844027436573778, -1.503452308794887e-06),
    (-0.003499978417957668, 5.04021689382576e-05),
)
# fmt: off
_RATE = (
    (0.1430901615568665, 2.219563673425199, -0.02739106114964264,
     7.228107239317088e-05, 5.91822263375044),
    (0.1174886643003278, 0.4625315047693772, -0.01180591129059253,
     4.04196487152575e-05, 15.79628615047088),
    (-0.215553951893509, -0.0810269192332194, 0.001435808434184642,
     -4.775796947178588e-06, -2.912974063702185),
    (-3.588557942822751, 0.04950795302831703, -0.0002138195118737068,
     3.108005107949533e-07, -0.02933332747098296),
    (1.145983818561277, -0.6007956227856778, 0.00864244733283759,
     -2.289467254710888e-05, -8.44984513869014),
    (2.158548369286559, 0.0808121412840917, -0.0004073815255395214,
     -4.019572560156515e-07, 0.7213255852557235),
    (1.62409850488771, -0.01601062035325362, 3.771238979714162e-05,
     3.217942606371182e-08, -0.01132550810022116),
    (9.71681713056504, -0.1150478558347306, 0.0001570982486038294,
     4.009144680125015e-07, 0.7118597859976135),
    (-1.056105824379897, 0.009033775846284189, -1.984167387090606e-05,
     2.460478196482179e-08, -0.05790872906645181),
    (-0.1487119673397459, 0.002835082097822667, -9.246188254716939e-06,
     5.004267665960894e-09, -0.01270805101481648),
)
_SIZE = (
    (-0.002954125078716302, -0.0976834264241286, 0.001024847927067835,
     -2.186459697726116e-06, -0.1017165718716887),
    (-0.002050640345231486, -0.007585041382707174, 0.0001926539658089536,
     -6.70429719683894e-07, -0.2557744774673163),
    (0.003223076552477191, 0.000852636632240633, -1.547571354871789e-05,
     5.666608424980593e-08, 0.03384437400744206),
    (0.04743226764572505, -0.0006251042204583412, 2.650663328519478e-06,
     -3.674710848763778e-09, -0.0002672510825259393),
    (-0.01252108546759328, 0.005806550506277202, -0.0001016735312443444,
     2.881946187214505e-07, 0.09422433793962789),
    (-0.0385459592773097, -0.0006723156277391984, 2.602884877659698e-06,
     1.194163699688297e-08, -0.008515153458062809),
    (-0.01837488495738111, 0.0001720723574407498, -3.717657974086814e-07,
     -5.148746022615196e-10, 0.0002686602132926594),
    (-0.06199739728812199, 0.000906958053583576, -9.11727926129757e-07,
     -5.367963396508457e-09, -0.007742343393937707),
    (0.0121827103101659, -0.0001066499571188091, 2.534598655067518e-07,
     -3.635186504599571e-10, 0.0006100650851863252),
    (0.0003201836700403512, -1.74761713262546e-05, 6.065037668052183e-08,
     -1.421771723004557e-11, 0.0001357509859501723),
)
# fmt: on


def _expanded(rows: tuple[tuple[float, ...], ...]) -> Tensor:
    """Coefficients (10 terms, 5) of the same polynomial in the shifted variables."""
    (t0, dt), (s0, ds), (n0, dn) = _SHIFTS
    out = torch.zeros(len(_POWERS), 5, dtype=torch.float64)
    for (i, j), row in zip(_POWERS, rows, strict=False):
        for i2, j2 in product(range(i + 1), range(j + 1)):
            factor = comb(i, i2) * s0 ** (i - i2) * ds**i2 * comb(j, j2) * n0 ** (j - j2) * dn**j2
            term = _POWERS.index((i2, j2))
            for k, value in enumerate(row[:4]):
                for k2 in range(k + 1):
                    out[term, k2] += value * factor * comb(k, k2) * t0 ** (k - k2) * dt**k2
            out[term, 4] += factor * (row[4] if len(row) > 4 else 0.0)
    return out


class Nucleation(nn.Module):
    """The rate at which particles form, and what they consist of."""

    COLDEST: Final[float] = 190.15  # [K]
    WARMEST: Final[float] = 300.15
    DRIEST: Final[float] = 1e-4  # [1]
    FEWEST: Final[float] = 1e4  # [cm-3]
    SLOWEST: Final[float] = 1e-7  # [cm-3 s-1]
    SMALLEST_CLUSTER: Final[float] = 4.0  # [molecules of H2SO4]
    DIMER: Final[float] = 2.0
    # Collisions of molecules are N^2 / 2 times pi d^2 times their mean relative speed
    # sqrt(16 k T / (pi m)), d = (6 m / (pi rho))^(1/3) being the diameter in the liquid.
    COLLISIONS: Final[float] = 2 * (6 * MOLECULE / (pi * DENSITY["SO4"] / 1000)) ** (2 / 3)  # [cm2]
    SPEED2: Final[float] = pi * BOLTZMANN / MOLECULE  # [cm2 s-2 K-1]
    T0: Final[float] = _SHIFTS[0][0] / _SHIFTS[0][1]
    DT: Final[float] = 1 / _SHIFTS[0][1]
    S0: Final[float] = _SHIFTS[1][0] / _SHIFTS[1][1]
    DS: Final[float] = 1 / _SHIFTS[1][1]
    N0: Final[float] = _SHIFTS[2][0] / _SHIFTS[2][1]
    DN: Final[float] = 1 / _SHIFTS[2][1]

    # TorchScript cannot read constants as large as these.
    most: float
    fastest: float

    def __init__(self) -> None:
        super().__init__()
        self.most, self.fastest = 1e11, 1e10  # [cm-3], [cm-3 s-1]
        tables = [_expanded(rows) for rows in (_FRACTION, _RATE, _SIZE)]
        by_power_of_t = torch.stack([table[:, :4].T.flatten() for table in tables])
        self.register_buffer("polynomial", by_power_of_t.float())
        self.register_buffer("per_fraction", torch.stack([t[:, 4] for t in tables[1:]]).float())

    def forward(self, temperature: Tensor, humidity: Tensor, gas: Tensor) -> tuple[Tensor, Tensor]:
        """Rate [cm-3 s-1] and molecules of H2SO4 in a new particle [1], each (box, 1).

        Parameters
        ----------
        temperature : tensor (box, 1) [K]
        humidity : tensor (box, 1) [1]
        gas : tensor (box, 1) [molecules cm-3]
        """
        rate, molecules = self.fit(temperature, humidity, gas)
        free = molecules < self.SMALLEST_CLUSTER  # of a barrier: as many as collide
        collisions = gas.clamp(max=self.most) ** 2 * torch.sqrt(temperature * self.SPEED2)
        rate = torch.where(free, collisions * self.COLLISIONS, rate)
        molecules = torch.where(free, torch.full_like(molecules, self.DIMER), molecules)
        some = ((rate > self.SLOWEST) & (gas > self.FEWEST)).to(rate.dtype)
        return rate.clamp(max=self.fastest) * some, molecules

    def fit(self, temperature: Tensor, humidity: Tensor, gas: Tensor) -> tuple[Tensor, Tensor]:
        """The paper's rate [cm-3 s-1] and molecules of H2SO4 in the critical cluster [1]."""
        t = temperature.clamp(self.COLDEST, self.WARMEST) * self.DT - self.T0
        s = torch.log(humidity.clamp(self.DRIEST, 1.0)) * self.DS - self.S0
        n = torch.log(gas.clamp(self.FEWEST, self.most)) * self.DN - self.N0
        s2, n2 = s * s, n * n
        terms = [torch.ones_like(s), s, s2, s2 * s, n, s * n, s2 * n, n2, s * n2, n2 * n]
        m = torch.cat(terms, 1)
        mt = m * t
        mt2 = mt * t
        y = nn.functional.linear(torch.cat([m, mt, mt2, mt2 * t], 1), self.polynomial)
        x = y[:, :1]
        logarithm = y[:, 1:] + nn.functional.linear(m, self.per_fraction) / x
        rate_and_size = torch.exp(logarithm.clamp(-50.0, 50.0))
        return rate_and_size[:, :1], rate_and_size[:, 1:] * x
