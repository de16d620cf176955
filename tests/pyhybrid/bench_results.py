# SPDX-License-Identifier: BSD-3-Clause
"""Forged results of ``pyhybrid bench`` that reach every goal."""

from itertools import product

from pyhybrid.bench.compare import BACKENDS, BLOCKS, NETWORKS
from pyhybrid.bench.gpu import COLUMNS
from pyhybrid.bench.networks import networks
from pyhybrid.bench.online import FRACTIONS, NOTHING, TOGETHER, audit_of
from pyhybrid.bench.online import NETWORKS as ONLINE

SECONDS = {"plain": 10.0, "builtin": 1.0, "products": 0.95}  # of a call, in any unit
OTHER = 4.0
LIBRARY = {"name": "libxsmm 1.17"}
FORMS = {  # form, block, threads
    ("one call", 16384, 1): 1.0,
    ("one loop", 64, 1): 2.0,
    ("one loop", 64, 2): 1.0,
    ("two loops", 16, 1): 1.05,
}


def timed(seconds, **place):
    return place | {"seconds": seconds, "by_round": [seconds] * 3, "calls": 3}


def emulator():
    contenders = ("plain", *BACKENDS, "products")
    rows = [
        timed(SECONDS.get(one, OTHER), network=network, block=block, contender=one)
        for network, block, one in product(NETWORKS, BLOCKS, contenders)
    ]
    for row in rows:
        if row["contender"] in BACKENDS:
            row["stages"] = {"pack": 0.1, "infer": 0.7 * row["seconds"], "scatter": 0.1}
        if row["contender"] == "products":
            row["library"] = LIBRARY["name"]
    start = {"contender": "builtin", "seconds": 0.02, "resident": 2e7, "peak": 2e7}
    memory = {"contender": "builtin", "calls": 10**6, "before": 2e7, "after": 2e7}
    roofline = {"products": 2.5e11, "copy": 4e10, "triad": 4e10, "conversion": 4e10}
    asked = {"networks": list(NETWORKS), "contenders": list(BACKENDS), "blocks": list(BLOCKS)}
    known = {
        name: {"flops": one.operations, "values": one.card.nfeature + one.card.noutput}
        for name, one in networks().items()
    }
    told = {"roofline": roofline, "library": dict(LIBRARY), "networks": known, "asked": asked}
    parts = {"start": [{"network": "m7"} | start], "calls": {"network": "m7"} | memory}
    return {"rows": rows} | told | parts


def scaling():
    rows = [
        timed(seconds, network=network, contender=contender, form=form, block=block,
              threads=threads, columns=16384, same_bits=True)
        for network, contender in product(NETWORKS, ("builtin", "torchscript"))
        for (form, block, threads), seconds in FORMS.items()
    ]  # fmt: skip
    ranks = {"seconds": {"1": 1.0, "2": 1.1}, "same_bits": True, "columns": 16384}
    asked = {"networks": list(NETWORKS), "contenders": ["builtin", "torchscript"], "cores": 2}
    return {
        "rows": rows,
        "ranks": {"network": "m7", "contender": "builtin"} | ranks,
        "asked": asked,
    }


def online():
    def row(network, contest, contender, seconds, **more):
        place = {"network": network, "contest": contest, "contender": contender}
        return timed(seconds, **place, block=64, columns=4096, stages={"pack": 0.1}) | more

    rows = []
    for network in ONLINE:
        rows += [row(network, "block", NOTHING, 1.0), row(network, "block", TOGETHER, 1.04)]
        rows += [row(network, "audit", NOTHING, 10.0)]
        rows += [
            row(network, "audit", audit_of(part), 10.3 + 50 * part, native_by_round=[50 * part] * 3)
            for part in FRACTIONS
        ]
        rows += [row(network, "learning", "ridge", 1.0)]
    place = {"network": "mlp-column", "contender": "statistics.json"}
    written = [place | {"records": 40, "seconds": 1e-3}]
    return {"rows": rows, "records": written, "asked": {"networks": list(ONLINE)}}


def gpu():
    rows = [
        timed(1.0, network=network, columns=columns, form="one call", block=columns, reached=0.8,
              bounds={"packing": 0.8, "bus": 0.5, "memory": 0.1})
        for network, columns in product(("m7", "mlp"), COLUMNS)
    ]  # fmt: skip
    rates = {"to_device": 5e10, "from_device": 5e10, "on_device": 4e12, "products": 5e13}
    told = {"device": "cuda", "model": "a device", "threads": 16, "rows": rows, "rates": rates}
    return told | {"asked": {"networks": ["m7", "mlp"], "columns": list(COLUMNS)}}


def bridge():
    times = {"bridge_s": 2e-5, "copy_s": 1.5e-5, "best_copy_s": 1.4e-5}
    times |= {"overhead_s": 5e-6, "goal_s": 2.1e-5}
    return {"fields": 30, "columns": 64, "levels": 60} | times


def results():
    about = {"date": "2000-01-01", "cpu": "a CPU", "cores": 2, "pyhybrid": "0.1", "torch": "2.13"}
    sections = {"bridge": bridge(), "emulator": emulator(), "scaling": scaling()}
    return {"about": about} | sections | {"online": online(), "gpu": gpu()}


def row_of(section, **place):
    """The one row of a section that is there."""
    (row,) = [row for row in section["rows"] if place.items() <= row.items()]
    return row
