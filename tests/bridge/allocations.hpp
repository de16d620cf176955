// SPDX-License-Identifier: BSD-3-Clause
// Counts what the whole process allocates. For one file of a program.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>

#include "sanitizers.hpp"

static std::atomic<long> allocations{0};

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// In front of those of the C library.
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *malloc(size_t n) noexcept { return ++allocations, __libc_malloc(n); }
void *calloc(size_t n, size_t size) noexcept { return ++allocations, __libc_calloc(n, size); }
void *realloc(void *old, size_t n) noexcept { return ++allocations, __libc_realloc(old, n); }
void *aligned_alloc(size_t to, size_t n) noexcept { return ++allocations, __libc_memalign(to, n); }
}
#endif

// A call through volatile pointers, as the compiler leaves out what it sees to be unused.
inline bool every_kind_is_counted() {
  void *(*volatile allocate)(size_t) = malloc;
  void *(*volatile clear)(size_t, size_t) = calloc;
  void *(*volatile grow)(void *, size_t) = realloc;
  void *(*volatile align)(size_t, size_t) = aligned_alloc;
  const long before = allocations;
  void *const memory[] = {grow(allocate(8), 4096), clear(8, 8), align(64, 64)};
  const long counted = allocations - before;
  for (void *one : memory) free(one);
  return counted == 4;
}
