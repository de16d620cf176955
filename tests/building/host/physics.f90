! SPDX-License-Identifier: BSD-3-Clause
!
!> The call sites: what a model has to write to have its routines replaced.
module physics
  use hybrid, only: hybrid_call, hybrid_domain, hybrid_scheme
  use host_state, only: columns_of, dt, nblocks, ncolumns, nlev, nproma, q, rain, t
  implicit none
  private
  public :: start_physics, physics_step, end_physics

  type(hybrid_domain), save :: domain
  type(hybrid_scheme), save :: radiation_scheme, convection_scheme
  external :: radiation, convection

contains

  !> Ranks have the same number of columns, one behind the other.
  subroutine start_physics(rank, comm)
    integer, intent(in), optional :: rank, comm
    integer :: first, jc

    first = 1
    if (present(rank)) first = 1 + rank * ncolumns
    call domain%create("hybrid.toml", column=[(jc, jc = first, first + ncolumns - 1)], comm=comm)
    call radiation_scheme%create(domain, "radiation")
    call radiation_scheme%field("air_temperature", "K")
    call convection_scheme%create(domain, "convection")
    call convection_scheme%field("air_temperature", "K")
    call convection_scheme%field("specific_humidity", "kg kg-1")
    call convection_scheme%field("convective_rainfall_flux", "kg m-2 s-1")
  end subroutine start_physics

  subroutine physics_step(step)
    integer, intent(in) :: step
    integer :: jb

    call domain%step(step, dt=dt)
    do jb = 1, nblocks
      call radiate(columns_of(jb), jb)
      call convect(columns_of(jb), jb)
    end do
  end subroutine physics_step

  subroutine radiate(nc, jb)
    integer, intent(in) :: nc, jb
    type(hybrid_call) :: this

    call radiation_scheme%open(this, ncol=nc, first=(jb - 1) * nproma + 1)
    call this%put("air_temperature", t(1:nc, :, jb))
    call this%run()
    if (this%native_wanted()) call radiation(nc, nproma, nlev, dt, t(:, :, jb))
    call this%get("air_temperature", t(1:nc, :, jb))
    call this%close()
  end subroutine radiate

  subroutine convect(nc, jb)
    integer, intent(in) :: nc, jb
    type(hybrid_call) :: this

    call convection_scheme%open(this, ncol=nc, first=(jb - 1) * nproma + 1)
    call this%put("air_temperature", t(1:nc, :, jb))
    call this%put("specific_humidity", q(1:nc, :, jb))
    call this%run()
    if (this%native_wanted()) &
      call convection(nc, nproma, nlev, dt, t(:, :, jb), q(:, :, jb), rain(:, jb))
    call this%get("air_temperature", t(1:nc, :, jb))
    call this%get("specific_humidity", q(1:nc, :, jb))
    call this%get("convective_rainfall_flux", rain(1:nc, jb))
    call this%close()
  end subroutine convect

  subroutine end_physics()
    call radiation_scheme%destroy()
    call convection_scheme%destroy()
    call domain%destroy()
  end subroutine end_physics

end module physics
