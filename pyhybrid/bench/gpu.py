# SPDX-License-Identifier: BSD-3-Clause
"""An accelerator against what bounds it: packing, the bus and its memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import program
from .about import cores
from .files import cpu_model, torch_version
from .jobs import Json, Pace, built_in, emulators, network_job
from .networks import LAYERS, Network

COLUMNS = (16384, 65536, 262144, 1000000)
NETWORKS = ("m7", "mlp")
_CONTENDER = "torchscript"
_BLOCK, _BATCH = 4096, 65536  # columns of a host's block, and of one inference
_REAL = 4  # bytes of real32


def gpu(device: str | None, names: Iterable[str], columns: Sequence[int], pace: Pace) -> Json:
    """Columns per second from host arrays to host arrays, and what bounds them.

    Parameters
    ----------
    device : str, optional
        As in the configuration: "cuda", "cuda:1", "cpu", "cpu:async"; by default, and for "auto",
        the accelerator of Torch.
    names : iterable of str
        Of the built-in networks: dense ones.
    columns : sequence of int
        Of the host.
    pace : Pace

    Returns
    -------
    dict
        "rows", "rates" [bytes s-1, FLOP s-1], "device", "threads"; or "absent": why nothing was
        measured.

    Raises
    ------
    BenchError
        If the device is unknown, or the program is missing or failed.
    """
    device = _accelerator() if device in (None, "auto") else device
    plain = program.plain_torch()
    if device is None or plain is None:
        return {"absent": "not measured: " + ("no accelerator" if plain else "built without Torch")}
    jobs, missing = _jobs(names)
    job = {"task": "device", "device": device, "threads": cores(), "plain": str(plain)}
    job |= {"rounds": pace.rounds, "seconds": pace.seconds, "block": _BLOCK, "batch": _BATCH}
    result = program.run(job | {"networks": jobs, "columns": list(columns)})
    rows = _bounded(result["rows"], result["rates"], names) + missing
    told = {"device": device, "model": _model(device), "threads": cores(), "rows": rows}
    return result | told | {"asked": {"networks": list(names), "columns": list(columns)}}


def _accelerator() -> str | None:
    """The type of the accelerator that Torch has and sees, such as "cuda"."""
    if torch_version() == "none":
        return None
    import torch

    found = torch.accelerator.current_accelerator(check_available=True)
    return found.type if found else None


def _model(device: str) -> str:
    """Of the device, as its vendor calls it."""
    if device.startswith("cpu"):
        return cpu_model()
    import torch

    module: Any = getattr(torch, torch.device(device).type, None)
    return str(module.get_device_name(device)) if hasattr(module, "get_device_name") else device


def _jobs(names: Iterable[str]) -> tuple[list[Json], list[Json]]:
    jobs, missing = [], []
    for network in built_in(names):
        found, failed = emulators(network, [_CONTENDER])
        missing += failed
        jobs += [network_job(network) | {"emulator": one} for one in found]
    return jobs, missing


def _bounded(rows: list[Json], rates: Json, names: Iterable[str]) -> list[Json]:
    """The rows with the time of the slowest bound, and how much of it is reached."""
    known = {network.name: network for network in built_in(names)}
    packing = {_place(row): row["seconds"] for row in rows if row["form"] == "conversion"}
    return [
        _with_bounds(row, known[row["network"]], rates, packing[_place(row)])
        for row in rows
        if row["form"] != "conversion"
    ]


def _place(row: Json) -> tuple[str, int]:
    return row["network"], row["columns"]


def _with_bounds(row: Json, network: Network, rates: Json, packing: float) -> Json:
    values = LAYERS[network.name]
    there = _REAL * row["columns"] * network.card.nfeature / rates["to_device"]
    back = _REAL * row["columns"] * network.card.noutput / rates["from_device"]
    between = 2 * sum(values[1:-1]) + values[0] + values[-1]  # each layer's result goes out and in
    memory = _REAL * row["columns"] * between / rates["on_device"]
    bounds = {"packing": packing, "bus": max(there, back), "memory": memory}
    reached = max(bounds.values()) / row["seconds"] if "seconds" in row else None
    return row | {"bounds": bounds, "reached": reached}
