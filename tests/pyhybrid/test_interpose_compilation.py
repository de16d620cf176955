# SPDX-License-Identifier: BSD-3-Clause
"""What an object tells of how it was compiled, and what it does not: then it is refused."""

import platform
import re
import shutil

import pytest
from interposed import LIBRARY, RECURSIVE, REMEDY, refused, shell

from pyhybrid.interpose import interpose


@pytest.mark.parametrize(
    "flags",
    [
        "-g -O0",
        "-g -Og -fno-inline",
        "-g -O2 -fno-inline",
        "-g -O2 -fPIE -fno-inline",
        "-g -O2 -fPIC -fPIE -fno-inline",
        "-g -O2 -fPIC -fno-pic -fno-inline",
        "-g -Ofast -fPIC -fno-inline",
        "-g -O2 -fPIC -fno-semantic-interposition -fno-inline",
        "-O2 -fPIC",
        "-O2 -fPIC -fno-ident",
        "-g -O2 -fPIC -gno-record-gcc-switches",
        "-g -O2 -fPIC -gsplit-dwarf",
    ],
)
def test_caller_of_whom_it_is_not_known(compiled, flags):
    compiled(LIBRARY, *flags.split())
    assert re.search("1 in neighbour_, which (may rely on|the assembler has resolved)", refused())


@pytest.mark.parametrize(
    "flags",
    [
        "-g -fPIE -fPIC",
        "-g -O2 -fpic",
        "-g -Ofast -fPIC -fno-semantic-interposition -fsemantic-interposition",
    ],
)
def test_the_last_of_several_options_counts(compiled, flags):
    compiled(LIBRARY, *flags.split())
    assert not interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.missed


def test_callers_of_another_routine_are_no_matter(compiled):
    """The neighbour, which calls, is called by none in its file."""
    compiled(LIBRARY, "-O2", "-g")
    assert not interpose("physics.o", ["neighbour"], "weak.o").routines[0].callers.missed


def test_calls_of_itself_are_no_matter(compiled):
    """GCC does not know a routine's code before it has compiled it."""
    compiled(RECURSIVE, "-O2", "-g", "-fno-inline", "-fno-optimize-sibling-calls")
    callers = interpose("physics.o", ["kuo"], "weak.o").routines[0].callers
    assert callers.recursive and not callers.missed


BOTH = """\
subroutine kuo(x)
  implicit none
  real :: x
  x = x + 1
end subroutine kuo

subroutine neighbour(x)
  implicit none
  real :: x
  external :: kuo, apply
  call kuo(x)
  call apply(kuo, x)
end subroutine neighbour
"""
APPLY = """\
subroutine apply(routine, x)
  implicit none
  real :: x
  external :: routine
  call routine(x)
end subroutine apply
"""


@pytest.mark.parametrize("compiler", ["gfortran", "flang-22"])
def test_one_call_is_inlined_and_one_is_not(compiled, compiler):
    """That one is caught tells nothing about the other."""
    compiled(BOTH, "-O2", compiler=compiler)
    assert "any that are inlined in neighbour_, of which an optimised object" in refused()
    compiled(BOTH, "-O2", "-g", compiler=compiler)
    assert "1 inlined in the same file" in refused()
    compiled(BOTH, *(["-g", "-O0"] if compiler == "flang-22" else REMEDY), compiler=compiler)
    assert interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.caught == {"neighbour_": 2}


FIRM = "-g -O2 -fPIC"


@pytest.mark.parametrize(
    "own, other, refuses",
    [(FIRM, FIRM, False), (FIRM, "-O2", False), (FIRM, "-g -O2", True), ("-O2 -fPIC", FIRM, True),
     (FIRM, "-g -O2 -fPIC -gsplit-dwarf", True)],
)
def test_object_of_several_compilations(compiled, own, other, refuses):
    """The worst of them counts; of which nothing is known, the one with the routine."""
    compiled(LIBRARY, *own.split(), name="one")
    compiled(APPLY, *other.split(), name="two")
    shell("ld", "-r", "one.o", "two.o", "-o", "physics.o")
    if refuses:
        assert "1 in neighbour_, which may rely on" in refused()
    else:
        interpose("physics.o", ["kuo"], "weak.o")


