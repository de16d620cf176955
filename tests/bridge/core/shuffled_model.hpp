// SPDX-License-Identifier: BSD-3-Clause
// A host with all parts of trust online whose blocks come in any order, on any number of threads that
// dawdle, in one loop or two; and what it holds in the end.
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <thread>

#include "audited_model.hpp"
#include "guarded_model.hpp"
#include "state_arrays.hpp"

// How blocks come. Seed 0: one after the other.
struct Schedule {
  unsigned seed = 0;
  int threads = 1;
  int64_t block = 0;  // columns of each; 0: any, with some of one and some of all that are left

  std::string words() const {
    return "seed " + std::to_string(seed) + ", " + std::to_string(threads) + " threads, blocks of " +
           (block > 0 ? std::to_string(block) : "any size");
  }
};

using Random = std::mt19937;

inline void dawdle(Random &random) {
  const unsigned kind = random() % 8;
  if (kind == 0) std::this_thread::sleep_for(std::chrono::microseconds(random() % 100));
  if (kind > 4) std::this_thread::yield();
}

struct Cut {
  int64_t first, n;
};

inline std::vector<Cut> cut(int64_t ncol, const Schedule &schedule, Random &random) {
  const int64_t sizes[] = {1, 7, 16, 32, ncol};
  std::vector<Cut> blocks;
  for (int64_t first = 1; first <= ncol; first += blocks.back().n) {
    const int64_t size = schedule.block > 0 ? schedule.block : sizes[random() % 5];
    blocks.push_back({first, std::min(size, ncol - first + 1)});
  }
  if (schedule.seed > 0) std::shuffle(blocks.begin(), blocks.end(), random);
  return blocks;
}

// Noise and ranges, so that results depend on the column and some are refused.
inline std::string online_card() {
  return replaced(ranged_card(), "\"inputs\": [", R"("inputs": [
    {"name": "noise", "unit": "1", "role": "noise", "kind": "real", "dims": ["column", "level"],
     "levels": 3},
    {"name": "memory", "unit": "1", "role": "noise", "kind": "real", "dims": ["column"],
     "correlation_time": 3600},)");
}

inline std::string online_table(const std::string &switches = "") {
  const auto hook = [](const std::string &kind, const std::string &learn, const std::string &keys) {
    return "[[scheme.test.hook]]\nkind = \"" + kind + "\"\nlearn = \"" + learn + "\"\n" + keys;
  };
  const std::string heating = "fields = [\"heating_rate\"]\n", rain = "fields = [\"rainfall_flux\"]\n";
  return emulate(write_emulator(online_card(), switches)) +
         "guard = { training_range = { policy = \"native\", margin = 0.1 }, "
         "tendency = { limit = \"9000 K s-1\", policy = \"clip\" } }\n"
         "audit = { tiles = 0.3, tile_columns = 8, alarm = { learn = 5 } }\n" +
         hook("running_mean", "audit", heating + "region = \"latitude\"\nleast_samples = 5\n") +
         hook("ridge", "audit", heating + "least_samples = 20\npredictors = [\"air_temperature\"]\n"
              "output_predictors = [\"rainfall_flux\"]\n") +
         hook("kalman", "observe", rain + "region = \"column\"\n"
              "initial = \"10 kg m-2 s-1\"\ndrift = \"1 kg m-2 s-1\"\n") +
         "[[scheme.test.constraint]]\nkind = \"budget\"\nname = \"energy\"\nunit = \"W m-2\"\n"
         "terms = [{ output = \"heating_rate\", measure = \"surface_air_pressure\", "
         "factor = \"100 J K-1 Pa-1 m-2\" }, { output = \"rainfall_flux\", factor = \"-2.5e6 J kg-1\" }]\n"
         "[[scheme.test.constraint]]\nkind = \"bounds\"\noutput = \"rainfall_flux\"\nminimum = 0.0\n";
}

// Global columns 1 to n have these coordinates.
struct Coordinates {
  std::vector<double> lat, lon;
  explicit Coordinates(const std::vector<int64_t> &columns) {
    for (const int64_t column : columns) {
      lat.push_back(-85 + static_cast<double>((column * 37) % 171));
      lon.push_back(static_cast<double>((column * 101) % 360));
    }
  }
};

