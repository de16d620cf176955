# SPDX-License-Identifier: BSD-3-Clause
"""What the objects that own something of the library have in common."""

from __future__ import annotations

import weakref
from contextlib import nullcontext, suppress
from types import TracebackType
from typing import Any, Self

from . import _abi
from ._words import mismatch
from .errors import HybridError, PhaseError


class Closing:
    """Closes itself at the end of a ``with``."""

    def close(self) -> None:
        """End it and give back what it holds."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        # What failed inside comes before what fails now.
        with suppress(HybridError) if error else nullcontext():
            self.close()


class Handle(Closing):
    """Owns an object of the library: closed once, by ``close`` or ``with``.

    One that is forgotten is closed when it is collected, or before the interpreter ends, while
    the library may still call back into Python.
    """

    def __init__(self, pointer: Any, destroy: str, *kept: object) -> None:
        """Takes `pointer`; `kept` lives until the function named `destroy` has returned."""
        self._pointer = pointer
        self._end = weakref.finalize(self, _end, destroy, pointer, *kept)

    @property
    def pointer(self) -> Any:
        """The C handle.

        Raises
        ------
        PhaseError
            If it is closed.
        """
        if not self._end.alive:
            noun = type(self).__name__.lower()
            raise PhaseError(mismatch(noun, f"an open {noun}", "one that is closed"))
        return self._pointer

    def close(self) -> None:
        """End it and give back what it holds; a second time does nothing."""
        self._end()


def _end(destroy: str, pointer: Any, *kept: object) -> None:
    _abi.call(destroy, pointer)
