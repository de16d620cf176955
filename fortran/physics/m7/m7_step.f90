! SPDX-License-Identifier: BSD-3-Clause
!> A time step of M7 in a tile of boxes, in the scheme's own units.
!!
!! Vignati, E., Wilson, J. and Stier, P. 2004: M7: An efficient size-resolved aerosol microphysics
!! module for large-scale aerosol transport models. J. Geophys. Res. 109, D22202,
!! https://doi.org/10.1029/2003JD004485. As coupled by Stier et al. 2005,
!! https://doi.org/10.5194/acp-5-1125-2005, and Zhang et al. 2012,
!! https://doi.org/10.5194/acp-12-8911-2012 (kappa-Koehler water; production and
!! condensation of H2SO4 solved together).
module m7_step
  use m7_kinds, only: tile, wp
  use m7_ageing, only: age
  use m7_coagulation, only: coagulate, coagulation_kernel, npair
  use m7_condensation, only: condensation_coefficient, condense
  use m7_merging, only: merge_modes
  use m7_nucleation, only: nucleate
  use m7_options, only: m7_options_type
  use m7_properties, only: dry_particles, soluble_particles
  use m7_tracers, only: ci, ki, nmass, nmode, ns, nsoluble
  implicit none
  private
  public :: m7_boxes, m7_particles, step_boxes, describe

  type :: m7_boxes
    real(wp) :: temperature(tile)      !< [K]
    real(wp) :: pressure(tile)         !< [Pa]
    real(wp) :: humidity(tile)         !< relative [1]
    real(wp) :: cloud(tile)            !< fraction [1]
    real(wp) :: production(tile)       !< of H2SO4 [molecules cm-3 s-1]
    real(wp) :: boundary_layer(tile)   !< 1 within, 0 above [1]
    real(wp) :: gas(tile)              !< H2SO4 [molecules cm-3]
    real(wp) :: mass(tile, nmass)      !< sulfate [molecules cm-3], others [ug m-3]
    real(wp) :: number(tile, nmode)    !< [cm-3]
  end type m7_boxes

  !> The mean particles of the modes. Empty modes have some radius and density and no number.
  type :: m7_particles
    real(wp) :: active(tile, nmode)    !< number, 0 for empty modes [cm-3]
    real(wp) :: volume(tile, nmode)    !< dry, of all particles [cm3 cm-3]
    real(wp) :: r_dry(tile, nmode)     !< count median [cm]
    real(wp) :: r_wet(tile, nmode)     !< count median [cm]
    real(wp) :: density(tile, nmode)   !< wet [g cm-3]
    real(wp) :: water(tile, nsoluble)  !< [g cm-3] of air
  end type m7_particles

contains

  !> The processes in the order of Vignati et al. 2004. `particles`: those after the step.
  pure subroutine step_boxes(dt, options, boxes, particles)
    real(wp), intent(in) :: dt                       !< [s]
    type(m7_options_type), intent(in) :: options
    type(m7_boxes), intent(inout) :: boxes
    type(m7_particles), intent(out) :: particles
    real(wp) :: coating(tile, ki:ci), sink(tile), in_cloud(tile), formation(tile)
    call describe(options, boxes, particles)
    call exchange_gas(dt, particles, boxes, coating, sink, in_cloud)
    call form_particles(dt, options, sink, boxes, formation)
    boxes%gas = boxes%gas + in_cloud
    call collide_particles(dt, particles, formation, boxes, coating)
    call age(options%monolayers, particles%active, particles%r_wet, coating, boxes%number, &
             boxes%mass)
    call merge_modes(boxes%number, boxes%mass)
    call describe(options, boxes, particles)
  end subroutine step_boxes

  !> Mean particles and their water.
  pure subroutine describe(options, boxes, particles)
    type(m7_options_type), intent(in) :: options
    type(m7_boxes), intent(in) :: boxes
    type(m7_particles), intent(out) :: particles
    call dry_particles(boxes%mass, boxes%number, particles%active, particles%volume, &
                       particles%r_dry, particles%density)
    particles%r_wet = particles%r_dry
    call soluble_particles(options%water == "zsr", boxes%temperature, boxes%pressure, &
                           boxes%humidity, boxes%mass, particles%active, particles%volume, &
                           particles%r_dry, particles%r_wet, particles%density, particles%water)
  end subroutine describe

  pure subroutine exchange_gas(dt, particles, boxes, coating, sink, in_cloud)
    real(wp), intent(in) :: dt
    type(m7_particles), intent(in) :: particles
    type(m7_boxes), intent(inout) :: boxes
    real(wp), intent(out) :: coating(tile, ki:ci), sink(tile), in_cloud(tile)
    real(wp) :: coefficient(tile, nmode)
    call condensation_coefficient(boxes%temperature, boxes%pressure, particles%active, &
                                  particles%r_wet, coefficient)
    call condense(dt, boxes%cloud, boxes%production, coefficient, particles%active, boxes%gas, &
                  boxes%mass, coating, sink, in_cloud)
  end subroutine exchange_gas

  pure subroutine form_particles(dt, options, sink, boxes, formation)
    real(wp), intent(in) :: dt, sink(tile)
    type(m7_options_type), intent(in) :: options
    type(m7_boxes), intent(inout) :: boxes
    real(wp), intent(out) :: formation(tile)
    real(wp) :: activation(tile)
    activation = 0
    if (options%activation) activation = options%activation_rate * boxes%boundary_layer
    call nucleate(dt, boxes%temperature, boxes%humidity, 1 - boxes%cloud, activation, &
                  options%nucleation == "vehkamaki", sink, boxes%gas, boxes%mass(:, ns), formation)
  end subroutine form_particles

  pure subroutine collide_particles(dt, particles, formation, boxes, coating)
    real(wp), intent(in) :: dt, formation(tile)
    type(m7_particles), intent(in) :: particles
    type(m7_boxes), intent(inout) :: boxes
    real(wp), intent(inout) :: coating(tile, ki:ci)
    real(wp) :: kernel(tile, npair)
    call coagulation_kernel(boxes%temperature, boxes%pressure, particles%r_wet, &
                            particles%density, kernel)
    call coagulate(dt, kernel, particles%active, formation, boxes%number, boxes%mass, coating)
  end subroutine collide_particles

end module m7_step
