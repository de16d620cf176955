# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid export``: from a ``torch.nn.Module`` to an emulator file."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._words import mismatch, unknown
from ..card import Card
from ..emulator import Emulator
from ..errors import ArgumentError, EmulatorFileError, HybridError
from ..export import export as export_module
from ..export.notices import notices_accepted

if TYPE_CHECKING:
    import torch


@click.command()
@click.argument("source")
@click.argument("card", type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--weights", type=click.Path(path_type=Path), help="A state_dict to load.")
@click.option("--method", help="Another way to write the file, such as trace for .pt.")
@click.option("--cpu", default="native", help="Of .pt2: g++'s -march, such as x86-64-v3.")
def export(
    source: str, card: Path, output: Path, weights: Path | None, method: str | None, cpu: str
) -> None:
    """Write the emulator OUTPUT from the network SOURCE and check that it does what torch does.

    SOURCE is `file.py:name` or `package.module:name`: a torch.nn.Module, or what makes one when
    called without arguments. Or it is a .pt2 file of torch.export.save. Its code is run. CARD is
    JSON, or an emulator that has the card.
    """
    try:
        contract = _card(card)
        module = _module(source)
        if weights is not None:
            _load(module, weights)
        written = export_module(module, contract, output, method=method, cpu=cpu)
    except HybridError as error:
        raise click.ClickException(error.message) from error
    sizes = f"{contract.nfeature} values in, {contract.noutput} out, {contract.kind}"
    click.echo(f"{written}: {contract.name}, {sizes}, {written.stat().st_size} bytes")


def _card(path: Path) -> Card:
    if path.suffix != ".json":
        with Emulator(path) as emulator:
            return emulator.card
    try:
        return Card.from_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        message = mismatch(f"export: card {path}", "a file of text", error)
        raise EmulatorFileError(message) from error


def _module(source: str) -> torch.nn.Module:
    if source.endswith(".pt2"):
        return _program(Path(source))
    place, _, name = source.rpartition(":")
    if not place:
        wanted = "file.py:name, package.module:name or a .pt2 file"
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
