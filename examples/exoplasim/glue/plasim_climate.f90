! SPDX-License-Identifier: BSD-3-Clause
!
!> What the demo compares runs by: means over the run, by latitude, of temperature, humidity,
!! outgoing long wave and rain; and the one step of noise that makes the members of an ensemble.
module plasim_climate
  use, intrinsic :: iso_fortran_env, only: int64, real64
  use pumamod, only: NHOR, NLON, NLPP, NLEV, nkits, nhcstp, mypid
  implicit none
  private

  public :: begin_climate_step, add_climate_step, write_climate

  integer :: steps = 0, rain_steps = 0
  real(real64) :: temperature(NLPP, NLEV) = 0, humidity(NLPP, NLEV) = 0
  real(real64) :: outgoing(NLPP) = 0, rain(NLPP) = 0
  real(real64) :: lowest_humidity = huge(1.0_real64)

contains

  !> At the head of a step: the rain of the step before, which is complete only now.
  subroutine begin_climate_step()
    use pumamod, only: dprc, dprl, dq
    if (nkits /= 0) return
    if (nhcstp > 1) then
      call add_zonal_mean(real(dprc + dprl, real64), rain)
      rain_steps = rain_steps + 1
    end if
    if (nhcstp == 1) call add_noise()
    lowest_humidity = min(lowest_humidity, real(minval(dq(:, 1:NLEV)), real64))
  end subroutine begin_climate_step

  !> After the last scheme of a step.
  subroutine add_climate_step()
    use pumamod, only: dt, dq, dftu
    integer :: jlev
    if (nkits /= 0) return
    do jlev = 1, NLEV
      call add_zonal_mean(real(dt(:, jlev), real64), temperature(:, jlev))
      call add_zonal_mean(real(dq(:, jlev), real64), humidity(:, jlev))
    end do
    call add_zonal_mean(real(-dftu(:, 1), real64), outgoing)
    steps = steps + 1
  end subroutine add_climate_step

  !> One text file a rank: counts, then a line a latitude with its sine, its Gaussian weight,
  !! outgoing long wave [W m-2], rain [m s-1], temperature [K] and humidity [1] of each level.
  subroutine write_climate()
    use pumamod, only: gwd, sid
    character(len=32) :: path
    integer :: unit, jlat
    write (path, '("climate.",i0,".txt")') mypid
    open (newunit=unit, file=path, action="write", status="replace")
    write (unit, *) NLPP, NLEV, steps, lowest_humidity
    do jlat = 1, NLPP
      write (unit, '(*(es25.16e3))') sid(jlat), gwd(jlat), outgoing(jlat)/max(1, steps), &
        rain(jlat)/max(1, rain_steps), temperature(jlat, :)/max(1, steps), &
        humidity(jlat, :)/max(1, steps)
    end do
    close (unit)
  end subroutine write_climate

  subroutine add_zonal_mean(field, sums)
    real(real64), intent(in) :: field(NLON, NLPP)
    real(real64), intent(inout) :: sums(NLPP)
    sums = sums + sum(field, dim=1)/NLON
  end subroutine add_zonal_mean

  !> Adds noise of +-1 K to one step's temperature where the file noise_namelist gives a seed.
  !! Drawn by global column, so that it does not depend on the ranks.
  subroutine add_noise()
    use pumamod, only: dtdt, deltsec2
    integer :: unit, seed, jhor, jlev, stat
    namelist /noise_nl/ seed
    seed = 0
    open (newunit=unit, file="noise_namelist", action="read", status="old", iostat=stat)
    if (stat /= 0) return
    read (unit, nml=noise_nl)
    close (unit)
    if (seed == 0) return
    do jlev = 1, NLEV
      do jhor = 1, NHOR
        dtdt(jhor, jlev) = dtdt(jhor, jlev) + uniform(seed, jlev, mypid*NHOR + jhor)/deltsec2
      end do
    end do
  end subroutine add_noise

  !> A number from -1 to 1 that three integers decide: a few rounds of a congruential generator.
  pure real function uniform(seed, level, column)
    integer, intent(in) :: seed, level, column
    integer(int64), parameter :: modulus = 2147483648_int64
    integer(int64) :: x
    integer :: round
    x = seed*7919_int64 + level*104729_int64 + column*1299709_int64
    x = ieor(x, ishft(x, -13))
    do round = 1, 4
      x = mod(mod(x, modulus)*1103515245_int64 + 12345_int64, modulus)
    end do
    uniform = real(2*real(x, real64)/modulus - 1)
  end function uniform

end module plasim_climate
