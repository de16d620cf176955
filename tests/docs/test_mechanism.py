# SPDX-License-Identifier: BSD-3-Clause
"""The mechanism itself: right blocks pass, a broken one of any language fails, none is left out."""

import pytest
from pages import ROOT, PageError, blocks
from session import Session, SnippetError, check_handled

RIGHT = {
    "python": "assert 1 + 1 == 2",
    "sh": "true",
    "bash": "test -d .",
    "console": "$ echo said\nsaid",
    "toml": '[scheme.radiation]\nmode = "emulate"\nemulator = "radiation.json"',
    "json": '{"a": 1}',
    "c": '#include "hybrid.h"\nint32_t status(void) { return HYB_OK; }',
    "cpp": '#include "hybrid.h"\nauto status() { return HYB_OK; }',
    "fortran": 'call this%put("air_temperature", t(:nc, :, 1))',
    "make": "# Makefile\nall:\n\ttrue",
    "cmake": "# CMakeLists.txt\ncmake_minimum_required(VERSION 3.20)\nproject(a LANGUAGES NONE)\n"
    "find_package(pyhybrid REQUIRED)",
    "meson": "# meson.build\nproject('a', 'c')\ndependency('pyhybrid')",
}
WRONG = {
    "python": ["import pyhybrid\npyhybrid.expotr", "def f(:", "raise SystemExit(1)"],
    "sh": ["false", "echo $unset_by_anybody", "pyhybrid inof a.pt", "pyhybrid new --levles 3"],
    "bash": ["exit 3", "no-such-command"],
    "console": ["$ false", "no command at all"],
    "toml": ['[scheme.radiation]\nmoed = "emulate"', "a =", '[domain]\nrestart = "adpat"',
             "[scheme.radiation.guard]\nrange = 'clipp'",
             "[[scheme.radiation.hook]]\nkind = 'running_maen'"],
    "json": ["{'a': 1}", '{"format": "pyhybrid card", "version": 1}'],
    "c": ["int f(void) { return HYB_OKAY; }", '#include "hybrid.h"\nint f(void) { int a; }'],
    "cpp": ["int f() { return HYB_OK; }", "auto f() { return; "],
    "fortran": ['call this%putt("air_temperature", t(:nc, :, 1))', "undeclared = 1",
                'call this%put("air_temperature", t(:nc, :4, 1))\ncall this%run()'],
    "make": ["# Makefile\nall: missing", "# Makefile\nall:\n    true"],
    "cmake": ["# CMakeLists.txt\nproject(a LANGUAGES NONE)\nfind_package(pyhybird REQUIRED)"],
    "meson": ["# meson.build\nproject('a')\ndependency('pyhybird')", "# meson.build\nproject("],
}  # fmt: skip
SHORT = {"fortran": "call radiation%open(this, ncol=nc, first=1)\n"}


def page(*texts):
    return blocks("page.md", "\n\n".join(texts) + "\n")


def fenced(language, text, comment=""):
    return f"{comment}\n```{language}\n{SHORT.get(language, '')}{text}\n```"


@pytest.fixture
def run(tmp_path):
    return lambda *texts: Session(tmp_path).run(page(*texts))


@pytest.mark.parametrize("language", RIGHT)
def test_right(run, language):
    run(fenced(language, RIGHT[language]))


@pytest.mark.parametrize(
    "language, text", [(language, text) for language, texts in WRONG.items() for text in texts]
)
def test_wrong(run, language, text):
    with pytest.raises(SnippetError, match=r"^page.md:2: "):
        run(fenced(language, text))


def test_each_language_is_broken_once():
    from runners import RUNNERS

    assert set(RIGHT) == set(WRONG) == set(RUNNERS)


def test_names_files_and_folder_are_those_of_the_page(run):
    run(
        fenced("python", "# mine.py\nnumber = 3"),
        fenced("python", "number = 4"),
        fenced("python", "import sys\nsys.path.insert(0, '.')\nimport mine\n"
                         "assert (mine.number, number) == (3, 4)\nsys.path.pop(0)"),
        fenced("sh", "grep -q 3 mine.py"),
    )  # fmt: skip


def test_pages_do_not_share_names(tmp_path):
    (tmp_path / "b").mkdir()
    Session(tmp_path).run(page(fenced("python", "mine = 1")))
    with pytest.raises(SnippetError, match="'mine' is not defined"):
        Session(tmp_path / "b").run(page(fenced("python", "mine")))


def test_after_runs_later(run):
    first = fenced("sh", "cat made", "<!-- test: after=made -->")
    run(first, fenced("sh", "echo > made", "<!-- test: name=made -->"))
    with pytest.raises(SnippetError):
        run(fenced("sh", "cat made_later"), fenced("sh", "echo > made_later"))


