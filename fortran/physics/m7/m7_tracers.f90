! SPDX-License-Identifier: BSD-3-Clause
!> What M7 carries: one gas, 18 masses and 7 numbers; the modes and what they consist of.
!!
!! Modes: NS nucleation, KS Aitken, AS accumulation, CS coarse, soluble; KI, AI, CI insoluble.
!! Species: sulfate (as H2SO4), black carbon, organic carbon, sea salt, dust.
!! Vignati, Wilson and Stier 2004, https://doi.org/10.1029/2003JD004485;
!! Stier et al. 2005, https://doi.org/10.5194/acp-5-1125-2005.
module m7_tracers
  use m7_kinds, only: wp
  use m7_constants, only: density_so4, h2so4_molecule
  implicit none
  private
  public :: ntracer, nmode, nsoluble, nmass, tracer_name, tracer_species, tracer_mode
  public :: ns, ks, as, cs, ki, ai, ci
  public :: so4, bc, oc, ss, du, species_of, member, members, place
  public :: particle_mass, particle_volume, kappa
  public :: ln2_sigma, inverse_ln_sigma, mode_bound

  integer, parameter :: ntracer = 26, nmode = 7, nsoluble = 4, nmass = 18
  integer, parameter :: ns = 1, ks = 2, as = 3, cs = 4, ki = 5, ai = 6, ci = 7
  integer, parameter :: so4 = 1, bc = 2, oc = 3, ss = 4, du = 5

  !> Species of each mass. Masses 1 to 18 are tracers 2 to 19.
  integer, parameter :: species_of(nmass) = &
    [so4, so4, so4, so4, bc, bc, bc, bc, oc, oc, oc, oc, ss, ss, du, du, du, du]

  !> Masses of each mode: the first members(mode) of a column; sulfate comes first.
  integer, parameter :: members(nmode) = [1, 3, 5, 5, 2, 1, 1]
  integer, parameter :: member(5, nmode) = reshape([ &
    1, 0, 0, 0, 0,   2, 5, 9, 0, 0,   3, 6, 10, 13, 15,   4, 7, 11, 14, 16, &
    8, 12, 0, 0, 0,   17, 0, 0, 0, 0,   18, 0, 0, 0, 0], [5, nmode])
  !> Mass of a species in a mode, 0 where there is none
  integer, parameter :: place(5, nmode) = reshape([ &
    1, 0, 0, 0, 0,   2, 5, 9, 0, 0,   3, 6, 10, 13, 15,   4, 7, 11, 14, 16, &
    0, 8, 12, 0, 0,   0, 0, 0, 0, 17,   0, 0, 0, 0, 18], [5, nmode])

  character(len=6), parameter :: tracer_name(ntracer) = [character(len=6) :: "H2SO4", &
    "SO4_NS", "SO4_KS", "SO4_AS", "SO4_CS", "BC_KS", "BC_AS", "BC_CS", "BC_KI", &
    "OC_KS", "OC_AS", "OC_CS", "OC_KI", "SS_AS", "SS_CS", "DU_AS", "DU_CS", "DU_AI", "DU_CI", &
    "N_NS", "N_KS", "N_AS", "N_CS", "N_KI", "N_AI", "N_CI"]
  !> Species of a tracer (the gas is sulfate), 0 for numbers; its mode, 0 for the gas
  integer, parameter :: tracer_species(ntracer) = [so4, species_of, 0, 0, 0, 0, 0, 0, 0]
  integer, parameter :: tracer_mode(ntracer) = [0, ns, ks, as, cs, ks, as, cs, ki, ks, as, cs, ki, &
    as, cs, as, cs, ai, ci, ns, ks, as, cs, ki, ai, ci]

  real(wp), parameter :: density(5) = [density_so4, 1.8_wp, 1.3_wp, 2.165_wp, 2.65_wp]  ! [g cm-3]
  !> [g] of one unit of mass: sulfate is counted in molecules cm-3, the others in ug m-3.
  real(wp), parameter :: unit_mass(5) = [h2so4_molecule, 1e-12_wp, 1e-12_wp, 1e-12_wp, 1e-12_wp]
  real(wp), parameter :: particle_mass(nmass) = unit_mass(species_of)
  real(wp), parameter :: particle_volume(nmass) = &  !< [cm3] of one unit
    unit_mass(species_of) / density(species_of)
  !> Hygroscopicity by species [1]: values of HAM2 (Zhang et al. 2012).
  real(wp), parameter :: kappa(5) = [0.60_wp, 0.0_wp, 0.06_wp, 1.0_wp, 0.0_wp]

  !> ln2 of the geometric standard deviation of a mode: 1.59, coarse modes 2.00
  real(wp), parameter :: ln_sigma(nmode) = &
    log([1.59_wp, 1.59_wp, 1.59_wp, 2.0_wp, 1.59_wp, 1.59_wp, 2.0_wp])
  real(wp), parameter :: ln2_sigma(nmode) = ln_sigma**2
  real(wp), parameter :: inverse_ln_sigma(nmode) = 1.0_wp / ln_sigma
  !> Bounds of the soluble modes' count median dry radius [cm]
  real(wp), parameter :: mode_bound(nsoluble) = [0.5e-7_wp, 5.0e-7_wp, 5.0e-6_wp, 5.0e-5_wp]

end module m7_tracers
