# SPDX-License-Identifier: BSD-3-Clause
"""From a ``torch.nn.Module`` to an emulator file.

A file's suffix says which backend it is for: `_WRITERS` has a writer for each.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .._whole_file import replacing
from .._words import listed, mismatch
from ..card import Card
from ..errors import ArgumentError, CardError, EmulatorFileError, ShapeError
from .checks import Check
from .independence import require_independent
from .notices import notices_accepted
from .samples import dtype_of, random_matrix

if TYPE_CHECKING:
    import torch
    from numpy.typing import ArrayLike

_EXAMPLES = 1000
_SAMPLES = 33  # of the check: not the block that a trace saw, and no multiple of a tile


def export(
    module: torch.nn.Module,
    card: Card,
    path: str | os.PathLike[str],
    *,
    method: str | None = None,
    cpu: str = "native",
    example: ArrayLike | None = None,
) -> Path:
    """Writes an emulator file with its card, and checks that it does what torch does.

    Parameters
    ----------
    module : torch.nn.Module
        Takes and returns physical values, or normalised ones where the card says so: one matrix
        (sample, feature) to one (sample, output), or as many arrays as the card has fields where
        its `arguments` are "fields". It is copied to the CPU and put into evaluation mode. One
        that ``torch.export`` made stays as it is. One of TorchScript becomes ``.pt`` only.
    card : Card
        Its contract.
    path : path
        The file to write, ending in ``.safetensors`` (the built-in engine), ``.pt``
        (TorchScript) or ``.pt2`` (AOTInductor, which needs g++, and seconds to minutes).
    method : str, optional
        Of ``.pt``: "script", or "trace", which records one run, for modules that TorchScript
        cannot compile; it does not see branches that depend on values. Of ``.safetensors``:
        "convert". Of ``.pt2``: "frozen" packs the weights for oneDNN, which is faster from about
        64 samples in a batch; "plain" is faster below. Absent: the first.
    cpu : str
        Of ``.pt2``: what its code may use, as g++'s ``-march`` says it: "native", all that this
        CPU has, or a level such as "x86-64-v3" for machines of several kinds.
    example : array (sample, feature), optional
        Physical values, at which the file's results are compared with torch's; the first 1000
        samples count. Absent: 33 samples of numbers between 0 and 1, normalised as the card
        says, where a module that normalises by itself shows little of what it does.

    Returns
    -------
    Path
        The file. It is written only after all checks.

    Raises
    ------
    ArgumentError
        If the suffix, the method or the CPU is another, the module is none or cannot be compiled,
        draws random numbers itself, or has an operation that the built-in engine has not, or a
        branch or loop that depends on values (the message says which and where).
    EmulatorFileError
        If there is no such folder.
    ShapeError, CardError
        If the card is none; if the module does not take or return what it says: shapes, or number
        and kind.
    PluginError
        If the backend that the check needs is not installed.
    BackendError
        If a sample's result depends on the others in its batch. If the file's results are not
        torch's: for ``.pt`` and ``.pt2`` within 1000 roundings of an output's largest number, for
        ``.safetensors`` within 1e-6 of it (1e-12 if all of the module is real64), and within what
        a change of the input's last bit makes of them.
    """
    path = Path(path)
    _require_word("suffix", path.suffix, tuple(_WRITERS))
    writer = _WRITERS[path.suffix]
    method = writer.methods[0] if method is None else method
    _require_word("method", method, writer.methods)
    if path.suffix != ".pt2":
        _require_word(f"cpu of {path.suffix}", cpu, ("native",))
    _require_kinds(module, card)
    if path.suffix != ".pt":
        _require_no_torchscript(module, path.suffix)
    _require_folder(path.parent)
    with notices_accepted():
        _write(writer, _check(_for_inference(module), card, example), path, (method, cpu))
    return path


def _check(module: torch.nn.Module, card: Card, example: ArrayLike | None) -> Check:
    import torch

    if example is None:
        return Check.of_network(module, card, random_matrix(card, _SAMPLES))
    host = torch.as_tensor(np.asarray(example)[:_EXAMPLES]).to(dtype_of(card.kind))
    if host.ndim != 2 or host.shape[1] != card.nfeature or len(host) == 0:
        wanted = f"(samples, {card.nfeature} features)"
        raise ShapeError(mismatch("export: shape of example", wanted, tuple(host.shape)))
    return Check(module, card, host)


def _write(writer: _Writer, check: Check, path: Path, how: tuple[str, str]) -> None:
    """Under another name until it is checked."""
    with replacing(path) as partial:
        check.require_repeatable()
        writer.save(check.module, check.card, partial, *how)
        if path.suffix != ".safetensors":  # which has no operation across samples
            require_independent(check)
        check.compare(partial, writer.tolerance[check.kind])


def _require_word(what: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise ArgumentError(mismatch(f"export: {what}", f"one of {listed(words)}", repr(word)))


def _require_kinds(module: object, card: object) -> None:
    import torch

    if isinstance(module, Mapping):
        wanted = "a torch.nn.Module"
        found = f"a {type(module).__name__} (a state_dict? module.load_state_dict() takes it)"
        raise ArgumentError(mismatch("export: module", wanted, found))
    if not isinstance(module, torch.nn.Module):
        raise ArgumentError(mismatch("export: module", "a torch.nn.Module", type(module).__name__))
    if not isinstance(card, Card):
        wanted = "a pyhybrid.Card (Card.from_json() makes one of JSON text)"
        raise CardError(mismatch("export: card", wanted, type(card).__name__))


def _require_no_torchscript(module: torch.nn.Module, suffix: str) -> None:
    import torch

    if any(isinstance(one, torch.jit.ScriptModule) for one in module.modules()):
        wanted = f"for {suffix} the module that TorchScript was made of"
        found = "a TorchScript module, which becomes .pt only"
        raise ArgumentError(mismatch("export: module", wanted, found))


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        found = "a file" if folder.exists() else "none"
        raise EmulatorFileError(mismatch(f"export: {folder.absolute()}", "a folder", found))


def _for_inference(module: torch.nn.Module) -> torch.nn.Module:
    """A copy on the CPU, in evaluation mode."""
    import torch

    with torch.no_grad():  # else a copy of TorchScript holds results of clone() as its parameters
        module = copy.deepcopy(module).cpu()
    try:
        return module.eval()
    except NotImplementedError:  # by a module that torch.export made: it has one mode
        return module


def _save_torchscript(
    module: torch.nn.Module, card: Card, path: Path, method: str, cpu: str
) -> None:
    from .torchscript import save_torchscript

    save_torchscript(module, card, path, trace=method == "trace")


def _save_aoti(module: torch.nn.Module, card: Card, path: Path, method: str, cpu: str) -> None:
    from .aoti import save_aoti

    save_aoti(module, card, path, frozen=method == "frozen", cpu=cpu)


def _save_builtin(module: torch.nn.Module, card: Card, path: Path, method: str, cpu: str) -> None:
    from .builtin import save_builtin

    save_builtin(module, card, path)


@dataclass(frozen=True)
class _Writer:
    """How a file is written and checked.

    Attributes
    ----------
    save : function
        Of a module, its card, a path, a method and a CPU. It imports torch, which is slow, when
        called.
    methods : tuple of str
        The first one is the usual one.
    tolerance : dict of str to float
        Of the file's results, for each kind that a module computes in, relative to an output's
        largest number.
    """

    save: Callable[[torch.nn.Module, Card, Path, str, str], None]
    methods: tuple[str, ...]
    tolerance: dict[str, float]


_WRITERS = {
    # As many roundings as sums of a thousand terms have in another order.
    ".pt": _Writer(_save_torchscript, ("script", "trace"), {"real32": 1.2e-4, "real64": 2.3e-13}),
    ".pt2": _Writer(_save_aoti, ("frozen", "plain"), {"real32": 1.2e-4, "real64": 2.3e-13}),
    # What the built-in engine is held to.
    ".safetensors": _Writer(_save_builtin, ("convert",), {"real32": 1e-6, "real64": 1e-12}),
}
