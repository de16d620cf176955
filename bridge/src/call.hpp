// SPDX-License-Identifier: BSD-3-Clause
// One block's way through a scheme.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "block.hpp"
#include "capture.hpp"
#include "error.hpp"
#include "results.hpp"
#include "statistics.hpp"

namespace hyb {

class Scheme;

// What a hyb_call stands for. Lives in the table of calls until the process ends; a scheme uses it
// again and again, so that its buffers keep their size.
struct alignas(64) Call {
  // submitted: the emulator's results are not asked for yet; failed: there are none, the native
  // ones stand.
  enum class Phase { put, submitted, get, failed };
  using Time = std::chrono::steady_clock::time_point;

  explicit Call(int64_t slot_number) : slot(slot_number) {}

  void open(Scheme &owner, int64_t columns, int64_t first_column);
  void put(const char *name, const hyb_view &view);
  void run();
  bool native_wanted();
  void get(const char *name, const hyb_view &view);
  void close();

  // "scheme 'x', step 3, columns 1 to 32", for messages.
  std::string where() const;

  // Ends an open call without finishing it; false if it was not open.
  bool discard();

  // Lets go of what it shares with other calls.
  void forget();

  const int64_t slot;
  std::atomic<int64_t> token{0};  // of the hyb_call that is valid now; 0: none
  std::atomic<bool> busy{false};
  int64_t generation = 0;
  Scheme *scheme = nullptr;
  int64_t ncol = 0, first = 0;
  Call *next = nullptr;  // while it is not in use

 private:
  enum Mark : uint8_t { given = 1, taken = 2 };

  void need(Phase wanted, const char *what, const char *before) const;
  void mark(const Field &field, Mark mark);
  bool marked(const Field &field, Mark mark) const;
  void begin_capture();
  void check_not_drawn(const Field &field) const;
  void check_inputs_given();
  void draw_noise();
  void keep_noise(const CardField &input, const Rows &rows);
  void miss_noise();
  FieldShape noise_shape(const CardField &input) const;
  std::string also_put() const;
  void check_outputs_taken();
  void complete();
  void submit();
  void finish();
  void give_up(const Error &error);
  bool settled();
  bool replaces() const;
  void need_results();
  void give(const Field &field, const HostArray &array);
  void observe(const Field &field, const HostArray &array);
  void end_capture();
  void count();
  void count_failure(const char *message);
  void notice_failure(const char *message) const;
  void notice_not_finite() const;
  void notice_fields_not_seen() const;

  Phase phase_ = Phase::put;
  std::vector<uint8_t> marks_;           // by field
  size_t inputs_given_ = 0, outputs_taken_ = 0;  // of the card's
  Block block_;
  Results results_;
  std::optional<Error> failure_;         // why there are no results, once that was found
  std::unique_ptr<Capture> capture_;     // in the modes that look at native results
  std::vector<int64_t> recorded_rows_;   // the columns of the block that go into the recording
  std::vector<int64_t> samples_;         // replay: the recorded sample of each column
  int64_t inputs_not_finite_ = 0, outputs_not_finite_ = 0;
  Time asked_;  // for native results
  CallTimes times_;
  bool native_runs_ = false;
};

}  // namespace hyb
