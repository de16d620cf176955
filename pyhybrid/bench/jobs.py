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
        "inputs": [_field_job(field) for field in card.inputs],
        "outputs": [_field_job(field) for field in card.outputs],
        "emulators": [],
    }


def _field_job(field: Field) -> Json:
    return {
        "name": field.name,
        "unit": field.unit,
        "role": field.role,
        "kind": field.kind,
        "dims": " ".join(field.dims),
        "levels": field.levels or 0,
        "species": field.species or 0,
    }


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


def file_jobs(paths: Sequence[Path]) -> list[Json]:
    """A user's emulators, each as a network of its own.

    Raises
    ------
    HybridError
        If one cannot be opened.
    """
    return [_file_job(path, name) for path, name in zip(paths, _file_names(paths), strict=True)]


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


def _file_job(path: Path, name: str) -> Json:
    with Emulator(path) as emulator:
        card, backend = emulator.card, emulator.backend
    job = card_job(name, card) | {"flops": flops_of(path, backend, card)}
    job["emulators"].append({"name": backend, "file": str(path)})
    if backend == "torchscript" and _one_matrix(card):
        job["plain"] = str(path)
    return job


def _one_matrix(card: Card) -> bool:
    """Whether plain libtorch can take the host's columns as they are."""
    fields = (*card.inputs, *card.outputs)
    packed = (card.arguments, card.sample, card.kind) == ("packed", "column", "real32")
    return packed and all("column" in field.dims and field.kind == "real" for field in fields)
