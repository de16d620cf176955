! SPDX-License-Identifier: BSD-3-Clause
!> What a user may choose.
module m7_options
  use m7_kinds, only: wp
  implicit none
  private
  public :: m7_options_type

  type :: m7_options_type
    !> "vehkamaki": binary nucleation of H2SO4 and water; "none"
    character(len=16) :: nucleation = "vehkamaki"
    !> Whether clusters are activated in the boundary layer too (Kulmala et al. 2006)
    logical :: activation = .false.
    !> Clusters activated per H2SO4 molecule [s-1]; observed over orders of magnitude
    real(wp) :: activation_rate = 2.0e-6_wp
    !> "kappa": kappa-Koehler; "zsr": binary sulfuric acid, and ZSR where there is sea salt
    character(len=16) :: water = "kappa"
    !> Layers of H2SO4 that make an insoluble particle soluble [1] (Vignati et al. 2004)
    real(wp) :: monolayers = 1.0_wp
  end type m7_options_type

end module m7_options
