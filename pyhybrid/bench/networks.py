# SPDX-License-Identifier: BSD-3-Clause
"""The networks that the benchmarks are about; `modules` has their weights."""

from __future__ import annotations

from dataclasses import dataclass

from ..card import Card, Field

LEVELS = 60
HIDDEN = 32  # of the recurrent network, in each direction
CHANNELS = (8, 32, 32, 32, 2)  # of the convolutions
WIDTH = 5  # likewise
FLUXES = 3  # of a column, beside its profiles
LAYERS = {"mlp": (124, 256, 256, 256, 128), "m7": (34, 128, 128, 28)}  # rows between layers


@dataclass(frozen=True)
class Product:
    """Weights (n, k) times (k, columns), `times` in one pass through a network."""

    n: int
    k: int
    times: int = 1


@dataclass(frozen=True)
class Network:
    """A built-in network: its contract and the products of matrices in it."""

    name: str
    what: str
    card: Card
    products: tuple[Product, ...]

    @property
    def operations(self) -> int:
        """Of the products [FLOP] for one column."""
        return sum(2 * one.n * one.k * one.times for one in self.products)


def networks() -> dict[str, Network]:
    """All of them, by name."""
    known = (
        _dense("mlp", "124-256x3-128, ReLU"),
        _dense("m7", "34-128x2-28, ReLU"),
        Network("gru", "bidirectional GRU 32, 60 levels", _profiles("gru"), _recurrent()),
        Network("conv", "convolution 5, 8-32x3-2, 60 levels", _profiles("conv"), _convolutions()),
    )
    return {network.name: network for network in known}


def _dense(name: str, what: str) -> Network:
    rows = LAYERS[name]
    layers = zip(rows[1:], rows[:-1], strict=True)
    fields = (_values("input", rows[0]), _values("output", rows[-1]))
    return Network(name, what, _card(name, *fields), tuple(Product(n, k) for n, k in layers))


def _values(name: str, count: int) -> tuple[Field, ...]:
    """One array (column, value) of the host."""
    dims = ("column", "species")
    return (Field(name, "1", "state", "real", dims, species=count),)


def _profiles(name: str) -> Card:
    """Arrays (column, level): 8 in, 2 out."""
    dims = ("column", "level")
    inputs, outputs = (
        tuple(Field(f"{word}_{i + 1}", "1", "state", "real", dims, LEVELS) for i in range(count))
        for word, count in (("input", CHANNELS[0]), ("output", CHANNELS[-1]))
    )
    return _card(name, inputs, outputs)


def _card(name: str, inputs: tuple[Field, ...], outputs: tuple[Field, ...]) -> Card:
    return Card(f"{name} of pyhybrid bench", "column", "real32", inputs, outputs)


def _recurrent() -> tuple[Product, ...]:
    """Three gates from the level and three from the state, in two directions, then 2 values."""
    gates, passes = 3 * HIDDEN, 2 * LEVELS
    return (
        Product(gates, CHANNELS[0], passes),
        Product(gates, HIDDEN, passes),
        Product(CHANNELS[-1], 2 * HIDDEN, LEVELS),
    )


def _convolutions() -> tuple[Product, ...]:
    """A product for each level with all levels that its window sees: fewer at both ends."""
    edge = WIDTH // 2
    windows = [(WIDTH, LEVELS - 2 * edge), *((WIDTH - i - 1, 2) for i in range(edge))]
    layers = zip(CHANNELS[1:], CHANNELS[:-1], strict=True)
    return tuple(Product(n, k * seen, times) for n, k in layers for seen, times in windows)
