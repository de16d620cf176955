// SPDX-License-Identifier: BSD-3-Clause
// A host with one scheme, through the public verbs.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "fields.hpp"

namespace hybrid_bench {

// What the scheme's statistics tell apart; the last one is the host's own.
constexpr std::array<const char *, 8> stage_names = {"pack",      "guard",  "infer",   "hooks",
                                                     "constrain", "native", "scatter", "step"};
constexpr size_t native_stage = 5;
using Stages = std::array<double, stage_names.size()>;  // [s]

struct Emulator {
  std::string file, backend, device;  // the last two may be "": the library's choice
  int64_t columns;                    // of one inference
};

Emulator emulator_of(const nlohmann::json &job, int64_t columns);

// What else a host has: columns that its domain knows, and further tables of its configuration.
struct Setup {
  std::string tables = "";
  int64_t ncol = 0;    // 0: they are not known
  bool quiet = false;  // no warnings, where columns are rejected on purpose
};

// Throws std::runtime_error with the library's message where it fails.
class Host {
 public:
  Host(const Network &network, const Emulator &emulator, const Setup &setup = {});

  hyb_call put_and_run(HostArrays &x, int64_t first, int64_t ncol) const;
  bool native_wanted(const hyb_call &call) const;
  void get_and_close(const hyb_call &call, HostArrays &y, int64_t first, int64_t ncol) const;
  void step(int64_t number) const;
  Stages stages() const;  // spent so far

 private:
  struct Destroy {
    void operator()(hyb_domain *domain) const { hyb_domain_destroy(domain); }
    void operator()(hyb_scheme *scheme) const { hyb_scheme_destroy(scheme); }
  };
  std::unique_ptr<hyb_domain, Destroy> domain_;
  std::unique_ptr<hyb_scheme, Destroy> scheme_;
};

}  // namespace hybrid_bench
