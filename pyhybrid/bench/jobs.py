# SPDX-License-Identifier: BSD-3-Clause
"""Jobs for the program: networks, emulators and how long to measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..card import Card, Field
from ..emulator import Emulator
from .files import CONTENDERS, Contender, MissingError, emulator_file
from .networks import Network, networks
from .operations import flops_of

Json = dict[str, Any]


@dataclass(frozen=True)
class Pace:
    """How often to measure: rounds over all contenders, and a slot [s] of each in a round."""

    rounds: int
    seconds: float


NORMAL = Pace(11, 2e-3)
QUICK = Pace(2, 1e-5)
LEVELS = 60  # of hosts' arrays where an emulator of boxes leaves the number open


def contenders(names: Iterable[str]) -> tuple[Contender, ...]:
    """Those of these names."""
    return tuple(one for one in CONTENDERS if one.name in names)


def built_in(names: Iterable[str]) -> list[Network]:
    """The built-in networks of these names."""
    known = networks()
    return [known[name] for name in names]


def network_job(network: Network) -> Json:
    """A built-in network without emulators."""
    products = [asdict(product) for product in network.products]
    job = card_job(network.name, network.card)
    return job | {"products": products, "flops": network.operations}


def card_job(name: str, card: Card) -> Json:
    """A network as its card describes it."""
    return {
        "name": name,
        "values": card.nfeature + card.noutput,
        "orientation": card.orientation,
        "inputs": [field_job(field, card.sample) for field in card.inputs],
        "outputs": [field_job(field, card.sample) for field in card.outputs],
        "emulators": [],
    }


def field_job(field: Field, sample: str) -> Json:
    """A field as its card describes it."""
    job = {
        "name": field.name,
        "unit": field.unit,
        "role": field.role,
        "kind": field.kind,
        "dims": " ".join(field.dims),
        "levels": _levels(field),
        "species": field.species or 0,
    }
    return job | {key: _by_row(field, sample, key) for key in ("offset", "scale")}


def _levels(field: Field) -> int:
    """Of the host's array; 0 without that axis."""
    return (field.levels or LEVELS) if "level" in field.dims else 0


def _by_row(field: Field, sample: str, key: str) -> list[float]:
    """Of the host's array, levels innermost; empty without a normalisation."""
    if field.normalisation is None:
        return []
    numbers = getattr(field.normalisation, key)
    levels = max(_levels(field), 1)
    rows = levels * (field.species or 1)
    if len(numbers) == 1:
        return list(numbers) * rows
    return [one for one in numbers for _ in range(levels if sample == "box" else 1)]


def emulators(network: Network, names: Iterable[str]) -> tuple[list[Json], list[Json]]:
    """The emulators of a built-in network that can be had, and rows for those that cannot."""
    found, missing = [], []
    for contender in contenders(names):
        try:
            path = emulator_file(network, contender)
            found.append({"name": contender.name, "file": str(path)})
        except MissingError as error:
            row = {"network": network.name, "contender": contender.name, "error": str(error)}
            missing.append(row)
    return found, missing


@dataclass(frozen=True)
class _File:
    """A user's emulator."""

    path: Path
    card: Card
    backend: str


def file_jobs(paths: Sequence[Path]) -> list[Json]:
    """A user's emulators: a network for all those that have one card.

    Raises
    ------
    HybridError
        If one cannot be opened.
    """
    groups = _by_network([_opened(path) for path in paths])
    names = _file_names([group[0].path for group in groups])
    return [_file_job(group, name) for group, name in zip(groups, names, strict=True)]


def _opened(path: Path) -> _File:
    with Emulator(path) as emulator:
        return _File(path, emulator.card, emulator.backend)


def _by_network(files: Sequence[_File]) -> list[list[_File]]:
    """Files of one card, one of each backend: those of one stem before others."""
    groups = [[file] for file in files]
    for same_stem in (True, False):
        merged: list[list[_File]] = []
        for group in groups:
            found = next((one for one in merged if _fits(one, group, same_stem)), None)
            if found is None:
                merged.append(group)
            else:
                found += group
        groups = merged
    return groups


def _fits(group: Sequence[_File], other: Sequence[_File], same_stem: bool) -> bool:
    first, second = group[0], other[0]
    alike = first.path.with_suffix("") == second.path.with_suffix("") or not same_stem
    backends = {one.backend for one in group}
    return alike and first.card == second.card and backends.isdisjoint(o.backend for o in other)


def _file_names(paths: Sequence[Path]) -> list[str]:
    """The stem of each, or as much more as tells it from the others and the built-in networks."""
    names = [path.stem for path in paths]
    for longer in (lambda path: path.name, str):
        taken = Counter([*names, *networks()])
        names = [
            name if taken[name] == 1 else longer(path)
            for name, path in zip(names, paths, strict=True)
        ]
    return names


def _file_job(files: Sequence[_File], name: str) -> Json:
    card = files[0].card
    job = card_job(name, card)
    flops = (flops_of(file.path, file.backend, card) for file in files)
    job["flops"] = next((one for one in flops if one is not None), None)
    job["emulators"] = [{"name": file.backend, "file": str(file.path)} for file in files]
    for file in files:
        if file.backend == "torchscript" and _one_matrix(card):
            job["plain"] = str(file.path)
    return job


def _one_matrix(card: Card) -> bool:
    """Whether plain libtorch can take the host's columns as they are."""
    fields = (*card.inputs, *card.outputs)
    packed = (card.arguments, card.sample, card.kind) == ("packed", "column", "real32")
    return packed and all("column" in field.dims and field.kind == "real" for field in fields)
