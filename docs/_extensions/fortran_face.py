# SPDX-License-Identifier: BSD-3-Clause
"""Directives that show what a Fortran module offers, from its source as FORD reads it.

``{fortran-type} NAME`` has the public bindings of a type, ``{fortran-procedures} NAME ...``
procedures of the module, ``{fortran-parameters} PREFIX`` its public constants. The specific
procedures of a generic are shown as one, with all kinds and ranks that they take.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from ford.fortran_project import Project
from ford.settings import ProjectSettings
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_OPERATORS = ("assignment(=)",)
_OWNERS = {"hybrid_call": "this"}  # as all examples call it


@functools.cache
def _module(source: Path) -> Any:
    """The one module of a file, alone in its folder; types and procedures tied together."""
    settings = ProjectSettings(
        src_dir=[source.parent], preprocess=False, display=["public", "private"], quiet=True)
    with contextlib.redirect_stdout(io.StringIO()):  # a progress bar, quiet or not
        project = Project(settings)
        project.correlate()
    (module,) = project.modules
    return module


class _Directive(SphinxDirective):
    required_arguments = 1
    final_argument_whitespace = True

    @property
    def module(self) -> Any:
        return _module(Path(self.config.fortran_source))

    def run(self) -> list[nodes.Node]:
        source = self.config.fortran_source
        self.env.note_dependency(source)
        node = nodes.container()
        self.state.nested_parse(StringList(list(self.lines()), source), 0, node)
        return node.children

    def lines(self) -> Iterator[str]:
        raise NotImplementedError

    def named(self, things: Iterable[Any], name: str) -> Any:
        """The thing of that name; a page that names another one has to be mended."""
        known = {thing.name.lower(): thing for thing in things}
        if name.lower() not in known:
            raise self.error(f"{name}: expected one of {', '.join(known)}")
        return known[name.lower()]


class TypeDirective(_Directive):
    def lines(self) -> Iterator[str]:
        found = self.named(self.module.types, self.arguments[0])
        yield from _text(found)
        owner = _OWNERS.get(found.name, found.name.removeprefix("hybrid_"))
        for binding in found.boundprocs:
            if binding.permission == "public" and binding.name not in _OPERATORS:
                yield from _described(f"{owner}%{binding.name}", _specifics(binding), binding)


class ProceduresDirective(_Directive):
    def lines(self) -> Iterator[str]:
        module = self.module
        for name in self.arguments[0].split():
            found = self.named([*module.functions, *module.subroutines, *_interfaces(module)], name)
            yield from _described(found.name, [found], found)


class ParametersDirective(_Directive):
    def lines(self) -> Iterator[str]:
        yield from ("| constant | value |", "|---|---|")
        for variable in self.module.variables:
            if variable.parameter and variable.name.startswith(self.arguments[0]):
                yield f"| `{variable.name}` | {variable.initial} |"


def _interfaces(module: Any) -> list[Any]:
    """The procedures of abstract interfaces."""
    return [interface.procedure for interface in module.absinterfaces]


def _specifics(binding: Any) -> list[Any]:
    """The procedures that a binding stands for."""
    found = []
    for one in binding.bindings:
        found += _specifics(one) if hasattr(one, "bindings") else [one]
    return found


def _text(thing: Any) -> list[str]:
    """Its comment, without the list of arguments in front of it that a generic has."""
    text = "\n".join(line.strip() for line in thing.doc_list)
    text = re.sub(r"^\w+\([^)]*\): (\w)", lambda first: first[1].upper(), text)
    return [*text.splitlines(), ""]


def _described(name: str, procedures: list[Any], binding: Any) -> Iterator[str]:
    """A description in MyST: how it is called, what it does, its arguments."""
    arguments = list(_arguments(name, procedures))
    words = ", ".join(argument for argument, _ in arguments)
    result = getattr(procedures[0], "retvar", None)
    call = f"{name}({words})" if result else f"call {name}({words})"
    yield f"::::{{describe}} {call}"
    yield from _text(binding)
    if procedures != [binding] and len(procedures) == 1:
        yield from _text(procedures[0])
    yield from ("| argument | type | | |", "|---|---|---|---|")
    yield from (f"| `{argument}` | {meaning} |" for argument, meaning in arguments)
    if result:
        yield f"| result | {_type(result)} | | |"
    yield from ("::::", "")


def _arguments(name: str, procedures: list[Any]) -> Iterator[tuple[str, str]]:
    """Each argument that some of them take, as the longest list has them, and what it may be."""
    longest = max(procedures, key=lambda procedure: len(procedure.args))
    bound = "%" in name
    for argument in longest.args[1 if bound else 0:]:
        alike = [one for procedure in procedures for one in procedure.args
                 if one.name.lower() == argument.name.lower()]
        optional = len(alike) < len(procedures) or argument.optional
        kind = f"{_union(map(_type, alike))} {_shape(alike)}"
        yield argument.name, f"{kind} | {argument.intent} | {'optional' if optional else ''}"


def _type(variable: Any) -> str:
    """FORD makes links to its own pages."""
    return f"`{re.sub('<[^>]*>|kind=', '', variable.full_type)}`"


def _union(words: Iterable[str]) -> str:
    *first, last = dict.fromkeys(words)
    return f"{', '.join(first)} or {last}" if first else last


def _shape(variables: list[Any]) -> str:
    shapes = list(dict.fromkeys(variable.dimension for variable in variables))
    if len(shapes) == 1:
        return f"`{shapes[0]}`" if shapes[0] else ""
    ranks = [len(re.findall(":", shape)) for shape in shapes]
    return f"rank {min(ranks)} to {max(ranks)}"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("fortran_source", "", "env", [str])
    app.add_directive("fortran-type", TypeDirective)
    app.add_directive("fortran-procedures", ProceduresDirective)
    app.add_directive("fortran-parameters", ParametersDirective)
    return {"parallel_read_safe": True}