// Columns go bad in steps of their own: one value out of range, or a NaN.
struct ShuffledModel : AuditedModel {
  using AuditedModel::AuditedModel;

  void weather(int64_t step) {
    number = step;
    for (int64_t i = 0; i < ncol; ++i)
      for (int64_t l = 0; l < model_levels; ++l) {
        const int64_t column = offset + i + 1, day = (step + column) % 41;
        temperature[at(i, l)] = 210 + static_cast<double>((7 * column + 31 * l + 13 * step) % 80) + 0.1;
        if (l == 1 && day == 0) temperature[at(i, l)] = std::nan("");
        if (l == 2 && day == 7) temperature[at(i, l)] = 2000;
      }
  }
  // What the host finds that its results lack, in a block of its own.
  void tell(const Scheme &scheme, const Cut &block) const {
    std::vector<double> increment(static_cast<size_t>(block.n));
    for (int64_t i = 0; i < block.n; ++i) {
      const size_t column = static_cast<size_t>(block.first - 1 + i);
      increment[static_cast<size_t>(i)] = 0.3 * pressure[column] - 0.1 * rain[column];
    }
    const hyb_view view = view_of(increment, {block.n});
    CHECK_OK(hyb_scheme_observe(scheme.handle, "rainfall_flux", &view, block.n, block.first));
  }
};

// The threads of one step.
class Team {
 public:
  Team(const Scheme &scheme, ShuffledModel &model, const Schedule &schedule, unsigned number)
      : scheme_(scheme), model_(model), schedule_(schedule), number_(number) {
    Random random(schedule.seed + number);
    blocks_ = cut(model.ncol, schedule, random);
  }
  void work() {
    std::vector<std::thread> threads;
    for (int t = 0; t < schedule_.threads; ++t) threads.emplace_back([&, t] { work(t); });
    for (std::thread &thread : threads) thread.join();
  }

 private:
  struct Open {
    Call call;
    Cut block;
  };

  // Whatever is free is taken; some calls are finished at once and some later, in another order.
  void work(int thread) {
    Random random(1000 * schedule_.seed + 100 * number_ + static_cast<unsigned>(thread));
    const unsigned later = schedule_.seed == 0 ? 0 : random() % 5;  // of 4: in one loop, mixed, in two
    std::vector<Open> open;
    for (size_t i = next_++; i < blocks_.size(); i = next_++) {
      open.push_back(begun(blocks_[i], random));
      if (random() % 4 < later) continue;
      finish(open.back(), random);
      open.pop_back();
    }
    std::shuffle(open.begin(), open.end(), random);
    for (const Open &one : open) finish(one, random);
  }
  Open begun(const Cut &block, Random &random) {
    const Call call(scheme_, block.n, block.first);
    dawdle(random);
    model_.put_all(call, block.first, block.n);
    dawdle(random);
    CHECK_OK(call.run());
    dawdle(random);
    return {call, block};
  }
  void finish(const Open &open, Random &random) {
    const auto &[call, block] = open;
    if (call.native_wanted()) model_.native(block.first, block.n);
    dawdle(random);
    model_.get_all(call, block.first, block.n);
    dawdle(random);
    CHECK_OK(call.close());
    dawdle(random);
    model_.tell(scheme_, block);
  }

  const Scheme &scheme_;
  ShuffledModel &model_;
  const Schedule schedule_;
  const unsigned number_;
  std::vector<Cut> blocks_;
  std::atomic<size_t> next_{0};
};

// What a run holds in the end, and the results of all steps.
struct Held {
  std::vector<double> results;  // by step: heating, rain
  hyb::Snapshot state;
  nlohmann::json statistics;
};

inline hyb::Snapshot saved_by(const Scheme &scheme) {
  int64_t nshared = 0, nrow = 0, ncol = 0;
  hyb_domain *domain = scheme.domain.handle;
  CHECK_OK(hyb_domain_state_shape(domain, &nshared, &nrow, &ncol));
  std::vector<double> shared(static_cast<size_t>(nshared)), columns(static_cast<size_t>(nrow * ncol));
  CHECK_OK(hyb_domain_state_get(domain, shared.data(), nshared, columns.data(), nrow, ncol));
  return hyb::read_arrays(shared.data(), nshared, columns.data(), nrow, ncol);
}

