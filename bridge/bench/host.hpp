// SPDX-License-Identifier: BSD-3-Clause
// A host with one scheme, through the public verbs.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "fields.hpp"

namespace hybrid_bench {

constexpr std::array<const char *, 3> stage_names = {"pack", "infer", "scatter"};
using Stages = std::array<double, 3>;  // [s]

struct Emulator {
  std::string file, backend, device;  // the last two may be "": the library's choice
  int64_t columns;                    // of one inference
};

Emulator emulator_of(const nlohmann::json &job, int64_t columns);

// Throws std::runtime_error with the library's message where it fails.
class Host {
 public:
  Host(const Network &network, const Emulator &emulator);

  hyb_call put_and_run(HostArrays &x, int64_t first, int64_t ncol) const;
  void get_and_close(const hyb_call &call, HostArrays &y, int64_t first, int64_t ncol) const;
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
