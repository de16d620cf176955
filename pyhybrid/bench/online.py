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
NOTHING, TOGETHER = "nothing", "guards and constraints"  # contenders
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
        "rows", by "contest": "block", "audit" or "learning"; "records": steps that write one, by
        how many were written; "asked".

    Raises
    ------
    BenchError
        If the program is missing or failed.
    """
    rows: list[Json] = []
    written: list[Json] = []
    for name in names:
        more, steps = _network(name, pace)
        rows += more
        written += steps
    return {"rows": rows, "records": written, "asked": {"networks": list(names)}}


def audit_of(fraction: float) -> str:
    """The name of a contender."""
    return f"audit of {fraction:g} of the tiles"


def _network(name: str, pace: Pace) -> tuple[list[Json], list[Json]]:
    network = columns()[name]
    available, missing = emulators(network, ["builtin"])
    if missing:
        return missing, []
    job = {"network": network_job(network), "emulator": available[0]}
    job |= {"rounds": pace.rounds, "seconds": pace.seconds}
    rows = _contests(job, _blocks(name))
    native = _NATIVE * float(rows[0].get("seconds", 0))
    rows += _contests(job, _audits(name, native))
    rows += _contests(job, _learning(name))
    return rows, _records(job, pace)


def _contests(job: Json, passes: list[Json]) -> list[Json]:
    rows: list[Json] = program.run({**job, "task": "online", "passes": passes})["rows"]
    return rows


def _pass(name: str, what: tuple[str, str], size: int, tables: str, **more: object) -> Json:
    """One contender, of a contest and with a name."""
    contest, contender = what
    row = {"network": name, "contest": contest, "contender": contender}
    row |= {"block": BLOCK, "columns": size}
    return {"row": row, "tables": tables, "columns": size, "block": BLOCK} | more


def _blocks(name: str) -> list[Json]:
    """One block; the first is what the others are compared with."""

    def block(contender: str, tables: str, **more: object) -> Json:
        return _pass(name, ("block", contender), BLOCK, tables, **more)

    closed = {"also": _also(name)}
    return [
        block(NOTHING, NO_GUARD, same_results=True),
        block("guards", GUARDS, same_results=True),
        block("constraints", NO_GUARD + CONSTRAINTS, **closed),
        block(TOGETHER, GUARDS + CONSTRAINTS, **closed),
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
    passes = {NOTHING: NO_GUARD}
    passes |= {audit_of(part): NO_GUARD + audit("tiles", part) for part in FRACTIONS}
    return [
        _pass(name, ("audit", one), _PASS, tables, steps=True, native=native)
        for one, tables in passes.items()
    ]


def _learning(name: str) -> list[Json]:
    """Every column is audited in every step."""
    all_steps = NO_GUARD + audit("steps", 1.0)
    passes = {NOTHING: NO_GUARD, "audit": all_steps}
    passes |= {kind: all_steps + hook(kind, HEATING) for kind in KINDS}
    return [
        _pass(name, ("learning", one), _LEARNING, tables, steps=True, native=1e-9)
        for one, tables in passes.items()
    ]


def _records(job: Json, pace: Pace) -> list[Json]:
    """Steps that each write a record, for each kind of file."""
    sizes = {"count": _RECORDS, "group": _GROUP} if pace.rounds > 5 else {"count": 4, "group": 2}
    return [row for suffix in ("json", "nc") for row in _written(job | sizes, suffix)]


def _written(job: Json, suffix: str) -> list[Json]:
    place = {"network": job["network"]["name"], "contender": f"statistics.{suffix}"}
    with tempfile.TemporaryDirectory() as folder:
        tables = records(Path(folder) / place["contender"]) + GUARDS
        one = _pass(place["network"], ("records", suffix), BLOCK, tables, steps=True)
        try:
            told = program.run({**job, "task": "records", "pass": one})
        except program.BenchError as error:  # NetCDF is a plug-in that need not be there
            return [place | {"error": str(error)}]
    return [place | row for row in told["rows"]]
