# SPDX-License-Identifier: BSD-3-Clause
"""The projection against its definition in NumPy, in long double.

The minimum of sum (y - x)^2 / W under A y = b and bounds is the one y that satisfies the conditions
of Karush, Kuhn and Tucker: (y - x) / W is a combination of the budgets where y is free, and points
into the allowed range where y is at a bound.
"""

import json
import subprocess
import sys

import numpy as np

LEVELS, SPECIES, COLUMNS, DT = 12, 2, 11, 600.0
WIDE = np.longdouble


def field(unit, values):
    """A field of shape (species, level, column) as the tool takes it."""
    nspecies, nlevel, _ = values.shape
    return {"unit": unit, "nlevel": nlevel, "nspecies": nspecies, "values": values.ravel().tolist()}


def problem(random, bottom_up, flipped):
    """Two tracers of two species each, a flux at half levels; budgets and bounds of all sorts."""
    half = np.sort(random.uniform(1, 1000, (1, LEVELS + 1, COLUMNS)), axis=1)
    inputs = {
        "half_pressure": half[:, ::-1] if bottom_up else half,
        "heat_capacity": random.uniform(1, 3, (1, LEVELS, COLUMNS)),
        "tracer": random.uniform(0, 1, (SPECIES, LEVELS, COLUMNS)),
        "source": random.normal(size=(1, 1, COLUMNS)),
    }
    outputs = {
        "a": random.normal(size=(SPECIES, LEVELS, COLUMNS)) / DT,
        "b": random.normal(size=(1, LEVELS, COLUMNS)),
        "flux": random.normal(size=(1, LEVELS + 1, COLUMNS)),
    }
    weights = np.exp(random.normal(size=4)).tolist()
    return inputs, outputs, constraints(weights), bottom_up, flipped


def constraints(weights):
    mass = {"output": "a", "thickness": "half_pressure", "factor": 0.1}
    first = {
        "kind": "budget", "name": "first", "unit": "1", "equals": 0.3,
        "terms": [
            mass | {"species": 1, "weight": weights[0], "profile": "tracer"},
            {"output": "b", "measure": "heat_capacity", "levels": [2, 7], "weight": weights[1]},
            {"output": "flux", "levels": "top", "weight": weights[2]},
            {"output": "flux", "levels": "bottom", "factor": -1.5},
            {"input": "source", "factor": 2},
        ],
    }
    second = {
        "kind": "budget", "name": "second", "unit": "1",
        "terms": [
            mass | {"factor": -0.7},
            {"output": "b", "thickness": "half_pressure", "factor": 1e-3},
        ],
    }
    return [
        first, second,
        {"kind": "bounds", "output": "a", "state": "tracer", "minimum": 0, "maximum": 3},
        {"kind": "bounds", "output": "b", "levels": [1, 4], "minimum": -0.5},
    ]


