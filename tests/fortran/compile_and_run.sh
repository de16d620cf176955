#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the tests of the Fortran face as a host would: hybrid.f90 and the host's files with one
# compiler and one set of flags, linked with -lhybrid. Then runs them.
#
#   compile_and_run.sh mock|host COMPILER FLAGS SOURCES BUILD [PLUGINS]
#
# mock: with mock_hybrid.c in place of the library. host: with a copy of libhybrid.so that finds no
# plug-in, and then, where the folder of the Python backend is given, with an emulator.
set -eu
what=$1 compiler=$2 flags=$3 sources=$4 build=$5 plugins=${6:-}
tests=$sources/tests/fortran
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

compile() { # file...
  for file; do $compiler $flags -c "$file"; done
}

link() { # program, object...
  program=$1; shift
  $compiler $flags "$tests/$program.f90" "$@" -o "$program"
  printf '%s: ' "$program"
}

compile_host() {
  compile "$sources/fortran/hybrid/hybrid.f90" "$tests/check.f90" "$tests/host_model.f90"
}

run_with_mock() {
  ${CC:-cc} -std=c11 -I"$build/bridge" -I"$sources/bridge/include" -c "$tests/mock_hybrid.c"
  compile "$sources/fortran/hybrid/hybrid.f90" "$tests/check.f90" "$tests/mock.f90"
  compile "$tests/fixed_caller.f"
  objects="hybrid.o check.o mock.o mock_hybrid.o"
  link test_put $objects && ./test_put
  link test_get $objects && ./test_get
  link test_rows fixed_caller.o $objects && ./test_rows
  link test_observe $objects && ./test_observe
  link test_handles $objects && ./test_handles
  # A failure that nobody looks at: a message, and the end.
  if ./test_handles stop 2> said; then echo "the program went on"; exit 1; fi
  grep -q 'expected a file, found none' said
}

run_as_host() {
  mkdir alone
  cp "$build/bridge/src/libhybrid.so" alone
  export LD_LIBRARY_PATH="$work/alone:${LD_LIBRARY_PATH:-}"
  compile_host
  objects="hybrid.o check.o host_model.o -Lalone -lhybrid"
  link host_native $objects && ./host_native
  link host_errors $objects && ./host_errors
  link host_state $objects && ./host_state
  if [ -e "$build/bridge/netcdf/libhybrid_netcdf.so" ]; then
    HYBRID_PLUGIN_PATH=$build/bridge/netcdf ./host_state netcdf
  fi
  if [ -n "$plugins" ]; then
    link host_emulate $objects && HYBRID_PLUGIN_PATH=$plugins ./host_emulate "$tests/emulator.py"
  fi
}

run_threads() {
  flags="$flags -fopenmp"
  echo 'end' > empty.f90
  if ! $compiler $flags empty.f90 -o empty 2> /dev/null; then
    echo "host_openmp: left out, $compiler finds no OpenMP library"
    return
  fi
  compile_host
  export OMP_NUM_THREADS=4
  link host_openmp $objects && ./host_openmp
  if [ -n "$plugins" ]; then
    HYBRID_PLUGIN_PATH=$plugins ./host_openmp "$tests/emulator.py"
  fi
}

case $what in
  mock) run_with_mock ;;
  host) run_as_host; run_threads ;;
esac
