// SPDX-License-Identifier: BSD-3-Clause
// The table of functions: arguments are checked, exceptions become a status and a message.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

#include "error.hpp"
#include "reader.hpp"
#include "recording.hpp"

namespace hybrid_netcdf {
namespace {

int32_t told(hyb_message *message, int32_t status, const char *text) {
  if (message) std::snprintf(message->text, sizeof message->text, "%s", text);
  return status;
}

template <class Body>
int32_t guarded(hyb_message *message, Body &&body) noexcept {
  try {
    return body();
  } catch (const Error &error) {
    return told(message, HYB_ERROR_RECORD, error.what());
  } catch (const std::bad_alloc &) {
    return told(message, HYB_ERROR_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return told(message, HYB_ERROR_INTERNAL, error.what());
  }
}

int32_t null_argument(hyb_message *message) {
  return told(message, HYB_ERROR_ARGUMENT, "expected a pointer, found null");
}

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
  return guarded(message, [&]() -> int32_t {
    if (file) *file = nullptr;
    if (!path || !options || !file) return null_argument(message);
    try {
      *file = new Handle(Recording::create(path, known_options(*options)));
    } catch (const Error &error) {
      throw Error("recording '" + std::string(path) + "': " + error.what());
    }
    return HYB_OK;
  });
}

int32_t append(void *file, const hyb_capture *capture, hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (!capture) return null_argument(message);
    auto held = Held::take(*capture);
    if (!file) return null_argument(message);
    recording_of(file).append(std::move(held));
    return HYB_OK;
  });
}

int32_t state(void *file, hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (!file) return null_argument(message);
    recording_of(file).check_state();
    return HYB_OK;
  });
}

int32_t flush(void *file, hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (!file) return null_argument(message);
    recording_of(file).flush();
    return HYB_OK;
  });
}

int32_t close(void *file, hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (!file) return null_argument(message);
    const std::unique_ptr<Handle> handle(static_cast<Handle *>(file));
    (*handle)->close();
    return HYB_OK;
  });
}

int32_t open(const char *path, void **file, hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (file) *file = nullptr;
    if (!path || !file) return null_argument(message);
    Worker::instance().run([&] { *file = new Reader(path); });
    return HYB_OK;
  });
}

int32_t contents(void *file, int64_t *nsample, const int64_t **step, const int64_t **column,
                 int32_t *nvariable, const hyb_variable **variable, hyb_message *message) {
  if (!file || !nsample || !step || !column || !nvariable || !variable)
    return null_argument(message);
  const Reader &reader = *static_cast<Reader *>(file);
  *nsample = static_cast<int64_t>(reader.step().size());
  *step = reader.step().data();
  *column = reader.column().data();
  *nvariable = static_cast<int32_t>(reader.variables().size());
  *variable = reader.variables().data();
  return HYB_OK;
}

int32_t read(void *file, int32_t variable, int64_t start, int64_t count, void *data,
             hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (!file || !data) return null_argument(message);
    Reader &reader = *static_cast<Reader *>(file);
    Worker::instance().run([&] { reader.read(variable, start, count, data); });
    return HYB_OK;
  });
}

void close_reader(void *file) {
  if (!file) return;
  guarded(nullptr, [&]() -> int32_t {
    Reader *const reader = static_cast<Reader *>(file);
    Worker &worker = Worker::instance();
    if (!worker.forked()) {
      worker.run([reader] { delete reader; });
    } else {
      reader->forget();
      delete reader;
    }
    return HYB_OK;
  });
}

int32_t attribute(void *file, const char *name, const char **text, hyb_message *message) {
  return guarded(message, [&]() -> int32_t {
    if (!file || !name || !text) return null_argument(message);
    Reader &reader = *static_cast<Reader *>(file);
    Worker::instance().run([&] { *text = reader.attribute(name); });
    return HYB_OK;
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
};

}  // namespace
}  // namespace hybrid_netcdf

const hyb_plugin_table *hyb_plugin(void) { return &hybrid_netcdf::table.head; }
