# SPDX-License-Identifier: BSD-3-Clause
"""Tables of a configuration for the parts that `online` measures; the scheme is ``network``."""

from __future__ import annotations

import json
from pathlib import Path

from .columns import HEATING, HUMIDITY, MASS, MOISTENING, RAIN, SURFACE, TEMPERATURE, TOP

NO_GUARD = """
[scheme.network.guard]
finite = "pass"
"""

GUARDS = """
[scheme.network.guard]
finite = "native"
range = "native"
training_range = "native"
tendency = [{limit = "100 K day-1"}, {limit = "0.1 day-1"}]
"""

CONSTRAINTS = f"""
[[scheme.network.constraint]]
kind = "budget"
name = "energy"
unit = "W m-2"
terms = [
  {{output = "{HEATING}", factor = "1004.64 J kg-1 K-1", measure = "{MASS}"}},
  {{output = "{MOISTENING}", factor = "2.501e6 J kg-1", measure = "{MASS}"}},
  {{output = "{TOP}"}},
  {{output = "{SURFACE}", factor = -1}},
]

[[scheme.network.constraint]]
kind = "budget"
name = "water"
unit = "kg m-2 s-1"
terms = [{{output = "{MOISTENING}", measure = "{MASS}"}}, {{output = "{RAIN}"}}]

[[scheme.network.constraint]]
kind = "bounds"
output = "{MOISTENING}"
state = "{HUMIDITY}"
minimum = 0
"""


def audit(what: str, fraction: float) -> str:
    """Of a fraction of "steps" or "tiles"."""
    return f"[scheme.network.audit]\n{what} = {fraction}\n"


def hook(kind: str, field: str) -> str:
    """A hook that learns from the audit."""
    predictors = f'predictors = ["{TEMPERATURE}", "{HUMIDITY}"]\n' if kind == "ridge" else ""
    return f"""
[[scheme.network.hook]]
kind = "{kind}"
fields = ["{field}"]
learn = "audit"
{predictors}"""


def records(path: Path) -> str:
    """A record of each step, written to a file."""
    return f"[domain]\nstatistics = {json.dumps(str(path))}\nreport_steps = 1\n"
