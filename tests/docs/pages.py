# SPDX-License-Identifier: BSD-3-Clause
"""The fenced blocks of the pages, and what the comments in front of them say.

A comment in the line in front of a block is of that block; one below a heading, with an empty line
behind it, is of every block up to the next heading of that level or above it, if none is nearer::

    <!-- test: after=setup compile -->      how it is run: the words and keys of WORDS and KEYS
    <!-- run by: tests/examples/test_x.py --> that test runs it, and names the page or the heading
    <!-- not run: needs a GPU -->           nobody runs it, and why
"""

import re
import shlex
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = {"compile", "slow"}
KEYS = {"name", "after", "needs", "as", "makes", "context"}
FENCE = re.compile(r"^( *)(```+|~~~+) *(\S*)")
COMMENT = re.compile(r"^ *<!-- *(test|run by|not run):(.*?)-->\s*$")
HEADING = re.compile(r"^(#+) +(.*?)\s*$")


class PageError(Exception):
    """What a page says wrongly of its blocks; the message begins with file and line."""


@dataclass(frozen=True)
class Note:
    """One comment: its kind, its words, and `key=value` pairs."""

    kind: str = "test"
    text: str = ""
    words: frozenset[str] = frozenset()
    keys: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    page: str
    line: int
    language: str
    text: str
    heading: str
    note: Note

    @property
    def place(self):
        return f"{self.page}:{self.line}"

    @property
    def file(self):
        """The file that its first line names, in a comment; or None."""
        found = re.match(r"(?:#|//|!|/\*) *([\w.-]+\.\w+|Makefile)\b", self.text)
        return found and found[1]


def pages():
    """README, CONTRIBUTING and everything below docs, relative to the root."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in found if path.is_file()]


def blocks(page, text=None):
    """All blocks of a page in order; those that are no code (`{toctree}`) left out."""
    text = (ROOT / page).read_text(encoding="utf-8") if text is None else text
    return [block for block in _Reader(page, text.splitlines()).read() if block]


def _note(place, kind, text):
    text = text.strip()
    if kind != "test":
        if not text:
            raise PageError(f"{place}: {kind}: expected {_WANTED[kind]}, found nothing")
        return Note(kind, text)
    parts = shlex.split(text)
    keys = dict(part.split("=", 1) for part in parts if "=" in part)
    words = frozenset(part for part in parts if "=" not in part)
    for wrong in sorted((words - WORDS) | (keys.keys() - KEYS)):
        raise PageError(f"{place}: test: expected {', '.join(sorted(WORDS | KEYS))}, found {wrong}")
    return Note(kind, text, words, keys)


_WANTED = {"run by": "a test", "not run": "a reason"}


class _Reader:
    """Goes through the lines of a page once."""

    def __init__(self, page, lines):
        self.page, self.lines = page, lines
        self.headings = []  # (level, title, note) of those that the line is below
        self.near = None  # the comment in front of the line
        self.below_heading = False

    def read(self):
        at = 0
        while at < len(self.lines):
            if fence := FENCE.match(self.lines[at]):
                end = self._end(at, fence)
                yield self._block(at, end, fence)
                self.near, at = None, end
            else:
                self._line(at)
            at += 1
        self._keep_for_section()

    def _end(self, at, fence):
        for end in range(at + 1, len(self.lines)):
            if self.lines[end].strip() == fence[2]:
                return end
        raise PageError(f"{self.page}:{at + 1}: expected the end of a block, found none")

    def _line(self, at):
        line = self.lines[at]
        if comment := COMMENT.match(line):
            self._refuse_unused()
            self.near = (self.below_heading, _note(f"{self.page}:{at + 1}", *comment.groups()))
        elif heading := HEADING.match(line):
            self._keep_for_section()
            self._open(len(heading[1]), heading[2])
        else:
            self._keep_for_section()
            self.below_heading = self.below_heading and not line.strip()

    def _open(self, level, title):
        self.headings = [one for one in self.headings if one[0] < level]
        self.headings.append((level, title, None))
        self.below_heading = True

    def _keep_for_section(self):
        """A comment that is not in front of a block is the section's, if it is below a heading."""
        if self.near and self.near[0]:
            self.headings[-1] = (*self.headings[-1][:2], self.near[1])
            self.near = None
        self._refuse_unused()

    def _refuse_unused(self):
        if self.near:
            raise PageError(f"{self.page}: comment '{self.near[1].text}': expected a block or "
                            "a heading beside it, found neither")  # fmt: skip

    def _block(self, at, end, fence):
        language = fence[3]
        self.below_heading = False
        if language.startswith("{"):
            if re.match(r"\{(code|sourcecode|literal)", language):
                raise PageError(f"{self.page}:{at + 1}: expected a plain fence, found {language}")
            return None
        text = textwrap.dedent("".join(f"{line}\n" for line in self.lines[at + 1 : end]))
        heading = self.headings[-1][1] if self.headings else ""
        return Block(self.page, at + 1, language, text, heading, self._note_of_block())

    def _note_of_block(self):
        if self.near:
            return self.near[1]
        return next((one[2] for one in reversed(self.headings) if one[2]), Note())
