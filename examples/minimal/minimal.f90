! SPDX-License-Identifier: BSD-3-Clause
program minimal
  use, intrinsic :: iso_fortran_env, only: real64
  use hybrid, only: hybrid_domain, hybrid_scheme, hybrid_call
  implicit none
  integer, parameter :: ncol = 4, nlev = 3
  real(real64) :: t(ncol, nlev), dtdt(ncol, nlev)
  type(hybrid_domain), save :: domain
  type(hybrid_scheme), save :: cooling
  type(hybrid_call) :: call
  integer :: i, k

  t = reshape([(230 + 5.0_real64*i, i=0, ncol*nlev - 1)], [ncol, nlev])
  dtdt = 0

  call domain%create("hybrid.toml")
  call cooling%create(domain, "cooling")

  call cooling%open(call, ncol=ncol)
  call call%put("air_temperature", t)
  call call%run()
  if (call%native_wanted()) dtdt = 0      ! here a model calls its own routine
  call call%get("tendency_of_air_temperature", dtdt)
  call call%close()

  do k = 1, nlev
    print "(es13.6,1x,es13.6)", dtdt(1, k), dtdt(ncol, k)
  end do
end program minimal
