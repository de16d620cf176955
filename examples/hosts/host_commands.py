# SPDX-License-Identifier: BSD-3-Clause
"""What the command lines of the examples have in common."""

from __future__ import annotations

import subprocess
from typing import Any

import click

from pyhybrid import HybridError

FAILURES = (HybridError, OSError, RuntimeError, ValueError, subprocess.SubprocessError)


class Commands(click.Group):
    """What fails in a command ends it with a message."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):  # which are RuntimeErrors
            raise
        except FAILURES as error:
            raise click.ClickException(str(error)) from error
