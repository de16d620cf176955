# SPDX-License-Identifier: BSD-3-Clause
"""The call site of a new scheme: a module of Fortran 2008 that compiles as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .declaration import Declared
from .templates import HEAD, ONE_LOOP, REST, TWO_LOOPS

_WIDTH = 100  # of a line; Fortran has 132
_LONGEST = 63  # of a name, in Fortran
_TAKEN = {
    "any", "block", "calls", "check", "check_shape", "domain", "error_unit", "failure", "first",
    "hybrid_call", "hybrid_domain", "hybrid_error_backend", "hybrid_ok", "hybrid_scheme", "int32",
    "message", "native", "nblocks", "ncol", "real32", "real64", "scheme", "shape", "size", "this",
    "trim",
}  # fmt: skip
_TYPES = {"integer": "integer(int32)", "logical": "logical"}


def fortran_site(
    scheme: str, fields: Sequence[Declared], *, real: str, two_loops: bool, config: str
) -> str:
    """The source of a module ``SCHEME_site``.

    Parameters
    ----------
    scheme : str
    fields : sequence of Declared
    real : {"real32", "real64"}
        Of the host's arrays.
    two_loops : bool
        Whether blocks are submitted in a loop of their own.
    config : str
        Name of the configuration file, for the comment.
    """
    site = _Site(scheme, fields, real)
    return site.head(two_loops, config) + site.begin(two_loops) + site.blocks(two_loops) + site.rest


class _Site:
    """The parts of the module."""

    def __init__(self, scheme: str, fields: Sequence[Declared], real: str) -> None:
        self.scheme, self.fields, self.real = scheme, fields, real
        self.dummies = _dummies(scheme, fields)
        self.inputs = [one for one in fields if one.put]
        self.outputs = [one for one in fields if one.output]

    def head(self, two_loops: bool, config: str) -> str:
        """Up to `contains`."""
        loops = ("submit", "finish") if two_loops else ("block",)
        public = ", ".join(f"{self.scheme}_{one}" for one in ("begin", *loops, "end"))
        where = ("in two loops over blocks, the second of which has what native needs:"
                 if two_loops else "in place of the call of the native routine:")  # fmt: skip
        calls = "\n  type(hybrid_call), allocatable, save :: calls(:)\n" if two_loops else ""
        integers = {"int32"} if any(one.field.kind == "integer" for one in self.fields) else set()
        reals = {self.real} if any(one.field.kind == "real" for one in self.fields) else set()
        return HEAD.format(
            scheme=self.scheme, public=public, config=config, where=where, state=calls,
            blocks=", nblocks" if two_loops else "", site="\n".join(self._usage(two_loops)),
            kinds=", ".join(["error_unit", *sorted(integers | reals)]),
            sections="\n".join(self._sections()),
        )  # fmt: skip

    def _sections(self) -> list[str]:
        """What the host passes of its arrays: a line for each order of the axes."""
        orders: dict[tuple[str, ...], str] = {}
        for one in self.fields:
            orders.setdefault(one.axes, self.dummies[one.name])
        dims = {axes: ["1:ncol" if axis == "column" else ":" for axis in axes] for axes in orders}
        return [f"!!   {name}({', '.join([*dims[axes], 'block'])})"
                for axes, name in orders.items() if axes]  # fmt: skip

    def _usage(self, two_loops: bool) -> list[str]:
        """The lines of the host, as a comment."""
        heads = self._heads(two_loops)
        return [_statement(f"!!   call {name}", words, "!!     ") for name, words in heads]

    def _heads(self, two_loops: bool) -> list[tuple[str, list[str]]]:
        every = self._names(self.fields)
        if not two_loops:
            return [(f"{self.scheme}_block", ["ncol", "first", *every])]
        submit = ["block", "ncol", "first", *self._names(self.inputs)]
        return [(f"{self.scheme}_submit", submit), (f"{self.scheme}_finish", ["block", *every])]

    def begin(self, two_loops: bool) -> str:
        """Creates the scheme and declares its fields."""
        lines = [
            "",
            f"  subroutine {self.scheme}_begin(domain{', nblocks' if two_loops else ''})",
            "    type(hybrid_domain), intent(in) :: domain",
            *(["    integer, intent(in) :: nblocks"] if two_loops else []),
            *self._create(),
            *map(self._field, self.fields),
            *(["    allocate (calls(nblocks))"] if two_loops else []),
            f"  end subroutine {self.scheme}_begin",
            "",
        ]
        return "\n".join(lines)

    def _create(self) -> list[str]:
        lines = [f'    call scheme%create(domain, "{self.scheme}")']
        if any("level" in one.axes for one in self.fields):
            lines.insert(0, '    ! TODO: where level 1 is the lowest, add orientation="bottom_up"')
        return lines

    def _field(self, one: Declared) -> str:
        words = [f'"{one.name}"', f'"{one.field.unit}"']
        if one.field.role != "state":
            words.append(f'role="{one.field.role}"')
        if one.axes != one.field.dims:
            words.append(f'dims="{" ".join(one.axes)}"')
        return _statement("    call scheme%field", words)

    def blocks(self, two_loops: bool) -> str:
        """The call site."""
        this = "calls(block)" if two_loops else "this"
        puts, gets = (
            "\n".join(self._lend(this, verb, one) for one in which)
            for verb, which in (("put", self.inputs), ("get", self.outputs))
        )
        keys = ("submit", "finish") if two_loops else ("head",)
        heads = (
            _statement(f"  subroutine {head}", words) for head, words in self._heads(two_loops)
        )
        names = dict(zip(keys, heads, strict=True))
        own = self.inputs if two_loops else self.fields
        return (TWO_LOOPS if two_loops else ONE_LOOP).format(
            scheme=self.scheme, puts=puts, gets=gets, shapes=self._shapes(own, "ncol"),
            all_shapes=self._shapes(self.fields, ""), arguments=self._arguments(self.fields),
            inputs=self._arguments(self.inputs, read=True),
            native=_statement("      call native", self._names(self.fields)), **names,
        )  # fmt: skip

    @property
    def rest(self) -> str:
        """The end of the module."""
        head = _statement("  subroutine native", self._names(self.fields))
        arguments = self._arguments(self.fields)
        return REST.format(scheme=self.scheme, head=head, arguments=arguments)

    def _names(self, fields: Iterable[Declared]) -> list[str]:
        return [self.dummies[one.name] for one in fields]

    def _arguments(self, fields: Iterable[Declared], read: bool = False) -> str:
        return "\n".join(self._argument(one, read or not one.output) for one in fields)

    def _argument(self, one: Declared, read: bool) -> str:
        kind = _TYPES.get(one.field.kind, f"real({self.real})")
        shape = f"({', '.join(':' * len(one.axes))})" if one.axes else ""
        intent = "in" if read else "inout"
        line = f"    {kind}, intent({intent}) :: {self.dummies[one.name]}{shape}"
        return f"{line}  ! [{one.field.unit}] ({', '.join(one.axes)})"

    def _shapes(self, fields: Iterable[Declared], ncol: str) -> str:
        """Checks: in mode native, and before a card is known, nothing else sees a wrong section."""
        return "".join(f"{self._shape(one, ncol)}\n" for one in fields if one.axes)

    def _shape(self, one: Declared, ncol: str) -> str:
        name = self.dummies[one.name]
        known = {"column": ncol, "level": one.field.levels, "species": one.field.species}
        extents = [
            f"{known[axis] or f'size({name}, {place})'}" for place, axis in enumerate(one.axes, 1)
        ]
        axes = ", ".join(one.axes)
        words = [f'"{one.name}"', f'"({axes})"', f"shape({name})", f"[{', '.join(extents)}]"]
        return _statement("    call check_shape", words)

    def _lend(self, this: str, verb: str, one: Declared) -> str:
        return _statement(f"    call {this}%{verb}", [f'"{one.name}"', self.dummies[one.name]])


def _dummies(scheme: str, fields: Iterable[Declared]) -> dict[str, str]:
    """A name of Fortran for each field: short enough, and no other's, in letters of any case."""
    taken, dummies = _TAKEN | {f"{scheme}_{one}".lower() for one in ("begin", "end", "site")}, {}
    taken |= {f"{scheme}_{one}".lower() for one in ("block", "submit", "finish")}
    for one in fields:
        name, number = one.name[:_LONGEST], 1
        while name.lower() in taken:
            number += 1
            name = f"{one.name[: _LONGEST - len(str(number)) - 1]}_{number}"
        taken |= {name.lower()}
        dummies[one.name] = name
    return dummies


def _statement(head: str, words: Sequence[str], indent: str = "      ") -> str:
    """``head(words)``, over several lines where it is long."""
    lines, line = [], f"{head}("
    for place, word in enumerate(words):
        end = ")" if place == len(words) - 1 else ", "
        if len(line) + len(word) + len(end) > _WIDTH - 1 and not line.endswith("("):
            lines.append(f"{line.rstrip()} &")
            line = indent
        line += word + end
    return "\n".join([*lines, line])
