# SPDX-License-Identifier: BSD-3-Clause
"""Fortran of a page made a program: put into a context of `contexts/`, compiled and run.

A context is a program with the lines `! [uses]`, `! [declarations]`, `! [statements]` and
`! [procedures]`, where the lines of the snippet go. A line of the context that the snippet has
itself (it uses the same module, declares the same name, creates the same object) is left out.
`...` stands for what a page does not show: `native(...)` becomes `native()`.
"""

import re
import shutil
from pathlib import Path

import pytest

import pyhybrid

CONTEXTS = Path(__file__).parent / "contexts"
UNUSED = ["-Wno-unused-variable", "-Wno-unused-dummy-argument", "-Wno-unused-parameter"]
STRICT = ["-std=f2018", "-Wall", *UNUSED, "-Wno-maybe-uninitialized", "-Werror", "-fcheck=all"]
STRICT += ["-fopenmp"]
DECLARATION = r"(?:type *\(|class *\(|integer|real|logical|character)[^:!]*::(.*)"
BEGIN = r"(?:pure |elemental )*(?:subroutine|function) +\w+"


def statements(text):
    """Lines of the text, continued ones together."""
    return re.findall(r"^(?:[^\n]*&[ ]*(?:![^\n]*)?\n)*[^\n]*\n", text, re.MULTILINE)


def sorted_out(text):
    """What the text has of uses, declarations, statements and procedures."""
    parts = {"uses": [], "declarations": [], "statements": [], "procedures": []}
    inside = False
    for line in statements(_without_dots(text)):
        inside = inside or bool(re.match(BEGIN, line.strip()))
        parts["procedures" if inside else _part(line.strip())].append(line)
        if re.match(r"end (subroutine|function)", line.strip()):
            inside = False
    return parts


def _without_dots(text):
    text = re.sub(r"^ *\.\.\. *\n", "", text, flags=re.MULTILINE)
    return re.sub(r"(, *)?\.\.\.\)", ")", text)


def _part(line):
    if re.match(r"use\b", line):
        return "uses"
    return "declarations" if re.match(DECLARATION, line) else "statements"


def keys(line):
    """What a line is about: the module, the names, or the object and verb."""
    line = line.strip()
    if found := re.match(r"use +(\w+)", line):
        return {f"use {found[1]}"}
    if found := re.match(DECLARATION, line, re.DOTALL):
        names = re.sub(r"\([^()]*\)|=.*|!.*", "", found[1])
        return {f":: {name}" for name in re.findall(r"\w+", names)}
    found = re.findall(r"call +([\w()]+)%(create|destroy|step) *\(", line)
    return {f"{name}%{verb}" for name, verb in found}


def program(context, text):
    """The source of the whole program."""
    parts = sorted_out(text)
    shown = [*parts["uses"], *parts["declarations"], *parts["statements"]]
    own = {key for line in shown for key in keys(line)}
    # What is created later cannot be stepped before.
    own |= {key.replace("%create", "%step") for key in own}
    modules, begin, main = context.partition("\nprogram ")
    kept = [line for line in statements(main) if not keys(line) & own]
    source = modules + begin + "".join(kept)
    for part, lines in parts.items():
        source = source.replace(f"! [{part}]\n", "".join(lines))
    return source


def fields(text):
    """Names that are put or got in a text."""
    return set(re.findall(r"%(?:put|get)\( *[\"'](\w+)[\"']", text))


def run_fortran(block, session):
    """Compiles a block behind those that it comes after; runs it in modes native and emulate."""
    if not shutil.which("gfortran"):
        pytest.skip("no gfortran")
    before = "".join(
        session.fortran[name] for name in filter(None, block.note.keys.get("after", "").split(","))
    )
    text = before + block.text
    session.fortran[block.note.keys.get("name", block.place)] = text
    name = block.note.keys.get("context", "model")
    (session.folder / "snippet.f90").write_text(
        program((CONTEXTS / f"{name}.f90").read_text(encoding="utf-8"), text)
    )
    _compile_face(session)
    if "compile" in block.note.words:
        session.shell("gfortran", *STRICT, "-c", "snippet.f90")
    else:
        _run(text, session)


def _compile_face(session):
    if not (session.folder / "hybrid.o").exists():
        session.shell("gfortran", "-c", str(pyhybrid.fortran_source()))


def _run(text, session):
    from small_model import card

    library = pyhybrid.library_dir()
    link = [f"-L{library}", "-lhybrid", f"-Wl,-rpath,{library}"]
    session.shell("gfortran", *STRICT, "snippet.f90", "hybrid.o", *link, "-o", "snippet")
    increments = re.findall(r'%field\("(\w+)", "[^"]*", role="increment"\)', text)
    its_card = card(fields(text), increments=increments)
    (session.folder / "site.json").write_text(its_card.to_json())
    for mode in ("native", "emulate"):
        (session.folder / "hybrid.toml").write_text(
            f'[scheme.radiation]\nmode = "{mode}"\nemulator = "site.json"\n'
        )
        session.shell("./snippet")
