# SPDX-License-Identifier: BSD-3-Clause
"""Glue of a routine that threads call for their blocks, and of one that begins a step."""

import numpy as np
from interposed import command, library_flags, shell

import pyhybrid

MODEL = """\
module state
  implicit none
  integer, parameter :: nproma = 4, nlev = 3, nblocks = 6
  real, target :: t(nlev, nproma, nblocks)
end module state
"""
PHYSICS = """\
subroutine begin_step(istep)
  use state, only: t
  integer, intent(in) :: istep
  integer :: i
  if (istep == 1) t = reshape([(real(i), i = 1, size(t))], shape(t))
end subroutine begin_step

subroutine kuo(t)
  use state, only: nlev, nproma
  real, intent(inout) :: t(nlev, nproma)
  t = 2*t
end subroutine kuo
"""
MAIN = """\
program main
  use state, only: nblocks, t
  implicit none
  external :: begin_step, kuo
  integer :: istep, block
  do istep = 1, 2
    call begin_step(istep)
    !$omp parallel do schedule(dynamic)
    do block = nblocks, 1, -1
      call kuo(t(:, :, block))
    end do
  end do
  print "(f8.1)", sum(t)
end program main
"""
SET_UP = {
    "integer, parameter, public :: columns = 1, ncol = columns":
        "integer, parameter, public :: columns = nproma*nblocks, ncol = nproma",
    "  implicit none\n  private\n":
        "  use state, only: nblocks, nproma\n  implicit none\n  private\n",
    "    ! call scheme%field(":
        '    call scheme%field("temperature", "K", dims="level column")\n    ! call scheme%field(',
}  # fmt: skip
BLOCK = {
    "real :: t(*)": "real, target :: t(nlev, nproma)",
    "  ! FILL IN: the model's modules":
        "  use state, only: all_t => t, nlev, nproma\n"
        "  use, intrinsic :: iso_c_binding, only: c_intptr_t, c_loc\n  ! The model's modules",
    "  call set_up()":
        "  integer :: first\n  first = int(address(t(1, 1)) - address(all_t(1, 1, 1)))\n"
        "  first = 1 + first/(nlev*storage_size(t)/8)",
    ", first=1)": ", first=first)",
    "  ! call this%put": '  call this%put("temperature", t)\n  ! call this%put',
    "  ! call this%get": '  call this%get("temperature", t)\n  ! call this%get',
    "  call this%close()\n": """  call this%close()
contains
  integer(c_intptr_t) function address(x)
    real, target, intent(in) :: x
    address = transfer(c_loc(x), 0_c_intptr_t)
  end function address
""",
}  # fmt: skip
STEP = """\
subroutine begin_step(istep)
  use kuo_interposed, only: domain, set_up
  implicit none
  integer, intent(in) :: istep
  external :: native_begin_step
  call set_up()
  call domain%step(istep, dt=60.0)
  call native_begin_step(istep)
end subroutine begin_step
"""


def changed(text, changes):
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_blocks_of_threads_are_known_by_their_address(
    compiled, tmp_path, monkeypatch, netcdf_plugin
):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    compiled(MODEL, "-fPIC", name="state")
    compiled(PHYSICS, "-g", "-O2", "-fPIC")
    result = command("physics.o", "kuo", "begin_step", "--arguments", "t")
    assert result.exit_code == 0, result.output
    glue = tmp_path / "interposed/kuo_glue.f90"
    glue.write_text(changed(glue.read_text(), SET_UP | BLOCK))
    (tmp_path / "step.f90").write_text(STEP)
    (tmp_path / "main.f90").write_text(MAIN)
    (tmp_path / "hybrid.toml").write_text(
        '[scheme.kuo]\nmode = "record"\n[scheme.kuo.record]\npath = "kuo.nc"\n'
    )
    sources = (pyhybrid.fortran_source(), glue, "step.f90", "main.f90")
    shell("gfortran", "-w", "-fopenmp", *sources, "state.o", "interposed/physics.o",
          "-o", "main", *library_flags())  # fmt: skip
    assert shell("./main").split() == [f"{4 * sum(range(1, 73)):.1f}"]
    with pyhybrid.open_recording(tmp_path / "kuo.nc") as recording:
        order = np.lexsort((recording["column"], recording["step"]))
        found = recording["input"]["temperature"].values[order]
    first = np.arange(1.0, 73).reshape(24, 3)
    np.testing.assert_array_equal(found, np.concatenate([first, 2 * first]))
