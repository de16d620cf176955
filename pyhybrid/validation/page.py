# SPDX-License-Identifier: BSD-3-Clause
"""A validation as one HTML file with its pictures inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _page
from .maps import maps
from .pictures import field_pictures, split_pictures
from .tables import tables
from .validating import Validation

Json = dict[str, Any]
_ABOUT = (
    "Each recorded sample went through the code of a model in mode emulate, constraints included, "
    "without any native result; it is compared with what the native routine gave. Errors are "
    "emulated minus native. R2 is one minus the squared errors over the squared deviations from "
    "the native mean of each level and species; 1 is perfect, 0 is what a constant does. The worst "
    "level is one of those where native values vary by more than 1e-4 of what they do elsewhere.",
    "A field that the routine updates is shown twice: R2 of a state is easily near 1, since most "
    "of it was there before; its change is what the emulator was made for.",
)


def check_page(path: Path) -> None:
    """Fails before anything is drawn, where the page could not be written."""
    _page.check_page(path, "validate", "validation")


def write_page(
    validation: Validation, result: Json, failures: Sequence[str], path: Path,
    more: Mapping[str, _page.Pictures],
) -> None:  # fmt: skip
    """Writes the page.

    Parameters
    ----------
    validation : Validation
    result : dict
        `as_json` of it.
    failures : sequence of str
        Limits that are not kept.
    path : Path
    more : dict
        Further sections.
    """
    everywhere = {name: one[""] for name, one in validation.scores.items()}
    units = {
        name: field["unit"]
        for one in result["emulators"].values()
        for name, field in one["field"].items()
    }
    sections: dict[str, _page.Pictures] = {
        "Where": list(maps(everywhere, units, validation.plan.margin)),
        "Parts of the recording": list(split_pictures(result)),
        **more,
    }
    names = dict.fromkeys(
        name for one in result["emulators"].values() for name in one["field"]
    )
    sections |= {name: list(field_pictures(result, name)) for name in names}
    notes = [f"Beyond its limit: {one}" for one in failures]
    page = _page.Page(summary(result), notes, list(tables(result)), sections, _foot(result), _ABOUT)
    _page.write_page(page, path)


def summary(result: Json) -> str:
    """One line."""
    recording = result["recording"]
    scheme = f"scheme {recording['scheme']}, " if recording["scheme"] else ""
    samples = f"{recording['samples']} samples in {len(recording['files'])} file"
    plural = "s" if len(recording["files"]) > 1 else ""
    return f"Validation of {', '.join(result['emulators'])}: {scheme}{samples}{plural}"


def _foot(result: Json) -> str:
    emulators = (
        f"{one['file']} (SHA-256 {one['sha256'] or 'none'}, backend {one['backend']})"
        for one in result["emulators"].values()
    )
    files = ", ".join(result["recording"]["files"])
    return f"Emulators: {'; '.join(emulators)}. Recordings: {files}."
