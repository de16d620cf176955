! SPDX-License-Identifier: BSD-3-Clause
!> Blocks in threads have the bits of blocks one after the other.
program test_m7_threads
  use, intrinsic :: iso_fortran_env, only: int64
  use omp_lib, only: omp_get_max_threads, omp_set_num_threads
  use check, only: expect, finish
  use m7_states, only: block, create_block, run_block
  implicit none
  integer, parameter :: blocks = 40
  type(block) :: alone(blocks), together(blocks)
  integer :: n

  call random_seed(put=[(n, n = 1, 64)])
  do n = 1, blocks
    call create_block(50 + n, 100, 7, alone(n))
    together(n) = alone(n)
    call run_block(alone(n))
  end do
  call omp_set_num_threads(4)
  call expect(omp_get_max_threads() == 4, "four threads")
  !$omp parallel do schedule(dynamic)
  do n = 1, blocks
    call run_block(together(n))
  end do
  !$omp end parallel do
  do n = 1, blocks
    call expect(all(transfer(alone(n)%xt, [1_int64]) == transfer(together(n)%xt, [1_int64])), &
                "tracers")
    call expect(all(transfer(alone(n)%water, [1_int64]) == &
                    transfer(together(n)%water, [1_int64])), "water")
  end do
  call finish()

end program test_m7_threads
