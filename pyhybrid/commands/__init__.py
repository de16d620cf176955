# SPDX-License-Identifier: BSD-3-Clause
"""The commands of ``pyhybrid``, one module each; `pyhybrid.cli` lists them."""
