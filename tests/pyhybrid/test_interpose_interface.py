# SPDX-License-Identifier: BSD-3-Clause
"""What debugging information tells of a routine: functions are refused, arguments have names."""

import json
import os
import shutil

import pytest
from interposed import command, library_flags, shell

import pyhybrid

COMPILERS = pytest.mark.parametrize("compiler", ["gfortran", "flang-22"])
FUNCTIONS = """\
module levels
  type many
    real :: x(10)
  end type many
contains
  real function of_module(x)
    real :: x
    of_module = 3*x
  end function of_module

  type(many) function of_type(x)
    real :: x
    of_type%x = x
  end function of_type

  function of_array(x)
    real :: x, of_array(3)
    of_array = x
  end function of_array
end module levels

integer function whole(x)
  real :: x
  whole = int(x) + 40
end function whole

complex function pair(x)
  real :: x
  pair = x
end function pair

character(len=8) function text(x)
  real :: x
  text = "a"
  if (x > 0) text = "b"
end function text

subroutine alternate(x, *)
  real :: x
  if (x > 0) return 1
end subroutine alternate
"""
NAMES = "of_module", "of_type", "of_array", "whole", "pair", "text", "alternate"


@COMPILERS
@pytest.mark.parametrize("flag", ["-O0", "-O2"])
def test_functions_are_refused(compiled, compiler, flag):
    """A subroutine in their place gives no result; one with alternate returns has one."""
    compiled(FUNCTIONS, "-g", flag, compiler=compiler)
    for name in NAMES:
        result = command("physics.o", name, "--arguments", "x")
        assert result.exit_code == 1, name
        assert "expected a subroutine, found a function" in result.stderr
        assert not os.path.lexists("interposed")


def test_functions_of_c_are_refused(tmp_path, monkeypatch):
    if not shutil.which("gcc"):
        pytest.skip("no gcc")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "physics.c").write_text(
        "float kuo_(float *x) { return *x; }\nvoid rain_(float *x, float *_) { *x = *_; }\n"
    )
    shell("gcc", "-g", "-O2", "-c", "physics.c")
    result = command("physics.o", "kuo")
    assert "kuo_: expected a subroutine, found a function" in result.stderr
    assert command("physics.o", "rain").exit_code == 0
    assert "subroutine rain(x, argument_2)\n" in (tmp_path / "interposed/rain_glue.f90").read_text()


MAIN = """\
program main
  integer, external :: whole
  print "(i0)", whole(2.0)
end program main
"""
GLUE = """\
integer function whole(x)
  real :: x
  integer, external :: native_whole
  whole = native_whole(x) + 100
end function whole
"""


@COMPILERS
def test_a_function_may_have_glue_of_ones_own(compiled, compiler, tmp_path):
    """If that is a function; a skeleton of before is none."""
    compiled(FUNCTIONS, "-g", compiler=compiler)
    glue = tmp_path / "interposed/whole_glue.f90"
    glue.parent.mkdir()
    glue.write_text("! mine\nsubroutine whole(x)\nend subroutine whole\n")
    result = command("physics.o", "whole")
    assert "expected a function, as whole_ is, found a subroutine" in result.stderr
    glue.write_text(GLUE)
    assert command("physics.o", "whole").exit_code == 0
    (tmp_path / "main.f90").write_text(MAIN)
    shell(compiler, "main.f90", glue, "interposed/physics.o", "-o", "main")
    assert shell("./main").split() == ["142"]


