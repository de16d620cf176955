# SPDX-License-Identifier: BSD-3-Clause
"""``pyhybrid config``: what a build needs to know."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import click

from .. import paths
from ._common import check_json, json_option, tell, told


def _cflags(stub: bool) -> tuple[str, ...]:
    return (f"-I{paths.include_dir()}",)


def _libs(stub: bool) -> tuple[str, ...]:
    return (f"-L{paths.library_dir()}", "-lhybrid_stub" if stub else "-lhybrid")


def _rpath(stub: bool) -> tuple[str, ...]:
    return (f"-Wl,-rpath,{paths.library_dir()}",)


def _path(where: Callable[[], Path]) -> Callable[[bool], tuple[str, ...]]:
    return lambda stub: (str(where()),)


# In the order in which they are printed: the name of the option, its help, its words.
_ANSWERS: dict[str, tuple[str, Callable[[bool], tuple[str, ...]]]] = {
    "cflags": ("To compile C: -I.", _cflags),
    "libs": ("To link: -L and -lhybrid.", _libs),
    "rpath": ("To find the library when the host runs: -Wl,-rpath.", _rpath),
    "fortran-source": ("hybrid.f90, for the host's own compiler.", _path(paths.fortran_source)),
    "prefix": ("The folder that has all of them.", _path(paths.prefix)),
    "makefile": ("pyhybrid.mk, for Makefiles to include.", _path(paths.makefile)),
    "pkgconfig-dir": ("For PKG_CONFIG_PATH.", _path(paths.pkgconfig_dir)),
    "cmake-dir": ("For pyhybrid_DIR.", _path(paths.cmake_dir)),
    "wrap": ("pyhybrid.wrap, for subprojects of meson.", _path(paths.wrap_file)),
    "stub-source": ("hybrid_stub.c: native mode only.", _path(paths.stub_source)),
}


def _with_answers(command: Callable[..., None]) -> Callable[..., None]:
    for name, (help_text, _) in reversed(_ANSWERS.items()):
        command = click.option(f"--{name}", is_flag=True, help=help_text)(command)
    return command


@click.command()
@_with_answers
@click.option("--stub", is_flag=True, help="The stub library instead, with --libs.")
@json_option
def config(stub: bool, json_file: Path | None, **asked: bool) -> None:
    """Print what a host is built with, in one line, quoted for a shell; as JSON all of it.

    A path alone is printed as it is, for "$(...)". Without options all, as lines NAME: WORDS.

    \b
    Examples:
      pyhybrid config
      cc -c model.c $(pyhybrid config --cflags)
      gfortran -o model *.o $(pyhybrid config --libs --rpath)
      gfortran -c $(pyhybrid config --fortran-source)
      pyhybrid config --json -
    """
    wanted = [name for name in _ANSWERS if asked[name.replace("-", "_")]]
    with told():
        check_json(json_file, "config")
        text = _line(wanted, stub) if wanted or json_file else _lines(stub)
        tell(text, _everything(stub) if json_file else {}, json_file)


def _line(wanted: list[str], stub: bool) -> str:
    words = [word for name in wanted for word in _ANSWERS[name][1](stub)]
    is_path = len(words) == 1 and not words[0].startswith("-")
    return words[0] if is_path else shlex.join(words)


def _lines(stub: bool) -> str:
    return "\n".join(f"{name}: {shlex.join(words(stub))}" for name, (_, words) in _ANSWERS.items())


def _everything(stub: bool) -> dict[str, list[str]]:
    return {name.replace("-", "_"): list(words(stub)) for name, (_, words) in _ANSWERS.items()}
