# SPDX-License-Identifier: BSD-3-Clause
"""Whether memory holds what is learned from: a message is better than being killed."""

from __future__ import annotations

import os
from pathlib import Path

from .._words import mismatch
from ..card import Card
from ..errors import RecordingError
from ..validation.samples import Recording
from .options import Options
from .times import Split

# Bytes, measured with 1e4 to 4e6 samples of 62 numbers: docs/training.md.
_OF_NUMBER = {"real32": 20, "real64": 24}  # in float64, as a tensor, and one more in the making
_OF_RECORDED = 80  # of a sample, whether it is drawn or not: its time, place and order
_MEMINFO = Path("/proc/meminfo")
_GIB = 2**30


def check_times(recording: Recording) -> None:
    """Before times are read.

    Raises
    ------
    RecordingError
        If memory does not hold them.
    """
    remedy = "take fewer files"
    _check(f"{len(recording)} recorded samples", _OF_RECORDED * len(recording), remedy)


def check_numbers(card: Card, parts: Split, boxes: int, options: Options) -> None:
    """Before samples are read; each is as many `boxes` of the network.

    Raises
    ------
    RecordingError
        If memory does not hold them.
    """
    numbers = boxes * (card.nfeature + card.noutput)
    count = len(parts.training) + len(parts.stopping)
    most = int(available() / (1.25 * numbers * _OF_NUMBER[card.kind]))  # a quarter is to stop by
    remedy = f"take fewer (--samples {min(most, options.samples)})"
    _check(f"{count} samples of {numbers} numbers", count * numbers * _OF_NUMBER[card.kind], remedy)


def available() -> int:
    """Bytes that a process can have; where nothing tells, all of the machine's."""
    for line in _MEMINFO.read_text().splitlines() if _MEMINFO.is_file() else []:
        key, _, value = line.partition(":")
        if key == "MemAvailable":
            return int(value.split()[0]) * 1024
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _check(what: str, wanted: int, remedy: str) -> None:
    found = available()
    if wanted > found:
        text = f"{wanted / _GIB:.3g} GiB for {what}"
        raise RecordingError(mismatch("train: memory", text, f"{found / _GIB:.3g} GiB: {remedy}"))
