// SPDX-License-Identifier: BSD-3-Clause
// Under mpirun: records hold what all ranks counted, and so does a restart.
#include <mpi.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "../core/guarded_model.hpp"

using nlohmann::json;

namespace {

int rank = 0, size = 1;

// Rank r has 8 (r + 1) columns, one of them faulty.
struct Host {
  GuardedModel model;
  std::vector<int64_t> columns;
  std::vector<std::string> warnings;
  std::vector<std::string> lines;
  hyb_domain *domain = nullptr;
  hyb_scheme *scheme = nullptr;

  explicit Host(const std::string &table, const char *name = "test", const std::string &more = "")
      : model(8 * (rank + 1)) {
    model.plant(1, rank % 3, 900.0);
    const int64_t before = 4 * rank * (rank + 1);
    for (int64_t i = 1; i <= model.ncol; ++i) columns.push_back(before + i);
    hyb_grid grid{sizeof(hyb_grid), model.ncol, columns.data(), nullptr, nullptr, nullptr};
    hyb_host host{};
    host.size = sizeof host;
    host.has_comm = 1;
    host.comm = MPI_Comm_c2f(MPI_COMM_WORLD);
    host.log_data = this;
    host.log = [](int32_t level, const char *text, void *data) {
      Host &own = *static_cast<Host *>(data);
      (level == HYB_LOG_INFO ? own.lines : own.warnings).emplace_back(text);
    };
    const std::string text = "[domain]\nreport_steps = 2\n" + more + "plugins = \"" +
                             plugin_folder() + "\"\n[scheme." + name + "]\n" + table;
    CHECK_OK(hyb_domain_create_text(text.c_str(), &grid, &host, &domain));
    CHECK_OK(hyb_scheme_create(domain, name, HYB_TOP_DOWN, &scheme));
  }
  ~Host() {
    CHECK_OK(hyb_scheme_destroy(scheme));
    CHECK_OK(hyb_domain_destroy(domain));
  }