PHYSICS = """\
module rainmod
contains
  subroutine kuo(ncol, t, q, wet)
    integer, intent(in) :: ncol
    real, intent(inout) :: t(ncol)
    real, optional, intent(in) :: q(:)
    logical, intent(in) :: wet
    if (wet .and. present(q)) t = t + q
    if (.not. present(q)) t = 10*t
  end subroutine kuo

  subroutine named(x, label)
    real :: x
    character(len=*) :: label
    x = len(label)
  end subroutine named
end module rainmod

subroutine scaled(this, a_long_name_of_an_argument, another_long_name_of_an_argument, &
    one_more_long_name_of_an_argument, factor)
  real :: this(3), factor
  integer :: a_long_name_of_an_argument, another_long_name_of_an_argument
  integer :: one_more_long_name_of_an_argument
  this = this*factor + a_long_name_of_an_argument + another_long_name_of_an_argument &
    + one_more_long_name_of_an_argument
end subroutine scaled

subroutine labelled(words, x, label)
  character(len=*) :: words(*), label
  real :: x
  x = x + len(label) + len(words)
end subroutine labelled
"""
CALLS = """\
program main
  use rainmod, only: kuo
  implicit none
  real :: t(3), both(3, 3)
  t = 1
  both = 5
  call kuo(3, t, both(1, :), .true.)
  call kuo(3, t, wet=.true.)
  call scaled(t, 1, 2, 3, 0.5)
  {more}print "(f5.1)", t(1)
end program main
"""


@pytest.mark.parametrize("compiler, more, expected",
                         [("gfortran", 'call labelled(["abc", "def"], t(1), "ab")', "41.0"),
                          ("flang-22", "", "36.0")])  # fmt: skip
@pytest.mark.parametrize("flag", ["-O0", "-O2"])
def test_skeletons_pass_the_arguments_on(compiled, compiler, more, expected, flag, tmp_path):
    """By the names that the object tells, even if the glue has such itself; with their lengths."""
    compiled(PHYSICS, "-g", "-fPIC", flag, compiler=compiler)
    routines = ["kuo", "scaled", *(["labelled"] if more else [])]
    result = command("physics.o", *routines)
    assert result.exit_code == 0, result.output
    assert ("NOT known: arguments may be missing" in result.stdout) == (compiler != "gfortran")
    (tmp_path / "main.f90").write_text(CALLS.format(more=f"{more}\n  "))
    (tmp_path / "hybrid.toml").write_text("")
    glue = sorted((tmp_path / "interposed").glob("*_glue.f90"))
    assert len(glue) == len(routines)
    sources = (pyhybrid.fortran_source(), *glue, "main.f90", "interposed/physics.o")
    shell(compiler, "-w", *sources, "-o", "main", *library_flags())
    assert shell("./main").split() == [expected]


def test_arguments_that_a_skeleton_cannot_pass_on(compiled):
    compiled(PHYSICS, "-g", "-fPIC")
    result = command("physics.o", "named")
    assert "expected a routine without characters, where it is of a module" in result.stderr
    result = command("physics.o", "kuo", "--arguments", "n, t")
    assert "expected names of 4 arguments (ncol, t, q, wet), found n, t" in result.stderr
    assert not os.path.lexists("interposed")


@pytest.mark.parametrize("flags", [[], ["-g1"]])
def test_what_the_object_does_not_tell_is_said(compiled, flags, tmp_path):
    compiled(PHYSICS, "-O0", *flags)
    for number, arguments in enumerate([[], ["--arguments", "n, t, q, wet"]]):
        result = command("physics.o", "kuo", "--output", number, *arguments)
        taken = "of these arguments" if arguments else "without arguments"
        told = f"it is taken for a subroutine {taken}: no debugging information (-g) tells"
        assert result.exit_code == 0 and f"NOT known: {told}" in result.stdout
        glue = (tmp_path / str(number) / "rainmod_kuo_glue.f90").read_text()
        assert f"!! I{told[1:]}." in glue


def test_the_interface_as_json(compiled):
    compiled(PHYSICS, "-g", "-fPIC")
    result = command("physics.o", "labelled", "--json", "-")
    interface = json.loads(result.stdout)["routines"][0]["interface"]
    assert interface["complete"] and not interface["function"]
    found = [(one["name"], one["character"], one["array"]) for one in interface["arguments"]]
    assert found == [("words", True, True), ("x", False, False), ("label", True, False)]
