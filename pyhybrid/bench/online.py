# SPDX-License-Identifier: BSD-3-Clause
"""What guards, constraints, hooks, the audit and statistics add to an emulator."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import program
from .columns import HEATING, columns, mass_field
from .jobs import Json, Pace, emulators, field_job, network_job
from .online_tables import CONSTRAINTS, GUARDS, NO_GUARD, audit, hook, records

NETWORKS = ("mlp-column", "conv-column", "gru-column")
BLOCK = 64  # columns
FRACTIONS = (0.01, 0.1)  # of tiles that are audited
KINDS = ("running_mean", "ridge")
_PASS, _LEARNING = 64 * BLOCK, 16 * BLOCK  # columns of a pass that ends with a step
_NATIVE = 5.0  # times the emulator
_LEARNING_STEPS = 40  # before a block is measured: half of them are audited
_RECORDS, _GROUP = 400, 40


def online(names: Sequence[str], pace: Pace) -> Json:
    """Seconds of a pass by network and what the configuration asks for.

    Parameters
    ----------
    names : sequence of str
        Of `NETWORKS`.
    pace : Pace

    Returns
    -------
    dict
        "blocks", "audit", "learning": rows; "records": rows by the number of records; "asked".

    Raises
    ------
    BenchError
        If the program is missing or failed.
    """
    found: Json = {"blocks": [], "audit": [], "learning": [], "records": []}
    for name in names:
        for key, rows in _network(name, pace).items():
            found[key] += rows
    return found | {"asked": {"networks": list(names)}}


def _network(name: str, pace: Pace) -> Json:
    network = columns()[name]
    available, missing = emulators(network, ["builtin"])
    if missing:
        return {"blocks": missing}
    job = {"network": network_job(network), "emulator": available[0]}
    job |= {"rounds": pace.rounds, "seconds": pace.seconds}
    found = _contests(job, {"blocks": _blocks(name)})
    native = _NATIVE * found["blocks"][0].get("seconds", 0)
    found |= _contests(job, {"audit": _audits(name, native), "learning": _learning(name)})
    return found | {"records": _records(job, pace)}


def _contests(job: Json, contests: Json) -> Json:
    return program.run({**job, "task": "online", "contests": contests})


def _pass(name: str, part: str, size: int, tables: str, **more: object) -> Json:
    row = {"network": name, "part": part, "block": BLOCK, "columns": size}
    return {"row": row, "tables": tables, "columns": size, "block": BLOCK} | more


def _blocks(name: str) -> list[Json]:
    """One block; the first is what the others are compared with."""

    def block(part: str, tables: str, **more: object) -> Json:
        return _pass(name, part, BLOCK, tables, **more)

    closed = {"also": _also(name)}
    return [
        block("nothing", NO_GUARD, same_results=True),
        block("guards", GUARDS, same_results=True),
        block("constraints", NO_GUARD + CONSTRAINTS, **closed),
        block("guards and constraints", GUARDS + CONSTRAINTS, **closed),
        block("guards, one column rejected", GUARDS, spoilt=1),
        block("guards, all columns rejected", GUARDS, spoilt=BLOCK),
        *(block(kind, _learnt(kind), **_LEARNS) for kind in KINDS),
    ]


_LEARNS = {"learning_steps": _LEARNING_STEPS, "native": 1e-9}


def _learnt(kind: str) -> str:
    """A hook beside an audit of half of the steps."""
    return NO_GUARD + audit("steps", 0.5) + hook(kind, HEATING)


def _also(name: str) -> list[Json]:
    """The mass of layers, where it is no input."""
    mass, card = mass_field(), columns()[name].card
    known = mass.name in (field.name for field in card.inputs)
    return [] if known else [field_job(mass, card.sample)]


def _audits(name: str, native: float) -> list[Json]:
    passes = {"nothing": NO_GUARD}
    passes |= {f"audit {part:g}": NO_GUARD + audit("tiles", part) for part in FRACTIONS}
    return [
        _pass(name, part, _PASS, tables, steps=True, native=native)
        for part, tables in passes.items()
    ]


def _learning(name: str) -> list[Json]:
    """Every column is audited in every step."""
    all_steps = NO_GUARD + audit("steps", 1.0)
    passes = {"nothing": NO_GUARD, "audit": all_steps}
    passes |= {kind: all_steps + hook(kind, HEATING) for kind in KINDS}
    return [
        _pass(name, part, _LEARNING, tables, steps=True, native=1e-9)
        for part, tables in passes.items()
    ]


def _records(job: Json, pace: Pace) -> list[Json]:
    """Steps that each write a record."""
    short = pace.rounds < 5
    sizes = {"count": 4, "group": 2} if short else {"count": _RECORDS, "group": _GROUP}
    rows: list[Json] = []
    for suffix in ("json", "nc"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"statistics.{suffix}"
            one = _pass("", suffix, BLOCK, records(path) + GUARDS, steps=True)
            told = program.run({**job, **sizes, "task": "records", "pass": one})["rows"]
        rows += [{"network": job["network"]["name"], "file": suffix} | row for row in told]
    return rows
