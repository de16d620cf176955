// SPDX-License-Identifier: BSD-3-Clause
// Under mpirun: what is learnt over ranks has the bits of one process, and a stop ends all ranks.
#include <cstdlib>

#include "../core/guarded_model.hpp"
#include "parts.hpp"

namespace {

constexpr int64_t all_columns = 96;
int rank = 0, size = 1;

Part own_part() { return ::own_part(all_columns).among(MPI_COMM_WORLD); }

std::string learning_table() {
  return emulate(write_emulator(column_card)) +
         "audit = { tiles = 0.5, tile_columns = 8, alarm = { learn = 5, policy = \"native\" } }\n"
         "[[scheme.test.hook]]\nkind = \"running_mean\"\nfields = [\"heating_rate\"]\n"
         "learn = \"audit\"\nregion = \"global\"\nleast_samples = 10\ntime_scale = \"1 h\"\n";
}

AuditedModel run(const Part &part, int64_t block) {
  const hyb_grid grid = part.grid();
  const Scheme scheme(learning_table(), HYB_TOP_DOWN, &grid, &part.host);
  AuditedModel model = model_of(part, all_columns);
  model.bias = 300;
  for (int64_t step = 1; step <= 30; ++step) {
    if (step > 15) model.factor *= 0.98;  // the alarm goes off on all ranks alike
    model.step(scheme, step, block);
  }
  return model;
}

void learning_has_the_bits_of_one_process() {
  const Part whole(1, all_columns), own = own_part();
  const AuditedModel alone = run(whole, all_columns), shared = run(own, 7);
  for (int64_t i = 0; i < own.ncol(); ++i)
    for (int64_t l = 0; l < model_levels; ++l)
      CHECK_EQ(shared.heating[shared.at(i, l)], alone.heating[alone.at(shared.offset + i, l)]);
  CHECK(!alone.is_emulated());
}

// One column of the last rank is bad: every rank is told of it, in the same words.
void a_stop_ends_all_ranks() {
  const Part own = own_part();
  const hyb_grid grid = own.grid();
  const Scheme scheme(emulate(write_emulator(ranged_card())) +
                          "guard.training_range = \"stop\"\n",
                      HYB_TOP_DOWN, &grid, &own.host);
  scheme.step(1);
  AuditedModel model = model_of(own, all_columns);
  if (rank == size - 1) model.temperature[model.at(2, 1)] = 2500;
  model.blocks(scheme, 8);
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 2, nullptr, 600), HYB_ERROR_GUARD,
                "'training_range'", "level 2", "2500");
  MPI_Barrier(MPI_COMM_WORLD);
}

// A hook in C whose update fails on the last rank changes its state on none: what it adds stays.
void an_update_counts_on_all_ranks_or_on_none() {
  const Part own = own_part();
  const hyb_grid grid = own.grid();
  for (const char *fails : {"update", "nothing"}) {
    const Scheme scheme(emulate(write_emulator(column_card)) +
                            "[[scheme.test.hook]]\nkind = \"c\"\nfields = [\"heating_rate\"]\n"
                            "library = \"" + std::getenv("HOOKS") + "/libtest_hook.so\"\n"
                            "learn = \"observe\"\nstrength = 0\nfails = \"" +
                            (rank == size - 1 ? fails : "nothing") + "\"\n",
                        HYB_TOP_DOWN, &grid, &own.host);
    AuditedModel model = model_of(own, all_columns);
    model.step(scheme, 1, 8);
    const std::vector<double> first = model.heating;
    const std::vector<double> wanted(first.size(), 3.0);
    const hyb_view view = view_of(wanted.data(), {own.ncol(), model_levels});
    CHECK_OK(hyb_scheme_observe(scheme.handle, "heating_rate", &view, own.ncol(), 1));
    model.step(scheme, 2, 8);
    CHECK_EQ(model.heating == first, fails[0] == 'u');
  }
}

std::string observing_table() {
  return emulate(write_emulator(column_card)) +
         "[[scheme.test.hook]]\nkind = \"running_mean\"\nfields = [\"heating_rate\"]\n"
         "learn = \"observe\"\nleast_samples = 1\n";
}

