# SPDX-License-Identifier: BSD-3-Clause
"""How far long work has got."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(unit: str = "samples") -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, silent elsewhere; takes what is done and what there is to do."""
    from tqdm import tqdm

    with tqdm(unit=f" {unit}", disable=None, leave=False) as bar:

        def done(count: int, total: int) -> None:
            bar.total = total
            bar.update(count - bar.n)

        yield done
