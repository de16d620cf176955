# SPDX-License-Identifier: BSD-3-Clause
"""What can go wrong: one class for each status of ``hybrid.h``.

Each is a `HybridError` and also the builtin exception that a Python reader expects, so both
``except HybridError`` and ``except ValueError`` work.
"""

from __future__ import annotations

from typing import ClassVar


class HybridError(Exception):
    """A failure of the library.

    Attributes
    ----------
    status : str
        The ``hyb_status`` of ``hybrid.h`` that it stands for, such as ``"HYB_ERROR_CARD"``.
    message : str
        Where it happened, what was expected and what was found.
    """

    status: ClassVar[str] = "HYB_ERROR_INTERNAL"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[type[HybridError], tuple[str]]:
        """How it is sent to another process, also by what replaces the way of Python's own."""
        return type(self), (self.message,)


class ArgumentError(HybridError, ValueError):
    """An argument that no call accepts: a null, a negative count, an unknown word."""

    status = "HYB_ERROR_ARGUMENT"


class ConfigError(HybridError, ValueError):
    """The configuration: missing file, unknown key, wrong type."""

    status = "HYB_ERROR_CONFIG"


class EmulatorFileError(HybridError, OSError):
    """An emulator or data file that is missing, truncated or corrupt."""

    status = "HYB_ERROR_FILE"


class CardError(HybridError, ValueError):
    """A card that lacks something or contradicts the host's fields."""

    status = "HYB_ERROR_CARD"


class FieldError(HybridError, ValueError):
    """A field unknown, given twice or not given; its unit, role or kind."""

    status = "HYB_ERROR_FIELD"


class ShapeError(HybridError, ValueError):
    """Rank, extent, axes or number of levels of an array."""

    status = "HYB_ERROR_SHAPE"


class PhaseError(HybridError, RuntimeError):
    """A call in the wrong phase, stale or never opened; a handle that is closed."""

    status = "HYB_ERROR_PHASE"


class PluginError(HybridError, ImportError):
    """A library or plug-in that is not installed, or of another version."""

    status = "HYB_ERROR_PLUGIN"


class BackendError(HybridError, RuntimeError):
    """The emulator failed while running."""

    status = "HYB_ERROR_BACKEND"


class RecordingError(HybridError, OSError):
    """A recording that cannot be written, read or found."""

    status = "HYB_ERROR_RECORD"


class OutOfMemoryError(HybridError, MemoryError):
    """The library ran out of memory."""

    status = "HYB_ERROR_MEMORY"


class InternalError(HybridError, RuntimeError):
    """A defect of the library: please report it."""

    status = "HYB_ERROR_INTERNAL"


class GuardError(HybridError, RuntimeError):
    """What a guard, constraint, hook or alarm of policy ``stop`` found."""

    status = "HYB_ERROR_GUARD"


class StateError(HybridError, OSError):
    """A restart that is missing, truncated or of another configuration."""

    status = "HYB_ERROR_STATE"