def run(tool, inputs, outputs, declared, bottom_up, flipped):
    text = json.dumps({
        "inputs": {name: field("1", values) for name, values in inputs.items()},
        "outputs": {name: field("s-1", values) for name, values in outputs.items()},
        "constraints": declared, "ncol": COLUMNS, "bottom_up": bottom_up, "flipped": flipped,
    })
    done = subprocess.run([tool], input=text, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    return {
        name: np.reshape(result["outputs"][name], values.shape) for name, values in outputs.items()
    }, result


def rows_of(term, shape, bottom_up, flipped):
    """Whether a term holds each row, (species, level)."""
    nspecies, nlevel, _ = shape
    first, last = (1, nlevel)
    match term.get("levels"):
        case "top" | "bottom" as end:
            first = last = nlevel if (end == "bottom") != bottom_up else 1
        case [a, b]:
            first, last = (nlevel + 1 - b, nlevel + 1 - a) if flipped else (a, b)
    levels = (np.arange(1, nlevel + 1) >= first) & (np.arange(1, nlevel + 1) <= last)
    species = np.isin(np.arange(1, nspecies + 1), term.get("species", np.arange(1, nspecies + 1)))
    return species[:, None] & levels


def measure_of(term, inputs):
    if "thickness" in term:
        return np.abs(np.diff(inputs[term["thickness"]].astype(WIDE), axis=1))
    return inputs[term["measure"]].astype(WIDE) if "measure" in term else WIDE(1)


def coefficients(term, values, inputs, bottom_up, flipped):
    """Of each value of a field, (species, level, column)."""
    holds = rows_of(term, values.shape, bottom_up, flipped)[..., None]
    return np.where(holds, term.get("factor", 1) * measure_of(term, inputs), WIDE(0)) + np.zeros(
        values.shape, WIDE)


def weights_of(name, values, inputs, budgets, bottom_up, flipped):
    """W of each value: as the first term says that holds it."""
    weights, done = np.zeros(values.shape, WIDE), np.zeros(values.shape, bool)
    for term in (term for budget in budgets for term in budget["terms"]):
        if term.get("output") != name:
            continue
        holds = rows_of(term, values.shape, bottom_up, flipped)[..., None] & ~done
        measure = measure_of(term, inputs) + np.zeros(values.shape, WIDE)
        profile = np.abs(inputs[term["profile"]]) if "profile" in term else np.ones(values.shape)
        total = np.sum(np.where(holds, profile * measure, 0), axis=(0, 1))
        share = term.get("weight", 1) / WIDE(term.get("factor", 1)) ** 2
        weights = np.where(holds, share * profile / (measure * total), weights)
        done |= holds
    return weights


def bounds_of(name, values, inputs, declared, bottom_up, flipped):
    least, most = np.full(values.shape, -np.inf, WIDE), np.full(values.shape, np.inf, WIDE)
    for one in declared:
        if one.get("output") != name:
            continue
        holds = rows_of(one, values.shape, bottom_up, flipped)[..., None]
        state, step = (inputs[one["state"]], DT) if "state" in one else (0, 1)
        least = np.where(holds, (one.get("minimum", -np.inf) - state) / WIDE(step), least)
        most = np.where(holds, (one.get("maximum", np.inf) - state) / WIDE(step), most)
    return least, most


def by_row(name, x, y, case, budgets):
    """Of one output: x, y, W, bounds and the coefficients in each budget, (row, column)."""
    inputs, _, declared, *how = case
    parts = [x, y, weights_of(name, x, inputs, budgets, *how),
             *bounds_of(name, x, inputs, declared, *how)]
    for budget in budgets:
        terms = (term for term in budget["terms"] if term.get("output") == name)
        parts.append(sum((coefficients(term, x, inputs, *how) for term in terms),
                         np.zeros(x.shape, WIDE)))
    return [part.reshape(-1, COLUMNS).astype(WIDE) for part in parts]


def target(budget, inputs, how):
    """What its outputs have to sum up to, by column."""
    known = np.full(COLUMNS, budget.get("equals", 0), WIDE)
    for term in budget["terms"]:
        if "input" in term:
            values = inputs[term["input"]]
            known -= np.sum(coefficients(term, values, inputs, *how) * values, axis=(0, 1))
    return known


def check(tool, case):
    """Checks one block; returns how many rows are at a bound."""
    inputs, outputs, declared, *how = case
    found, result = run(tool, *case)
    budgets = [one for one in declared if one["kind"] == "budget"]
    fields = [by_row(name, x, found[name], case, budgets) for name, x in outputs.items()]
    x, y, w, least, most, *a = (np.concatenate(parts) for parts in zip(*fields, strict=True))
    a = np.array(a)
    known = np.array([target(budget, inputs, how) for budget in budgets])
    assert not any(result["unmet"]), result["unmet"]
    check_closure(a, x, y, known, np.reshape(result["imbalance"], known.shape))
    size = np.abs(x) + np.abs(y)
    assert np.all(y >= least - 1e-12 * size) and np.all(y <= most + 1e-12 * size)
    return sum(kkt(*(part[..., c] for part in (x, y, w, least, most, a))) for c in range(COLUMNS))


def check_closure(a, x, y, known, imbalance):
    """Tolerances are the rounding of sums of a few dozen terms."""
    before, terms = np.sum(a * x, axis=1) - known, np.sum(np.abs(a * x), axis=1)
    assert np.all(np.abs(imbalance - before) <= 2e-14 * (terms + np.abs(known)))
    gap, terms = np.sum(a * y, axis=1) - known, np.sum(np.abs(a * y), axis=1)
    assert np.all(np.abs(gap) <= 2e-14 * (terms + np.abs(known)))


def kkt(x, y, w, least, most, a):
    """Checks one column; returns how many of its rows are at a bound."""
    near = 1e-9 * (np.abs(y) + 1e-3)
    low, high = y - least < near, most - y < near
    changes = w > 0
    free = changes & ~low & ~high
    # Multipliers from the free rows; those of the others say which way they are pushed.
    scaled = (a[:, free] * np.sqrt(w[free])).T.astype(float)
    pull = ((y - x)[free] / np.sqrt(w[free])).astype(float)
    multiplier = np.linalg.lstsq(scaled, pull, rcond=None)[0]
    push = (y - x) - w * (a.T @ multiplier)
    slack = 1e-7 * (np.abs(y - x) + np.abs(w * (a.T @ multiplier)) + 1e-6)
    assert np.all(np.abs(push[free]) <= slack[free])
    assert np.all(push[changes & low] >= -slack[changes & low])
    assert np.all(push[changes & high] <= slack[changes & high])
    assert np.all(y[~changes & (a != 0).any(axis=0) & ~low & ~high]
                  == x[~changes & (a != 0).any(axis=0) & ~low & ~high])
    return int(np.sum(changes & (low | high)))


def main(tool):
    random = np.random.default_rng(5)
    at_bounds = [check(tool, problem(random, i % 2 == 0, i % 3 == 0)) for i in range(30)]
    assert sum(at_bounds) > 1000, "the bounds were not in reach"


if __name__ == "__main__":
    main(sys.argv[1])
