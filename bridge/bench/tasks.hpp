// SPDX-License-Identifier: BSD-3-Clause
// What the program does: each task takes a job and gives its result, both JSON.
#pragma once

#include <nlohmann/json.hpp>

namespace hybrid_bench {

// Plain libtorch, every emulator and the products alone, by network and block.
nlohmann::json compare(const nlohmann::json &job);

// One emulator by the form of the host's loop and threads.
nlohmann::json scaling(const nlohmann::json &job);

// Passes over all columns whenever a line comes on standard input: for several at once.
nlohmann::json rank(const nlohmann::json &job);

// One emulator on a device, and what bounds it.
nlohmann::json device(const nlohmann::json &job);

// What guards, constraints, hooks and the audit add to an emulator.
nlohmann::json online(const nlohmann::json &job);

// Steps that write records of the statistics.
nlohmann::json records(const nlohmann::json &job);

// Time and memory to the first result.
nlohmann::json start(const nlohmann::json &job);

// Memory before and after many calls.
nlohmann::json calls(const nlohmann::json &job);

}  // namespace hybrid_bench
