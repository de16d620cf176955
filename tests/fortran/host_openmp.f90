! SPDX-License-Identifier: BSD-3-Clause
!> Many threads, each with its private hybrid_call, which OpenMP neither initialises nor finalises.
program host_openmp
  use, intrinsic :: iso_fortran_env, only: real64
  use check, only: expect, finish
  use host_model, only: advance, expect_native, model, start
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  implicit none

  type(hybrid_domain) :: domain
  type(hybrid_scheme) :: scheme
  type(model) :: host
  integer :: i

  call domain%create(text="", ncol=1000)
  call scheme%create(domain, "radiation")
  do i = 1, 20
    call start(host, ncol=1000, nproma=7)
    call advance(host, scheme)
    call expect_native(host, "threads")
    call domain%step(i, dt=1._real64)
  end do
  call two_loops()
  call finish()

contains

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
