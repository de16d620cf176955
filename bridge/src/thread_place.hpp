// SPDX-License-Identifier: BSD-3-Clause
// A small number for each thread of the process, by which threads keep out of each other's way.
#pragma once

#include <cstddef>

namespace hyb {

// What is kept by thread is kept in so many places; with more threads, some share one.
constexpr size_t thread_places = 64;

// The calling thread's place, from 0.
size_t thread_place() noexcept;

}  // namespace hyb
