# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid export``: from a ``torch.nn.Module`` to an emulator file."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._words import mismatch, unknown
from ..card import Card
from ..errors import ArgumentError, EmulatorFileError
from ..export import export as export_module
from ..export.notices import notices_accepted, torchscript_accepted
from ._common import check_json, json_option, read_card, tell, told
from ._outputs import check_new

if TYPE_CHECKING:
    import torch

_TORCHSCRIPT = (".pt", ".pth", ".ts")


@click.command()
@click.argument("source")
@click.argument("card", type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace OUTPUT, if it is there.")
@click.option("--weights", type=click.Path(path_type=Path), help="A state_dict to load.")
@click.option("--method", help="Another way to write the file, such as trace for .pt.")
@click.option("--cpu", default="native", help="Of .pt2: g++'s -march, such as x86-64-v3.")
@json_option
def export(
    source: str, card: Path, output: Path, replace: bool, weights: Path | None,
    method: str | None, cpu: str, json_file: Path | None,
) -> None:  # fmt: skip
    """Write the emulator OUTPUT from the network SOURCE and check that it does what torch does.

    SOURCE is `file.py:name` or `package.module:name`: a torch.nn.Module, or what makes one when
    called without arguments. Or it is a file: .pt2 of torch.export.save, or .pt, .pth or .ts of
    torch.jit.save (TorchScript), which becomes .pt only. Its code is run. CARD is JSON, or an
    emulator that has the card. No file that is read is replaced.

    \b
    Examples:
      pyhybrid export model.py:Network card.json radiation.safetensors --weights weights.pt
      pyhybrid export radiation.pt2 radiation.safetensors radiation.pt --json -
      pyhybrid export ftorch.pt card.json radiation.pt
    """  # noqa: D301
    with told():
        check_json(json_file, "export")
        _check_source_stays(output, source, card, weights)
        check_new(output, replace, "export")
        contract = read_card(card, "export")
        module = _module(source)
        if weights is not None:
            _load(module, weights)
        written = export_module(module, contract, output, method=method, cpu=cpu)
        tell(_told(contract, written), _as_json(contract, written), json_file)


def _check_source_stays(output: Path, *read: str | Path | None) -> None:
    for path in read:
        if path is not None and os.path.realpath(path) == os.path.realpath(output):
            raise ArgumentError(mismatch("export: OUTPUT", "a file that is not read", output))


def _told(card: Card, written: Path) -> str:
    sizes = f"{card.nfeature} values in, {card.noutput} out, {card.kind}"
    return f"{written}: {card.name}, {sizes}, {written.stat().st_size} bytes"


def _as_json(card: Card, written: Path) -> dict[str, Any]:
    return {
        "file": str(written), "name": card.name, "kind": card.kind, "values_in": card.nfeature,
        "values_out": card.noutput, "bytes": written.stat().st_size,
    }  # fmt: skip


def _module(source: str) -> torch.nn.Module:
    if source.endswith(".pt2"):
        return _program(Path(source))
    if source.endswith(_TORCHSCRIPT):
        return _torchscript(Path(source))
    place, _, name = source.rpartition(":")
    if not place:
        wanted = "file.py:name, package.module:name or a .pt2 or .pt file"
        raise ArgumentError(mismatch("export: source", wanted, repr(source)))
    return _made(_found(source, _imported(place), name), source)


def _imported(place: str) -> Any:
    """The module of Python, of a file or by its name; it may import what lies beside it."""
    path = Path(place).absolute() if place.endswith(".py") else None
    sys.path.insert(0, str(path.parent if path else Path.cwd()))
    try:
        return _of_file(path) if path else importlib.import_module(place)
    except Exception as error:  # of any kind: it runs the file
        found = f"{type(error).__name__}: {error}"
        raise ArgumentError(mismatch(f"export: {place}", "Python that runs", found)) from error
    finally:
        sys.path.pop(0)


def _of_file(path: Path) -> Any:
    """Known to Python under a name of its own, for TorchScript, which looks for sources."""
    name = f"_exported_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None, "a .py file has a loader"
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _found(source: str, where: Any, name: str) -> Any:
    if not hasattr(where, name):
        names = [one for one in vars(where) if not one.startswith("_")]
        raise ArgumentError(f"export: {source}: {unknown('name', name, names or ['nothing'])}")
    return getattr(where, name)


def _made(found: Any, source: str) -> torch.nn.Module:
    import torch

    if callable(found) and not isinstance(found, torch.nn.Module):
        try:
            found = found()
        except Exception as error:  # of any kind: it is the user's
            wanted = "what makes a network without arguments"
            raise ArgumentError(mismatch(f"export: {source}", wanted, error)) from error
    if not isinstance(found, torch.nn.Module):
        kind = type(found).__name__
        raise ArgumentError(mismatch(f"export: {source}", "a torch.nn.Module", kind))
    return found


def _program(path: Path) -> torch.nn.Module:
    import torch

    try:
        with notices_accepted():
            return torch.export.load(path).module()
    except Exception as error:  # of any kind: torch reads an archive with a program
        wanted = "a file of torch.export.save"
        raise EmulatorFileError(mismatch(f"export: {path}", wanted, _line(error))) from error


def _torchscript(path: Path) -> torch.nn.Module:
    import torch

    jit: Any = torch.jit  # partly without types
    try:
        with torchscript_accepted():
            return jit.load(path, map_location="cpu")
    except Exception as error:  # of any kind: torch reads an archive with a program
        wanted = "a file of torch.jit.save (that of a state_dict goes with --weights)"
        raise EmulatorFileError(mismatch(f"export: {path}", wanted, _line(error))) from error


def _load(module: torch.nn.Module, path: Path) -> None:
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of any kind: torch reads a pickle of tensors
        wanted = "a state_dict of torch.save"
        raise EmulatorFileError(
            mismatch(f"export: weights {path}", wanted, _line(error))
        ) from error
    try:
        module.load_state_dict(state)
    except (RuntimeError, TypeError) as error:
        wanted = "the tensors of the network"
        raise ArgumentError(mismatch(f"export: weights {path}", wanted, error)) from error


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
