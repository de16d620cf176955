# SPDX-License-Identifier: BSD-3-Clause
"""A host of this folder in a clean place."""

import shutil

import pytest
from building_hosts import HOSTS, Build, section


@pytest.fixture
def build(tmp_path):
    """Copies a host of this folder, and what a section of the page adds, to a clean place."""

    def build(title=None, host="host", name="model"):
        folder = tmp_path / name
        shutil.copytree(HOSTS / host, folder)
        if title:
            for file, text in section(title).files.items():
                (folder / file).write_text(text)
        return Build(folder)

    return build
