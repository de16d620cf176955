// SPDX-License-Identifier: BSD-3-Clause
// A hyb_call is a plain value: whatever a host does to it, nothing worse than an error happens.
#include <atomic>
#include <random>
#include <thread>

#include "model.hpp"

static void refuses_everywhere(int64_t token) {
  const hyb_call call = {token};
  const double x = 0;
  const hyb_view view = view_of(&x, {1});
  int32_t wanted = -1;
  CHECK_REFUSED(hyb_call_put(&call, "x", &view), HYB_ERROR_PHASE, "expected an open one", "found");
  CHECK_REFUSED(hyb_call_run(&call), HYB_ERROR_PHASE, "expected an open one", "never opened");
  CHECK_REFUSED(hyb_call_native_wanted(&call, &wanted), HYB_ERROR_PHASE, "expected an open one");
  CHECK_EQ(wanted, 1);
  CHECK_REFUSED(hyb_call_get(&call, "x", &view), HYB_ERROR_PHASE, "expected an open one");
  CHECK_REFUSED(hyb_call_close(&call), HYB_ERROR_PHASE, "expected an open one");
}

static void garbage_is_refused() {
  for (const int64_t token : {int64_t{0}, int64_t{-1}, int64_t{1}, int64_t{1} << 20, INT64_MAX,
                              INT64_MIN, int64_t{0x7ff4000000000000}, int64_t{0x6b6b6b6b6b6b6b6b}})
    refuses_everywhere(token);
  std::mt19937_64 random(4711);
  for (int i = 0; i < 1000; ++i) refuses_everywhere(static_cast<int64_t>(random()));
}

static void neighbours_of_a_token_are_refused(const Scheme &scheme) {
  const Call call(scheme, 1);
  for (int bit = 0; bit < 64; ++bit)
    refuses_everywhere(
        static_cast<int64_t>(static_cast<uint64_t>(call.handle.token) ^ (uint64_t{1} << bit)));
  const double t[3] = {1, 1, 1};
  CHECK_OK(call.put("air_temperature", view_of(t, {1, 3})));
  CHECK(call.close() != HYB_OK);
}

static void a_copy_is_as_good_as_the_original(const Scheme &scheme) {
  Model model(4);
  const Call call(scheme, 4);
  Call copy = call;
  model.put_all(call, 1, 4);
  CHECK_OK(copy.run());
  model.get_all(copy, 1, 4);
  CHECK_OK(copy.close());
  refuses_everywhere(call.handle.token);
  CHECK(model.is_emulated());
}

static void a_closed_call_stays_stale_when_its_slot_is_used_again(const Scheme &scheme) {
  const Call first(scheme, 4);
  CHECK(first.close() != HYB_OK);
  for (int i = 0; i < 100; ++i) {
    const Call next(scheme, 4);
    CHECK(next.handle.token != first.handle.token);
    refuses_everywhere(first.handle.token);
    CHECK(next.close() != HYB_OK);
  }
}

static void calls_of_a_destroyed_scheme_are_stale() {
  hyb_call left_open, left_open_too;
  {
    const Scheme scheme("");
    CHECK_OK(hyb_call_open(scheme.handle, 4, 1, &left_open));
    CHECK_OK(hyb_domain_step(scheme.domain.handle, 1, nullptr, 0) == HYB_ERROR_PHASE ? 0 : 1);
    CHECK_OK(hyb_call_open(scheme.handle, 4, 1, &left_open_too));
  }
  refuses_everywhere(left_open.token);
  refuses_everywhere(left_open_too.token);
  const Scheme other("");  // takes the same slots
  const Call call(other, 4);
  refuses_everywhere(left_open_too.token);
  CHECK_OK(call.close());
}

static void two_threads_in_one_call_are_refused() {
  const Scheme scheme(emulate(write_emulator(column_card, "slow")));
  const Model model(4);
  const Call call(scheme, 4);
  model.put_all(call, 1, 4);
  CHECK_OK(call.run());
  std::atomic<bool> refused{false}, started{false}, done{false};
  std::thread other([&] {
    started = true;
    while (!done)
      if (call.run() == HYB_ERROR_PHASE && std::strstr(hyb_last_error(), "one thread at a time"))
        refused = true;
  });
  while (!started) std::this_thread::yield();
  int32_t wanted = 0;  // which infers, slowly
  const int32_t status = hyb_call_native_wanted(&call.handle, &wanted);
  done = true;
  other.join();
  CHECK(refused || status == HYB_ERROR_PHASE);
  CHECK(call.close() != HYB_OK);
}

static void a_hundred_calls_may_be_open_at_once(const Scheme &scheme) {
  Model model(100);
  std::vector<Call> calls;
  for (int64_t i = 1; i <= 100; ++i) calls.emplace_back(scheme, 1, i);
  for (int64_t i = 100; i >= 1; --i) model.put_all(calls[static_cast<size_t>(i - 1)], i, 1);
  for (const Call &call : calls) CHECK_OK(call.run());
  for (int64_t i = 1; i <= 100; ++i) model.get_all(calls[static_cast<size_t>(i - 1)], i, 1);
  for (const Call &call : calls) CHECK_OK(call.close());
  CHECK(model.is_emulated());
}

int main() {
  const Scheme scheme(emulate(write_emulator(column_card)));
  garbage_is_refused();
  neighbours_of_a_token_are_refused(scheme);
  a_copy_is_as_good_as_the_original(scheme);
  a_closed_call_stays_stale_when_its_slot_is_used_again(scheme);
  calls_of_a_destroyed_scheme_are_stale();
  two_threads_in_one_call_are_refused();
  a_hundred_calls_may_be_open_at_once(scheme);
  return check_failures();
}
