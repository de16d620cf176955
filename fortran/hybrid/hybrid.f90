! SPDX-License-Identifier: BSD-3-Clause
!
!> The Fortran face of pyhybrid: neural-network emulators in place of a model's native routines.
!!
!! Compile this one file with your model, with its compiler and its flags, and link with -lhybrid.
!! Once: call atmosphere%create("hybrid.toml", ncol=ncol); call radiation%create(atmosphere, ...).
!! Then, for each block of columns, in a hybrid_call that may be private to an OpenMP thread:
!!
!!     call radiation%open(this, ncol=nc, first=jstart)
!!     call this%put("air_temperature", t(1:nc, :, jb))
!!     call this%run()
!!     if (this%native_wanted()) call native_radiation(...)
!!     call this%get("toa_outgoing_longwave_flux", olr(1:nc, jb))
!!     call this%close()
!!
!! and at the head of each time step, outside parallel regions: call atmosphere%step(n, date, dt).
!!
!! No array is kept beyond the procedure it is passed to: sections, expressions and temporaries
!! are all welcome. stat and errmsg work as in ALLOCATE: without stat a failure ends the program
!! with its message, or calls what was given to hybrid_on_failure. hybrid.h documents every verb.
module hybrid
  use, intrinsic :: iso_c_binding, only: c_associated, c_char, c_double, c_f_pointer, c_funloc, &
    c_funptr, c_int32_t, c_int64_t, c_intptr_t, c_loc, c_null_char, c_null_funptr, c_null_ptr, &
    c_ptr, c_size_t
  use, intrinsic :: iso_fortran_env, only: error_unit, int32, int64, real32, real64
  implicit none
  private

  public :: hybrid_domain, hybrid_scheme, hybrid_call
  public :: hybrid_version, hybrid_text, hybrid_on_failure
  public :: hybrid_failure, hybrid_log
  public :: hybrid_put_real32, hybrid_put_real64, hybrid_put_int32, hybrid_put_logical
  public :: hybrid_get_real32, hybrid_get_real64, hybrid_get_int32, hybrid_get_logical

  !> What stat can be: hyb_status of hybrid.h.
  integer, parameter, public :: hybrid_ok = 0
  integer, parameter, public :: hybrid_error_argument = 1
  integer, parameter, public :: hybrid_error_config = 2
  integer, parameter, public :: hybrid_error_file = 3
  integer, parameter, public :: hybrid_error_card = 4
  integer, parameter, public :: hybrid_error_field = 5
  integer, parameter, public :: hybrid_error_shape = 6
  integer, parameter, public :: hybrid_error_phase = 7
  integer, parameter, public :: hybrid_error_plugin = 8
  integer, parameter, public :: hybrid_error_backend = 9
  integer, parameter, public :: hybrid_error_record = 10
  integer, parameter, public :: hybrid_error_memory = 11
  integer, parameter, public :: hybrid_error_internal = 12
  integer, parameter, public :: hybrid_error_guard = 13
  integer, parameter, public :: hybrid_error_state = 14

  !> This file and the library are of one release. Nothing else notices that a host, which is linked
  !! with one, meets another where it runs.
  character(len=*), parameter :: release = "0.1."

  !> Longest name, unit, date or list of dims; they reach C in buffers of fixed size.
  integer, parameter :: longest = 255

  !> A logical of 32 bits. Fortran 2008 has no name for its kind; compilers number it like int32.
  integer, parameter :: logical32 = int32

  ! ---- What hybrid.h declares --------------------------------------------------------------------

  integer(c_int32_t), parameter :: kind_real32 = 1, kind_real64 = 2, kind_int32 = 3, &
    kind_logical = 4
  character(len=*), parameter :: roles(5) = &
    [character(len=9) :: "state", "tendency", "increment", "flag", "noise"]
  character(len=*), parameter :: orientations(2) = [character(len=9) :: "top_down", "bottom_up"]

  type, bind(c) :: hyb_view
    integer(c_size_t) :: size = 0
    type(c_ptr) :: data = c_null_ptr
    integer(c_int32_t) :: kind = 0, device = 0, rank = 0
    integer(c_int32_t) :: truth = transfer(.true._logical32, 0_c_int32_t)
    integer(c_int32_t) :: axes(4) = 0
    integer(c_int64_t) :: extent(4) = 0, stride(4) = 0
  end type hyb_view

  type, bind(c) :: hyb_field
    integer(c_size_t) :: size = 0
    type(c_ptr) :: name = c_null_ptr, unit = c_null_ptr, dims = c_null_ptr
    integer(c_int32_t) :: role = 0
  end type hyb_field

  type, bind(c) :: hyb_grid
    integer(c_size_t) :: size = 0
    integer(c_int64_t) :: ncol = 0
    type(c_ptr) :: column = c_null_ptr, lat = c_null_ptr, lon = c_null_ptr, area = c_null_ptr
  end type hyb_grid

  type, bind(c) :: hyb_host
    integer(c_size_t) :: size = 0
    integer(c_int32_t) :: has_comm = 0, comm = 0
    type(c_funptr) :: log = c_null_funptr
    type(c_ptr) :: log_data = c_null_ptr
  end type hyb_host

  abstract interface
    !> A host's own way to end a run, such as finish or endrun.
    subroutine hybrid_failure(message)
      implicit none
      character(len=*), intent(in) :: message
    end subroutine hybrid_failure

    !> Receives messages: level 1 information, 2 warning, 3 error; hybrid_text(text) is Fortran.
    subroutine hybrid_log(level, text, data) bind(c)
      import :: c_int32_t, c_ptr
      implicit none
      integer(c_int32_t), value :: level
      type(c_ptr), value :: text, data
    end subroutine hybrid_log

    !> hyb_call_put and hyb_call_get: lends one array to the library.
    function lend(call, name, view) result(status) bind(c)
      import :: c_char, c_int32_t, c_int64_t, hyb_view
      implicit none
      integer(c_int64_t), intent(in) :: call
      character(kind=c_char), intent(in) :: name(*)
      type(hyb_view), intent(in) :: view
      integer(c_int32_t) :: status
    end function lend

    !> hyb_call_run and hyb_call_close.
    function act(call) result(status) bind(c)
      import :: c_int32_t, c_int64_t
      implicit none
      integer(c_int64_t), intent(in) :: call
      integer(c_int32_t) :: status
    end function act

    !> hyb_domain_create and hyb_domain_create_text.
    function make(config, grid, host, domain) result(status) bind(c)
      import :: c_char, c_int32_t, c_ptr, hyb_host
      implicit none
      character(kind=c_char), intent(in) :: config(*)
      type(c_ptr), value :: grid
      type(hyb_host), intent(in) :: host
      type(c_ptr), intent(out) :: domain
      integer(c_int32_t) :: status
    end function make

    !> hyb_domain_flush and the two destroys.
    function use_up(handle) result(status) bind(c)
      import :: c_int32_t, c_ptr
      implicit none
      type(c_ptr), value :: handle
      integer(c_int32_t) :: status
    end function use_up

    !> hyb_domain_save and hyb_domain_load.
    function keep(domain, path) result(status) bind(c)
      import :: c_char, c_int32_t, c_ptr
      implicit none
      type(c_ptr), value :: domain
      character(kind=c_char), intent(in) :: path(*)
      integer(c_int32_t) :: status
    end function keep

    !> hyb_domain_statistics and hyb_scheme_mode.
    function ask(handle, text) result(status) bind(c)
      import :: c_int32_t, c_ptr
      implicit none
      type(c_ptr), value :: handle
      type(c_ptr), intent(out) :: text
      integer(c_int32_t) :: status
    end function ask
  end interface

  procedure(lend), bind(c, name="hyb_call_put") :: hyb_call_put
  procedure(lend), bind(c, name="hyb_call_get") :: hyb_call_get
  procedure(act), bind(c, name="hyb_call_run") :: hyb_call_run
  procedure(act), bind(c, name="hyb_call_close") :: hyb_call_close
  procedure(make), bind(c, name="hyb_domain_create") :: hyb_domain_create
  procedure(make), bind(c, name="hyb_domain_create_text") :: hyb_domain_create_text
  procedure(use_up), bind(c, name="hyb_domain_flush") :: hyb_domain_flush
  procedure(use_up), bind(c, name="hyb_domain_destroy") :: hyb_domain_destroy
  procedure(use_up), bind(c, name="hyb_scheme_destroy") :: hyb_scheme_destroy
  procedure(keep), bind(c, name="hyb_domain_save") :: hyb_domain_save
  procedure(keep), bind(c, name="hyb_domain_load") :: hyb_domain_load
  procedure(ask), bind(c, name="hyb_domain_statistics") :: hyb_domain_statistics
  procedure(ask), bind(c, name="hyb_scheme_mode") :: hyb_scheme_mode

  interface
    function hyb_version() result(version) bind(c, name="hyb_version")
      import :: c_ptr
      implicit none
      type(c_ptr) :: version
    end function hyb_version

    function hyb_last_error() result(message) bind(c, name="hyb_last_error")
      import :: c_ptr
      implicit none
      type(c_ptr) :: message
    end function hyb_last_error

    function hyb_axes(dims, axes) result(status) bind(c, name="hyb_axes")
      import :: c_char, c_int32_t
      implicit none
      character(kind=c_char), intent(in) :: dims(*)
      integer(c_int32_t), intent(out) :: axes(4)
      integer(c_int32_t) :: status
    end function hyb_axes

    function hyb_domain_step(domain, step, date, dt) result(status) bind(c, name="hyb_domain_step")
      import :: c_double, c_int32_t, c_int64_t, c_ptr
      implicit none
      type(c_ptr), value :: domain, date
      integer(c_int64_t), value :: step
      real(c_double), value :: dt
      integer(c_int32_t) :: status
    end function hyb_domain_step

    function hyb_domain_state_shape(domain, nshared, nrow, ncol) result(status) &
      bind(c, name="hyb_domain_state_shape")
      import :: c_int32_t, c_int64_t, c_ptr
      implicit none
      type(c_ptr), value :: domain
      integer(c_int64_t), intent(out) :: nshared, nrow, ncol
      integer(c_int32_t) :: status
    end function hyb_domain_state_shape

    function hyb_domain_state_get(domain, shared, nshared, columns, nrow, ncol) result(status) &
      bind(c, name="hyb_domain_state_get")
      import :: c_double, c_int32_t, c_int64_t, c_ptr
      implicit none
      type(c_ptr), value :: domain
      real(c_double), intent(inout) :: shared(*), columns(*)
      integer(c_int64_t), value :: nshared, nrow, ncol
      integer(c_int32_t) :: status
    end function hyb_domain_state_get

    function hyb_domain_state_set(domain, shared, nshared, columns, nrow, ncol) result(status) &
      bind(c, name="hyb_domain_state_set")
      import :: c_double, c_int32_t, c_int64_t, c_ptr
      implicit none
      type(c_ptr), value :: domain
      real(c_double), intent(in) :: shared(*), columns(*)
      integer(c_int64_t), value :: nshared, nrow, ncol
      integer(c_int32_t) :: status
    end function hyb_domain_state_set

    function hyb_scheme_create(domain, name, orientation, scheme) result(status) &
      bind(c, name="hyb_scheme_create")
      import :: c_char, c_int32_t, c_ptr
      implicit none
      type(c_ptr), value :: domain
      character(kind=c_char), intent(in) :: name(*)
      integer(c_int32_t), value :: orientation
      type(c_ptr), intent(out) :: scheme
      integer(c_int32_t) :: status
    end function hyb_scheme_create

    function hyb_scheme_field(scheme, field) result(status) bind(c, name="hyb_scheme_field")
      import :: c_int32_t, c_ptr, hyb_field
      implicit none
      type(c_ptr), value :: scheme
      type(hyb_field), intent(in) :: field
      integer(c_int32_t) :: status
    end function hyb_scheme_field

    function hyb_scheme_observe(scheme, name, view, ncol, first) result(status) &
      bind(c, name="hyb_scheme_observe")
      import :: c_char, c_int32_t, c_int64_t, c_ptr, hyb_view
      implicit none
      type(c_ptr), value :: scheme
      character(kind=c_char), intent(in) :: name(*)
      type(hyb_view), intent(in) :: view
      integer(c_int64_t), value :: ncol, first
      integer(c_int32_t) :: status
    end function hyb_scheme_observe

    function hyb_call_open(scheme, ncol, first, call) result(status) bind(c, name="hyb_call_open")
      import :: c_int32_t, c_int64_t, c_ptr
      implicit none
      type(c_ptr), value :: scheme
      integer(c_int64_t), value :: ncol, first
      integer(c_int64_t), intent(out) :: call
      integer(c_int32_t) :: status
    end function hyb_call_open

    function hyb_call_native_wanted(call, wanted) result(status) &
      bind(c, name="hyb_call_native_wanted")
      import :: c_int32_t, c_int64_t
      implicit none
      integer(c_int64_t), intent(in) :: call
      integer(c_int32_t), intent(out) :: wanted
      integer(c_int32_t) :: status
    end function hyb_call_native_wanted

    function c_strlen(text) result(length) bind(c, name="strlen")
      import :: c_ptr, c_size_t
      implicit none
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function c_strlen
  end interface

  ! ---- Types -------------------------------------------------------------------------------------

  ! Handles may be variables, components or allocatable arrays, but not components of fixed shape:
  ! gfortran 12 passes the finalizer wild addresses then.

  !> One grid of the host: its configuration, its columns and its clock.
  type :: hybrid_domain
    private
    type(c_ptr) :: handle = c_null_ptr
  contains
    !> create(config, ncol, column, lat, lon, area, comm, log, text, stat, errmsg): from the file
    !! config or from the TOML in text. lat and lon are given both or not at all.
    generic :: create => create_plain, create_real32, create_real64
    !> step(step, date, dt, stat, errmsg): opens time step `step` of dt seconds. date is optional.
    generic :: step => step_int32_real32, step_int32_real64, step_int64_real32, step_int64_real64
    procedure :: flush => flush_domain
    !> Restart, between steps: save(path, stat, errmsg) and load(path, stat, errmsg), one NetCDF
    !! file; or arrays that the host writes among its own, of the shape that state_shape says.
    procedure :: save => save_domain
    procedure :: load => load_domain
    procedure :: state_shape
    procedure :: state_get
    procedure :: state_set
    procedure :: statistics => domain_statistics
    procedure :: destroy => destroy_domain
    generic :: assignment(=) => refuse_domain_copy
    procedure, private :: create_plain, create_real32, create_real64
    procedure, private :: step_int32_real32, step_int32_real64, step_int64_real32, &
      step_int64_real64
    procedure, private :: refuse_domain_copy
    final :: finalize_domain
  end type hybrid_domain

  !> A replaceable routine of a domain.
  type :: hybrid_scheme
    private
    type(c_ptr) :: handle = c_null_ptr
  contains
    procedure :: create => create_scheme
    procedure :: field => declare_field
    procedure :: mode => scheme_mode
    procedure :: open => open_call
    !> observe(name, x, ncol, first, dims, stat, errmsg): an increment for hooks that learn; x of
    !! real32 or real64, of rank 1 to 3.
    generic :: observe => observe_real32_1, observe_real32_2, observe_real32_3, &
      observe_real64_1, observe_real64_2, observe_real64_3
    procedure :: destroy => destroy_scheme
    generic :: assignment(=) => refuse_scheme_copy
    procedure, private :: observe_real32_1, observe_real32_2, observe_real32_3, &
      observe_real64_1, observe_real64_2, observe_real64_3
    procedure, private :: refuse_scheme_copy
    final :: finalize_scheme
  end type hybrid_scheme

  !> One block's way through a scheme: a plain value, because OpenMP's private neither initialises
  !! nor finalises. Until it is opened it may hold anything; the library recognises that.
  type :: hybrid_call
    private
    integer(c_int64_t) :: token
  contains
    procedure :: run => run_call
    procedure :: native_wanted
    procedure :: close => close_call
    !> put(name, x, dims, stat, errmsg): x of real32, real64, int32 or logical, of rank 0 to 4.
    generic :: put => &
      put_real32_0, put_real32_1, put_real32_2, put_real32_3, put_real32_4, &
      put_real64_0, put_real64_1, put_real64_2, put_real64_3, put_real64_4, &
      put_int32_0, put_int32_1, put_int32_2, put_int32_3, put_int32_4, &
      put_logical_0, put_logical_1, put_logical_2, put_logical_3, put_logical_4
    !> get(name, x, dims, stat, errmsg): likewise.
    generic :: get => &
      get_real32_0, get_real32_1, get_real32_2, get_real32_3, get_real32_4, &
      get_real64_0, get_real64_1, get_real64_2, get_real64_3, get_real64_4, &
      get_int32_0, get_int32_1, get_int32_2, get_int32_3, get_int32_4, &
      get_logical_0, get_logical_1, get_logical_2, get_logical_3, get_logical_4
    ! For sequence association: see hybrid_put_real64 below.
    procedure :: put_real32 => hybrid_put_real32
    procedure :: put_real64 => hybrid_put_real64
    procedure :: put_int32 => hybrid_put_int32
    procedure :: put_logical => hybrid_put_logical
    procedure :: get_real32 => hybrid_get_real32
    procedure :: get_real64 => hybrid_get_real64
    procedure :: get_int32 => hybrid_get_int32
    procedure :: get_logical => hybrid_get_logical
    procedure, private :: &
      put_real32_0, put_real32_1, put_real32_2, put_real32_3, put_real32_4, &
      put_real64_0, put_real64_1, put_real64_2, put_real64_3, put_real64_4, &
      put_int32_0, put_int32_1, put_int32_2, put_int32_3, put_int32_4, &
      put_logical_0, put_logical_1, put_logical_2, put_logical_3, put_logical_4
    procedure, private :: &
      get_real32_0, get_real32_1, get_real32_2, get_real32_3, get_real32_4, &
      get_real64_0, get_real64_1, get_real64_2, get_real64_3, get_real64_4, &
      get_int32_0, get_int32_1, get_int32_2, get_int32_3, get_int32_4, &
      get_logical_0, get_logical_1, get_logical_2, get_logical_3, get_logical_4
  end type hybrid_call

  !> What a host says of its columns, in the kinds of hyb_grid. Not allocated: not said.
  type :: columns
    integer(c_int64_t), allocatable :: column(:)
    real(c_double), allocatable :: lat(:), lon(:), area(:)
  end type columns

  !> How the library sees an array of the host.
  interface view_of
    module procedure &
      view_real32_0, view_real32_1, view_real32_2, view_real32_3, view_real32_4, &
      view_real64_0, view_real64_1, view_real64_2, view_real64_3, view_real64_4, &
      view_int32_0, view_int32_1, view_int32_2, view_int32_3, view_int32_4, &
      view_logical_0, view_logical_1, view_logical_2, view_logical_3, view_logical_4
  end interface view_of

  !> The number of columns where the host does not say it.
  integer, parameter :: unsaid = -huge(0)

  !> Called instead of error stop.
  procedure(hybrid_failure), pointer, save :: on_failure => null()

