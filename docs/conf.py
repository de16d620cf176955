# SPDX-License-Identifier: BSD-3-Clause
"""How Sphinx builds the documentation: ``make docs``.

Pages stay where a forge shows them, so Sphinx takes the whole tree for its source, and of that
these pages.
"""

import re
import subprocess
import sys
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
DOXYGEN = ROOT / "build/docs/doxygen"
sys.path.insert(0, str(DOCS / "_extensions"))

project = "pyhybrid"
author = "The pyhybrid developers"
release = version = re.search(r"version: '(\S+)'", (ROOT / "meson.build").read_text())[1]

extensions = [
    "breathe",
    "fortran_face",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
]
default_role = "py:obj"
smartquotes = False
root_doc = "docs/index"
include_patterns = ["CHANGELOG.md", "CONTRIBUTING.md", "docs/**", "examples/**/README.md"]
exclude_patterns = ["bridge", "build*", "fortran", "pyhybrid", "tests", "docs/_*"]

myst_enable_extensions = ["colon_fence", "fieldlist"]
myst_heading_anchors = 4

breathe_projects = {project: str(DOXYGEN / "xml")}
breathe_default_project = project
breathe_domain_by_extension = {"h": "c"}
fortran_source = str(ROOT / "fortran/hybrid/hybrid.f90")

autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "pyhybrid"
html_extra_path = ["_site"]
html_show_copyright = False
html_show_sphinx = False


def run_doxygen(_: Sphinx) -> None:
    """The comments of the headers, for breathe."""
    DOXYGEN.mkdir(parents=True, exist_ok=True)
    subprocess.run(["doxygen", DOCS / "Doxyfile"], cwd=ROOT, check=True)


def escape_stars(_: object, __: object, lines: list[str]) -> None:
    """Help texts are for terminals: their stars are those of file names."""
    lines[:] = [line.replace("*", r"\*") for line in lines]


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", run_doxygen)
    for part in ("description", "options", "arguments", "epilog"):
        app.connect(f"sphinx-click-process-{part}", escape_stars)
