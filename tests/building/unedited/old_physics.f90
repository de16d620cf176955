! SPDX-License-Identifier: BSD-3-Clause
subroutine kuo()
  implicit none
  real :: t(4)
  common /state/ t

  t = t + 1.0
  if (maxval(t) > 1000.0) print *, "too warm", t
end subroutine kuo

subroutine physics()
  implicit none
  external :: kuo

  call kuo()
  call kuo()
end subroutine physics