inline Held run(const std::string &table, ShuffledModel model, const hyb_grid &grid,
                const hyb_host *host, const Schedule &schedule, int64_t steps) {
  const Scheme scheme(table, HYB_TOP_DOWN, &grid, host);
  Held held;
  for (int64_t step = 1; step <= steps; ++step) {
    model.weather(step);
    scheme.step(step, "2001-01-01T00:00:00");
    Team(scheme, model, schedule, static_cast<unsigned>(step)).work();
    held.results.insert(held.results.end(), model.heating.begin(), model.heating.end());
    held.results.insert(held.results.end(), model.rain.begin(), model.rain.end());
  }
  held.state = saved_by(scheme);
  held.statistics = statistics_of(scheme);
  return held;
}

// ---- Comparison

inline bool same_bits(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

// Sums for reports run in the order in which blocks end: of n terms, n roundings of 1e-16 of the sum
// of their sizes, and nothing reads them.
inline bool nearly(double a, double b, double size) { return std::fabs(a - b) <= 1e-12 * size; }

inline bool ends_with(const std::string &text, const std::string &end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// n, sum, sum of squares and, of hooks, the number that was limited.
inline bool same_sums(const std::vector<double> &a, const std::vector<double> &b, size_t each) {
  bool same = a.size() == b.size();
  for (size_t i = 0; i + each <= a.size() && same; i += each)
    same = a[i] == b[i] && nearly(a[i + 1], b[i + 1], std::sqrt(a[i] * a[i + 2])) &&
           nearly(a[i + 2], b[i + 2], a[i + 2]) && (each < 4 || a[i + 3] == b[i + 3]);
  return same;
}

// Times and the number of calls are those of a schedule.
inline bool same_counters(const std::vector<double> &a, const std::vector<double> &b) {
  constexpr size_t calls = 0, times = 7;
  bool same = a.size() == b.size() && a.size() > times;
  for (size_t i = calls + 1; i < times && same; ++i) same = a[i] == b[i];
  return same;
}

inline bool same_array(const hyb::StateArray &a, const hyb::StateArray &b) {
  if (a.name != b.name || a.by_column != b.by_column) return false;
  if (ends_with(a.name, "/batches")) return true;
  if (ends_with(a.name, "/counters")) return same_counters(a.values, b.values);
  if (ends_with(a.name, "/added 1")) return same_sums(a.values, b.values, 4);
  if (ends_with(a.name, "/budgets/sums")) return same_sums(a.values, b.values, 3);
  return same_bits(a.values, b.values);
}

inline void check_state(const hyb::Snapshot &a, const hyb::Snapshot &b, const std::string &words) {
  CHECK_EQ(a.arrays.size(), b.arrays.size());
  for (size_t i = 0; i < a.arrays.size() && i < b.arrays.size(); ++i)
    if (!same_array(a.arrays[i], b.arrays[i])) {
      ++check_failed_count;
      std::fprintf(stderr, "%s: state '%s' differs\n", words.c_str(), a.arrays[i].name.c_str());
    }
}

inline void check_counters(const nlohmann::json &a, const nlohmann::json &b,
                           const std::string &words) {
  for (const char *key : {"columns", "rejected", "audited", "inputs_not_finite",
                          "outputs_not_finite", "failures", "guards", "audit"})
    if (a[key] != b[key]) {
      ++check_failed_count;
      std::fprintf(stderr, "%s: statistics '%s' differ\n", words.c_str(), key);
    }
}

inline void check_same(const Held &found, const Held &expected, const Schedule &schedule) {
  const std::string words = schedule.words();
  if (!same_bits(found.results, expected.results)) {
    ++check_failed_count;
    std::fprintf(stderr, "%s: results differ\n", words.c_str());
  }
  check_state(found.state, expected.state, words);
  check_counters(found.statistics, expected.statistics, words);
}