void observed_step(const Scheme &scheme, AuditedModel &model, int64_t step, bool calls) {
  scheme.step(step);
  if (!calls) return;
  model.blocks(scheme, 8);
  const std::vector<double> increment(static_cast<size_t>(model.ncol * model_levels), 1.0);
  const hyb_view view = view_of(increment, {model.ncol, model_levels});
  CHECK_OK(hyb_scheme_observe(scheme.handle, "heating_rate", &view, model.ncol, 1));
}

// What it never stored has no levels yet.
void a_rank_without_calls_makes_a_restart_that_loads() {
  const Part own = own_part();
  const hyb_grid grid = own.grid();
  AuditedModel model = model_of(own, all_columns);
  const Scheme first(observing_table(), HYB_TOP_DOWN, &grid, &own.host);
  const Scheme second(observing_table(), HYB_TOP_DOWN, &grid, &own.host);
  observed_step(first, model, 1, rank == size - 1);
  int64_t nshared = 0, nrow = 0, ncol = 0;
  CHECK_OK(hyb_domain_state_shape(first.domain.handle, &nshared, &nrow, &ncol));
  std::vector<double> shared(static_cast<size_t>(nshared));
  std::vector<double> columns(static_cast<size_t>(nrow * ncol));
  CHECK_OK(hyb_domain_state_get(first.domain.handle, shared.data(), nshared, columns.data(), nrow,
                                ncol));
  CHECK_OK(hyb_domain_state_set(second.domain.handle, shared.data(), nshared, columns.data(), nrow,
                                ncol));
  observed_step(second, model, 2, true);
  CHECK_EQ(model.heating[model.at(0, 0)], model.emulated(0, 0) + 1);
}

// A host's mistake, told instead of a hang; one rank alone has none.
void ranks_with_other_schemes_are_told() {
  const Part own = own_part();
  const hyb_grid grid = own.grid();
  const std::string odd = rank == size - 1 && size > 1 ? "native" : "emulate";
  const std::string table = replaced(learning_table(), "\"emulate\"", "\"" + odd + "\"");
  const Scheme scheme(table, HYB_TOP_DOWN, &grid, &own.host);
  const int32_t status = hyb_domain_step(scheme.domain.handle, 1, nullptr, 600);
  CHECK_EQ(status, size == 1 ? HYB_OK : HYB_ERROR_CONFIG);
  CHECK_OK(hyb_domain_step(scheme.domain.handle, 2, nullptr, 600));  // each alone
}

// It is told, lives, and comes to the next step, where it keeps nobody waiting.
void a_rank_without_its_emulator_ends_nobody() {
  const Part own = own_part();
  const hyb_grid grid = own.grid();
  const bool lost = rank == size - 1;
  std::string table = learning_table();
  if (lost) table = replaced(table, "emulator = \"", "emulator = \"/no/such/folder/");
  const Domain domain("[scheme.test]\n" + table, &grid, &own.host);
  hyb_scheme *scheme = nullptr;
  const int32_t status = hyb_scheme_create(domain.handle, "test", HYB_TOP_DOWN, &scheme);
  CHECK_EQ(status, lost ? HYB_ERROR_FILE : HYB_OK);
  CHECK_EQ(hyb_domain_step(domain.handle, 1, nullptr, 600), size == 1 ? HYB_OK : HYB_ERROR_CONFIG);
  MPI_Barrier(MPI_COMM_WORLD);
  CHECK_OK(hyb_scheme_destroy(scheme));
}

}  // namespace

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  rank = rank_of_job();
  size = size_of_job();
  CHECK(argc == 2 && size == std::atoi(argv[1]));
  learning_has_the_bits_of_one_process();
  a_stop_ends_all_ranks();
  an_update_counts_on_all_ranks_or_on_none();
  a_rank_without_calls_makes_a_restart_that_loads();
  ranks_with_other_schemes_are_told();
  a_rank_without_its_emulator_ends_nobody();
  MPI_Finalize();
  return check_failures();
}
