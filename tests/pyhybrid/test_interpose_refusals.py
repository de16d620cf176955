# SPDX-License-Identifier: BSD-3-Clause
"""Calls that glue cannot catch, and what is no routine: refused, nothing written."""

import os
import platform
import stat
from pathlib import Path

import pytest
from interposed import (
    COPIED,
    INTERNAL,
    LAST,
    LIBRARY,
    MAIN,
    MODULE,
    REMEDY,
    linked,
    refused,
    shell,
)

from pyhybrid.errors import ArgumentError, PluginError
from pyhybrid.interpose import interpose

# ---- Calls that cannot be caught


def test_jump_at_the_end_of_a_neighbour(compiled):
    compiled(LAST, "-O2", "-fno-inline")
    message = refused("physics.o", ["kuo"], "weak.o")
    assert "1 in neighbour_, which the assembler has resolved" in message
    compiled(LAST, "-O2", *REMEDY)
    interpose("physics.o", ["kuo"], "weak.o")
    assert linked("weak.o").count("glue") == 2


def test_partial_goes_on_and_misses_it(compiled):
    compiled(LAST, "-O2", "-fno-inline")
    done = interpose("physics.o", ["kuo"], "weak.o", partial=True)
    assert "resolved" in done.routines[0].callers.missed[0]
    assert linked("weak.o").count("glue") == 1


@pytest.mark.parametrize("compiler", ["gfortran", "flang-22"])
def test_inlined_call(compiled, compiler):
    short = LIBRARY.replace('  print "(a)", "native"\n', "").replace("< -1e30) print", "< 0) print")
    short = "\n".join(line for line in short.splitlines() if "cold" not in line) + "\n"
    compiled(short, "-O3", "-g", compiler=compiler)
    message = refused("physics.o", ["kuo"], "weak.o")
    assert "1 inlined in the same file: compile with -g -fPIC" in message
    flags = ["-g", "-O0"] if compiler == "flang-22" else ["-O3", *REMEDY]
    compiled(short, *flags, compiler=compiler)
    interpose("physics.o", ["kuo"], "weak.o")


SHORT = """\
subroutine kuo(x)
  implicit none
  real :: x(10)
  x = x + 1
end subroutine kuo

subroutine neighbour(x)
  implicit none
  real :: x(10)
  external :: kuo
  call kuo(x)
  x = x * 2
end subroutine neighbour
"""


@pytest.mark.parametrize("more", [[], ["-fno-omit-frame-pointer"]])
def test_inlined_call_that_nobody_can_see(compiled, more):
    """The driver of the same file has no call any more, and nothing tells that it had one."""
    compiled(SHORT, "-O2", *more)
    message = refused("physics.o", ["kuo"], "weak.o")
    assert "any that are inlined in neighbour_" in message and "compile with -g" in message
    interpose("physics.o", ["kuo"], "weak.o", partial=True)
    assert linked("weak.o").count("glue") == 1  # the refusal was right
    compiled(SHORT, "-O2", *REMEDY)
    interpose("physics.o", ["kuo"], "weak.o")
    assert linked("weak.o").count("glue") == 2


@pytest.mark.parametrize("compiler, flags", [("gfortran", "-O0"), ("gfortran", "-O2 -g"),
                                             ("flang-22", "-O0")])  # fmt: skip
def test_other_code_that_calls_nothing_is_no_matter(compiled, compiler, flags):
    """If it is not optimised, or debugging information tells so."""
    compiled(SHORT.replace("  call kuo(x)\n", ""), *flags.split(), compiler=compiler)
    interpose("physics.o", ["kuo"], "weak.o")


def test_copy_for_calls_in_the_same_file(compiled):
    compiled(COPIED, "-O3", "-fno-inline")
    message = refused("physics.o", ["kuo"], "weak.o")
    assert "its copy kuo_.constprop" in message and "compile with -g -fPIC" in message
    compiled(COPIED, "-O3", *REMEDY)
    assert interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.caught == {"neighbour_": 1}


