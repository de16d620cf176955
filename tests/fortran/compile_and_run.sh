#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the tests of the Fortran face as a host would: hybrid.f90 and the host's files with one
# compiler and one set of flags, linked with -lhybrid. Then runs them.
#
#   compile_and_run.sh mock|host COMPILER FLAGS SOURCES BUILD
#
# mock: with mock_hybrid.c in place of the library. host: with libhybrid.so of the build folder.
set -eu
what=$1 compiler=$2 flags=$3 sources=$4 build=$5
tests=$sources/tests/fortran
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

compile() { # file...
  for file; do $compiler $flags -c "$file"; done
}

run() { # program, object...
  program=$1; shift
  $compiler $flags "$tests/$program.f90" "$@" -o "$program"
  printf '%s: ' "$program"
  "./$program" $arguments
}
arguments=

compile "$sources/fortran/hybrid/hybrid.f90" "$tests/check.f90"

if [ "$what" = mock ]; then
  ${CC:-cc} -std=c11 -I"$build/bridge" -I"$sources/bridge/include" -c "$tests/mock_hybrid.c"
  compile "$tests/mock.f90" "$tests/fixed_caller.f"
  objects="hybrid.o check.o mock.o mock_hybrid.o"
  run test_put $objects
  run test_get $objects
  run test_rows fixed_caller.o $objects
  run test_handles $objects
  # A failure that nobody looks at: a message, and the end.
  if ./test_handles stop 2> said; then echo "the program went on"; exit 1; fi
  grep -q 'expected a file, found none' said
else
  compile "$tests/host_model.f90"
  mkdir alone # libhybrid.so without its plug-ins
  cp "$build/bridge/src/libhybrid.so" alone
  library="-Lalone -Wl,-rpath,$work/alone -lhybrid"
  objects="hybrid.o check.o host_model.o"
  run host_native $objects $library
  run host_errors $objects $library
  if [ -n "${HYBRID_PLUGIN_PATH:-}" ]; then
    arguments=$tests/emulator.py
    run host_emulate $objects $library
    arguments=
  fi
  if echo 'end' > omp.f90 && $compiler $flags -fopenmp omp.f90 -o omp 2> /dev/null; then
    flags="$flags -fopenmp"
    compile "$sources/fortran/hybrid/hybrid.f90" "$tests/check.f90" "$tests/host_model.f90"
    export OMP_NUM_THREADS=4
    run host_openmp $objects $library
  else
    echo "host_openmp: left out, $compiler has no OpenMP library"
  fi
fi
