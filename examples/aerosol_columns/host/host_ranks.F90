! SPDX-License-Identifier: BSD-3-Clause
!> The processes of a run. Without -DHOST_MPI there is one, and nothing of MPI is needed.
module host_ranks
  use, intrinsic :: iso_c_binding, only: c_int
  use, intrinsic :: iso_fortran_env, only: error_unit
#ifdef HOST_MPI
  use mpi
#endif
  implicit none
  private
  public :: start_ranks, end_ranks, wait_for_ranks, failed, all_well, rank, nranks, communicator

  integer, protected :: rank = 0, nranks = 1
  character(len=:), allocatable :: program_name
  integer, allocatable, protected :: communicator   !< none without MPI

  interface
    subroutine c_exit(code) bind(c, name="exit")
      import :: c_int
      integer(c_int), value :: code
    end subroutine c_exit
  end interface

contains

  !> The program's name is that in messages.
  subroutine start_ranks(name)
    character(len=*), intent(in) :: name
#ifdef HOST_MPI
    integer :: provided, ierr
#endif
    program_name = name
#ifdef HOST_MPI
    call mpi_init_thread(MPI_THREAD_FUNNELED, provided, ierr)
    communicator = MPI_COMM_WORLD
    call mpi_comm_rank(communicator, rank, ierr)
    call mpi_comm_size(communicator, nranks, ierr)
#endif
  end subroutine start_ranks

  !> Ends the program. STOP would have something to say on each rank.
  subroutine end_ranks(code)
    integer, intent(in) :: code
#ifdef HOST_MPI
    integer :: ierr
    call mpi_finalize(ierr)
#endif
    call c_exit(int(code, c_int))
  end subroutine end_ranks

  subroutine wait_for_ranks()
#ifdef HOST_MPI
    integer :: ierr
    call mpi_barrier(communicator, ierr)
#endif
  end subroutine wait_for_ranks

  !> Whether any rank has a message; the first rank that has one prints it. Collective: a rank
  !! alone never ends a run, so the files of all are closed.
  logical function failed(message)
    character(len=*), intent(in) :: message
    integer :: speaker
    speaker = first_with(message)
    failed = speaker < nranks
    if (speaker == rank) write (error_unit, '(a)') program_name//": "//trim(message)
  end function failed

  !> Whether no rank has a message. Collective.
  logical function all_well(message)
    character(len=*), intent(in) :: message
    all_well = first_with(message) == nranks
  end function all_well

  integer function first_with(message) result(speaker)
    character(len=*), intent(in) :: message
    speaker = merge(rank, nranks, message /= "")
#ifdef HOST_MPI
    block
      integer :: ierr
      call mpi_allreduce(MPI_IN_PLACE, speaker, 1, MPI_INTEGER, MPI_MIN, communicator, ierr)
    end block
#endif
  end function first_with

end module host_ranks
