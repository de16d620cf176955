# SPDX-License-Identifier: BSD-3-Clause
"""A comparison as one HTML file with its pictures inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import _page
from .comparing import Comparison
from .pictures import variable_pictures, verdict_picture
from .tables import tables

Json = dict[str, Any]
_ABOUT = (
    "A number of the run is compared with Student's prediction interval of the native runs, a "
    "zonal pattern by its score on the first principal component of all runs. Holm's correction "
    "makes the part of native runs that any test rejects at most as large as said, if native runs "
    "are independent and their numbers normally distributed. 'Found beyond' is the difference that "
    "would be found whatever the other tests say: what is smaller may be there and unseen. "
    "Times count alike, months of different lengths too. "
    "A run that is accepted is not shown to be right.",
)


def summary(result: Json) -> str:
    """One line."""
    word = "accepted" if result["accepted"] else "rejected"
    return (
        f"{result['run']['name']}: {word}, {len(result['objections'])} objections in "
        f"{result['tests']} tests against {len(result['natives'])} native runs "
        f"({result['times']} times, {result['from']} to {result['until']})"
    )


def write_page(
    comparison: Comparison, result: Json, failures: Sequence[str], path: Path
) -> None:
    """Writes the page.

    Parameters
    ----------
    comparison : Comparison
    result : dict
        `as_json` of it.
    failures : sequence of str
        Thresholds that are not kept.
    path : Path
    """
    sections: dict[str, _page.Pictures] = {
        "Verdict": [verdict_picture(comparison)] if comparison.tests else []
    }
    sections |= {name: list(variable_pictures(comparison, name)) for name in comparison.measured}
    notes = [f"Differs: {one}" for one in result["objections"]]
    notes += [f"Beyond its limit: {one}" for one in failures]
    runs = [result["run"], *result["natives"]]
    foot = "; ".join(f"{one['name']}: {', '.join(one['files'])}" for one in runs)
    foot += f". Areas: {result['area_weights']}."
    page = _page.Page(summary(result), notes, list(tables(result)), sections, foot, _ABOUT)
    _page.write_page(page, path)
