! SPDX-License-Identifier: BSD-3-Clause
!> A small model: `./model DAYS` prints means of each day, to the last bit.
program model
  use, intrinsic :: iso_fortran_env, only: real64
  use state, only: nproma, nlev, nblocks, ncolumns, dt, t, q, ps, dtdt, olr, start
  use dynamics, only: begin_step, end_step
  implicit none
  integer :: step, jb, kfdia, days
  character(len=16) :: word

  call get_command_argument(1, word)
  read (word, *) days
  call start()
  do step = 1, days*48
    call begin_step(step)
    do jb = 1, nblocks
      kfdia = min(nproma, ncolumns - (jb - 1)*nproma)
      call radiation(1, kfdia, nproma, nlev, t(:, :, jb), q(:, :, jb), ps(:, jb), dtdt(:, :, jb), &
        olr(:, jb))
    end do
    call end_step()
    if (mod(step, 48) == 0) call tell(step/48)
  end do

contains

  !> With all digits: a changed bit shows.
  subroutine tell(day)
    integer, intent(in) :: day
    print "(a, i0, a, z16, a, f0.2, a, f0.2, a)", "day ", day, "  sum ", sum(t), "  mean ", &
      sum(t)/size(t), " K  ", sum(olr)/ncolumns, " W m-2"
  end subroutine tell

end program model