contains

  ! ---- Library -----------------------------------------------------------------------------------

  !> The version of the library as "major.minor.patch".
  function hybrid_version() result(version)
    character(len=:), allocatable :: version
    version = hybrid_text(hyb_version())
  end function hybrid_version

  !> Sets what a failure calls where the host gave no stat: a module or external procedure. If it
  !! returns, the host goes on after the failed statement. Without argument: error stop again.
  subroutine hybrid_on_failure(handler)
    procedure(hybrid_failure), optional :: handler
    on_failure => null()
    if (present(handler)) on_failure => handler
  end subroutine hybrid_on_failure

  !> A copy of a C string, empty for a null pointer.
  function hybrid_text(c) result(text)
    type(c_ptr), intent(in) :: c
    character(len=:), allocatable :: text
    character(kind=c_char), pointer :: letters(:)
    integer :: i
    text = ""
    if (.not. c_associated(c)) return
    call c_f_pointer(c, letters, [c_strlen(c)])
    text = repeat(" ", size(letters))
    do i = 1, size(letters)
      text(i:i) = letters(i)
    end do
  end function hybrid_text

  ! ---- Failures ----------------------------------------------------------------------------------

  !> What every status of the library goes through.
  subroutine report(status, stat, errmsg)
    integer(c_int32_t), intent(in) :: status
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    if (status /= hybrid_ok) then
      call fail(int(status), hybrid_text(hyb_last_error()), stat, errmsg)
    else if (present(stat)) then
      stat = hybrid_ok
    end if
  end subroutine report

  !> The one place where a failure reaches the host.
  subroutine fail(status, message, stat, errmsg)
    integer, intent(in) :: status
    character(len=*), intent(in) :: message
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    if (present(errmsg)) errmsg = message
    if (present(stat)) then
      stat = status
      return
    end if
    !$omp critical (hybrid_failing)
    ! One thread at a time: two that end the process at once would crash while it exits.
    if (associated(on_failure)) then
      call on_failure(message)
    else
      write (error_unit, "(a)") message
      flush (error_unit)
      error stop
    end if
    !$omp end critical (hybrid_failing)
  end subroutine fail

  ! ---- Handles ---------------------------------------------------------------------------------

  !> A handle has one owner; its finalizer would destroy a copied thing twice.
  subroutine refuse_copy(to, from, noun)
    type(c_ptr), intent(in) :: to, from
    character(len=*), intent(in) :: noun
    if (c_associated(to, from)) return
    call fail(hybrid_error_argument, "assignment of a hybrid_" // noun // &
      ": expected the one that was created, found a copy")
  end subroutine refuse_copy

  !> Whether a handle can be created; one that exists has to be destroyed first.
  logical function is_new(handle, noun, stat, errmsg)
    type(c_ptr), intent(in) :: handle
    character(len=*), intent(in) :: noun
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    is_new = .not. c_associated(handle)
    if (.not. is_new) call fail(hybrid_error_argument, &
      noun // "%create: expected a new or destroyed " // noun // ", found one that exists", &
      stat, errmsg)
  end function is_new

  ! ---- Texts -------------------------------------------------------------------------------------

  !> Copies a text into a buffer for C. One that does not fit is an error, never cut off.
  logical function fits(text, buffer, stat, errmsg)
    character(len=*), intent(in) :: text
    character(kind=c_char), intent(out) :: buffer(longest + 1)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer :: i, n
    n = len_trim(text)
    fits = n <= longest
    if (.not. fits) then
      call fail(hybrid_error_argument, "text of '" // text(:40) // "...': expected at most " // &
        decimal(longest) // " characters, found " // decimal(n), stat, errmsg)
      return
    end if
    do i = 1, n
      buffer(i) = text(i:i)
    end do
    buffer(n + 1) = c_null_char
  end function fits

  !> The place of a word in a list, 0 and reported where it is none of them.
  integer function place_of(word, list, what, stat, errmsg) result(place)
    character(len=*), intent(in) :: word, list(:), what
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=:), allocatable :: known
    integer :: i
    do place = size(list), 1, -1
      if (list(place) == word) return
    end do
    known = trim(list(1))
    do i = 2, size(list)
      known = known // ", " // trim(list(i))
    end do
    call fail(hybrid_error_argument, what // ": expected one of " // known // ", found '" // &
      trim(word) // "'", stat, errmsg)
  end function place_of

  pure function decimal(n) result(text)
    integer, intent(in) :: n
    character(len=:), allocatable :: text
    character(len=20) :: digits
    write (digits, "(i0)") n
    text = trim(digits)
  end function decimal

  ! ---- Domain ------------------------------------------------------------------------------------

  subroutine create_plain(this, config, ncol, column, comm, log, text, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    character(len=*), intent(in), optional :: config, text
    integer, intent(in), optional :: ncol, column(:), comm
    procedure(hybrid_log), optional :: log
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(columns), target :: given
    if (present(column)) allocate (given%column, source=int(column, c_int64_t))
    call create_domain(this, given, config, ncol, comm, log, text, stat, errmsg)
  end subroutine create_plain

  subroutine create_real32(this, config, ncol, column, lat, lon, area, comm, log, text, stat, &
                           errmsg)
    class(hybrid_domain), intent(inout) :: this
    character(len=*), intent(in), optional :: config, text
    integer, intent(in), optional :: ncol, column(:), comm
    real(real32), intent(in) :: lat(:), lon(:)
    real(real32), intent(in), optional :: area(:)
    procedure(hybrid_log), optional :: log
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(columns), target :: given
    if (present(column)) allocate (given%column, source=int(column, c_int64_t))
    allocate (given%lat, source=real(lat, c_double))
    allocate (given%lon, source=real(lon, c_double))
    if (present(area)) allocate (given%area, source=real(area, c_double))
    call create_domain(this, given, config, ncol, comm, log, text, stat, errmsg)
  end subroutine create_real32

  subroutine create_real64(this, config, ncol, column, lat, lon, area, comm, log, text, stat, &
                           errmsg)
    class(hybrid_domain), intent(inout) :: this
    character(len=*), intent(in), optional :: config, text
    integer, intent(in), optional :: ncol, column(:), comm
    real(real64), intent(in) :: lat(:), lon(:)
    real(real64), intent(in), optional :: area(:)
    procedure(hybrid_log), optional :: log
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(columns), target :: given
    if (present(column)) allocate (given%column, source=int(column, c_int64_t))
    allocate (given%lat, source=lat)
    allocate (given%lon, source=lon)
    if (present(area)) allocate (given%area, source=area)
    call create_domain(this, given, config, ncol, comm, log, text, stat, errmsg)
  end subroutine create_real64

  subroutine create_domain(this, given, config, ncol, comm, log, text, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    type(columns), intent(in), target :: given
    character(len=*), intent(in), optional :: config, text
    integer, intent(in), optional :: ncol, comm
    procedure(hybrid_log), optional :: log
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: status
    type(hyb_grid), target :: grid
    if (.not. is_new(this%handle, "domain", stat, errmsg)) return
    if (.not. has_its_library(stat, errmsg)) return
    if (present(config) .eqv. present(text)) then
      call fail(hybrid_error_argument, "domain%create: expected either config or text, found " // &
        trim(merge("both   ", "neither", present(config))), stat, errmsg)
      return
    end if
    if (.not. same_numbers(numbers_of_columns(given, ncol), stat, errmsg)) return
    grid = grid_of(given, ncol)
    if (present(text)) then
      status = hyb_domain_create_text(trim(text) // c_null_char, address_of(grid), &
        host_of(comm, log), this%handle)
    else
      status = hyb_domain_create(trim(config) // c_null_char, address_of(grid), &
        host_of(comm, log), this%handle)
    end if
    call report(status, stat, errmsg)
  end subroutine create_domain

  logical function has_its_library(stat, errmsg)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    has_its_library = index(hybrid_version(), release) == 1
    if (.not. has_its_library) call fail(hybrid_error_plugin, &
      "domain%create: expected libhybrid " // release // "x, as hybrid.f90 is, found " // &
      hybrid_version() // ": does LD_LIBRARY_PATH lead to another one?", stat, errmsg)
  end function has_its_library

  !> What ncol, column, lat, lon and area say, in this order.
  function numbers_of_columns(given, ncol) result(n)
    type(columns), intent(in) :: given
    integer, intent(in), optional :: ncol
    integer :: n(5)
    n = unsaid
    if (present(ncol)) n(1) = ncol
    if (allocated(given%column)) n(2) = size(given%column)
    if (allocated(given%lat)) n(3) = size(given%lat)
    if (allocated(given%lon)) n(4) = size(given%lon)
    if (allocated(given%area)) n(5) = size(given%area)
  end function numbers_of_columns

  logical function same_numbers(n, stat, errmsg) result(same)
    integer, intent(in) :: n(5)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(len=6), parameter :: names(5) = ["ncol  ", "column", "lat   ", "lon   ", "area  "]
    character(len=:), allocatable :: found
    integer :: i
    same = all(n == unsaid .or. n == maxval(n))
    if (same) return
    found = ""
    do i = 1, size(n)
      if (n(i) /= unsaid) found = found // " " // trim(names(i)) // "=" // decimal(n(i))
    end do
    call fail(hybrid_error_shape, "domain%create: expected one number of columns, found" // found, &
      stat, errmsg)
  end function same_numbers

  function grid_of(given, ncol) result(grid)
    type(columns), intent(in), target :: given
    integer, intent(in), optional :: ncol
    type(hyb_grid) :: grid
    grid%size = storage_size(grid) / 8
    grid%ncol = maxval(numbers_of_columns(given, ncol))
    if (grid%ncol < 1) return
    if (allocated(given%column)) grid%column = c_loc(given%column)
    if (allocated(given%lat)) grid%lat = c_loc(given%lat)
    if (allocated(given%lon)) grid%lon = c_loc(given%lon)
    if (allocated(given%area)) grid%area = c_loc(given%area)
  end function grid_of

  !> A null pointer where nothing was said of the columns.
  function address_of(grid) result(address)
    type(hyb_grid), intent(in), target :: grid
    type(c_ptr) :: address
    address = c_null_ptr
    if (grid%ncol /= unsaid) address = c_loc(grid)
  end function address_of

  function host_of(comm, log) result(host)
    integer, intent(in), optional :: comm
    procedure(hybrid_log), optional :: log
    type(hyb_host) :: host
    host%size = storage_size(host) / 8
    if (present(comm)) then
      host%has_comm = 1
      host%comm = int(comm, c_int32_t)
    end if
    if (present(log)) host%log = c_funloc(log)
  end function host_of

  subroutine step_int32_real32(this, step, date, dt, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    integer(int32), intent(in) :: step
    character(len=*), intent(in), optional :: date
    real(real32), intent(in) :: dt
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call step_domain(this, int(step, c_int64_t), date, real(dt, c_double), stat, errmsg)
  end subroutine step_int32_real32

  subroutine step_int32_real64(this, step, date, dt, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    integer(int32), intent(in) :: step
    character(len=*), intent(in), optional :: date
    real(real64), intent(in) :: dt
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call step_domain(this, int(step, c_int64_t), date, real(dt, c_double), stat, errmsg)
  end subroutine step_int32_real64

  subroutine step_int64_real32(this, step, date, dt, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    integer(int64), intent(in) :: step
    character(len=*), intent(in), optional :: date
    real(real32), intent(in) :: dt
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call step_domain(this, int(step, c_int64_t), date, real(dt, c_double), stat, errmsg)
  end subroutine step_int64_real32

  subroutine step_int64_real64(this, step, date, dt, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    integer(int64), intent(in) :: step
    character(len=*), intent(in), optional :: date
    real(real64), intent(in) :: dt
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call step_domain(this, int(step, c_int64_t), date, real(dt, c_double), stat, errmsg)
  end subroutine step_int64_real64

  subroutine step_domain(this, step, date, dt, stat, errmsg)
    class(hybrid_domain), intent(in) :: this
    integer(c_int64_t), intent(in) :: step
    character(len=*), intent(in), optional :: date
    real(c_double), intent(in) :: dt
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), target :: buffer(longest + 1)
    type(c_ptr) :: c_date
    c_date = c_null_ptr
    if (present(date)) then
      if (.not. fits(date, buffer, stat, errmsg)) return
      c_date = c_loc(buffer)
    end if
    call report(hyb_domain_step(this%handle, step, c_date, dt), stat, errmsg)
  end subroutine step_domain

  !> Waits until everything recorded so far is on disk.
  subroutine flush_domain(this, stat, errmsg)
    class(hybrid_domain), intent(in) :: this
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_domain_flush(this%handle), stat, errmsg)
  end subroutine flush_domain

  !> Writes what a restart of the run needs. Every rank calls it.
  subroutine save_domain(this, path, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    character(len=*), intent(in) :: path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_domain_save(this%handle, trim(path) // c_null_char), stat, errmsg)
  end subroutine save_domain

  !> Loads it, when all schemes are created: before the first step or between steps.
  subroutine load_domain(this, path, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    character(len=*), intent(in) :: path
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_domain_load(this%handle, trim(path) // c_null_char), stat, errmsg)
  end subroutine load_domain

  !> The shape of shared(nshared), the same on every rank, and columns(ncol, nrow).
  subroutine state_shape(this, nshared, ncol, nrow, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    integer, intent(out) :: nshared, ncol, nrow
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: n(3)
    integer(c_int32_t) :: status
    n = 0
    status = hyb_domain_state_shape(this%handle, n(1), n(2), n(3))
    nshared = int(n(1))
    nrow = int(n(2))
    ncol = int(n(3))
    call report(status, stat, errmsg)
  end subroutine state_shape

  !> Fills arrays of exactly that shape.
  subroutine state_get(this, shared, columns, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    real(real64), intent(inout), contiguous :: shared(:), columns(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_domain_state_get(this%handle, shared, size(shared, kind=c_int64_t), columns, &
      size(columns, 2, c_int64_t), size(columns, 1, c_int64_t)), stat, errmsg)
  end subroutine state_get

  !> Loads what state_get gave; columns may have gone to other ranks meanwhile.
  subroutine state_set(this, shared, columns, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    real(real64), intent(in), contiguous :: shared(:), columns(:, :)
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_domain_state_set(this%handle, shared, size(shared, kind=c_int64_t), columns, &
      size(columns, 2, c_int64_t), size(columns, 1, c_int64_t)), stat, errmsg)
  end subroutine state_set

  !> Counters, times and scores of all schemes as JSON.
  subroutine domain_statistics(this, json, stat, errmsg)
    class(hybrid_domain), intent(in) :: this
    character(len=:), allocatable, intent(out) :: json
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    type(c_ptr) :: text
    integer(c_int32_t) :: status
    status = hyb_domain_statistics(this%handle, text)
    json = hybrid_text(text)
    call report(status, stat, errmsg)
  end subroutine domain_statistics

  !> Finishes the recordings. Optional: the finalizer does it too, and the end of the process.
  subroutine destroy_domain(this, stat, errmsg)
    class(hybrid_domain), intent(inout) :: this
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: status
    status = hyb_domain_destroy(this%handle)
    this%handle = c_null_ptr
    call report(status, stat, errmsg)
  end subroutine destroy_domain

  !> Nobody can take a status here, and leaving a procedure must not end a run.
  impure elemental subroutine finalize_domain(this)
    type(hybrid_domain), intent(inout) :: this
    integer :: unheard
    call destroy_domain(this, unheard)
  end subroutine finalize_domain

  impure elemental subroutine refuse_domain_copy(to, from)
    class(hybrid_domain), intent(inout) :: to
    class(hybrid_domain), intent(in) :: from
    call refuse_copy(to%handle, from%handle, "domain")
  end subroutine refuse_domain_copy

  ! ---- Scheme ------------------------------------------------------------------------------------

  !> The scheme that the configuration calls [scheme.<name>]. orientation says where level 1 is:
  !! "top_down" (the default) or "bottom_up".
  subroutine create_scheme(this, domain, name, orientation, stat, errmsg)
    class(hybrid_scheme), intent(inout) :: this
    type(hybrid_domain), intent(in) :: domain
    character(len=*), intent(in) :: name
    character(len=*), intent(in), optional :: orientation
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char) :: c_name(longest + 1)
    integer :: place
    if (.not. is_new(this%handle, "scheme", stat, errmsg)) return
    if (.not. fits(name, c_name, stat, errmsg)) return
    place = 1
    if (present(orientation)) &
      place = place_of(orientation, orientations, "orientation", stat, errmsg)
    if (place == 0) return
    call report(hyb_scheme_create(domain%handle, c_name, int(place - 1, c_int32_t), &
      this%handle), stat, errmsg)
  end subroutine create_scheme

  !> Declares a field before the first call. role: "state" (the default), "tendency", "increment",
  !! "flag" or "noise". dims: the axes in the order of the array, such as "column level".
  subroutine declare_field(this, name, unit, role, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name, unit
    character(len=*), intent(in), optional :: role, dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char), target :: c_name(longest + 1), c_unit(longest + 1), c_dims(longest + 1)
    type(hyb_field) :: field
    integer :: place
    if (.not. fits(name, c_name, stat, errmsg)) return
    if (.not. fits(unit, c_unit, stat, errmsg)) return
    place = 1
    if (present(role)) place = place_of(role, roles, "role of " // name, stat, errmsg)
    if (place == 0) return
    field = hyb_field(storage_size(field) / 8, c_loc(c_name), c_loc(c_unit), c_null_ptr, &
      int(place, c_int32_t))
    if (present(dims)) then
      if (.not. fits(dims, c_dims, stat, errmsg)) return
      field%dims = c_loc(c_dims)
    end if
    call report(hyb_scheme_field(this%handle, field), stat, errmsg)
  end subroutine declare_field

  !> The mode that the configuration chose: "native", "record", ...
  function scheme_mode(this) result(mode)
    class(hybrid_scheme), intent(in) :: this
    character(len=:), allocatable :: mode
    type(c_ptr) :: text
    integer(c_int32_t) :: status
    status = hyb_scheme_mode(this%handle, text)
    mode = hybrid_text(text)
    call report(status)
  end function scheme_mode

  !> Opens a call for ncol columns, the first of which is local column number first (default 1).
  subroutine open_call(this, call, ncol, first, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    type(hybrid_call), intent(out) :: call
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int64_t) :: c_first
    c_first = 1
    if (present(first)) c_first = int(first, c_int64_t)
    call report(hyb_call_open(this%handle, int(ncol, c_int64_t), c_first, call%token), &
      stat, errmsg)
  end subroutine open_call

  subroutine destroy_scheme(this, stat, errmsg)
    class(hybrid_scheme), intent(inout) :: this
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: status
    status = hyb_scheme_destroy(this%handle)
    this%handle = c_null_ptr
    call report(status, stat, errmsg)
  end subroutine destroy_scheme

  impure elemental subroutine finalize_scheme(this)
    type(hybrid_scheme), intent(inout) :: this
    integer :: unheard
    call destroy_scheme(this, unheard)
  end subroutine finalize_scheme

  impure elemental subroutine refuse_scheme_copy(to, from)
    class(hybrid_scheme), intent(inout) :: to
    class(hybrid_scheme), intent(in) :: from
    call refuse_copy(to%handle, from%handle, "scheme")
  end subroutine refuse_scheme_copy

  ! ---- Call --------------------------------------------------------------------------------------

  !> Runs the emulator, where the mode has one.
  subroutine run_call(this, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_call_run(this%token), stat, errmsg)
  end subroutine run_call

  !> Whether the host has to call its native routine now: also after any failure, of which stat
  !! tells. Unlike elsewhere, a failure without stat does not end the program.
  logical function native_wanted(this, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    integer(c_int32_t) :: status, wanted
    status = hyb_call_native_wanted(this%token, wanted)
    native_wanted = status /= hybrid_ok .or. wanted /= 0
    if (present(stat)) call report(status, stat, errmsg)
  end function native_wanted

  subroutine close_call(this, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call report(hyb_call_close(this%token), stat, errmsg)
  end subroutine close_call

  !> What every put and get comes to.
  subroutine pass(to, this, name, view, dims, stat, errmsg)
    procedure(lend) :: to
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    type(hyb_view), intent(in) :: view
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char) :: c_name(longest + 1)
    type(hyb_view) :: lent
    integer(c_int32_t) :: status
    if (.not. fits(name, c_name, stat, errmsg)) return
    if (.not. with_axes(view, lent, dims, status, stat, errmsg)) return
    if (status == hybrid_ok) status = to(this%token, c_name, lent)
    call report(status, stat, errmsg)
  end subroutine pass

  !> What every observe comes to.
  subroutine pass_increment(this, name, view, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    type(hyb_view), intent(in) :: view
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char) :: c_name(longest + 1)
    type(hyb_view) :: lent
    integer(c_int64_t) :: c_first
    integer(c_int32_t) :: status
    if (.not. fits(name, c_name, stat, errmsg)) return
    if (.not. with_axes(view, lent, dims, status, stat, errmsg)) return
    c_first = 1
    if (present(first)) c_first = int(first, c_int64_t)
    if (status == hybrid_ok) &
      status = hyb_scheme_observe(this%handle, c_name, lent, int(ncol, c_int64_t), c_first)
    call report(status, stat, errmsg)
  end subroutine pass_increment

  !> A view with the axes that `dims` names, if it is there; false if that text is too long.
  logical function with_axes(view, lent, dims, status, stat, errmsg) result(short)
    type(hyb_view), intent(in) :: view
    type(hyb_view), intent(out) :: lent
    character(len=*), intent(in), optional :: dims
    integer(c_int32_t), intent(out) :: status
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    character(kind=c_char) :: c_dims(longest + 1)
    lent = view
    status = hybrid_ok
    short = .true.
    if (.not. present(dims)) return
    short = fits(dims, c_dims, stat, errmsg)
    if (short) status = hyb_axes(c_dims, lent%axes)
  end function with_axes

  ! ---- Sequence association ----------------------------------------------------------------------
  !
  ! For callers whose array is x(ld, *) in storage, whatever it is declared as: pass its first
  ! element, its leading dimension ld, the columns kstart:kend and the number of levels nlev, one
  ! after the other; nlev = 0 for a field without levels. Fixed-form code may write
  !
  !     call hybrid_put_real64(this, 'air_temperature', zrgp(1,it,ib), nproma, kidia, kfdia, klev)
  !
  ! Elements outside kstart:kend are neither read nor written.

  subroutine hybrid_put_real32(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_put, this, name, kind_real32, c_loc(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_put_real32

  subroutine hybrid_get_real32(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(inout) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_get, this, name, kind_real32, c_loc(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_get_real32

  subroutine hybrid_put_real64(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_put, this, name, kind_real64, c_loc(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_put_real64

  subroutine hybrid_get_real64(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(inout) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_get, this, name, kind_real64, c_loc(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_get_real64

  subroutine hybrid_put_int32(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(in) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_put, this, name, kind_int32, c_loc(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_put_int32

  subroutine hybrid_get_int32(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(inout) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_get, this, name, kind_int32, c_loc(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_get_int32

  subroutine hybrid_put_logical(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(in) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_put, this, name, kind_logical, place_of_flag(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_put_logical

  subroutine hybrid_get_logical(this, name, x, ld, kstart, kend, nlev, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(inout) :: x(*)
    integer, intent(in) :: ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_rows(hyb_call_get, this, name, kind_logical, place_of_flag(x(1)), &
                   [ld, kstart, kend, nlev], stat, errmsg)
  end subroutine hybrid_get_logical

  subroutine pass_rows(to, this, name, kind, at, rows, stat, errmsg)
    procedure(lend) :: to
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(c_int32_t), intent(in) :: kind
    type(c_ptr), intent(in) :: at !! the first element
    integer, intent(in) :: rows(4) !! ld, kstart, kend, nlev
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    associate (ld => rows(1), kstart => rows(2), kend => rows(3), nlev => rows(4))
      if (kstart < 1 .or. kend < kstart - 1 .or. nlev < 0 .or. (nlev > 0 .and. kend > ld)) then
        call fail(hybrid_error_shape, trim(name) // ": expected 1 <= kstart <= kend <= ld and " // &
          "nlev >= 0, found kstart=" // decimal(kstart) // " kend=" // decimal(kend) // " ld=" // &
          decimal(ld) // " nlev=" // decimal(nlev), stat, errmsg)
      else
        call pass(to, this, name, view_of_rows(kind, at, rows), stat=stat, errmsg=errmsg)
      end if
    end associate
  end subroutine pass_rows

  function view_of_rows(kind, at, rows) result(view)
    integer(c_int32_t), intent(in) :: kind
    type(c_ptr), intent(in) :: at
    integer, intent(in) :: rows(4) !! ld, kstart, kend, nlev
    type(hyb_view) :: view
    integer(c_int64_t) :: bytes
    bytes = merge(8, 4, kind == kind_real64)
    if (rows(4) == 0) then
      call describe(view, kind, [rows(3) - rows(2) + 1])
    else
      call describe(view, kind, [rows(3) - rows(2) + 1, rows(4)])
    end if
    view%data = transfer(address(at) + bytes * (rows(2) - 1), c_null_ptr)
    view%stride(1:2) = [bytes, bytes * rows(1)]
  end function view_of_rows

  ! ---- Arrays ------------------------------------------------------------------------------------
  !
  ! One function and two subroutines for each kind and rank, all alike; whatever they share is in
  ! pass, describe and locate. Unlimited polymorphic dummies would need only ten procedures, but
  ! gfortran 12 passes them sections of components, such as cell(:)%lat, with a wrong stride.

  !> Fills a view with what is known before the address.
  pure subroutine describe(view, kind, shape)
    type(hyb_view), intent(inout) :: view
    integer(c_int32_t), intent(in) :: kind
    integer, intent(in) :: shape(:)
    view%size = storage_size(view) / 8
    view%kind = kind
    view%rank = size(shape, kind=c_int32_t)
    view%extent(:size(shape)) = shape
  end subroutine describe

  !> Adds where the first element and its neighbour along each axis are: the strides of any section
  !! without a look into the compiler's descriptor. An axis of one element has itself as neighbour.
  subroutine locate(view, element)
    type(hyb_view), intent(inout) :: view
    type(c_ptr), intent(in) :: element(0:)
    integer :: i
    view%data = element(0)
    do i = 1, ubound(element, 1)
      view%stride(i) = address(element(i)) - address(element(0))
    end do
  end subroutine locate

  pure integer(c_intptr_t) function address(of)
    type(c_ptr), intent(in) :: of
    address = transfer(of, address)
  end function address

  !> Fortran 2008 allows c_loc of any such scalar; flang warns of a logical, so it is done once.
  function place_of_flag(flag) result(place)
    logical(logical32), target, intent(in) :: flag
    type(c_ptr) :: place
    place = c_loc(flag)
  end function place_of_flag

  ! ---- real32 ------------------------------------------------------------------------------------

  type(hyb_view) function view_real32_0(x) result(view)
    real(real32), target, intent(in) :: x
    call describe(view, kind_real32, [integer :: ])
    view%data = c_loc(x)
  end function view_real32_0
  subroutine put_real32_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real32_0
  subroutine get_real32_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(inout) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real32_0

  type(hyb_view) function view_real32_1(x) result(view)
    real(real32), target, intent(in) :: x(:)
    integer :: n(1)
    n = min(2, shape(x))
    call describe(view, kind_real32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1)), c_loc(x(n(1)))])
  end function view_real32_1
  subroutine put_real32_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real32_1
  subroutine get_real32_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(inout) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real32_1

  type(hyb_view) function view_real32_2(x) result(view)
    real(real32), target, intent(in) :: x(:, :)
    integer :: n(2)
    n = min(2, shape(x))
    call describe(view, kind_real32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1)), c_loc(x(n(1), 1)), c_loc(x(1, n(2)))])
  end function view_real32_2
  subroutine put_real32_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real32_2
  subroutine get_real32_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(inout) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real32_2

  type(hyb_view) function view_real32_3(x) result(view)
    real(real32), target, intent(in) :: x(:, :, :)
    integer :: n(3)
    n = min(2, shape(x))
    call describe(view, kind_real32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1, 1)), c_loc(x(n(1), 1, 1)), &
      c_loc(x(1, n(2), 1)), c_loc(x(1, 1, n(3)))])
  end function view_real32_3
  subroutine put_real32_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real32_3
  subroutine get_real32_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(inout) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real32_3

  type(hyb_view) function view_real32_4(x) result(view)
    real(real32), target, intent(in) :: x(:, :, :, :)
    integer :: n(4)
    n = min(2, shape(x))
    call describe(view, kind_real32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1, 1, 1)), c_loc(x(n(1), 1, 1, 1)), &
      c_loc(x(1, n(2), 1, 1)), c_loc(x(1, 1, n(3), 1)), c_loc(x(1, 1, 1, n(4)))])
  end function view_real32_4
  subroutine put_real32_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real32_4
  subroutine get_real32_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(inout) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real32_4

  ! ---- real64 ------------------------------------------------------------------------------------

  type(hyb_view) function view_real64_0(x) result(view)
    real(real64), target, intent(in) :: x
    call describe(view, kind_real64, [integer :: ])
    view%data = c_loc(x)
  end function view_real64_0
  subroutine put_real64_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real64_0
  subroutine get_real64_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(inout) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real64_0

  type(hyb_view) function view_real64_1(x) result(view)
    real(real64), target, intent(in) :: x(:)
    integer :: n(1)
    n = min(2, shape(x))
    call describe(view, kind_real64, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1)), c_loc(x(n(1)))])
  end function view_real64_1
  subroutine put_real64_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real64_1
  subroutine get_real64_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(inout) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real64_1

  type(hyb_view) function view_real64_2(x) result(view)
    real(real64), target, intent(in) :: x(:, :)
    integer :: n(2)
    n = min(2, shape(x))
    call describe(view, kind_real64, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1)), c_loc(x(n(1), 1)), c_loc(x(1, n(2)))])
  end function view_real64_2
  subroutine put_real64_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real64_2
  subroutine get_real64_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(inout) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real64_2

  type(hyb_view) function view_real64_3(x) result(view)
    real(real64), target, intent(in) :: x(:, :, :)
    integer :: n(3)
    n = min(2, shape(x))
    call describe(view, kind_real64, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1, 1)), c_loc(x(n(1), 1, 1)), &
      c_loc(x(1, n(2), 1)), c_loc(x(1, 1, n(3)))])
  end function view_real64_3
  subroutine put_real64_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real64_3
  subroutine get_real64_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(inout) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real64_3

  type(hyb_view) function view_real64_4(x) result(view)
    real(real64), target, intent(in) :: x(:, :, :, :)
    integer :: n(4)
    n = min(2, shape(x))
    call describe(view, kind_real64, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1, 1, 1)), c_loc(x(n(1), 1, 1, 1)), &
      c_loc(x(1, n(2), 1, 1)), c_loc(x(1, 1, n(3), 1)), c_loc(x(1, 1, 1, n(4)))])
  end function view_real64_4
  subroutine put_real64_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_real64_4
  subroutine get_real64_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(inout) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_real64_4

  ! ---- int32 -------------------------------------------------------------------------------------

  type(hyb_view) function view_int32_0(x) result(view)
    integer(int32), target, intent(in) :: x
    call describe(view, kind_int32, [integer :: ])
    view%data = c_loc(x)
  end function view_int32_0
  subroutine put_int32_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(in) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_int32_0
  subroutine get_int32_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(inout) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_int32_0

  type(hyb_view) function view_int32_1(x) result(view)
    integer(int32), target, intent(in) :: x(:)
    integer :: n(1)
    n = min(2, shape(x))
    call describe(view, kind_int32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1)), c_loc(x(n(1)))])
  end function view_int32_1
  subroutine put_int32_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(in) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_int32_1
  subroutine get_int32_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(inout) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_int32_1

  type(hyb_view) function view_int32_2(x) result(view)
    integer(int32), target, intent(in) :: x(:, :)
    integer :: n(2)
    n = min(2, shape(x))
    call describe(view, kind_int32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1)), c_loc(x(n(1), 1)), c_loc(x(1, n(2)))])
  end function view_int32_2
  subroutine put_int32_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(in) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_int32_2
  subroutine get_int32_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(inout) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_int32_2

  type(hyb_view) function view_int32_3(x) result(view)
    integer(int32), target, intent(in) :: x(:, :, :)
    integer :: n(3)
    n = min(2, shape(x))
    call describe(view, kind_int32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1, 1)), c_loc(x(n(1), 1, 1)), &
      c_loc(x(1, n(2), 1)), c_loc(x(1, 1, n(3)))])
  end function view_int32_3
  subroutine put_int32_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(in) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_int32_3
  subroutine get_int32_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(inout) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_int32_3

  type(hyb_view) function view_int32_4(x) result(view)
    integer(int32), target, intent(in) :: x(:, :, :, :)
    integer :: n(4)
    n = min(2, shape(x))
    call describe(view, kind_int32, shape(x))
    if (all(n > 0)) call locate(view, [c_loc(x(1, 1, 1, 1)), c_loc(x(n(1), 1, 1, 1)), &
      c_loc(x(1, n(2), 1, 1)), c_loc(x(1, 1, n(3), 1)), c_loc(x(1, 1, 1, n(4)))])
  end function view_int32_4
  subroutine put_int32_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(in) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_int32_4
  subroutine get_int32_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    integer(int32), target, intent(inout) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_int32_4

  ! ---- logical -----------------------------------------------------------------------------------

  type(hyb_view) function view_logical_0(x) result(view)
    logical(logical32), target, intent(in) :: x
    call describe(view, kind_logical, [integer :: ])
    view%data = place_of_flag(x)
  end function view_logical_0
  subroutine put_logical_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(in) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_logical_0
  subroutine get_logical_0(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(inout) :: x
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_logical_0

  type(hyb_view) function view_logical_1(x) result(view)
    logical(logical32), target, intent(in) :: x(:)
    integer :: n(1)
    n = min(2, shape(x))
    call describe(view, kind_logical, shape(x))
    if (all(n > 0)) call locate(view, [place_of_flag(x(1)), place_of_flag(x(n(1)))])
  end function view_logical_1
  subroutine put_logical_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(in) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_logical_1
  subroutine get_logical_1(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(inout) :: x(:)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_logical_1

  type(hyb_view) function view_logical_2(x) result(view)
    logical(logical32), target, intent(in) :: x(:, :)
    integer :: n(2)
    n = min(2, shape(x))
    call describe(view, kind_logical, shape(x))
    if (all(n > 0)) call locate(view, [place_of_flag(x(1, 1)), place_of_flag(x(n(1), 1)), &
      place_of_flag(x(1, n(2)))])
  end function view_logical_2
  subroutine put_logical_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(in) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_logical_2
  subroutine get_logical_2(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(inout) :: x(:, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_logical_2

  type(hyb_view) function view_logical_3(x) result(view)
    logical(logical32), target, intent(in) :: x(:, :, :)
    integer :: n(3)
    n = min(2, shape(x))
    call describe(view, kind_logical, shape(x))
    if (all(n > 0)) call locate(view, [place_of_flag(x(1, 1, 1)), place_of_flag(x(n(1), 1, 1)), &
      place_of_flag(x(1, n(2), 1)), place_of_flag(x(1, 1, n(3)))])
  end function view_logical_3
  subroutine put_logical_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(in) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_logical_3
  subroutine get_logical_3(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(inout) :: x(:, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_logical_3

  type(hyb_view) function view_logical_4(x) result(view)
    logical(logical32), target, intent(in) :: x(:, :, :, :)
    integer :: n(4)
    n = min(2, shape(x))
    call describe(view, kind_logical, shape(x))
    if (all(n > 0)) call locate(view, [place_of_flag(x(1, 1, 1, 1)), &
      place_of_flag(x(n(1), 1, 1, 1)), place_of_flag(x(1, n(2), 1, 1)), &
      place_of_flag(x(1, 1, n(3), 1)), place_of_flag(x(1, 1, 1, n(4)))])
  end function view_logical_4
  subroutine put_logical_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(in) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_put, this, name, view_of(x), dims, stat, errmsg)
  end subroutine put_logical_4
  subroutine get_logical_4(this, name, x, dims, stat, errmsg)
    class(hybrid_call), intent(in) :: this
    character(len=*), intent(in) :: name
    logical(logical32), target, intent(inout) :: x(:, :, :, :)
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass(hyb_call_get, this, name, view_of(x), dims, stat, errmsg)
  end subroutine get_logical_4
  ! ---- Increments --------------------------------------------------------------------------------

  subroutine observe_real32_1(this, name, x, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:)
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_increment(this, name, view_of(x), ncol, first, dims, stat, errmsg)
  end subroutine observe_real32_1

  subroutine observe_real32_2(this, name, x, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:, :)
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_increment(this, name, view_of(x), ncol, first, dims, stat, errmsg)
  end subroutine observe_real32_2

  subroutine observe_real32_3(this, name, x, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real32), target, intent(in) :: x(:, :, :)
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_increment(this, name, view_of(x), ncol, first, dims, stat, errmsg)
  end subroutine observe_real32_3

  subroutine observe_real64_1(this, name, x, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:)
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_increment(this, name, view_of(x), ncol, first, dims, stat, errmsg)
  end subroutine observe_real64_1

  subroutine observe_real64_2(this, name, x, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:, :)
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_increment(this, name, view_of(x), ncol, first, dims, stat, errmsg)
  end subroutine observe_real64_2

  subroutine observe_real64_3(this, name, x, ncol, first, dims, stat, errmsg)
    class(hybrid_scheme), intent(in) :: this
    character(len=*), intent(in) :: name
    real(real64), target, intent(in) :: x(:, :, :)
    integer, intent(in) :: ncol
    integer, intent(in), optional :: first
    character(len=*), intent(in), optional :: dims
    integer, intent(out), optional :: stat
    character(len=*), intent(inout), optional :: errmsg
    call pass_increment(this, name, view_of(x), ncol, first, dims, stat, errmsg)
  end subroutine observe_real64_3

end module hybrid
