// SPDX-License-Identifier: BSD-3-Clause
#include "contest.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "clock.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;
using Values = std::vector<double>;

bool same_bits(const Values &a, const Values &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof a[0]) == 0;
}

// How often this thread had to give up its core.
int64_t interruptions() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

// Of the finite ones.
double largest(const Values &values) {
  double found = 0;
  for (const double value : values)
    if (std::isfinite(value)) found = std::max(found, std::abs(value));
  return found;
}

bool alike(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// The largest, relative to the largest value; infinite where one of two is not finite.
double difference(const Values &a, const Values &b) {
  double found = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (alike(a[i], b[i])) continue;
    const double here = std::abs(a[i] - b[i]);
    found = std::isfinite(here) ? std::max(found, here) : HUGE_VAL;
  }
  const double scale = largest(b);
  return scale > 0 ? found / scale : found;
}

// Rounding of real32 leaves some 1e-6 in networks like these; this is another computation.
constexpr double too_different = 1e-4;

void require_alike(double found, const json &first) {
  if (found <= too_different) return;
  const std::string name = first.value("contender", "plain");
  throw std::runtime_error("results: expected those of " +
                           (name == "plain" ? "plain libtorch" : name) + ", found others, by " +
                           std::to_string(found) + " of the largest");
}

}  // namespace

Pace pace_of(const json &job) { return {job.at("rounds"), job.at("seconds")}; }

void Contest::guarded(Entry &entry, const std::function<void()> &work) try {
  work();
} catch (const std::exception &error) {
  entry.row["error"] = error.what();
  entry.contender.reset();
}

void Contest::add(json row, const std::function<std::unique_ptr<Contender>()> &make) {
  entries_.emplace_back();
  Entry &entry = entries_.back();
  entry.row = std::move(row);
  guarded(entry, [&] { entry.contender = make(); });
}

// Several calls first: libtorch optimises a graph while it runs it for the first times.
void Contest::prepare(Entry &entry, const Pace &pace) {
  for (int i = 0; i < 3; ++i) {
    entry.contender->clear();
    entry.contender->run();
  }
  const double start = now();
  entry.contender->run();
  const double once = now() - start;
  entry.calls = once < pace.seconds ? static_cast<int64_t>(std::ceil(pace.seconds / once)) : 1;
}

void Contest::compare() {
  const Values *first = nullptr;
  json row_of_first;
  for (Entry &entry : entries_) {
    if (!entry.contender) continue;
    entry.contender->clear();  // an increment is added to what is there
    guarded(entry, [&] { entry.contender->run(); });
    const HostArrays *result = entry.contender ? entry.contender->result() : nullptr;
    if (!result) continue;
    entry.row["largest"] = largest(result->values());
    if (!first) {
      first = &result->values();
      row_of_first = entry.row;
      continue;
    }
    entry.row["difference"] = difference(result->values(), *first);
    entry.row["same_bits"] = same_bits(result->values(), *first);
    guarded(entry, [&] { require_alike(entry.row["difference"], row_of_first); });
  }
}

Contest::Sample Contest::sample(Entry &entry) {
  if (entry.calls > 1) entry.contender->run();
  Stages stages = entry.contender->stages();
  const double start = now();
  for (int64_t i = 0; i < entry.calls; ++i) entry.contender->run();
  const auto calls = static_cast<double>(entry.calls);
  const double seconds = (now() - start) / calls;
  const Stages after = entry.contender->stages();
  for (size_t i = 0; i < after.size(); ++i) stages[i] = (after[i] - stages[i]) / calls;
  return {seconds, stages};
}

// Again, but not for ever, where the system gave the core to somebody else meanwhile.
void Contest::slot(Entry &entry) {
  Sample found{};
  for (int tries = 0; tries < 4; ++tries) {
    const int64_t before = interruptions();
    found = sample(entry);
    if (interruptions() == before) break;
  }
  entry.seconds.push_back(found.seconds);
  for (size_t i = 0; i < found.stages.size(); ++i) entry.stages[i].push_back(found.stages[i]);
}

// Each time another contender is first.
void Contest::round(size_t number) {
  for (size_t i = 0; i < entries_.size(); ++i) {
    Entry &entry = entries_[(i + number) % entries_.size()];
    if (entry.contender) guarded(entry, [&] { slot(entry); });
  }
}

void Contest::run(const Pace &pace) {
  constexpr int64_t slots = 300, most = 10;  // of time, and times as many rounds
  for (Entry &entry : entries_)
    if (entry.contender) guarded(entry, [&] { prepare(entry, pace); });
  compare();
  const double start = now(), enough = static_cast<double>(slots) * pace.seconds;
  for (int64_t i = 0; i < pace.rounds || (i < most * pace.rounds && now() - start < enough); ++i)
    round(static_cast<size_t>(i));
}

json Contest::row_of(const Entry &entry) {
  json row = entry.row;
  if (!entry.contender) return row;
  row.update(entry.contender->details());
  row["seconds"] = median(entry.seconds);
  row["by_round"] = entry.seconds;
  row["calls"] = entry.calls * static_cast<int64_t>(entry.seconds.size());
  for (size_t i = 0; i < stage_names.size(); ++i)
    if (median(entry.stages[i]) > 0) row["stages"][stage_names[i]] = median(entry.stages[i]);
  const std::vector<double> &native = entry.stages[native_stage];
  if (std::any_of(native.begin(), native.end(), [](double one) { return one > 0; }))
    row["native_by_round"] = native;
  return row;
}

json Contest::rows() const {
  json rows = json::array();
  for (const Entry &entry : entries_) rows.push_back(row_of(entry));
  return rows;
}

}  // namespace hybrid_bench
