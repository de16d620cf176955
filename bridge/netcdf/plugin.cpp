// SPDX-License-Identifier: BSD-3-Clause
// The table of functions: arguments are checked, exceptions become a status and a message.
#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>

#include "array.hpp"
#include "error.hpp"
#include "plugin_arguments.hpp"
#include "reader.hpp"
#include "recording.hpp"
#include "restart_table.hpp"
#include "table_writer.hpp"

namespace hybrid_netcdf {
namespace {

using hybrid_plugin::guarded;

// A recording is shared with the worker, which may need it longer than the host does.
using Handle = std::shared_ptr<Recording>;

Recording &recording_of(void *file) { return **static_cast<Handle *>(file); }

// A caller built with an older header knows fewer options; the others are zero.
hyb_recording_options known_options(const hyb_recording_options &options) {
  hyb_recording_options known{};
  std::memcpy(&known, &options, std::min(options.size, sizeof known));
  return known;
}

int32_t create(const char *path, const hyb_recording_options *options, void **file,
               hyb_message *message) {
  return guarded(message, [&] {
    if (file) *file = nullptr;
    need({path, options, file});
    try {
      *file = new Handle(Recording::create(path, known_options(*options)));
    } catch (const Failure &error) {
      refuse("recording '" + std::string(path) + "': " + error.what());
    }
  });
}

int32_t append(void *file, const hyb_capture *capture, hyb_message *message) {
  return guarded(message, [&] {
    need({capture});
    auto held = Held::take(*capture);
    need({file});
    recording_of(file).append(std::move(held));
  });
}

int32_t state(void *file, hyb_message *message) {
  return guarded(message, [&] {
    need({file});
    recording_of(file).check_state();
  });
}

int32_t flush(void *file, hyb_message *message) {
  return guarded(message, [&] {
    need({file});
    recording_of(file).flush();
  });
}

int32_t close(void *file, hyb_message *message) {
  return guarded(message, [&] {
    need({file});
    const std::unique_ptr<Handle> handle(static_cast<Handle *>(file));
    (*handle)->close();
  });
}

int32_t open(const char *path, void **file, hyb_message *message) {
  return guarded(message, [&] {
    if (file) *file = nullptr;
    need({path, file});
    Worker::instance().run([&] { *file = new Reader(path); });
  });
}

int32_t contents(void *file, int64_t *nsample, const int64_t **step, const int64_t **column,
                 int32_t *nvariable, const hyb_variable **variable, hyb_message *message) {
  return guarded(message, [&] {
    need({file, nsample, step, column, nvariable, variable});
    const Reader &reader = *static_cast<Reader *>(file);
    *nsample = static_cast<int64_t>(reader.step().size());
    *step = reader.step().data();
    *column = reader.column().data();
    *nvariable = static_cast<int32_t>(reader.variables().size());
    *variable = reader.variables().data();
  });
}

int32_t read(void *file, int32_t variable, int64_t start, int64_t count, void *data,
             hyb_message *message) {
  return guarded(message, [&] {
    need({file, data});
    Reader &reader = *static_cast<Reader *>(file);
    Worker::instance().run([&] { reader.read(variable, start, count, data); });
  });
}

// On the worker's thread, as all of NetCDF; in a child of fork, without touching the parent's file.
template <class File>
void close_on_worker(void *file) {
  if (!file) return;
  guarded(nullptr, [&] {
    File *const closed = static_cast<File *>(file);
    Worker &worker = Worker::instance();
    if (!worker.forked()) {
      worker.run([closed] { delete closed; });
    } else {
      closed->forget();
      delete closed;
    }
  });
}

void close_reader(void *file) { close_on_worker<Reader>(file); }

int32_t attribute(void *file, const char *name, const char **text, hyb_message *message) {
  return guarded(message, [&] {
    need({file, name, text});
    Reader &reader = *static_cast<Reader *>(file);
    Worker::instance().run([&] { *text = reader.attribute(name); });
  });
}

// What is no recording fails as any other file.
void read_on_worker(const std::function<void()> &job) {
  try {
    Worker::instance().run(job);
  } catch (const Failure &error) {
    throw Failure(HYB_ERROR_FILE, error.what());
  }
}

int32_t open_array(const char *path, const char *name, void **file, const hyb_array **array,
                   hyb_message *message) {
  return guarded(message, [&] {
    if (file) *file = nullptr;
    need({path, name, file, array});
    read_on_worker([&] {
      Array *const opened = new Array(path, name);
      *file = opened;
      *array = &opened->shape();
    });
  });
}

int32_t read_array(void *file, const int64_t *start, const int64_t *count, double *data,
                   hyb_message *message) {
  return guarded(message, [&] {
    need({file, start, count, data});
    Array &array = *static_cast<Array *>(file);
    read_on_worker([&] { array.read(start, count, data); });
  });
}

void close_array(void *file) { close_on_worker<Array>(file); }

const hyb_storage table = {
    {sizeof(hyb_storage), HYB_PLUGIN_VERSION, HYB_PLUGIN_STORAGE, "netcdf", HYB_VERSION},
    create,
    append,
    state,
    flush,
    close,
    open,
    contents,
    read,
    close_reader,
    attribute,
    save_restart,
    open_restart,
    read_restart,
    close_restart,
    open_array,
    read_array,
    close_array,
    save_table,
};

}  // namespace
}  // namespace hybrid_netcdf

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_netcdf::table.head; }
