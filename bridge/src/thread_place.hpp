// SPDX-License-Identifier: BSD-3-Clause
// A small number for each thread of the process, by which threads keep out of each other's way.
#pragma once

#include <cstddef>

namespace hyb {

// What is kept by thread is kept in so many places; a place is free again when its thread has
// ended. With more threads at a time some share one, and may wait for each other.
constexpr size_t thread_places = 1024;

// The calling thread's place, from 0.
size_t thread_place() noexcept;

}  // namespace hyb
