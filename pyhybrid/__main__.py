# SPDX-License-Identifier: BSD-3-Clause
"""``python -m pyhybrid``: the command of this very Python, also where its environment was moved."""

from .cli import main

main(prog_name="pyhybrid")
