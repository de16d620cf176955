// SPDX-License-Identifier: BSD-3-Clause
// Blocks that are put and run before anybody asks for results go together, whatever happens to any
// of them.
#include <random>
#include <thread>

#include "two_loops.hpp"

static const char *const small_tiles = "tile=64 step=16";

static int64_t runs() { return backend_counts().run; }

static void blocks_go_together(int64_t ncol, int64_t size, int64_t expected) {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(ncol);
  const int64_t before = runs();
  const std::vector<Call> calls = submitted_blocks(scheme, model, size);
  finish_blocks(calls, model, size);
  CHECK(model.is_emulated());
  CHECK_EQ(runs() - before, expected);
  CHECK_EQ(counted(scheme, "calls"), static_cast<int64_t>(calls.size()));
}

// One loop: each block alone, in its own matrices.
static void a_block_that_is_asked_for_at_once_goes_alone() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(96);
  const int64_t before = runs();
  model.blocks(scheme, 16);
  CHECK(model.is_emulated());
  CHECK_EQ(runs() - before, 6);
}

static void shadow_mode_goes_together_too() {
  const Scheme scheme(shadow(write_emulator(column_card, small_tiles)));
  Model model(64);
  const int64_t before = runs();
  const std::vector<Call> calls = submitted_blocks(scheme, model, 16);
  finish_blocks(calls, model, 16);
  CHECK(model.is_native());
  CHECK_EQ(runs() - before, 1);
}

static void schemes_do_not_mix() {
  const std::string emulator = write_emulator(column_card, small_tiles);
  const Scheme one(emulate(emulator)), two(emulate(emulator));
  Model first(32), second(32);
  const auto calls = submitted_blocks(one, first, 8), others = submitted_blocks(two, second, 8);
  finish_blocks(others, second, 8);
  finish_blocks(calls, first, 8);
  CHECK(first.is_emulated() && second.is_emulated());
}

static void results_may_be_taken_in_any_order_and_on_any_thread() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(56);
  std::vector<Call> calls;
  std::thread([&] { calls = submitted_blocks(scheme, model, 8); }).join();
  for (size_t i = calls.size(); i-- > 0;)
    finish(calls[i], model, 1 + 8 * static_cast<int64_t>(i), 8);
  CHECK(model.is_emulated());
}

// One block has a value that the backend refuses.
static void a_bad_block_spoils_no_other() {
  const Scheme scheme(emulate(write_emulator(column_card, "tile=64 step=16 fail-above=1000")));
  Model model(60);
  model.temperature[model.at(25, 0)] = 2000;  // in the third block
  const std::vector<Call> calls = submitted_blocks(scheme, model, 10);
  for (size_t i = 0; i < calls.size(); ++i) {
    const int64_t first = 1 + 10 * static_cast<int64_t>(i);
    if (i == 2)
      CHECK_REFUSED(status_of_asking(calls[i], 1), HYB_ERROR_BACKEND, "columns 21 to 30",
                    "expected ordinary values", "found");
    else
      CHECK_OK(status_of_asking(calls[i], 0));
    CHECK_OK(status_of_asking(calls[i], i == 2 ? 1 : 0));
    model.get_all(calls[i], first, 10);
    CHECK_OK(calls[i].close());
  }
  for (int64_t i = 0; i < 60; ++i)
    CHECK_EQ(model.rain[static_cast<size_t>(i)], i / 10 == 2 ? -1 : model.emulated(i, 3));
  CHECK_EQ(counted(scheme, "failures"), 1);
}

static void a_batch_that_is_too_large_is_tried_block_by_block() {
  const Scheme scheme(emulate(write_emulator(column_card, "tile=64 step=16 fail-large")));
  Model model(64);
  finish_blocks(submitted_blocks(scheme, model, 16), model, 16);
  CHECK(model.is_emulated());
  CHECK_EQ(counted(scheme, "failures"), 0);
}

