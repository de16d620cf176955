# SPDX-License-Identifier: BSD-3-Clause
"""From a ``torch.nn.Module`` to an emulator file."""

from __future__ import annotations

import copy
import math
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._words import listed, mismatch
from .card import Card
from .emulator import Emulator
from .errors import ArgumentError, BackendError, CardError, ShapeError

if TYPE_CHECKING:
    import torch

_METHODS = ("script", "trace")
_SAMPLES = 33  # of the check: not the block that a trace saw, and no multiple of a tile
_TRACED_SAMPLES = 16


def export(
    module: torch.nn.Module, card: Card, path: str | os.PathLike[str], *, method: str = "script"
) -> Path:
    """Writes a TorchScript emulator file with its card, and checks that it does what torch does.

    Parameters
    ----------
    module : torch.nn.Module
        Takes and returns physical values: one matrix (sample, feature) to one (sample, output),
        or as many arrays as the card has fields where its `arguments` are "fields". It is copied
        to the CPU and put into evaluation mode.
    card : Card
        Its contract.
    path : path
        The file to write, ending in ``.pt``.
    method : {"script", "trace"}
        "trace" records one run, for modules that TorchScript cannot compile; it does not see
        branches that depend on values.

    Returns
    -------
    Path
        The file. It is written only after all checks.

    Raises
    ------
    ArgumentError
        If the suffix or the method is another, or TorchScript cannot compile the module.
    ShapeError, CardError
        If the module does not take or return what the card says: shapes, or number and kind.
    PluginError
        If the backend that the check needs is not installed.
    BackendError
        If the file's results are not torch's.
    """
    path = Path(path)
    _require_word("method", method, _METHODS)
    _require_word("suffix", path.suffix, (".pt",))
    module = copy.deepcopy(module).cpu().eval()
    x = _random(card, _SAMPLES)
    y = _run(module, card, x)
    partial = path.with_name(f"{path.stem}.partial.pt")
    try:
        _save(_compiled(module, card, method), card, partial)
        _compare(partial, card, x, y)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def _require_word(what: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise ArgumentError(mismatch(f"export: {what}", f"one of {listed(words)}", repr(word)))


def _random(card: Card, nsample: int) -> torch.Tensor:
    """A matrix (sample, feature) of the card's kind."""
    import torch

    generator = torch.Generator().manual_seed(0)
    return torch.rand(nsample, card.nfeature, generator=generator, dtype=_dtype(card))


def _dtype(card: Card) -> torch.dtype:
    import torch

    return {"real32": torch.float32, "real64": torch.float64}[card.kind]


def _arguments(card: Card, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What the network takes: the matrix, or one array for each field of the card."""
    import torch

    if card.arguments == "packed":
        return (x,)
    shapes = [field.shape(card.sample) for field in card.inputs]
    columns = torch.split(x, [math.prod(shape) for shape in shapes], dim=1)
    return tuple(_unpacked(one, shape) for one, shape in zip(columns, shapes, strict=True))


def _unpacked(x: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """(sample, feature), levels innermost, to (sample, level, species)."""
    if len(shape) < 2:
        return x.reshape(-1, *shape)
    return x.reshape(-1, *reversed(shape)).transpose(1, 2)


def _packed(y: torch.Tensor) -> torch.Tensor:
    """The inverse of `_unpacked`."""
    return (y.transpose(1, 2) if y.ndim == 3 else y).reshape(y.shape[0], -1)


def _run(module: torch.nn.Module, card: Card, x: torch.Tensor) -> torch.Tensor:
    """Runs the module in torch; its output as a matrix (sample, output), checked."""
    import torch

    arguments = _arguments(card, x)
    try:
        with torch.inference_mode():
            results = module(*arguments)
    except (RuntimeError, TypeError) as error:
        taken = ", ".join(_spelled(one) for one in arguments)
        wanted = f"a network that takes {taken} as its card says"
        raise ShapeError(mismatch("export", wanted, _first_line(error))) from error
    results = results if card.arguments == "fields" else (results,)
    return torch.cat([_packed(one) for one in _checked(results, card, len(x))], dim=1)


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
        if result.dtype != _dtype(card):
            raise CardError(mismatch(what, f"{_dtype(card)} ({card.kind})", result.dtype))
    return results


def _spelled(tensor: torch.Tensor) -> str:
    return f"{tuple(tensor.shape)} {tensor.dtype}"


def _first_line(error: Exception) -> str:
    return _told(error).splitlines()[0]


def _told(error: Exception) -> str:
    """All of it: what TorchScript does not compile is in the lines below the first."""
    return str(error).strip() or type(error).__name__


@contextmanager
def _deprecation_accepted() -> Iterator[None]:
    """Accepts that torch 2.13 deprecates TorchScript.

    It is still the only format that libtorch runs without a compiler or Python at hand.
    """
    message = r"`torch\.jit\.\w+` is deprecated"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=message, category=DeprecationWarning)
        yield


def _compiled(module: torch.nn.Module, card: Card, method: str) -> Any:
    """Not frozen: that is done when it is loaded, on the device where it will run."""
    import torch

    jit: Any = torch.jit  # partly without types
    try:
        with _deprecation_accepted(), torch.no_grad():
            if method == "script":
                return jit.script(module)
            return jit.trace(module, _arguments(card, _random(card, _TRACED_SAMPLES)))
    except (RuntimeError, TypeError, OSError, jit.frontend.FrontendError) as error:
        wanted = "a module that TorchScript can compile; method 'trace' records one run instead"
        raise ArgumentError(mismatch("export", wanted, _told(error))) from error


def _save(compiled: Any, card: Card, path: Path) -> None:
    import torch

    with _deprecation_accepted():
        torch.jit.save(compiled, path, _extra_files={"card.json": card.to_json()})


def _compare(path: Path, card: Card, x: torch.Tensor, y: torch.Tensor) -> None:
    """Opens the file as a host does and compares it with torch."""
    import torch

    with Emulator(path) as emulator:
        found = torch.from_numpy(emulator.run(x.numpy()))
    tolerance = 1e3 * torch.finfo(y.dtype).eps
    scale = float(y.nan_to_num().abs().max())
    try:
        torch.testing.assert_close(found, y, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
    except AssertionError as error:
        message = mismatch("export", "the results of torch", f"others in {path}: {error}")
        raise BackendError(message) from error
