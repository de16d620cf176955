# SPDX-License-Identifier: BSD-3-Clause
"""What the measurements have to show, in one table, and whether they do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from .jobs import Json
from .online import NETWORKS as ONLINE
from .online import NOTHING, TOGETHER, audit_of


@dataclass(frozen=True)
class Goal:
    """A bound for a value of a section; `row` names the value, as in `values`.

    Attributes
    ----------
    section : str
        Of the results: "bridge", "emulator", "scaling", "online" or "gpu".
    row : str
        What is measured.
    sense : {">=", "<="}
    limit : float
    unit : str
        Of value and limit.
    network : str
        The goal counts where this was asked for; "" for always.
    block : int
        Likewise; 0 for always.
    contender : str
        Likewise; "" for always.
    cores : int
        Likewise on machines with so many.
    library : bool
        It takes a library of matrix products to reach it.
    """

    section: str
    row: str
    sense: str
    limit: float
    unit: str = "x"
    network: str = ""
    block: int = 0
    contender: str = ""
    cores: int = 1
    library: bool = False

    def met(self, value: float) -> bool:
        """Whether a value reaches it; NaN does not."""
        return value >= self.limit if self.sense == ">=" else value <= self.limit


@dataclass(frozen=True)
class Verdict:
    """A goal and what was found: a value, or NaN and why there is none.

    Attributes
    ----------
    goal : Goal
    value : float
    why : str
        There is no value.
    excuse : str
        Why it does not count here; "" where it does.
    """

    goal: Goal
    value: float
    why: str = ""
    excuse: str = ""

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.goal.met(self.value)

    @property
    def missed(self) -> bool:
        """Whether it counts and is not reached."""
        return not self.met and not self.excuse


def over_plain(contender: str, network: str, block: int) -> str:
    """The name of a speed-up."""
    return f"{contender} against plain libtorch, {network}, {block} columns"


def over_products(network: str, block: int) -> str:
    """The name of a time over that of the matrix products alone."""
    return f"builtin against its products alone, {network}, {block} columns"


def two_threads(contender: str, network: str) -> str:
    """The name of a speed-up by threads."""
    return f"one loop, 2 threads against 1, {contender}, {network}"


def two_loops(contender: str, network: str) -> str:
    """The name of a time over that of one call."""
    return f"two loops of 16 against one call, {contender}, {network}"


def over_nothing(contender: str, network: str) -> str:
    """The name of a time over that of the emulator without it."""
    return f"{contender} over nothing, {network}"


def beyond_native(contender: str, network: str) -> str:
    """The name of a time beyond those of the emulator and the native routine, over the former."""
    return f"{contender} beyond its native runs, {network}"


def of_device(network: str, columns: int) -> str:
    """The name of a part of what bounds a device."""
    return f"device against its slowest bound, {network}, {columns} columns"


_SPEED = {  # network: block: builtin over plain libtorch
    "mlp": {16: 2.8, 64: 2.3, 128: 2.3, 512: 2.3, 4096: 2.3},
    "m7": {16: 3.5, 64: 2.3, 128: 2.3, 512: 2.3, 4096: 2.3},
    "gru": dict.fromkeys((16, 64, 128, 512, 4096), 5.0),
    "conv": dict.fromkeys((16, 64, 128, 512, 4096), 1.5),
}
_SCALED = [("builtin", name) for name in _SPEED]
_SCALED += [("torchscript", name) for name in ("mlp", "m7")]
_AUDITED = {0.01: 0.05, 0.1: 0.25}
START, RESIDENT = "builtin, start to the first result", "builtin, resident memory"
GROWTH = "builtin, growth of memory in a call"
BRIDGE = "bridge beyond 1.2 copies of the data"
BITS = "forms and threads with other bits"
RANK_BITS = "ranks with other bits"


def _goals() -> Iterator[Goal]:
    yield Goal("bridge", BRIDGE, "<=", 3, "us")
    for network, blocks in _SPEED.items():
        for block, limit in blocks.items():
            yield _speed_up("builtin", network, block, limit)
    for block in (64, 128, 512, 4096):
        row = over_products("mlp", block)
        yield Goal("emulator", row, "<=", 1.15, "x", "mlp", block, "builtin", library=True)
    yield from _torch_goals()
    yield Goal("emulator", START, "<=", 0.05, "s", contender="builtin")
    yield Goal("emulator", RESIDENT, "<=", 45, "MB", contender="builtin")
    yield Goal("emulator", GROWTH, "<=", 0.1, "bytes", contender="builtin")
    yield from _scaling_goals()
    for network in ONLINE:
        yield Goal("online", over_nothing(TOGETHER, network), "<=", 1.05, "x", network)
        for fraction, limit in _AUDITED.items():
            row = beyond_native(audit_of(fraction), network)
            yield Goal("online", row, "<=", limit, "x", network)
    for network in ("m7", "mlp"):
        for columns in (16384, 65536, 262144, 1000000):
            yield Goal("gpu", of_device(network, columns), ">=", 0.7, "x", network, columns)


def _speed_up(contender: str, network: str, block: int, limit: float) -> Goal:
    row = over_plain(contender, network, block)
    ours = contender == "builtin"
    return Goal("emulator", row, ">=", limit, "x", network, block, contender, library=ours)


def _torch_goals() -> Iterator[Goal]:
    """Frozen with oneDNN is for large blocks: in small ones it is slow by its nature."""
    for network, blocks in _SPEED.items():
        for block in blocks:
            large = block >= 128
            limit = 2 if large and network == "mlp" else 0.97
            yield _speed_up("torchscript", network, block, limit)
            yield _speed_up("aoti", network, block, 0.97)
            if large:
                yield _speed_up("aoti frozen", network, block, limit)


def _scaling_goals() -> Iterator[Goal]:
    for contender, network in _SCALED:
        threads, loops = two_threads(contender, network), two_loops(contender, network)
        yield Goal("scaling", threads, ">=", 1.8, "x", network, 0, contender, 2)
        yield Goal("scaling", loops, "<=", 1.1, "x", network, 0, contender)
    yield Goal("scaling", BITS, "<=", 0, "")
    yield Goal("scaling", RANK_BITS, "<=", 0, "")


GOALS = tuple(_goals())


def check(results: Mapping[str, Json]) -> list[Verdict]:
    """The goals that concern what was asked for, and what was found."""
    found = {name: _VALUES[name](part) for name, part in results.items() if name in _VALUES}
    return [
        _verdict(goal, found[goal.section], results[goal.section])
        for goal in GOALS
        if goal.section in found and _asked(goal, results[goal.section])
    ]


def _asked(goal: Goal, section: Json) -> bool:
    """A device that is not there, or a CPU in its place, is nothing that falls short."""
    if goal.section == "gpu" and ("absent" in section or section["device"].startswith("cpu")):
        return False
    asked = section.get("asked", {})
    sizes = asked.get("columns" if goal.section == "gpu" else "blocks", [])
    return (
        (not goal.network or goal.network in asked["networks"])
        and (not goal.block or goal.block in sizes)
        and (not goal.contender or goal.contender in asked["contenders"])
        and goal.cores <= asked.get("cores", math.inf)
    )


Found = dict[str, float | str]  # by the name of the row: a value, or why there is none


def _verdict(goal: Goal, found: Found, section: Json) -> Verdict:
    value = found.get(goal.row, "not measured")
    if isinstance(value, str):
        return Verdict(goal, math.nan, value)
    return Verdict(goal, value, excuse=_excuse(goal, section))


def _excuse(goal: Goal, section: Json) -> str:
    """Our own products are a stand-in that no goal was set for."""
    why = section.get("library", {}).get("why")
    return f"portable products, not libxsmm: {why}" if goal.library and why else ""


def ratio(above: Json | None, below: Json | None) -> float | str:
    """Of the times of two rows: the median of the ratios in each round, whose load is the same."""
    for row in (above, below):
        if row and "error" in row:
            return str(row["error"])
    if not above or not below:
        return "not measured"
    pairs = zip(above["by_round"], below["by_round"], strict=True)
    return float(median(one / other for one, other in pairs))


def _bridge(section: Json) -> Found:
    return {BRIDGE: 1e6 * (section["bridge_s"] - 1.2 * section["copy_s"])}


def _emulator_values(section: Json) -> Found:
    rows = {(row["network"], row["block"], row["contender"]): row for row in section["rows"]}
    found: Found = {}
    for (network, block, contender), row in rows.items():
        plain = rows.get((network, block, "plain"))
        found[over_plain(contender, network, block)] = ratio(plain, row)
        if contender == "builtin":
            products = rows.get((network, block, "products"))
            found[over_products(network, block)] = ratio(row, products)
    return found | _start_values(section["start"]) | {GROWTH: _growth(section["calls"])}


def _start_values(rows: list[Json]) -> Found:
    row: Json = {"error": "not measured"}
    for one in rows:
        row = one if one["contender"] == "builtin" else row
    if "error" in row:
        return {START: row["error"], RESIDENT: row["error"]}
    return {START: row["seconds"], RESIDENT: row["resident"] / 1e6}


def _growth(row: Json) -> float | str:
    if "error" in row:
        return str(row["error"])
    return float((row["after"] - row["before"]) / row["calls"])


def _scaling_values(section: Json) -> Found:
    rows = section["rows"]
    key = ("network", "contender", "form", "block", "threads")
    place = {tuple(row[word] for word in key): row for row in rows if "form" in row}
    failed = {(r["network"], r["contender"]): r["error"] for r in rows if "form" not in r}
    ranks = section["ranks"]
    found: Found = {
        BITS: _other_bits(rows),
        RANK_BITS: ranks["error"] if "error" in ranks else _other_bits([ranks]),
    }
    for contender, network in _SCALED:
        one = [place.get((network, contender, "one loop", 64, n)) for n in (1, 2)]
        whole = _whole(rows, contender, network)
        small = place.get((network, contender, "two loops", 16, 1))
        why = failed.get((network, contender))
        found[two_threads(contender, network)] = why or ratio(one[0], one[1])
        found[two_loops(contender, network)] = why or ratio(small, whole)
    return found


def _other_bits(rows: list[Json]) -> float | str:
    """How many have other bits; what was compared with nothing has not the same ones."""
    compared = [row["same_bits"] for row in rows if "same_bits" in row]
    return float(compared.count(False)) if compared else "not measured"


def _whole(rows: list[Json], contender: str, network: str) -> Json | None:
    wanted = (contender, network, "one call")
    return next((r for r in rows if (r["contender"], r["network"], r.get("form")) == wanted), None)


def _online_values(section: Json) -> Found:
    rows = {(row["network"], row.get("contest"), row["contender"]): row for row in section["rows"]}
    found: Found = {}
    for network in section["asked"]["networks"]:
        failed = rows.get((network, None, "builtin"))
        block, alone = (rows.get((network, one, NOTHING), failed) for one in ("block", "audit"))
        together = rows.get((network, "block", TOGETHER), failed)
        found[over_nothing(TOGETHER, network)] = ratio(together, block)
        for fraction in _AUDITED:
            row = rows.get((network, "audit", audit_of(fraction)), failed)
            found[beyond_native(audit_of(fraction), network)] = beyond(row, alone)
    return found


def beyond(row: Json | None, alone: Json | None) -> float | str:
    """What an audit takes besides native runs, over the emulator alone."""
    if row is None or alone is None or "error" in row or "error" in alone:
        return ratio(row, alone)
    native = row.get("native_by_round", [0.0] * len(row["by_round"]))
    ours = [one - other for one, other in zip(row["by_round"], native, strict=True)]
    return float(ratio({"by_round": ours}, alone)) - 1


def _gpu_values(section: Json) -> Found:
    """Of the best form of the loop."""
    found: Found = {}
    for row in section.get("rows", []):
        name = of_device(row["network"], row.get("columns", 0))
        reached = row.get("reached")
        if reached is None:
            found.setdefault(name, row.get("error", "not measured"))
        else:
            before = found.get(name)
            found[name] = max(reached, before) if isinstance(before, float) else reached
    return found


_VALUES: dict[str, Callable[[Json], Found]] = {
    "bridge": _bridge,
    "emulator": _emulator_values,
    "scaling": _scaling_values,
    "online": _online_values,
    "gpu": _gpu_values,
}