SECTION = """\
  .section .text.kuo,"ax",@progbits
  .globl kuo_
  .type kuo_, @function
kuo_:
  ret
  .size kuo_, . - kuo_
  .section .text.neighbour,"ax",@progbits
  .globl neighbour_
  .type neighbour_, @function
neighbour_:
  call .text.kuo
  ret
  .size neighbour_, . - neighbour_
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")
def test_call_by_the_section_of_a_routine(compiled, tmp_path):
    """As compilers call what is local; x86 counts from behind the address, four bytes on."""
    (tmp_path / "physics.s").write_text(SECTION)
    shell("gcc", "-c", "physics.s")
    assert "1 in neighbour_, which the assembler has resolved" in refused()


# ---- Failures


@pytest.mark.parametrize("name", ["foo$bar", "_lead", "_ZN3foo3barEv.x", "a" * 64])
def test_names_that_fortran_has_not(compiled, tmp_path, name):
    """The skeleton could not be compiled."""
    (tmp_path / "physics.s").write_text(SECTION.replace("kuo_", name))
    shell("gcc", "-c", "physics.s")
    assert f"{name}: expected a name that Fortran can have" in refused("physics.o", [name])


def test_output_with_another_routine(compiled):
    """Of an object of the same name, or of a call before: it would be lost."""
    compiled(LIBRARY, "-g", "-fPIC")
    interpose("physics.o", ["kuo"], "done.o")
    before = Path("done.o").read_bytes()
    with pytest.raises(ArgumentError, match="all routines .* in one call.*found one that has nat"):
        interpose("physics.o", ["neighbour"], "done.o")
    assert Path("done.o").read_bytes() == before
    compiled(LIBRARY, "-g", "-fPIC", "-O2")  # compiled anew, or more of it
    interpose("physics.o", ["kuo"], "done.o")
    interpose("physics.o", ["neighbour", "kuo"], "done.o")


def test_output_that_interpose_did_not_write(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    other = compiled(MAIN, name="main")
    before = other.read_bytes()
    with pytest.raises(ArgumentError, match="one that interpose wrote, found another object"):
        interpose("physics.o", ["kuo"], other)
    with pytest.raises(ArgumentError, match="expected an object or archive"):
        interpose("physics.o", ["kuo"], "physics.f90")
    assert other.read_bytes() == before

@pytest.mark.parametrize(
    "symbol, words",
    [
        ("kuoo", "unknown routine 'kuoo'; did you mean 'kuo_'?"),
        ("_gfortran_st_write", "a routine of another object, which is only called here"),
        ("state_", "found data"),
    ],
)
def test_symbols_that_are_no_routine_of_the_object(compiled, symbol, words):
    text = LIBRARY.replace("  implicit none\n", "  implicit none\n  real :: y\n", 1)
    text = text.replace("  integer :: i\n", "  integer :: i\n  common /state/ y\n", 1)
    compiled(text, "-O0")
    assert words in refused("physics.o", [symbol], "weak.o")


def test_local_symbol(compiled):
    compiled(INTERNAL, "-O0", name="outer")
    (inner,) = [word for word in shell("nm", "outer.o").split() if word.startswith("inner")]
    for name in (inner, "inner", "INNER"):
        message = refused("outer.o", [name], "weak.o")
        assert f"{inner}: expected code that other objects can call, found one that is" in message
        assert "replace the procedure that contains it" in message


def test_object_that_was_done_already(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    interpose("physics.o", ["kuo"], "done.o")
    assert "found one that has it twice" in refused("done.o", ["kuo"], "weak.o")


def test_object_without_routines(compiled):
    compiled("module m\n  integer :: i = 3\nend module m\n", name="m")
    assert "found one without any" in refused("m.o", ["kuo"], "weak.o")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_truncated_object(compiled, tmp_path, part):
    content = compiled(LIBRARY, "-g", "-fPIC").read_bytes()
    (tmp_path / "cut.o").write_bytes(content[: int(part * len(content))])
    refused("cut.o", ["kuo"], "weak.o")


def test_messages_name_few_of_many_routines(compiled):
    text = "".join(f"subroutine s{i}()\nend subroutine s{i}\n" for i in range(200))
    compiled(text, "-O0")
    assert len(refused("physics.o", ["s77x"], "weak.o")) < 300


def test_files_that_are_no_objects(compiled, tmp_path):
    compiled(LIBRARY, "-g", "-fPIC")
    compiled(MAIN, name="main")
    shell("gfortran", "main.o", "physics.o", "-o", "main")
    assert "found a program or shared library" in refused("main", ["kuo"], "weak.o")
    assert "expected an object or archive" in refused("physics.f90", ["kuo"], "weak.o")
    (tmp_path / "empty.a").write_bytes(b"!<arch>\n")
    assert "found an archive without any" in refused("empty.a", ["kuo"], "weak.o")
    (tmp_path / "code.bc").write_bytes(b"BC\xc0\xde1234")
    assert "compile with -fno-lto), found LLVM's" in refused("code.bc", ["kuo"], "weak.o")
    assert "expected a file, found none" in refused("none.o", ["kuo"], "weak.o")
    assert "expected a file, found none" in refused(".", ["kuo"], "weak.o")


@pytest.mark.parametrize("flags", [["-flto"], ["-flto", "-ffat-lto-objects"]])
def test_objects_of_link_time_optimisation(compiled, flags):
    compiled(LIBRARY, *flags)
    assert "compile with -fno-lto" in refused("physics.o", ["kuo"], "weak.o")


def test_members_that_are_not_there_or_twice(compiled):
    compiled(LIBRARY, "-g", "-fPIC")
    shell("ar", "rc", "libphysics.a", "physics.o")
    message = refused("libphysics.a(phisics.o)", ["kuo"], "weak.o")
    assert "unknown member 'phisics.o'; did you mean 'physics.o'?" in message
    assert "a member that defines 'rain'" in refused("libphysics.a", ["rain"], "weak.o")
    shell("ar", "qc", "libphysics.a", "physics.o")
    assert "one member of that name, found 2" in refused("libphysics.a", ["kuo"], "weak.o")


def test_output_that_is_the_source(compiled):
    source = compiled(LIBRARY, "-g", "-fPIC")
    before = source.read_bytes()
    with pytest.raises(ArgumentError, match="expected another file, found the same"):
        interpose("physics.o", ["kuo"], source)
    assert source.read_bytes() == before


def test_output_that_is_no_file_stays_what_it_is(compiled):
    """Who is root would replace a device."""
    compiled(LIBRARY, "-O0")
    os.mkfifo("weak.pipe")
    with pytest.raises(ArgumentError, match="weak.pipe: expected a regular file, found something"):
        interpose("physics.o", ["kuo"], "weak.pipe", partial=True)
    assert stat.S_ISFIFO(os.stat("weak.pipe").st_mode)


def test_without_binutils(compiled, monkeypatch):
    compiled(LIBRARY, "-g", "-fPIC")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PluginError, match="expected objdump of binutils .*, found no such program"):
        interpose("physics.o", ["kuo"], "weak.o")


@pytest.mark.parametrize("compiler, names", [
    ("gfortran", "'__rainmod_MOD_kuo' and '__snowmod_MOD_kuo'"),
    ("flang-22", "'_QMrainmodPkuo' and '_QMsnowmodPkuo'"),
])  # fmt: skip
def test_a_name_that_two_modules_have(compiled, compiler, names):
    both = MODULE + MODULE.replace("rainmod", "snowmod")
    compiled(both, "-O0", compiler=compiler)
    assert f"kuo: expected a name that one procedure has, found {names}" in refused()


def test_a_name_that_modules_of_two_members_have(compiled):
    for name in ("rainmod", "snowmod"):
        compiled(MODULE.replace("rainmod", name), "-O0", name=name)
    shell("ar", "rc", "libphysics.a", "rainmod.o", "snowmod.o")
    message = refused("libphysics.a")
    assert "one member that defines 'kuo', found 'rainmod.o' and 'snowmod.o'" in message
    interpose("libphysics.a(snowmod.o)", ["kuo"], "snow.o")
    assert "native_snowmod_kuo" in shell("nm", "snow.o")


def test_an_external_procedure_is_taken_before_one_of_a_module(compiled):
    compiled(LIBRARY + MODULE, "-g", "-fPIC")
    assert interpose("physics.o", ["kuo"], "mine.o").routines[0].module is None
