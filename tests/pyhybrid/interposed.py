# SPDX-License-Identifier: BSD-3-Clause
"""Small Fortran programs, one of whose routines is replaced at link time."""

import os
import subprocess

import pytest
from click.testing import CliRunner

import pyhybrid
from pyhybrid.cli import main
from pyhybrid.errors import ArgumentError
from pyhybrid.interpose import interpose

REMEDY = ["-g", "-fPIC", "-fsemantic-interposition"]  # for gfortran, as messages say
LIBRARY = """\
subroutine kuo(x)
  implicit none
  real :: x(10)
  integer :: i
  do i = 1, 10
    x(i) = x(i) + 1
    if (x(i) < -1e30) print *, "cold", x(i)
  end do
  print "(a)", "native"
end subroutine kuo

subroutine neighbour(x)
  implicit none
  real :: x(10)
  external :: kuo
  call kuo(x)
  x = x * 2
end subroutine neighbour
"""
LAST = LIBRARY.replace("  call kuo(x)\n  x = x * 2\n", "  x = x * 2\n  call kuo(x)\n")
RECURSIVE = """\
recursive subroutine kuo(n)
  implicit none
  integer :: n
  if (n > 0) call kuo(n - 1)
  print *, n
end subroutine kuo
"""
MODULE = """\
module rainmod
contains
  subroutine kuo(x, n)
    integer :: n
    real :: x(n)
    x = x + 1
    print "(a)", "native"
  end subroutine kuo
end module rainmod
"""
MODULE_MAIN = """\
program main
  use rainmod, only: kuo
  real :: x(3)
  x = 0
  call kuo(x, 3)
  print "(a, f5.1)", "x", x(1)
end program main
"""
MAIN = """\
program main
  implicit none
  real :: x(10)
  external :: kuo, neighbour
  x = 0
  call kuo(x)
  call neighbour(x)
  print "(a, f5.1)", "x", x(1)
end program main
"""
GLUE = """\
subroutine kuo(x)
  implicit none
  real :: x(10)
  external :: native_kuo
  print "(a)", "glue"
  call native_kuo(x)
end subroutine kuo
"""
COPIED = """\
subroutine kuo(n, x)
  implicit none
  integer, intent(in) :: n
  integer :: i
  real :: x(100)
  do i = 1, 100
    select case (n)
    case (1)
      x(i) = x(i) + sin(x(i))
    case default
      x(i) = x(i) + cos(x(i))
      print *, x(i), x(i) / n
    end select
  end do
end subroutine kuo

subroutine neighbour(x)
  implicit none
  real :: x(100)
  integer :: i
  external :: kuo
  do i = 1, 1000
    call kuo(1, x)
    x = x * 2
  end do
end subroutine neighbour
"""
INTERNAL = """\
subroutine outer(x)
  implicit none
  real :: x
  call inner()
  call inner()
contains
  subroutine inner()
    print *, x
  end subroutine inner
end subroutine outer
"""


def shell(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done.stdout


def linked(*objects, compiler="gfortran"):
    """The lines that a program of these objects, the glue and the main program prints."""
    with open("glue.f90", "w") as file:
        file.write(GLUE)
    with open("main.f90", "w") as file:
        file.write(MAIN)
    shell(compiler, "-O2", "main.f90", "glue.f90", *objects, "-o", "main")
    return shell("./main").split()


def refused(source="physics.o", symbols=("kuo",), output="weak.o"):
    """The message; nothing is written."""
    with pytest.raises(ArgumentError) as caught:
        interpose(source, symbols, output)
    assert not os.path.lexists("weak.o")
    return caught.value.message


def compile_face():
    shell("gfortran", "-w", "-c", pyhybrid.fortran_source(), "-o", "hybrid.o")


def library_flags():
    folder = pyhybrid.library_dir()
    return f"-L{folder}", "-lhybrid", f"-Wl,-rpath,{folder}"


def command(*arguments):
    return CliRunner().invoke(main, ["interpose", *map(str, arguments)])
