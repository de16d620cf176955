# SPDX-License-Identifier: BSD-3-Clause
"""The blocks of one page, run in order in a folder of their own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from pages import ROOT, PageError
from preparations import PREPARATIONS
from runners import RUNNERS, check_only


class SnippetError(AssertionError):
    """A block that does not do what its page says."""


def environment():
    """What a user has set: pyhybrid among the commands, one thread, no terminal."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {"PATH": path, "OMP_NUM_THREADS": "1"}


class Session:
    """The folder of a page, and the names that its Python blocks share.

    `patience` is what one command may take [s]; `slow`: whether slow blocks run.
    """

    def __init__(self, folder, slow=True, patience=300):
        self.folder, self.slow, self.patience = Path(folder), slow, patience
        self.names, self.done, self.fortran = {"__name__": "page"}, set(), {}

    def shell(self, *command):
        """Runs a command in the folder; what it printed, or a SnippetError."""
        process = subprocess.Popen(
            command, cwd=self.folder, env=environment(), text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            out, error = process.communicate(timeout=self.patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise SnippetError(f"{' '.join(command)[:80]}: expected an end, found more than "
                               f"{self.patience} s") from None  # fmt: skip
        if process.returncode:
            raise SnippetError(f"{' '.join(command)[:80]}: exit code {process.returncode}\n"
                               f"{out[-3000:]}{error[-3000:]}")  # fmt: skip
        return out

    def run(self, blocks):
        """Runs what is not left to others, each after the blocks that it names."""
        for block in in_order(blocks):
            check_handled(block)
            if not self.slow and "slow" in block.note.words:
                continue
            self._run_one(block)

    def _run_one(self, block):
        try:
            if block.note.kind != "test":
                return check_only(block, self)
            for need in filter(None, block.note.keys.get("needs", "").split(",")):
                self._prepare(block, need)
            RUNNERS[language(block)](block, self)
        except (PageError, SystemExit, Exception) as failure:
            raise SnippetError(f"{block.place}: {type(failure).__name__}: {failure}") from failure

    def _prepare(self, block, need):
        if need not in PREPARATIONS:
            known = ", ".join(PREPARATIONS)
            raise PageError(f"{block.place}: needs: expected one of {known}, found {need}")
        if need not in self.done:
            PREPARATIONS[need](self)
            self.done.add(need)


def language(block):
    return block.note.keys.get("as", block.language)


def in_order(blocks):
    """As on the page, but each behind those that its `after` names."""
    wanted = {block.note.keys["name"]: block for block in blocks if "name" in block.note.keys}
    placed = []

    def place(block, path=()):
        if block in path:
            raise PageError(f"{block.place}: after: expected an order, found a circle")
        for name in filter(None, block.note.keys.get("after", "").split(",")):
            if name not in wanted:
                raise PageError(f"{block.place}: after: expected a named block, found {name}")
            place(wanted[name], (*path, block))
        if block not in placed:
            placed.append(block)

    for block in blocks:
        place(block)
    return placed


def check_handled(block):
    """No block is left out silently: it runs, or its page says who runs it or why nobody does."""
    if block.note.kind == "run by":
        _check_runner(block)
    elif block.note.kind == "test" and language(block) not in RUNNERS:
        known = ", ".join(sorted(RUNNERS))
        raise PageError(f"{block.place}: language: expected one of {known} or a comment that says "
                        f"why it is not run, found '{language(block)}'")  # fmt: skip


def _check_runner(block):
    path = ROOT / block.note.text
    if not (path.is_file() and path.name.startswith("test_")):
        raise PageError(f"{block.place}: run by: expected a test, found {block.note.text}")
    text = path.read_text(encoding="utf-8")
    names = {Path(block.page).name, f'"{block.heading or block.page}"'}
    if not any(name in text for name in names):
        raise PageError(f"{block.place}: run by: expected a test that names the page or the "
                        f"section, found neither in {block.note.text}")  # fmt: skip
