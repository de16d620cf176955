! SPDX-License-Identifier: BSD-3-Clause
!> Without stat a failure ends the program: this one has to fail.
program test_m7_stop
  use m7_states, only: block, create_block, run_block
  implicit none
  type(block) :: b
  call create_block(1, 1, 1, b)
  b%dt = -1
  call run_block(b)
end program test_m7_stop