// By run where it infers, else by native_wanted, get or close, whichever is first; once.
static void a_failure_is_told_once_by_whoever_asks() {
  const Scheme scheme(emulate(write_emulator(column_card, "tile=64 step=16 fail-run")));
  Model model(64);
  const auto rain = model.section(model.rain, 1, 16);
  const Call by_get = submitted(scheme, model, 1, 16), by_close = submitted(scheme, model, 17, 16);
  CHECK_REFUSED(by_get.get("rainfall_flux", rain), HYB_ERROR_BACKEND, "hyb_call_get", "expected");
  CHECK_OK(by_get.get("rainfall_flux", rain));
  CHECK(by_get.native_wanted());
  CHECK_OK(by_get.close());
  CHECK_REFUSED(by_close.close(), HYB_ERROR_BACKEND, "hyb_call_close", "columns 17 to 32");
  CHECK_REFUSED(by_close.close(), HYB_ERROR_PHASE, "expected an open one");
  const Call large(scheme, 48);
  model.put_all(large, 1, 48);
  CHECK_REFUSED(large.run(), HYB_ERROR_BACKEND, "hyb_call_run", "expected a result");
  CHECK_OK(status_of_asking(large, 1));
  CHECK_OK(large.close());
  const Call half = submitted(scheme, model, 1, 32);
  const Call full(scheme, 32, 33);
  model.put_all(full, 33, 32);
  CHECK_REFUSED(full.run(), HYB_ERROR_BACKEND, "columns 33 to 64");
  CHECK_OK(full.close());
  CHECK_REFUSED(status_of_asking(half, 1), HYB_ERROR_BACKEND, "columns 1 to 32");
  CHECK_OK(half.close());
  CHECK_EQ(counted(scheme, "failures"), 5);
  CHECK_EQ(counted(scheme, "calls"), 5);
  CHECK_EQ(model.rain[0], -1);
}

static void calls_may_be_closed_without_a_get() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(40);
  const std::vector<Call> calls = submitted_blocks(scheme, model, 8);
  for (const size_t i : {1, 3}) CHECK_REFUSED(calls[i].close(), HYB_ERROR_FIELD, "a get of every");
  for (const size_t i : {0, 2, 4}) finish(calls[i], model, 1 + 8 * static_cast<int64_t>(i), 8);
  CHECK_EQ(model.rain[7], model.emulated(7, 3));
  CHECK_EQ(model.rain[8], -1);
  CHECK_EQ(model.rain[39], model.emulated(39, 3));
}

static void a_step_discards_what_is_pending() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(64);
  const int64_t before = runs();
  submitted_blocks(scheme, model, 16);
  const Call pending = submitted(scheme, model, 1, 16);
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0), HYB_ERROR_PHASE,
                "found 5 open");
  CHECK_REFUSED(pending.close(), HYB_ERROR_PHASE, "discarded by step");
  CHECK_EQ(runs() - before, 1);  // the full batch before
  finish_blocks(submitted_blocks(scheme, model, 16), model, 16);
  CHECK(model.is_emulated());
  CHECK_EQ(runs() - before, 2);
}

static void a_scheme_may_be_destroyed_with_pending_calls() {
  hyb_call handle{};
  {
    const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
    Model model(80);
    submitted_blocks(scheme, model, 16);  // one batch done, one call pending
    handle = submitted(scheme, model, 1, 16).handle;
  }
  CHECK_REFUSED(hyb_call_close(&handle), HYB_ERROR_PHASE, "expected an open one");
}

// A thread that opens, puts and runs, and is never heard of again.
static void a_thread_that_never_closes_holds_nobody_up() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(64);
  std::thread([&] {
    const Call open(scheme, 8, 1);
    submitted(scheme, model, 9, 8);
  }).join();
  finish_blocks(submitted_blocks(scheme, model, 16), model, 16);
  CHECK(model.is_emulated());
  CHECK_REFUSED(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0), HYB_ERROR_PHASE,
                "found 2 open");
}

static void empty_blocks_and_blocks_of_all_sizes() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(400);
  std::mt19937 random(4711);
  for (int round = 0; round < 20; ++round) {
    std::fill(model.rain.begin(), model.rain.end(), -1);
    std::vector<std::pair<Call, std::pair<int64_t, int64_t>>> calls;
    for (int64_t first = 1; first <= 400;) {
      const int64_t n = std::min<int64_t>(random() % 40, 401 - first);
      calls.push_back({submitted(scheme, model, first, n), {first, n}});
      first += n;
    }
    std::shuffle(calls.begin(), calls.end(), random);
    for (const auto &[call, where] : calls) finish(call, model, where.first, where.second);
    CHECK(model.is_emulated());
  }
}

// Some threads submit, others finish, some calls are closed early, some never asked.
static void threads_hand_calls_over(const std::string &table) {
  const Scheme scheme(table);
  Model model(960);
  HandedOver handed;
  const auto submit = [&](int t) {
    for (int64_t first = 1 + 320 * t; first <= 320 * (t + 1); first += 8) {
      const Call call = submitted(scheme, model, first, 8);
      const Call extra = submitted(scheme, model, first, 8);
      if (first % 3 == 0) CHECK_OK(status_of_asking(extra, 0));
      CHECK(extra.close() == HYB_ERROR_FIELD);
      handed.give(call, first, 8);
    }
  };
  handed.run(model, submit);
  CHECK(model.is_emulated());
  scheme.step(1);
}

