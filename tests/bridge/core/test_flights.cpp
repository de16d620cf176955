// SPDX-License-Identifier: BSD-3-Clause
// Backends whose batches fly: submitted, and waited for later. Here each batch is done by a thread
// of the plug-in's own, after a delay, in any order.
#include <random>
#include <thread>

#include "two_loops.hpp"

static const char *const flying = "flights=2 tile=64 step=16";

// Nothing is left on the device or reserved once a scheme is gone.
struct AllComesBack {
  PluginCounts before = backend_counts();
  ~AllComesBack() {
    const PluginCounts after = backend_counts();
    CHECK_EQ(after.submitted - before.submitted, after.waited - before.waited);
    CHECK_EQ(after.reserved, before.reserved);
    CHECK_EQ(after.opened - before.opened, after.closed - before.closed);
  }
};

static void blocks_of_any_size_fly(const std::string &mode, const std::string &switches) {
  const AllComesBack all;
  const std::string emulator = write_emulator(column_card, switches);
  const Scheme scheme(mode == "emulate" ? emulate(emulator) : shadow(emulator));
  for (const int64_t size : {1, 8, 16, 20, 33, 64, 100, 300}) {
    Model one(300), two(300);
    one.blocks(scheme, size);
    finish_blocks(submitted_blocks(scheme, two, size), two, size);
    CHECK(mode == "emulate" ? one.is_emulated() && two.is_emulated()
                            : one.is_native() && two.is_native());
  }
}

// Two are sent at once, since the device has nothing to do; all others go together.
static void what_arrives_while_the_device_is_busy_goes_together() {
  const AllComesBack all;
  const Scheme scheme(emulate(write_emulator(column_card, flying)));
  Model model(128);
  const int64_t before = backend_counts().submitted;
  const std::vector<Call> calls = submitted_blocks(scheme, model, 8);
  finish_blocks(calls, model, 8);
  CHECK(model.is_emulated());
  const int64_t batches = backend_counts().submitted - before;
  CHECK(batches >= 4 && batches <= 5);
}

static void a_bad_block_spoils_no_other() {
  const AllComesBack all;
  const std::string switches = std::string(flying) + " fail-above=1000";
  const Scheme scheme(emulate(write_emulator(column_card, switches)));
  Model model(60);
  model.temperature[model.at(45, 0)] = 2000;
  const std::vector<Call> calls = submitted_blocks(scheme, model, 10);
  for (size_t i = 0; i < calls.size(); ++i) {
    if (i == 4)
      CHECK_REFUSED(status_of_asking(calls[i], 1), HYB_ERROR_BACKEND, "columns 41 to 50",
                    "expected ordinary values", "found");
    CHECK_OK(status_of_asking(calls[i], i == 4 ? 1 : 0));
    model.get_all(calls[i], 1 + 10 * static_cast<int64_t>(i), 10);
    CHECK_OK(calls[i].close());
  }
  for (int64_t i = 0; i < 60; ++i)
    CHECK_EQ(model.rain[static_cast<size_t>(i)], i / 10 == 4 ? -1 : model.emulated(i, 3));
  CHECK_EQ(counted(scheme, "failures"), 1);
}

// Of a block of several tiles too.
static void failures_reach_every_block(const char *switches, int32_t status, const char *word) {
  const AllComesBack all;
  const Scheme scheme(emulate(write_emulator(column_card, std::string(flying) + switches)));
  Model model(400);
  for (const int64_t size : {10, 16, 64, 400}) {
    std::vector<Call> calls;
    for (int64_t first = 1; first <= 400; first += size)  // run may fail already
      calls.emplace_back(scheme, std::min(size, 401 - first), first);
    for (size_t i = 0; i < calls.size(); ++i) {
      const int64_t first = 1 + size * static_cast<int64_t>(i);
      model.put_all(calls[i], first, std::min(size, 401 - first));
      const int32_t told = calls[i].run();
      if (told != HYB_OK) CHECK_REFUSED(told, status, word, "expected", "found");
    }
    for (const Call &call : calls) {
      int32_t wanted = 0;
      const int32_t told = hyb_call_native_wanted(&call.handle, &wanted);
      if (told != HYB_OK) CHECK_REFUSED(told, status, word);
      CHECK_EQ(wanted, 1);
      CHECK_OK(call.close());
    }
  }
  CHECK_EQ(counted(scheme, "failures"), 40 + 25 + 7 + 1);
}

