# SPDX-License-Identifier: BSD-3-Clause
"""What is checked of a module before, and of its file after it is written."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from .._words import mismatch
from ..card import Card
from ..emulator import Emulator
from ..errors import ArgumentError, BackendError, CardError, ShapeError
from .positional import other_arguments
from .samples import arguments_of, dtype_of, normalisation_of, packed

if TYPE_CHECKING:
    import torch

# Four times what the last bit of the inputs does may be allowed, but no more than this part of the
# largest number: what a host would see in a result is no rounding.
_MOST_ROUNDING = 1e-3
_ADVICE = "give example= values that occur, or compute in real64 where large numbers cancel"


def run(module: torch.nn.Module, card: Card, x: torch.Tensor) -> torch.Tensor:
    """Runs the module in torch; its output as a matrix (sample, output), checked."""
    import torch

    arguments = arguments_of(card, x)
    try:
        with torch.inference_mode():
            results = module(*arguments)
    except (RuntimeError, TypeError, ValueError, IndexError) as error:
        taken = ", ".join(_spelled(one) for one in arguments)
        wanted = f"a network that takes {taken} as its card says"
        found = _other_kind(module, card) or _main_line(error)
        advice = other_arguments(module, card)
        raise ShapeError(mismatch("export", wanted, "; ".join([found, *advice]))) from error
    if card.arguments == "packed" or (isinstance(results, torch.Tensor) and len(card.outputs) == 1):
        results = (results,)
    checked = _checked(results, card, len(x), _other_kind(module, card))
    return torch.cat([packed(one) for one in checked], dim=1)


def _checked(results: Any, card: Card, nsample: int, other: str) -> tuple[torch.Tensor, ...]:
    """The results, if they are tensors of the shapes and the kind that the card says.

    `other` is what is said of parameters of another kind, if there are any.
    """
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
        if result.dtype != dtype_of(card.kind):
            wanted = f"{dtype_of(card.kind)} ({card.kind})"
            found = f"{result.dtype}; {other}" if other else result.dtype
            raise CardError(mismatch(what, wanted, found))
    return results


def _other_kind(module: torch.nn.Module, card: Card) -> str:
    """What to do about parameters of another kind than the card's; "" if there are none."""
    import torch

    dtypes = {one.dtype for one in module.parameters() if one.is_floating_point()}
    if not dtypes or dtype_of(card.kind) in dtypes:
        return ""
    converted = {"real32": "module.float()", "real64": "module.double()"}
    kinds = {torch.float32: "real32", torch.float64: "real64"}
    (first, *_) = sorted(dtypes, key=str)
    ways = [f"kind={kinds[first]!r}"] if first in kinds else []
    advice = " or ".join([*ways, converted[card.kind]])
    return f"module has {str(first).removeprefix('torch.')} parameters; use {advice}"


def working_kind(module: torch.nn.Module, card: Card) -> str:
    """In which the module computes: a network of real64 may have layers of real32."""
    import torch

    tensors = itertools.chain(module.parameters(), module.buffers())
    return "real32" if any(one.dtype == torch.float32 for one in tensors) else card.kind


def _spelled(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)} {tensor.dtype}"


def _main_line(error: Exception) -> str:
    """The first; of TorchScript, which begins with where it was, the last."""
    lines = (str(error).strip() or type(error).__name__).splitlines()
    return lines[-1 if "TorchScript interpreter" in lines[0] else 0]


def largest_of(y: torch.Tensor) -> torch.Tensor:
    """Of each output, of its finite results."""
    return y.nan_to_num(0.0, 0.0, 0.0).abs().amax(0)


