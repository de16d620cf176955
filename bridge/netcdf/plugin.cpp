// SPDX-License-Identifier: BSD-3-Clause
// The table of functions: arguments are checked, exceptions become a status and a message.
#include <algorithm>
#include <cstring>
#include <memory>

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

void close_reader(void *file) {
  if (!file) return;
  guarded(nullptr, [&] {
    Reader *const reader = static_cast<Reader *>(file);
    Worker &worker = Worker::instance();
    if (!worker.forked()) {
      worker.run([reader] { delete reader; });
    } else {
      reader->forget();
      delete reader;
    }
  });
}

int32_t attribute(void *file, const char *name, const char **text, hyb_message *message) {
  return guarded(message, [&] {
    need({file, name, text});
    Reader &reader = *static_cast<Reader *>(file);
    Worker::instance().run([&] { *text = reader.attribute(name); });
  });
}

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
    save_table,
};

}  // namespace
}  // namespace hybrid_netcdf

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_netcdf::table.head; }
