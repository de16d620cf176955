! SPDX-License-Identifier: BSD-3-Clause
!
!> A day of the model; prints its mean temperature and rain.
program model
  use host_state, only: columns_of, nblocks, nlev, rain, start_state, t
  use physics, only: end_physics, physics_step, start_physics
  implicit none
  integer :: step, jb

  call start_state()
  call start_physics()
  do step = 1, 12
    call physics_step(step)
  end do
  call end_physics()
  print "(a, f9.4, a, es11.4)", "temperature", &
    sum([(sum(t(1:columns_of(jb), :, jb)), jb = 1, nblocks)]) / (100 * nlev), "  rain", &
    sum([(sum(rain(1:columns_of(jb), jb)), jb = 1, nblocks)]) / 100
end program model