// More threads than places: they share lists.
static void many_threads_in_two_loops() {
  const Scheme scheme(emulate(write_emulator(column_card, small_tiles)));
  Model model(100 * 24);
  std::vector<std::thread> threads;
  for (int64_t t = 0; t < 100; ++t)
    threads.emplace_back([&, t] {
      std::vector<Call> calls;
      for (int64_t b = 0; b < 3; ++b)
        calls.push_back(submitted(scheme, model, 1 + 24 * t + 8 * b, 8));
      for (int64_t b = 0; b < 3; ++b)
        finish(calls[static_cast<size_t>(b)], model, 1 + 24 * t + 8 * b, 8);
    });
  for (std::thread &thread : threads) thread.join();
  CHECK(model.is_emulated());
}

static const char *const box_card = R"({"format": "pyhybrid card", "version": 1, "name": "box",
  "sample": "box", "kind": "real64", "inputs": [
    {"name": "p", "unit": "Pa", "role": "state", "kind": "real", "dims": ["column"]},
    {"name": "t", "unit": "K", "role": "state", "kind": "real", "dims": ["column", "level"],
     "levels": 7}],
  "outputs": [
    {"name": "q", "unit": "1", "role": "state", "kind": "real", "dims": ["column", "level"],
     "levels": 7}]})";

static void boxes_go_together_by_samples() {
  const Scheme scheme(emulate(write_emulator(box_card, small_tiles)), HYB_BOTTOM_UP);
  constexpr int64_t nlevel = 5, ncol = 12, size = 3;  // 15 boxes a block, 4 blocks a tile
  std::vector<double> p(ncol), t(ncol * nlevel), q(ncol * nlevel, -1);
  for (size_t i = 0; i < p.size(); ++i) p[i] = static_cast<double>(i);
  for (size_t i = 0; i < t.size(); ++i) t[i] = static_cast<double>(i * 7 % 23);
  const auto section = [&](std::vector<double> &x, int64_t first) {
    hyb_view view = view_of(x.data() + first, {size, nlevel});
    view.stride[1] = ncol * 8;
    return view;
  };
  const int64_t before = runs();
  std::vector<Call> calls;
  for (int64_t first = 0; first < ncol; first += size) {
    calls.emplace_back(scheme, size, first + 1);
    CHECK_OK(calls.back().put("t", section(t, first)));
    CHECK_OK(calls.back().put("p", view_of(p.data() + first, {size})));
    CHECK_OK(calls.back().run());
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    CHECK_OK(calls[i].get("q", section(q, size * static_cast<int64_t>(i))));
    CHECK_OK(calls[i].close());
  }
  CHECK_EQ(runs() - before, 1);
  for (size_t i = 0; i < q.size(); ++i)
    CHECK_EQ(q[i], static_cast<double>(network_weight(0, 0)) * p[i % ncol] +
                       static_cast<double>(network_weight(1, 0)) * t[i]);
}

// The time of a batch is shared out, not counted for each of its calls.
static void time_is_counted_once() {
  const Scheme scheme(emulate(write_emulator(column_card, "tile=64 step=16 slow")));
  Model model(64);
  finish_blocks(submitted_blocks(scheme, model, 16), model, 16);
  const double infer = statistics_of(scheme)["seconds"]["infer"];
  CHECK(infer >= 0.199 && infer < 0.4);
}

int main() {
  blocks_go_together(256, 16, 4);
  blocks_go_together(250, 16, 4);
  blocks_go_together(200, 20, 4);
  blocks_go_together(200, 40, 5);  // no two of them fit
  blocks_go_together(64, 1, 1);
  a_block_that_is_asked_for_at_once_goes_alone();
  shadow_mode_goes_together_too();
  schemes_do_not_mix();
  results_may_be_taken_in_any_order_and_on_any_thread();
  a_bad_block_spoils_no_other();
  a_batch_that_is_too_large_is_tried_block_by_block();
  a_failure_is_told_once_by_whoever_asks();
  calls_may_be_closed_without_a_get();
  a_step_discards_what_is_pending();
  a_scheme_may_be_destroyed_with_pending_calls();
  a_thread_that_never_closes_holds_nobody_up();
  empty_blocks_and_blocks_of_all_sizes();
  threads_hand_calls_over(emulate(write_emulator(column_card, small_tiles)));
  threads_hand_calls_over(emulate(write_emulator(column_card)));
  many_threads_in_two_loops();
  boxes_go_together_by_samples();
  time_is_counted_once();
  return check_failures();
}
