#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# usage: test_linking.sh libhybrid.so hybrid.h
# The library exports what the header declares and links nothing but the C and C++ libraries.
set -eu
command -v nm > /dev/null && command -v readelf > /dev/null || exit 77

declared=$(grep -oE 'HYB_API .*\bhyb_[a-z_]+\(' "$2" | grep -oE 'hyb_[a-z_]+\($' | tr -d '(' | sort)
exported=$(nm -D --defined-only "$1" | awk '{print $3}' | sort)
if [ "$declared" != "$exported" ]; then
  printf 'expected these symbols:\n%s\nfound:\n%s\n' "$declared" "$exported"
  exit 1
fi

needed=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
  grep -vE '^(libstdc\+\+|libm|libgcc_s|libc|libdl|libpthread|ld-linux.*|lib[abtu]+san)\.so' || true)
if [ -n "$needed" ]; then
  printf 'expected no library but those of C and C++, found:\n%s\n' "$needed"
  exit 1
fi
