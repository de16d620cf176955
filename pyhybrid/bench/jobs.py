# SPDX-License-Identifier: BSD-3-Clause
"""Jobs for the program: networks, emulators and how long to measure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..card import Card, Field
from ..emulator import Emulator
from .files import CONTENDERS, Contender, MissingError, emulator_file
from .networks import Network, networks

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
    return {**card_job(network.name, network.card), "products": products}


def card_job(name: str, card: Card) -> Json:
    """A network as its card describes it."""
    return {
        "name": name,
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


def file_job(path: Path) -> Json:
    """A user's emulator as a network of its own.

    Raises
    ------
    HybridError
        If it cannot be opened.
    """
    with Emulator(path) as emulator:
        card = emulator.card
    job = card_job(path.name, card)
    job["emulators"].append({"name": path.suffix.removeprefix("."), "file": str(path)})
    if path.suffix == ".pt" and _one_matrix(card):
        job["plain"] = str(path)
    return job


def _one_matrix(card: Card) -> bool:
    """Whether plain libtorch can take the host's columns as they are."""
    fields = (*card.inputs, *card.outputs)
    packed = (card.arguments, card.sample, card.kind) == ("packed", "column", "real32")
    return packed and all("column" in field.dims and field.kind == "real" for field in fields)