  void block() {
    const auto view = [&](const std::vector<double> &array) {
      return model.section(array, 1, model.ncol);
    };
    hyb_call call{};
    CHECK_OK(hyb_call_open(scheme, model.ncol, 1, &call));
    const hyb_view t = view(model.temperature), p = view(model.pressure);
    const hyb_view h = view(model.heating), r = view(model.rain);
    CHECK_OK(hyb_call_put(&call, "air_temperature", &t));
    CHECK_OK(hyb_call_put(&call, "surface_air_pressure", &p));
    CHECK_OK(hyb_call_run(&call));
    int32_t wanted = 0;
    CHECK_OK(hyb_call_native_wanted(&call, &wanted));
    if (wanted) model.run_native(1, model.ncol);
    CHECK_OK(hyb_call_get(&call, "heating_rate", &h));
    CHECK_OK(hyb_call_get(&call, "rainfall_flux", &r));
    CHECK_OK(hyb_call_close(&call));
  }
  // The first rank has the most blocks to do.
  void steps(int64_t first, int64_t last) {
    for (int64_t step = first; step <= last; ++step) {
      CHECK_OK(hyb_domain_step(domain, step, "2001-01-01", 1));
      for (int i = rank; i < size; ++i) block();
    }
  }
  json statistics() const {
    const char *text = nullptr;
    CHECK_OK(hyb_domain_statistics(domain, &text));
    return json::parse(text);
  }
};

int64_t columns_of_a_step() {
  int64_t columns = 0;
  for (int r = 0; r < size; ++r) columns += int64_t{8} * (r + 1) * (size - r);
  return columns;
}

int64_t calls_of_a_step() { return int64_t{size} * (size + 1) / 2; }

std::string guarded() {
  return emulate(write_emulator(ranged_card())) + "guard.training_range = \"native\"\n";
}

int64_t guarded_columns(const json &scheme) {
  int64_t columns = 0;
  for (const json &one : scheme["guards"]) columns += one["columns"].get<int64_t>();
  return columns;
}

void the_first_rank_has_the_records_of_all() {
  Host host(guarded());
  host.steps(1, 5);
  const json all = host.statistics();
  CHECK_EQ(all["ranks"], size);
  CHECK_EQ(all["rank"], rank);
  CHECK_EQ(all["history"].size(), rank == 0 ? 2u : 0u);
  size_t lines = 0;
  for (const std::string &line : host.lines) lines += line.find("step") != std::string::npos;
  CHECK_EQ(lines, rank == 0 ? 2u : 0u);
  for (const json &record : all["history"]) {
    const json &test = record["schemes"]["test"];
    CHECK_EQ(record["ranks"], size);
    CHECK_EQ(test["columns"], 2 * columns_of_a_step());
    CHECK_EQ(test["calls"], 2 * calls_of_a_step());
    CHECK_EQ(test["rejected"], 2 * calls_of_a_step());
    CHECK_EQ(guarded_columns(test), 2 * calls_of_a_step());
    CHECK_EQ(test["batches"]["samples"], 2 * columns_of_a_step());
  }
}

// Sums of what all ranks say of themselves.
int64_t over_ranks(int64_t own) {
  int64_t all = 0;
  MPI_Allreduce(&own, &all, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

void a_restart_has_the_counters_of_all_once() {
  Host first(guarded()), second(guarded());
  first.steps(1, 3);
  int64_t nshared = 0, nrow = 0, ncol = 0;
  CHECK_OK(hyb_domain_state_shape(first.domain, &nshared, &nrow, &ncol));
  std::vector<double> shared(static_cast<size_t>(nshared));
  std::vector<double> columns(static_cast<size_t>(nrow * ncol));
  CHECK_OK(hyb_domain_state_get(first.domain, shared.data(), nshared, columns.data(), nrow, ncol));
  CHECK_OK(hyb_domain_state_set(second.domain, shared.data(), nshared, columns.data(), nrow, ncol));
  second.steps(4, 5);
  const json own = second.statistics()["schemes"]["test"];
  CHECK_EQ(over_ranks(own["columns"]), 5 * columns_of_a_step());
  CHECK_EQ(over_ranks(own["rejected"]), 5 * calls_of_a_step());
  CHECK_EQ(over_ranks(guarded_columns(own)), 5 * calls_of_a_step());
  const json history = second.statistics()["history"];
  if (rank == 0)  // of step 3 too, which no record had
    CHECK_EQ(history[0]["schemes"]["test"]["columns"], 2 * columns_of_a_step());
}

// Ranks do not wait for each other at the end.
void the_rest_is_of_each_rank() {
  const std::string path = folder() / "rest.json";
  {
    Host host(guarded(), "test", "statistics = \"" + path + "\"\n");
    host.steps(1, 3);
    if (rank == 0) MPI_Barrier(MPI_COMM_WORLD);  // the first one ends last
    CHECK_OK(hyb_scheme_destroy(std::exchange(host.scheme, nullptr)));
    CHECK_OK(hyb_domain_destroy(std::exchange(host.domain, nullptr)));
    if (rank > 0) MPI_Barrier(MPI_COMM_WORLD);
  }
  std::ifstream file(path);
  const json history = json::parse(file)["history"], last = history.back();
  CHECK_EQ(history.size(), rank == 0 ? 2u : 1u);
  CHECK_EQ(last["step"], 3);
  CHECK_EQ(last["steps"], 1);
  CHECK_EQ(last["ranks"], 1);
  CHECK_EQ(over_ranks(last["schemes"]["test"]["columns"]), columns_of_a_step());
}

// Each rank has other columns, and an origin of its own.
void a_restart_has_the_scores_of_all_once() {
  const std::string table = replaced(emulate(write_emulator(column_card)), "emulate", "shadow");
  Host first(table), second(table);
  first.steps(1, 3);
  int64_t nshared = 0, nrow = 0, ncol = 0;
  CHECK_OK(hyb_domain_state_shape(first.domain, &nshared, &nrow, &ncol));
  std::vector<double> shared(static_cast<size_t>(nshared)), none(1);
  CHECK_OK(hyb_domain_state_get(first.domain, shared.data(), nshared, none.data(), nrow, ncol));
  CHECK_OK(hyb_domain_state_set(second.domain, shared.data(), nshared, none.data(), nrow, ncol));
  const json own = first.statistics()["schemes"]["test"]["scores"]["rainfall_flux"];
  const json all = second.statistics()["schemes"]["test"]["scores"]["rainfall_flux"];
  CHECK_EQ(all.contains("n"), rank == 0);
  const int64_t error = static_cast<int64_t>(std::llround(1e6 * own["bias"].get<double>() *
                                                          own["n"].get<double>()));
  const int64_t n = over_ranks(own["n"].get<int64_t>()), errors = over_ranks(error);
  if (rank > 0) return;
  CHECK_EQ(all["n"].get<int64_t>(), n);
  CHECK(std::fabs(all["bias"].get<double>() * static_cast<double>(n) -
                  1e-6 * static_cast<double>(errors)) < 1e-5);
  CHECK(all["r2"].is_number());
}

// A host's mistake: told once, then each rank is alone.
void ranks_with_other_schemes_have_records_of_their_own() {
  Host host(guarded(), size > 1 && rank == size - 1 ? "last" : "test");
  const int32_t status = hyb_domain_step(host.domain, 1, "2001-01-01", 1);
  CHECK_EQ(status, size == 1 ? HYB_OK : HYB_ERROR_CONFIG);
  host.steps(2, 6);
  CHECK_EQ(host.statistics()["history"].size(), 2u);
}

}  // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (argc > 1) CHECK_EQ(size, std::atoi(argv[1]));
  the_first_rank_has_the_records_of_all();
  a_restart_has_the_counters_of_all_once();
  the_rest_is_of_each_rank();
  a_restart_has_the_scores_of_all_once();
  ranks_with_other_schemes_have_records_of_their_own();
  MPI_Finalize();
  return check_failures();
}
