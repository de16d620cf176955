#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# usage: run.sh BUILD SECONDS TARGET...: each target under libFuzzer, one after the other. What it
# learns stays in BUILD/corpus; an input with a finding goes to BUILD/findings, and the status is 1.
set -u
build=$1 seconds=$2 status=0
shift 2
seeds=$(dirname "$0")/corpus
mkdir -p "$build/findings"
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 ASAN_OPTIONS=allocator_may_return_null=1
for target; do
  mkdir -p "$build/corpus/$target"
  dictionary="$(dirname "$0")/$target.dict"
  "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
    $(test ! -f "$dictionary" || echo "-dict=$dictionary") \
    "$build/corpus/$target" "$seeds/$target" > "$build/findings/$target.log" 2>&1 || status=1
  echo "$target: $(grep -c 'SUMMARY:' "$build/findings/$target.log") findings," \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/findings/$target.log") executions" \
    "($build/findings/$target.log)"
done
exit $status
