// SPDX-License-Identifier: BSD-3-Clause
// Memory is bounded while the disk is slow, and a disk that hangs does not stop the run.
#include "disk.hpp"
#include "reading.hpp"

namespace {

using Clock = std::chrono::steady_clock;

int64_t block_bytes() {
  Block block(1, 1, 256);
  return block.capture().bytes;
}

// Appends from here; counts what is held at most.
void check_bounded(const Folder &folder) {
  const int64_t bytes = block_bytes(), buffer = 5 * bytes;
  void *file = created(folder / "slow.nc", options(buffer));
  disk.microseconds = 200;
  int64_t most = 0;
  for (int64_t step = 1; step <= 400; ++step) {
    CHECK_EQ(append(file, step, 1, 256), HYB_OK);
    most = std::max<int64_t>(most, held_bytes);
  }
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  disk.microseconds = 0;
  CHECK_EQ(held_bytes, 0);
  CHECK(most <= buffer);
  CHECK(most >= buffer - bytes);  // and the buffer was used
  CHECK_EQ(check_file(folder / "slow.nc"), 400 * 256);
}

// A buffer smaller than a capture admits one at a time.
void check_one_at_a_time(const Folder &folder) {
  void *file = created(folder / "one.nc", options(0));
  for (int64_t step = 1; step <= 100; ++step) {
    CHECK_EQ(append(file, step, 1, 256), HYB_OK);
    CHECK(held_captures <= 1);
  }
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(check_file(folder / "one.nc"), 100 * 256);
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void append_until_failure(void *file, hyb_message &message) {
  for (int64_t step = 2; step <= 10000; ++step)
    if (append(file, step, 1, 256, 1, &message) == HYB_ERROR_RECORD) return;
  CHECK(!"the recording never failed");
}

void check_hanging(const Folder &folder) {
  hyb_recording_options o = options(4 * block_bytes());
  o.patience = 1;
  void *file = created(folder / "hangs.nc", o);
  CHECK_EQ(append(file, 1, 1, 256), HYB_OK);
  CHECK_EQ(storage().flush(file, nullptr), HYB_OK);
  disk.hangs = true;
  const auto start = Clock::now();
  hyb_message message{};
  append_until_failure(file, message);
  CHECK_HAS(message.text, "has not answered for 1 s; the first 256 samples");
  CHECK_EQ(append(file, 1, 1, 256), HYB_ERROR_RECORD);
  CHECK_EQ(storage().close(file, &message), HYB_ERROR_RECORD);
  CHECK(seconds_since(start) < 10);
  disk.hangs = false;
  void *next = created(folder / "next.nc");  // waits for the worker
  CHECK_EQ(storage().close(next, nullptr), HYB_OK);
  CHECK_EQ(held_captures, 0);
  CHECK(check_file(folder / "hangs.nc") >= 256);
}

// Small blocks are gathered: far fewer writes than blocks times variables.
void check_gathered(const Folder &folder) {
  void *file = created(folder / "gathered.nc", options(64 << 20));
  const long before = disk.writes;
  for (int64_t step = 1; step <= 2000; ++step) CHECK_EQ(append(file, step, 1, 32), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK(disk.writes - before < 2000);
}

}  // namespace

int main() {
  const Folder folder;
  check_bounded(folder);
  check_one_at_a_time(folder);
  check_hanging(folder);
  check_gathered(folder);
  return check_failures();
}
