# SPDX-License-Identifier: BSD-3-Clause
"""Calls in the routine's own file, where GCC relies on what the native code leaves alone."""

import platform
import subprocess

import pytest
from interposed import REMEDY, refused, shell

from pyhybrid.interpose import interpose

NATIVE = """\
subroutine kuo(x)
  implicit none
  real :: x
  x = x + 1
end subroutine kuo

"""
CALLER = """\
subroutine neighbour(x)
  use state
  implicit none
  real :: x(10), total
  integer :: i
  external :: kuo
{body}
end subroutine neighbour
"""
GLUE = """\
subroutine kuo(x)
  use state
  implicit none
  real :: x, y(8)
  external :: native_kuo, look
{body}
  call native_kuo(x)
end subroutine kuo
"""
STATE = """\
module state
  integer :: n = 0
end module state
"""
MAIN = """\
program main
  use state
  implicit none
  real :: x(10)
  external :: neighbour
  x = 1
  call neighbour(x)
  write (*, "(f0.1, 1x, i0)") x(1), n
end program main
subroutine look(y)
  real :: y(8)
  if (y(1) < 0) print *, y
end subroutine look
"""
SUM = """\
  total = 0
  do i = 1, 10
    call kuo(x(i))
    total = total + x(i)
  end do
  x(1) = total"""
COPY = """\
  total = x(1)
  call kuo(total)
  x(1) = total"""
COUNT = """\
  n = int(x(1)) + 4
  call kuo(x(1))
  n = n * 2"""
# What the caller keeps in a register or how it aligns the stack is the machine's.
intel = pytest.mark.skipif(platform.machine() != "x86_64", reason="machine code of x86-64")


@pytest.mark.parametrize(
    "flags, caller, glue, right",
    [
        pytest.param("-O2 -fno-inline", SUM, '  write (*, "(a)", advance="no") ""', "20.0 0",
                     marks=intel, id="registers"),
        pytest.param("-O0", COPY, "  y = 1\n  call look(y)", "2.0 0", marks=intel, id="stack"),
        pytest.param("-O2 -fno-inline", COUNT, "  if (n /= 5) x = -1", "2.0 10", id="memory"),
    ],
)  # fmt: skip
def test_caller_that_relies_on_native_code(compiled, flags, caller, glue, right):
    """It is really wrong, in different ways; compiled as the message says, it is right."""
    compiled(STATE, name="state")
    source = NATIVE + CALLER.format(body=caller)
    compiled(source, *flags.split())
    message = refused()
    assert "1 in neighbour_, which may rely on registers" in message
    assert f"compile with {' '.join(REMEDY)}" in message
    interpose("physics.o", ["kuo"], "weak.o", partial=True)
    assert run_with(compiled, GLUE.format(body=glue)) != right
    for level in ("-O0", "-O1", "-O3", "-Ofast"):
        compiled(source, level, *REMEDY)
        interpose("physics.o", ["kuo"], "weak.o")
        assert run_with(compiled, GLUE.format(body=glue)) == right


def run_with(compiled, glue):
    compiled(MAIN, name="main")
    compiled(glue, "-O2", name="glue")
    shell("gfortran", "main.o", "glue.o", "state.o", "weak.o", "-o", "main")
    return subprocess.run(["./main"], capture_output=True, text=True).stdout.strip()
