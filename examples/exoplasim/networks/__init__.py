# SPDX-License-Identifier: BSD-3-Clause
"""Neural-network emulators of PlaSim's three column routines (10 sigma levels, level 1 at the top).

Each network takes one tensor (ncol, nfeature) of raw SI inputs, field after field in the order of
its `INPUTS`, and returns one tensor (ncol, noutput) in the order of its `OUTPUTS`. Normalisation,
derived features, exact relations and limits live inside, so one file serves training and the
coupled run.
"""

from networks.blocks import Emulator
from networks.convection import ConvectionNetwork
from networks.longwave import LongwaveNetwork
from networks.shortwave import ShortwaveNetwork

NETWORKS: dict[str, type[Emulator]] = {
    "longwave": LongwaveNetwork,
    "shortwave": ShortwaveNetwork,
    "convection": ConvectionNetwork,
}
