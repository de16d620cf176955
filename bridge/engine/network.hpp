// SPDX-License-Identifier: BSD-3-Clause
// A network file, opened, and run by any number of threads at once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hybrid_plugin.h"
#include "plan.hpp"
#include "tensor_file.hpp"

namespace hybrid_builtin {

class Network {
 public:
  Network(const char *path, const hyb_backend_options &options);
  ~Network();

  const std::string &path() const { return file_.path(); }
  const std::string &card() const { return file_.text("card"); }
  void prepare(const hyb_signature &signature, hyb_plan &plan);
  void run(const hyb_matrices &matrices);

 private:
  struct Workspace;
  class Lease;

  template <class Real>
  void run_as(const hyb_matrices &matrices);
  template <class Real>
  void copy_in(const Frame &frame, const Real *x, int64_t ld, int64_t count) const;
  template <class Real>
  void copy_out(const Frame &frame, Real *y, int64_t ld, int64_t count) const;

  TensorFile file_;
  Graph graph_;
  Plan plan_;
  std::string about_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
  size_t made_ = 0;  // workspaces, idle or not
};

}  // namespace hybrid_builtin
