# SPDX-License-Identifier: BSD-3-Clause
"""Every fenced block of README, CONTRIBUTING and docs is compiled or run, page by page."""

import pytest
from checks import CHECKS
from pages import blocks, pages
from session import Session

SLOW = [page for page in pages() if any("slow" in one.note.words for one in blocks(page))]


@pytest.mark.parametrize("page", pages())
def test_page(page, tmp_path):
    session = Session(tmp_path, slow=False)
    session.run(blocks(page))
    CHECKS.get(page, lambda session: None)(session)


@pytest.mark.slow
@pytest.mark.parametrize("page", SLOW)
def test_page_with_its_slow_blocks(page, tmp_path):
    Session(tmp_path).run(blocks(page))