class Check:
    """What a module makes of samples, to compare its file with.

    Parameters
    ----------
    module : torch.nn.Module
    card : Card
    host : tensor (sample, feature)
        Physical values of the card's kind.

    Attributes
    ----------
    kind : {"real32", "real64"}
        In which the module computes: what roundings are to be expected.
    """

    def __init__(self, module: torch.nn.Module, card: Card, host: torch.Tensor) -> None:
        offset, scale = normalisation_of(card.inputs, card)
        self.module, self.card, self.host = module, card, host
        self.kind = working_kind(module, card)
        self.x = (host - offset) / scale
        self.y = run(module, card, self.x)

    @classmethod
    def of_network(cls, module: torch.nn.Module, card: Card, x: torch.Tensor) -> Self:
        """Of samples x (sample, feature) as the network takes them."""
        offset, scale = normalisation_of(card.inputs, card)
        return cls(module, card, x * scale + offset)

    def require_repeatable(self) -> None:
        """Refuses a module that draws random numbers: no run could repeat or restart it.

        Raises
        ------
        ArgumentError
            If its results are others when it is run a second time.
        """
        import torch

        again = run(self.module, self.card, self.x)
        limit = 16 * torch.finfo(again.dtype).eps * largest_of(self.y)  # of sums in another order
        same = (self.y == again) | (self.y.isnan() & again.isnan())
        same |= (self.y - again).abs() <= limit
        if not same.all():
            wanted = "the same results for the same inputs"
            found = "others the second time"
            told = mismatch("export: module", wanted, found)
            advice = "random numbers are an input of role 'noise' in the card (docs/card.md)"
            raise ArgumentError(f"{told}; {advice}")

    def compare(self, path: Path, tolerance: float) -> None:
        """Opens the file as a host does and compares what it makes of the samples with torch's.

        Raises
        ------
        BackendError
            If an output differs by more than is allowed, or only one of them has a NaN.
            So too if torch's result for an output is finite in no sample.
        """
        import torch

        offset, scale = normalisation_of(self.card.outputs, self.card)
        expected = self.y * scale + offset
        limit = self._allowed(tolerance) * scale.abs()
        limit += 4 * torch.finfo(scale.dtype).eps * offset.abs()  # of the sum's roundings
        with Emulator(path) as emulator:
            found = torch.from_numpy(emulator.run(self.host.numpy()))
        self._require_numbers(expected)
        same = (found == expected) | (found.isnan() & expected.isnan())
        same |= (found - expected).abs() <= limit
        if not same.all():
            sample, output = (int(one) for one in same.logical_not().nonzero()[0])
            wanted = f"{float(expected[sample, output])!r}, as torch, for output {output + 1}"
            raise BackendError(mismatch(f"export: {path}", wanted, float(found[sample, output])))

    def _require_numbers(self, expected: torch.Tensor) -> None:
        """An output that is no number anywhere says nothing of the file."""
        unknown = expected.isfinite().logical_not().all(0).nonzero()
        if len(unknown) > 0:
            what = f"export: torch's results for output {int(unknown[0]) + 1}"
            found = f"none in {len(expected)} samples; give example= values that occur"
            raise BackendError(mismatch(what, "a finite number", found))

    def _allowed(self, tolerance: float) -> torch.Tensor:
        """How far each output (output,) of the network may be from torch's.

        The tolerance is relative to the output's largest result: smaller ones may be what is left
        where large numbers cancel. Where they cancel in all samples, torch's own result is no
        better than what the last bit of the input does to it: four times that is allowed besides.
        """
        import torch

        last_bit = torch.finfo(dtype_of(self.kind)).eps
        moved = run(self.module, self.card, self.x * (1 + last_bit))
        rounding = 4 * largest_of((moved - self.y).abs())
        self._require_steady(rounding)
        return tolerance * largest_of(self.y) + rounding

    def _require_steady(self, rounding: torch.Tensor) -> None:
        """Results that are little but rounding (output,) cannot tell a wrong file from a right one.

        Relative to the largest of the field: one of its levels may be nothing but rounding.
        """
        start = 0
        for field in self.card.outputs:
            end = start + math.prod(field.shape(self.card.sample))
            found = float(rounding[start:end].max())
            largest = float(largest_of(self.y[:, start:end]).max())
            if found > _MOST_ROUNDING * largest:
                what = f"export: torch's results for {field.name!r}"
                share = f"{_MOST_ROUNDING / 4:g} of their largest number, {largest:.3g}, at most"
                wanted = f"a last bit of the inputs to change them by {share}"
                told = f"{found / 4:.3g}; {_ADVICE}"
                raise BackendError(mismatch(what, wanted, told))
            start = end
