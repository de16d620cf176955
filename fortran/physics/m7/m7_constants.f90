! SPDX-License-Identifier: BSD-3-Clause
!> Constants of nature and of M7, in the units of the scheme: cm, g, s, K, erg.
module m7_constants
  use m7_kinds, only: wp
  implicit none
  private
  public :: pi, boltzmann, gas_constant, avogadro, gas_constant_air
  public :: molar_mass_h2so4, molar_mass_water, density_water, density_so4, h2so4_molecule
  public :: cross_section_h2so4, accommodation, cluster_radius
  public :: smallest_number, smallest_volume

  real(wp), parameter :: pi = 3.14159265358979324_wp
  real(wp), parameter :: boltzmann = 1.380649e-16_wp          !< [erg K-1] CODATA 2018
  real(wp), parameter :: avogadro = 6.02214076e23_wp          !< [mol-1] CODATA 2018
  real(wp), parameter :: gas_constant = 8.31446262e7_wp       !< [erg mol-1 K-1] their product
  real(wp), parameter :: gas_constant_air = 287.05_wp         !< dry air [J kg-1 K-1]

  real(wp), parameter :: molar_mass_h2so4 = 98.0734_wp        !< [g mol-1]
  real(wp), parameter :: molar_mass_water = 18.0153_wp        !< [g mol-1]
  real(wp), parameter :: density_water = 1.0_wp               !< [g cm-3]
  real(wp), parameter :: density_so4 = 1.841_wp               !< sulfuric acid [g cm-3]
  real(wp), parameter :: h2so4_molecule = molar_mass_h2so4 / avogadro  !< [g]

  !> What one molecule of H2SO4 covers of a surface [cm2] (Vignati et al. 2004)
  real(wp), parameter :: cross_section_h2so4 = 2.39e-15_wp
  !> Share of the colliding H2SO4 that stays, by mode (Vignati et al. 2004)
  real(wp), parameter :: accommodation(7) = [1.0_wp, 1.0_wp, 1.0_wp, 1.0_wp, 0.3_wp, 0.3_wp, 0.3_wp]
  !> Radius of a critical cluster [cm], for particles that have just formed
  real(wp), parameter :: cluster_radius = 0.5e-7_wp

  !> A mode with fewer particles [cm-3], or with smaller ones [cm3], takes part in nothing.
  real(wp), parameter :: smallest_number = 1.0e-10_wp
  real(wp), parameter :: smallest_volume = 1.0e-23_wp

end module m7_constants