static void memory_that_is_not_there_is_a_failure() {
  const AllComesBack all;
  const std::string switches = std::string(flying) + " no-memory-above=100";
  const Scheme scheme(emulate(write_emulator(column_card, switches)));
  Model model(100);
  for (const int64_t size : {10, 100}) {
    hyb_call handle;
    const int32_t status = hyb_call_open(scheme.handle, size, 1, &handle);
    if (size == 100) {  // would lie in the device's memory from the start
      CHECK_REFUSED(status, HYB_ERROR_MEMORY, "out of memory");
      continue;
    }
    CHECK_OK(status);
    const hyb_view t = model.section(model.temperature, 1, size),
                   p = model.section(model.pressure, 1, size);
    CHECK_OK(hyb_call_put(&handle, "air_temperature", &t));
    CHECK_OK(hyb_call_put(&handle, "surface_air_pressure", &p));
    const int32_t told = hyb_call_run(&handle);  // the device has room: it is sent at once
    CHECK_REFUSED(told, HYB_ERROR_MEMORY, "out of memory");
    CHECK_OK(hyb_call_close(&handle));
  }
}

static void plans_of_flights_are_checked() {
  hyb_emulator *emulator = nullptr;
  for (const char *wrong : {"flights=-1", "flights=1025"})
    CHECK_REFUSED(hyb_emulator_open(write_emulator(column_card, wrong).c_str(), nullptr, &emulator),
                  HYB_ERROR_PLUGIN, "in_flight", "expected 0 to 1024", "found");
}

static void what_flies_lands_before_it_is_forgotten() {
  const AllComesBack all;
  hyb_call handle{};
  {
    const Scheme scheme(emulate(write_emulator(column_card, flying)));
    Model model(200);
    submitted_blocks(scheme, model, 8);
    const Call large = submitted(scheme, model, 1, 200);
    CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0), HYB_ERROR_PHASE,
                  "found 26 open");
    CHECK_REFUSED(large.close(), HYB_ERROR_PHASE, "discarded by step");
    finish_blocks(submitted_blocks(scheme, model, 8), model, 8);
    CHECK(model.is_emulated());
    submitted_blocks(scheme, model, 8);
    handle = submitted(scheme, model, 1, 150).handle;
  }
  CHECK_REFUSED(hyb_call_close(&handle), HYB_ERROR_PHASE, "expected an open one");
}

// Threads that submit and finish, hand calls over, close early and never close.
static void threads_share_the_device(const std::string &switches, int64_t most) {
  const AllComesBack all;
  const Scheme scheme(emulate(write_emulator(column_card, switches)));
  Model model(1200);
  HandedOver handed;
  const auto submit = [&](int t) {
    std::mt19937 random(static_cast<unsigned>(t));
    for (int64_t first = 1 + 400 * t; first <= 400 * (t + 1);) {
      const int64_t size = random() % 8 == 0 ? most : static_cast<int64_t>(random() % 17);
      const int64_t n = std::min<int64_t>(size, 400 * (t + 1) + 1 - first);
      const Call call = submitted(scheme, model, first, n);
      const Call extra = submitted(scheme, model, first, n);
      if (random() % 3 == 0) CHECK_OK(status_of_asking(extra, 0));
      if (random() % 3 != 0) CHECK(extra.close() == HYB_ERROR_FIELD);  // else it is left open
      if (random() % 2 == 0) {
        finish(call, model, first, n);
      } else {
        handed.give(call, first, n);
      }
      first += n;
    }
  };
  handed.run(model, submit);
  CHECK(model.is_emulated());
}

int main() {
  for (const char *mode : {"emulate", "shadow"}) {
    blocks_of_any_size_fly(mode, flying);
    blocks_of_any_size_fly(mode, "flights=1");
    blocks_of_any_size_fly(mode, "flights=3 tile=48 step=16 finite");
  }
  what_arrives_while_the_device_is_busy_goes_together();
  a_bad_block_spoils_no_other();
  failures_reach_every_block(" fail-submit", HYB_ERROR_BACKEND, "found none");
  failures_reach_every_block(" fail-wait", HYB_ERROR_BACKEND, "found it lost");
  memory_that_is_not_there_is_a_failure();
  plans_of_flights_are_checked();
  what_flies_lands_before_it_is_forgotten();
  for (int round = 0; round < 5; ++round) {
    threads_share_the_device(flying, 150);
    threads_share_the_device("flights=1 tile=64 step=16 fail-large", 16);
    threads_share_the_device("flights=4", 150);
  }
  return check_failures();
}
