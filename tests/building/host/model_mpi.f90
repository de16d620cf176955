! SPDX-License-Identifier: BSD-3-Clause
!
!> A day of the model on several ranks; prints its mean temperature.
program model_mpi
  use mpi, only: mpi_comm_world, mpi_comm_rank, mpi_comm_size, mpi_double_precision, &
    mpi_finalize, mpi_init, mpi_sum
  use host_state, only: columns_of, dp, nblocks, nlev, start_state, t
  use physics, only: end_physics, physics_step, start_physics
  implicit none
  external :: mpi_reduce
  integer :: step, jb, rank, ranks, ierr
  real(dp) :: own, total

  call mpi_init(ierr)
  call mpi_comm_rank(mpi_comm_world, rank, ierr)
  call mpi_comm_size(mpi_comm_world, ranks, ierr)
  call start_state()
  call start_physics(rank, mpi_comm_world)
  do step = 1, 12
    call physics_step(step)
  end do
  call end_physics()
  own = sum([(sum(t(1:columns_of(jb), :, jb)), jb = 1, nblocks)]) / (100 * nlev)
  total = 0.0_dp
  call mpi_reduce(own, total, 1, mpi_double_precision, mpi_sum, 0, mpi_comm_world, ierr)
  if (rank == 0) print "(a, f9.4, a, i0)", "temperature", total / ranks, "  ranks ", ranks
  call mpi_finalize(ierr)
end program model_mpi