BEGIN = """\
use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
type(hybrid_domain), save :: atmosphere
type(hybrid_scheme), save :: radiation
call atmosphere%create("hybrid.toml")
call radiation%create(atmosphere, "radiation")"""


def test_fortran_goes_on_after_another_block(run):
    run(
        f"<!-- test: name=begin -->\n```fortran\n{BEGIN}\n```",
        "<!-- test: after=begin -->\n```fortran\ncall atmosphere%step(2, date, dt)\n```",
    )
    with pytest.raises(SnippetError, match="expected every call closed"):
        run(fenced("fortran", "call atmosphere%step(2, date, dt)"))


def test_a_command_that_hangs_ends(tmp_path):
    with pytest.raises(SnippetError, match="expected an end, found more than 1 s"):
        Session(tmp_path, patience=1).run(page(fenced("sh", "sleep 100")))


def test_slow_blocks_wait_for_slow_tests(tmp_path):
    texts = page(fenced("sh", "false", "<!-- test: slow -->"))
    Session(tmp_path, slow=False).run(texts)
    with pytest.raises(SnippetError):
        Session(tmp_path).run(texts)


# ---- No block is left out silently


@pytest.mark.parametrize("language", ["", "text", "diff", "fortan", "rust"])
def test_unknown_language(run, language):
    with pytest.raises(PageError, match="page.md:2: language: expected .* a comment that says why"):
        run(fenced(language, "something"))
    run(fenced(language, "something", "<!-- not run: a drawing -->"))


@pytest.mark.parametrize(
    "comment, told",
    [
        ("<!-- not run: -->", "not run: expected a reason, found nothing"),
        ("<!-- run by: -->", "run by: expected a test, found nothing"),
        ("<!-- run by: tests/docs/pages.py -->", "expected a test, found tests/docs/pages.py"),
        ("<!-- run by: tests/docs/test_none.py -->", "expected a test, found"),
        ("<!-- run by: tests/pyhybrid/test_noise.py -->", "a test that names the page or the sect"),
        ("<!-- test: skip -->", "test: expected .*, found skip"),
        ("<!-- test: atfer=a -->", "test: expected .*, found atfer"),
        ("<!-- test: after=nobody -->", "after: expected a named block, found nobody"),
        ("<!-- test: name=me after=me -->", "after: expected an order, found a circle"),
        ("<!-- test: needs=luck -->", "needs: expected one of .*, found luck"),
        ("<!-- test: as=poem -->", "language: expected .*, found 'poem'"),
    ],
)
def test_wrong_comments(run, comment, told):
    with pytest.raises((PageError, SnippetError), match=told):
        run(fenced("sh", "true", comment))


@pytest.mark.parametrize("comment", ["<!-- skip -->", "<!-- Not run: x -->", "<!-- test -->"])
def test_comments_that_are_none_change_nothing(run, comment):
    with pytest.raises(SnippetError):
        run(fenced("sh", "false", comment))


def test_comment_beside_nothing():
    with pytest.raises(PageError, match="expected a block or a heading beside it, found neither"):
        page("words", "<!-- not run: lost -->", "more words")


def test_block_without_an_end():
    with pytest.raises(PageError, match="page.md:1: expected the end of a block, found none"):
        page("```sh\ntrue")


def test_fences_of_the_site():
    assert page(fenced("{toctree}", "a\nb")) == []
    with pytest.raises(PageError, match="expected a plain fence, found {code-block}"):
        page(fenced("{code-block}", "false"))


@pytest.mark.parametrize("fence", ["```", "````", "~~~"])
def test_every_kind_of_fence_is_seen(run, fence):
    with pytest.raises(SnippetError):
        run(f"- a list\n\n  {fence}sh\n  false\n  {fence}")


def test_comment_below_a_heading_is_of_its_section():
    read = page("# A", "<!-- not run: all -->", "words", "```x\n```", "## B", "```x\n```",
                "<!-- not run: one -->\n```x\n```", "# C", "```x\n```")  # fmt: skip
    assert [one.note.text for one in read] == ["all", "all", "one", ""]
    with pytest.raises(PageError):
        check_handled(read[-1])


@pytest.mark.parametrize(
    "language, text",
    [("sh", "if true"), ("sh", "pyhybrid validate --splitt a"), ("python", "a b"), ("json", "{")],
)
def test_what_is_not_run_is_read(run, language, text):
    with pytest.raises(SnippetError):
        run(fenced(language, text, "<!-- not run: takes hours -->"))


def test_tests_that_run_blocks_are_named_from_the_root():
    assert (ROOT / "tests/docs/test_mechanism.py").samefile(__file__)
