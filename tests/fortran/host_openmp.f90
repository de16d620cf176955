! SPDX-License-Identifier: BSD-3-Clause
!> Many threads, each with its private hybrid_call, which OpenMP neither initialises nor finalises.
!> With the path of emulator.py as argument they emulate.
program host_openmp
  use, intrinsic :: iso_fortran_env, only: real64
  use check, only: expect, finish
  use host_model, only: advance, expect_emulated, expect_native, model, start
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  implicit none

  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: scheme
  type(model) :: host
  character(len=1000) :: emulator

  call get_command_argument(1, emulator)
  if (emulator == "") then
    call domain%create(text="", ncol=1000)
    call scheme%create(domain, "radiation")
    call one_loop(20)
    call two_loops()
  else
    call domain%create(text="scheme.radiation = {mode = 'emulate', emulator = '" // &
                       trim(emulator) // "'}", ncol=1000)
    call scheme%create(domain, "radiation")
    call one_loop(3)
  end if
  call finish()

contains

  !> In the parallel loop of host_model.
  subroutine one_loop(steps)
    integer, intent(in) :: steps
    integer :: i
    do i = 1, steps
      call start(host, ncol=1000, nproma=7)
      call advance(host, scheme)
      if (emulator == "") call expect_native(host, "threads")
      if (emulator /= "") call expect_emulated(host, "threads that emulate")
      call domain%step(i, dt=1._real64)
    end do
  end subroutine one_loop

  !> All blocks opened in one parallel loop and closed in another, by whatever thread.
  subroutine two_loops()
    type(hybrid_call) :: calls(100)
    integer :: jb, wanted
    wanted = 0
    !$omp parallel do schedule(dynamic, 1)
    do jb = 1, size(calls)
      call scheme%open(calls(jb), ncol=10, first=10 * jb - 9)
      call calls(jb)%put("t", real(jb, real64))
      call calls(jb)%run()
    end do
    !$omp parallel do schedule(dynamic, 1) reduction(+:wanted)
    do jb = size(calls), 1, -1
      if (calls(jb)%native_wanted()) wanted = wanted + 1
      call calls(jb)%close()
    end do
    call expect(wanted == size(calls), "two loops")
    call domain%step(21, dt=1._real64)
  end subroutine two_loops

end program host_openmp
