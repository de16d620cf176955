#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds M7 and its tests as a host would, with one compiler and one set of flags, and runs them.
#
#   as_host.sh COMPILER FLAGS TESTS SOURCE...
#
# TESTS: the folder of this file. SOURCE...: those of M7 in the order of their dependencies.
set -eu
compiler=$1 flags=$2 tests=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for file in "$@" "$tests/../check.f90" "$tests/m7_states.f90"; do $compiler $flags -c "$file"; done
for name in kernels collisions particles water modes limits blocks refusals; do
  $compiler $flags "$tests/test_m7_$name.f90" ./*.o -o "$name" 2> said || { cat said; exit 1; }
  rm -f "test_m7_$name.o"
  printf '%s: ' "$name"
  "./$name"
done
