! SPDX-License-Identifier: BSD-3-Clause
!> The call site: the small scales' effect on X through the library. The fields' names and units are
!! here and nowhere else.
module host_subgrid
  use, intrinsic :: iso_fortran_env, only: dp => real64
  use hybrid, only: hybrid_domain, hybrid_scheme, hybrid_call, hybrid_error_backend, hybrid_ok
  use lorenz_equations, only: nlarge
  use host_ranks, only: communicator
  use host_settings, only: mtu, settings_type
  use host_small_scales, only: leave_small_scales, step_small_scales
  use host_state
  implicit none
  private
  public :: create_subgrid, open_subgrid_step, subgrid, flush_subgrid, load_subgrid, save_subgrid, &
    destroy_subgrid

  character(len=*), parameter :: scheme_name = "subgrid"
  character(len=*), parameter :: large_scale = "large_scale_variable", &
    hour_angle = "cosine_of_hour_angle", &
    effect_of_small = "tendency_of_large_scale_variable_due_to_small_scales"

  real(dp), parameter :: pi = acos(-1.0_dp), day = 86400, earth = 5.1e14_dp
  type(hybrid_domain), save :: ensemble
  type(hybrid_scheme), save :: scheme
  real(dp) :: angle(nlarge)   !< of the sun at the large scales in this step [1]: its cosine

contains

  !> A member is a circle of latitude, its large scales are places on it.
  subroutine create_subgrid(configuration, all_members, errmsg)
    character(len=*), intent(in) :: configuration
    integer, intent(in) :: all_members
    character(len=*), intent(inout) :: errmsg
    integer :: i, stat
    integer :: column(ncol)
    real(dp) :: lat(ncol), lon(ncol), area(ncol)
    column = [((first_member - 1)*nlarge + i, i=1, ncol)]
    lon = modulo(column - 1, nlarge)*360.0_dp/nlarge
    lat = asin((2*((column - 1)/nlarge) + 1)/real(all_members, dp) - 1)*180/pi
    area = earth/(all_members*nlarge)
    call ensemble%create(configuration, column=column, lat=lat, lon=lon, area=area, &
      comm=communicator, stat=stat, errmsg=errmsg)
    if (stat == 0) call scheme%create(ensemble, scheme_name, stat=stat, errmsg=errmsg)
    if (stat == 0) call scheme%field(large_scale, "1", stat=stat, errmsg=errmsg)
    if (stat == 0) call scheme%field(hour_angle, "1", stat=stat, errmsg=errmsg)
    if (stat == 0) call scheme%field(effect_of_small, "s-1", role="tendency", stat=stat, &
      errmsg=errmsg)
  end subroutine create_subgrid

  !> In a calendar of twelve months of thirty days.
  subroutine open_subgrid_step(step, time_step, errmsg)
    integer, intent(in) :: step
    real(dp), intent(in) :: time_step   !< [MTU]
    character(len=*), intent(inout) :: errmsg
    character(len=24) :: date
    real(dp) :: time, seconds
    integer :: k, days, stat
    time = anint((step - 1)*time_step*mtu*1000)/1000   ! a product just below midnight is midnight
    days = int(time/day)
    seconds = time - days*day
    angle = [(cos(2*pi*(seconds/day + real(k - 1, dp)/nlarge)), k=1, nlarge)]
    write (date, '(i0.4,"-",i2.2,"-",i2.2,"T",i2.2,":",i2.2,":",i2.2)') 2001 + days/360, &
      modulo(days/30, 12) + 1, modulo(days, 30) + 1, int(seconds/3600), &
      modulo(int(seconds/60), 60), modulo(int(seconds), 60)
    call ensemble%step(step, trim(date), time_step*mtu, stat=stat, errmsg=errmsg)
  end subroutine open_subgrid_step

  !> The small scales' effect in one block. They are kept in step where the run asks for that, whether
  !! or not the library wants what they give.
  subroutine subgrid(settings, step, jb, errmsg)
    type(settings_type), intent(in) :: settings
    integer, intent(in) :: step, jb
    character(len=*), intent(inout) :: errmsg
    type(hybrid_call) :: this
    real(dp), dimension(ncols(jb)) :: large, sun, effect, native
    integer :: first, nc, stat
    logical :: wanted
    first = block_start(jb)
    nc = ncols(jb)
    call gather(first, nc, large, sun)
    effect = 0
    call scheme%open(this, ncol=nc, first=first, stat=stat, errmsg=errmsg)
    if (stat == 0) call this%put(large_scale, large, stat=stat, errmsg=errmsg)
    if (stat == 0) call this%put(hour_angle, sun, stat=stat, errmsg=errmsg)
    if (stat == 0) call this%run(stat=stat, errmsg=errmsg)
    call forgive_emulator(stat, errmsg)
    if (stat /= 0) return
    wanted = this%native_wanted(stat=stat, errmsg=errmsg)
    call forgive_emulator(stat, errmsg)
    if (wanted .or. settings%keep_small_scales) then
      call step_small_scales(settings, step, first, nc, native, errmsg)
      if (wanted) effect = native
    else
      call leave_small_scales(first, nc)
    end if
    if (errmsg /= "") return
    if (stat == 0) call this%get(effect_of_small, effect, stat=stat, errmsg=errmsg)
    if (stat == 0) call this%close(stat=stat, errmsg=errmsg)
    u(first:first + nc - 1) = effect
  end subroutine subgrid

  !> What the scheme reads, by column.
  subroutine gather(first, nc, large, sun)
    integer, intent(in) :: first, nc
    real(dp), intent(out) :: large(nc), sun(nc)
    integer :: i, member, k
    do i = 1, nc
      member = (first + i - 2)/nlarge + 1
      k = modulo(first + i - 2, nlarge) + 1
      large(i) = x(member, k)
      sun(i) = angle(k)
    end do
  end subroutine gather

  !> Where an emulator failed, native_wanted is true and the small scales do its work. All else is a
  !! mistake of this call site or of the emulator's card.
  subroutine forgive_emulator(stat, errmsg)
    integer, intent(inout) :: stat
    character(len=*), intent(inout) :: errmsg
    if (stat /= hybrid_error_backend) return
    stat = hybrid_ok
    errmsg = ""
  end subroutine forgive_emulator

  !> Waits until the library has written what it recorded: NetCDF serves one thread at a time, and
  !! the model is about to use it.
  subroutine flush_subgrid(errmsg)
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call ensemble%flush(stat=stat, errmsg=errmsg)
  end subroutine flush_subgrid

  !> What the library knew at the end of another run: noise with a memory, what hooks have learned.
  subroutine load_subgrid(path, errmsg)
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call ensemble%load(path, stat=stat, errmsg=errmsg)
  end subroutine load_subgrid

  subroutine save_subgrid(path, errmsg)
    character(len=*), intent(in) :: path
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call ensemble%save(path, stat=stat, errmsg=errmsg)
  end subroutine save_subgrid

  subroutine destroy_subgrid(errmsg)
    character(len=*), intent(inout) :: errmsg
    integer :: stat
    call scheme%destroy(stat=stat, errmsg=errmsg)
    if (stat == 0) call ensemble%destroy(stat=stat, errmsg=errmsg)
  end subroutine destroy_subgrid

end module host_subgrid
