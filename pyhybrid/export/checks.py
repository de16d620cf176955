# SPDX-License-Identifier: BSD-3-Clause
"""What is checked of a module before, and of its file after it is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._words import mismatch
from ..card import Card
from ..emulator import Emulator
from ..errors import BackendError, CardError, ShapeError
from .samples import arguments_of, dtype_of, packed

if TYPE_CHECKING:
    import torch


def run(module: torch.nn.Module, card: Card, x: torch.Tensor) -> torch.Tensor:
    """Runs the module in torch; its output as a matrix (sample, output), checked."""
    import torch

    arguments = arguments_of(card, x)
    try:
        with torch.inference_mode():
            results = module(*arguments)
    except (RuntimeError, TypeError) as error:
        taken = ", ".join(_spelled(one) for one in arguments)
        wanted = f"a network that takes {taken} as its card says"
        raise ShapeError(mismatch("export", wanted, _first_line(error))) from error
    results = results if card.arguments == "fields" else (results,)
    return torch.cat([packed(one) for one in _checked(results, card, len(x))], dim=1)


def _checked(results: Any, card: Card, nsample: int) -> tuple[torch.Tensor, ...]:
    """The results, if they are tensors of the shapes and the kind that the card says."""
    import torch

    shapes = [field.shape(card.sample) for field in card.outputs]
    if card.arguments == "packed":
        shapes = [(card.noutput,)]
    if not isinstance(results, tuple) or len(results) != len(shapes):
        found = f"{len(results)}" if isinstance(results, tuple) else type(results).__name__
        raise CardError(mismatch("export: results", f"a tuple of {len(shapes)} tensors", found))
    for index, (result, shape) in enumerate(zip(results, shapes, strict=True)):
        what = f"export: result {index + 1} of the network"
        if not isinstance(result, torch.Tensor):
            raise CardError(mismatch(what, "a tensor", type(result).__name__))
        if tuple(result.shape) != (nsample, *shape):
            raise ShapeError(mismatch(what, f"shape {(nsample, *shape)}", tuple(result.shape)))
        if result.dtype != dtype_of(card):
            raise CardError(mismatch(what, f"{dtype_of(card)} ({card.kind})", result.dtype))
    return results


def _spelled(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)} {tensor.dtype}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def allowed(
    module: torch.nn.Module, card: Card, x: torch.Tensor, y: torch.Tensor, tolerance: float
) -> torch.Tensor:
    """How far each output (output,) of a file may be from torch's `y`.

    The tolerance is relative to the output's largest result: smaller ones may be what is left
    where large numbers cancel. Where they cancel in all samples, torch's own result is no better
    than what the last bit of the input does to it: four times that is allowed besides.
    """
    import torch

    rounding = (run(module, card, x * (1 + torch.finfo(x.dtype).eps)) - y).abs()
    return tolerance * _largest(y) + 4 * _largest(rounding)


def _largest(y: torch.Tensor) -> torch.Tensor:
    """Of each output, of its finite results."""
    return y.nan_to_num(0.0, 0.0, 0.0).abs().amax(0)


def compare(path: Path, x: torch.Tensor, y: torch.Tensor, limit: torch.Tensor) -> None:
    """Opens the file as a host does and compares what it makes of `x` with torch's `y`.

    Raises
    ------
    BackendError
        If an output differs by more than its limit, or only one of them has a NaN.
    """
    import torch

    with Emulator(path) as emulator:
        found = torch.from_numpy(emulator.run(x.numpy()))
    difference = (found - y).abs()
    same = (found == y) | (found.isnan() & y.isnan()) | (difference <= limit)
    if not same.all():
        sample, output = (int(one) for one in same.logical_not().nonzero()[0])
        wanted = f"{float(y[sample, output])!r}, as torch, for output {output + 1}"
        raise BackendError(mismatch(f"export: {path}", wanted, float(found[sample, output])))
