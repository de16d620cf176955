// SPDX-License-Identifier: BSD-3-Clause
// What the statistics of the scheme "test" say.
#pragma once

#include <nlohmann/json.hpp>

#include "model.hpp"

inline nlohmann::json statistics_of(const Scheme &scheme) {
  const char *json = nullptr;
  CHECK_OK(hyb_domain_statistics(scheme.domain.handle, &json));
  return nlohmann::json::parse(json)["schemes"]["test"];
}

inline int64_t counted(const Scheme &scheme, const char *what) {
  return statistics_of(scheme)[what].get<int64_t>();
}
