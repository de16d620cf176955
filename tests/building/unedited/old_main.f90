! SPDX-License-Identifier: BSD-3-Clause
!
!> A model that nobody edits: calls a routine of another file, directly and by a neighbour of it.
program old_main
  implicit none
  real :: t(4)
  common /state/ t
  external :: kuo, physics

  t = 250.0
  call kuo()
  call physics()
  print "(a, f7.2)", "temperature ", sum(t) / 4
end program old_main
