# SPDX-License-Identifier: BSD-3-Clause
"""How far the training has got."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .learning import Report


@contextmanager
def epochs(total: int) -> Iterator[Report]:
    """A bar on a terminal, silent elsewhere."""
    from tqdm import tqdm

    with tqdm(total=total, unit=" epochs", disable=None, leave=False) as bar:

        def report(number: int, loss: float, best: float) -> None:
            bar.set_postfix_str(f"error {loss:.3g}, best {best:.3g}", refresh=False)
            bar.update(number + 1 - bar.n)

        yield report
