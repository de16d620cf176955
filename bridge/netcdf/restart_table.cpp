// SPDX-License-Identifier: BSD-3-Clause
#include "restart_table.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "error.hpp"
#include "plugin_arguments.hpp"
#include "restart_reader.hpp"
#include "restart_writer.hpp"
#include "worker.hpp"

namespace hybrid_netcdf {
namespace {

using hybrid_plugin::guarded;

struct OpenRestart {
  std::string path;
  std::unique_ptr<RestartReader> reader;
};

// Runs `job` on the worker's thread; what goes wrong there is a matter of that restart.
template <class Job>
void in_restart(const std::string &path, const Job &job) {
  try {
    Worker::instance().run(job);
  } catch (const Failure &failure) {
    throw Failure(HYB_ERROR_STATE, "restart '" + path + "': " + failure.what());
  }
}

void write(const char *path, const hyb_restart &restart) {
  try {
    write_restart(path, restart);
  } catch (...) {
    Worker::instance().expect_leftovers();
    throw;
  }
}

}  // namespace

int32_t save_restart(const char *path, const hyb_restart *restart, hyb_message *message) {
  return guarded(message, [&] {
    need({path, restart});
    in_restart(path, [&] { write(path, *restart); });
  });
}

int32_t open_restart(const char *path, void **file, hyb_restart *contents, hyb_message *message) {
  return guarded(message, [&] {
    if (file) *file = nullptr;
    need({path, file, contents});
    auto open = std::make_unique<OpenRestart>();
    open->path = path;
    in_restart(path, [&] { open->reader = std::make_unique<RestartReader>(path); });
    const hyb_restart found = open->reader->contents();
    std::memcpy(contents, &found, std::min(contents->size, sizeof found));
    *file = open.release();
  });
}

int32_t read_restart(void *file, int32_t array, int64_t first, int64_t count, double *data,
                     hyb_message *message) {
  return guarded(message, [&] {
    need({file, data});
    const OpenRestart &open = *static_cast<OpenRestart *>(file);
    in_restart(open.path, [&] { open.reader->read(array, first, count, data); });
  });
}

void close_restart(void *file) {
  if (!file) return;
  guarded(nullptr, [&] {
    OpenRestart *const open = static_cast<OpenRestart *>(file);
    Worker::instance().run([open] { delete open; });
  });
}

}  // namespace hybrid_netcdf
