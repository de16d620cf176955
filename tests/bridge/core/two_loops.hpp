// SPDX-License-Identifier: BSD-3-Clause
// The two-loop form of the little host: submit all blocks, then finish them; and what the plug-in
// and the statistics counted meanwhile.
#pragma once

#include <nlohmann/json.hpp>

#include "model.hpp"

inline PluginCounts backend_counts() { return plugin_counts("torch"); }

inline nlohmann::json statistics_of(const Scheme &scheme) {
  const char *json = nullptr;
  CHECK_OK(hyb_domain_statistics(scheme.domain.handle, &json));
  return nlohmann::json::parse(json)["schemes"]["test"];
}

inline int64_t counted(const Scheme &scheme, const char *what) {
  return statistics_of(scheme)[what].get<int64_t>();
}

// A call that was put and run.
inline Call submitted(const Scheme &scheme, const Model &model, int64_t first, int64_t n) {
  const Call call(scheme, n, first);
  model.put_all(call, first, n);
  CHECK_OK(call.run());
  return call;
}

inline void finish(const Call &call, Model &model, int64_t first, int64_t n) {
  if (call.native_wanted()) model.run_native(first, n);
  model.get_all(call, first, n);
  CHECK_OK(call.close());
}

inline int32_t status_of_asking(const Call &call, int32_t wanted_then) {
  int32_t wanted = -1;
  const int32_t status = hyb_call_native_wanted(&call.handle, &wanted);
  CHECK_EQ(wanted, wanted_then);
  return status;
}

inline std::vector<Call> submitted_blocks(const Scheme &scheme, const Model &model, int64_t size) {
  std::vector<Call> calls;
  for (int64_t first = 1; first <= model.ncol; first += size)
    calls.push_back(submitted(scheme, model, first, std::min(size, model.ncol - first + 1)));
  return calls;
}

inline void finish_blocks(const std::vector<Call> &calls, Model &model, int64_t size) {
  for (size_t i = 0; i < calls.size(); ++i) {
    const int64_t first = 1 + size * static_cast<int64_t>(i);
    finish(calls[i], model, first, std::min(size, model.ncol - first + 1));
  }
}
