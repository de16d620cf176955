# SPDX-License-Identifier: BSD-3-Clause
"""What hosts are built and run with: compilers, MPI, netCDF; packages of Python."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from .. import paths
from ..errors import HybridError
from .finding import FAILS, MISSING, WORKS, Finding
from .process import last_line, run

FORTRAN = ("gfortran", "flang-22", "flang", "flang-new", "ifx", "nvfortran", "ftn")
_HOST = """\
program tiny
  use hybrid, only: hybrid_domain, hybrid_scheme, hybrid_call
  implicit none
  type(hybrid_domain), save :: domain
  type(hybrid_scheme), save :: scheme
  type(hybrid_call) :: block
  call domain%create("hybrid.toml", ncol=4)
  call scheme%create(domain, "tiny")
  call scheme%open(block, ncol=4)
  call block%run()
  if (.not. block%native_wanted()) error stop "native is not wanted"
  call block%close()
  call scheme%destroy()
  call domain%destroy()
end program tiny
"""


def fortran_compilers() -> list[str]:
    """Those on the path, and what FC says: words of a command each."""
    chosen = os.environ.get("FC", "").strip()
    names = [*([chosen] if chosen else []), *FORTRAN]
    return [one for one in dict.fromkeys(names) if one == chosen or shutil.which(one)]


def _words(command: str) -> list[str]:
    """Of a command as a shell has them; none if a quotation mark has no partner."""
    try:
        return shlex.split(command)
    except ValueError:
        return []


def no_compiler() -> Finding:
    """Where there is none."""
    mend = "apt install gfortran (conda install gfortran)"
    return Finding("compilers", "Fortran", MISSING, f"none of {', '.join(FORTRAN)}", mend)


def fortran_compiler(command: str) -> Finding:
    """Compiles the Fortran face and a host with it, and runs that in mode native."""
    if not any(map(shutil.which, _words(command)[:1])):
        mend = "unset FC, or FC=gfortran pyhybrid doctor"
        return Finding("compilers", command, FAILS, "no command that is on the path", mend)
    try:
        source, library = paths.fortran_source(), paths.library_dir()
    except (FileNotFoundError, HybridError) as error:
        return Finding("compilers", command, FAILS, str(error), "see the library above")
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tiny.f90").write_text(_HOST)
        (folder / "hybrid.toml").write_text('[scheme.tiny]\nmode = "native"\n')
        link = [f"-L{library}", "-lhybrid", f"-Wl,-rpath,{library}"]
        build = [*_words(command), str(source), "tiny.f90", "-o", "tiny", *link]
        for step in (build, ["./tiny"]):
            status, _, err = run(step, folder)
            if status != 0:
                return _broken(command, step, err)
    return Finding("compilers", command, WORKS, _version(command))


def _broken(command: str, step: list[str], err: str) -> Finding:
    what = "a host does not run" if len(step) == 1 else "a host does not compile or link"
    mend = f"another version of {command}, or another compiler: FC=gfortran pyhybrid doctor"
    about = f"{_version(command)}: {what}: {last_line(err)}"
    return Finding("compilers", command, FAILS, about, mend)


def programs() -> Iterator[Finding]:
    """Others that some need."""
    yield _program("compilers", "g++", "apt install g++ (conda install gxx): for .pt2 files")
    mpi = "apt install libopenmpi-dev openmpi-bin: only for hosts with MPI"
    for name in ("mpif90", "mpirun"):
        yield _program("MPI", name, mpi)
    yield _program("netCDF", "nf-config", "apt install libnetcdff-dev: only if the host uses it")


def _program(part: str, name: str, mend: str) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(part, name, MISSING, "not on the path", mend)
    return Finding(part, name, WORKS, f"{_version(name)}, {path}")


def _version(command: str) -> str:
    """The first line that has a number."""
    _, out, err = run([*_words(command), "--version"])
    lines = (out + err).splitlines()
    return next((line.strip() for line in lines if re.search(r"\d", line)), "of unknown version")


def packages() -> Iterator[Finding]:
    """What this package names as its requirements, and the extra they belong to."""
    try:
        wanted = importlib.metadata.requires("pyhybrid") or []
    except importlib.metadata.PackageNotFoundError:
        about = "a source checkout that is not installed: its packages are not known"
        yield Finding("packages", "pyhybrid", MISSING, about, "pip install . && cd /")
        return
    seen: dict[str, Finding] = {}
    for requirement in wanted:
        found = _package(requirement)
        before = seen.setdefault(found.name, found)
        if before.state == WORKS and found.state != WORKS:  # one extra may want a newer one
            seen[found.name] = found
    yield from seen.values()


def _package(requirement: str) -> Finding:
    """By its distribution, whose name need not be that of what is imported."""
    from packaging.requirements import Requirement

    wanted = Requirement(requirement)
    extra = re.search(r"extra\s*==\s*['\"]([\w-]+)", str(wanted.marker or ""))
    upgrade = f"pip install '{wanted.name}{wanted.specifier}'"
    mend = f"pip install 'pyhybrid[{extra[1]}]'" if extra else upgrade
    try:
        found = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return Finding("packages", wanted.name, MISSING, "not installed", mend, extra is None)
    if wanted.specifier.contains(found, prereleases=True):
        return Finding("packages", wanted.name, WORKS, found, required=extra is None)
    about = f"{found}, wanted {wanted.specifier}"
    state = MISSING if extra else FAILS  # what is optional may be made to go with another version
    return Finding("packages", wanted.name, state, about, upgrade, extra is None)