def test_line_numbers_alone_are_not_enough(compiled):
    """They do not tell which routine of the object was inlined."""
    compiled(BOTH, "-O2", "-g1", compiler="flang-22")
    assert "any that are inlined in neighbour_" in refused()


def test_inlined_call_of_a_function_in_c(c_object):
    c_object("void kuo(float *x) { ++*x; }\nvoid neighbour(float *x) { kuo(x); *x *= 2; }\n",
             "-O2", "-g")  # fmt: skip
    assert "1 inlined in the same file" in refused()


OPENMP = """\
subroutine other(x)
  implicit none
  real :: x(10), total
  integer :: i
  total = 0
  !$omp parallel do reduction(+:total)
  do i = 1, 10
    total = total + x(i)
  end do
  x(1) = total
end subroutine other
"""


@pytest.mark.parametrize("compiler", ["gfortran", "flang-22"])
def test_functions_that_the_compiler_made(compiled, compiler):
    """Debugging information need not tell of them: they know no routine's code."""
    flags = "-fopenmp", "-O2", "-g", "-fPIC"
    try:
        compiled(LIBRARY + OPENMP, *flags, compiler=compiler)
    except AssertionError as error:
        pytest.skip(f"{compiler} without OpenMP: {error}")
    assert interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.sees_inlining


@pytest.mark.parametrize("version", ["4", "5"])
def test_functions_in_several_pieces(c_object, version):
    c_object("#include <stdlib.h>\nvoid kuo(float *x) { if (*x < 0) abort(); ++*x; }\n"
             "void neighbour(float *x) { kuo(x); if (*x < 0) abort(); *x *= 2; }\n",
             *REMEDY, "-O2", f"-gdwarf-{version}")  # fmt: skip
    assert "neighbour.cold" in shell("nm", "physics.o")
    assert not interpose("physics.o", ["kuo"], "weak.o").routines[0].callers.missed


def test_routine_that_libraries_cannot_replace(c_object):
    """For a hidden one -fPIC promises nothing."""
    text = "void kuo(float *x) { ++*x; }\nvoid neighbour(float *x) { kuo(x); *x *= 2; }\n"
    c_object(text, "-g", "-fPIC", "-fvisibility=hidden")
    assert "-fPIC -fsemantic-interposition -fvisibility=default" in refused()
    c_object(text, *REMEDY, "-O2", "-fvisibility=hidden", "-fvisibility=default")
    interpose("physics.o", ["kuo"], "weak.o")


EQUAL = """\
subroutine first(x)
  implicit none
  real :: x(10)
  x = sin(x) + 1
end subroutine first
"""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")
def test_equal_routines_that_the_compiler_made_one(compiled):
    """There is no debugging information of the second one, although it was compiled with -g."""
    text = EQUAL + EQUAL.replace("first", "kuo")
    compiled(text, "-O2", "-g")
    assert "compile with -g (GCC: -g -fno-ipa-icf" in refused()
    compiled(text, "-O2", "-g", "-fno-ipa-icf")
    interpose("physics.o", ["kuo"], "weak.o")


ALIAS = """\
void kuo_(float *x) { x[0] = 1; }
void kuo2_(float *x) __attribute__((alias("kuo_")));
void neighbour_(float *x) { kuo2_(x); }
"""


def test_other_name_of_its_code(c_object):
    """Calls by that name go to the native code, whatever is linked."""
    c_object(ALIAS, *REMEDY)
    assert "those of kuo2_, another name of its code: replace it as well" in refused()
    assert interpose("physics.o", ["kuo"], "part.o", partial=True).routines[0].callers.missed
    c_object("".join(ALIAS.splitlines(True)[:2]), *REMEDY)  # and calls in other files
    assert "those of kuo2_, another name" in refused()
    interpose("physics.o", ["kuo", "kuo2"], "weak.o")


@pytest.fixture
def c_object(tmp_path, monkeypatch):
    """Compiles physics.o in a folder of its own, the current one."""
    monkeypatch.chdir(tmp_path)
    if not shutil.which("gcc"):
        pytest.skip("no gcc")

    def compile_c(text, *flags):
        (tmp_path / "physics.c").write_text(text)
        shell("gcc", *flags, "-c", "physics.c")

    return compile_c
