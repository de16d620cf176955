// SPDX-License-Identifier: BSD-3-Clause
// Storage for tests: recordings in memory, by path; the file on disk is an empty marker for glob.
// A path that holds fail-create, fail-append, fail-state, fail-flush or fail-close does so; with
// "late" captures are kept and written by another thread when the file is flushed or closed.
#include <atomic>
#include <cstring>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hybrid_plugin.h"
#include "network.hpp"

namespace {

struct Stored {
  std::string group, name, unit, role;
  hyb_variable variable;
  std::vector<char> data;  // [sample][level][species]

  int64_t levels() const { return variable.nlevel ? variable.nlevel : 1; }
  int64_t species() const { return variable.nspecies ? variable.nspecies : 1; }
  int64_t size() const { return variable.kind == HYB_REAL64 ? 8 : 4; }
};

struct Recording {
  std::string path;
  std::deque<Stored> stored;
  std::vector<hyb_variable> variables;
  std::vector<int64_t> step, column;
  std::vector<std::string> date;
  std::vector<double> lat;
  std::map<std::string, std::string> attributes;
  std::vector<hyb_capture> waiting;
  std::mutex mutex;

  bool has(const char *word) const { return path.find(word) != std::string::npos; }
};

std::mutex all_mutex;
std::map<std::string, std::shared_ptr<Recording>> all;
std::atomic<int64_t> created, appended, released, closed_count;

int32_t refused(const Recording &recording, const char *word, hyb_message *message) {
  if (!recording.has(word)) return HYB_OK;
  std::strncpy(message->text, "expected a disk, found it full", sizeof message->text - 1);
  return HYB_ERROR_RECORD;
}

void remember(Recording &recording, const hyb_variable &variable) {
  recording.stored.push_back({variable.group, variable.name, variable.unit, variable.role,
                              variable, {}});
  Stored &stored = recording.stored.back();
  stored.variable.group = stored.group.c_str();
  stored.variable.name = stored.name.c_str();
  stored.variable.unit = stored.unit.c_str();
  stored.variable.role = stored.role.c_str();
  recording.variables.push_back(stored.variable);
}

int32_t create(const char *path, const hyb_recording_options *options, void **file,
               hyb_message *message) {
  auto recording = std::make_shared<Recording>();
  recording->path = path;
  if (refused(*recording, "fail-create", message)) return HYB_ERROR_RECORD;
  for (int32_t i = 0; i < options->nvariable; ++i) remember(*recording, options->variable[i]);
  for (int32_t i = 0; i < options->nattribute; ++i)
    recording->attributes[options->attribute[i].name] = options->attribute[i].text;
  std::ofstream marker(path);
  const std::lock_guard<std::mutex> lock(all_mutex);
  all[path] = recording;
  *file = recording.get();
  ++created;
  return HYB_OK;
}

void write_variable(Stored &stored, const hyb_capture &capture, int32_t v, int64_t row) {
  const char *data = static_cast<const char *>(capture.data[v]);
  if (!data) {
    const auto values = static_cast<size_t>(stored.levels() * stored.species() * stored.size());
    stored.data.insert(stored.data.end(), values, '\xff');  // NaN, -1
    return;
  }
  for (int64_t l = 0; l < stored.levels(); ++l)
    for (int64_t s = 0; s < stored.species(); ++s) {
      const char *from = data + ((s * stored.levels() + l) * capture.ld + row) * stored.size();
      stored.data.insert(stored.data.end(), from, from + stored.size());
    }
}

void write(Recording &recording, const hyb_capture &capture) {
  for (int64_t i = 0; i < capture.nrow; ++i) {
    recording.step.push_back(capture.step);
    recording.column.push_back(capture.column[i]);
    recording.date.push_back(capture.date);
    recording.lat.push_back(capture.lat ? capture.lat[i] : 0);
    for (size_t v = 0; v < recording.stored.size(); ++v)
      write_variable(recording.stored[v], capture, static_cast<int32_t>(v), capture.row[i]);
  }
  capture.release(capture.owner);
  ++released;
}

void write_waiting(Recording &recording) {
  std::thread writer([&] {
    for (const hyb_capture &capture : recording.waiting) write(recording, capture);
    recording.waiting.clear();
  });
  writer.join();
}

int32_t append(void *file, const hyb_capture *capture, hyb_message *message) {
  Recording &recording = *static_cast<Recording *>(file);
  const std::lock_guard<std::mutex> lock(recording.mutex);
  ++appended;
  if (refused(recording, "fail-append", message)) {
    capture->release(capture->owner);
    ++released;
    return HYB_ERROR_RECORD;
  }
  if (recording.has("late"))
    recording.waiting.push_back(*capture);
  else
    write(recording, *capture);
  return HYB_OK;
}

int32_t state(void *file, hyb_message *message) {
  return refused(*static_cast<Recording *>(file), "fail-state", message);
}

int32_t flush(void *file, hyb_message *message) {
  write_waiting(*static_cast<Recording *>(file));
  return refused(*static_cast<Recording *>(file), "fail-flush", message);
}

int32_t close(void *file, hyb_message *message) {
  write_waiting(*static_cast<Recording *>(file));
  ++closed_count;
  return refused(*static_cast<Recording *>(file), "fail-close", message);
}

int32_t open(const char *path, void **file, hyb_message *message) {
  const std::lock_guard<std::mutex> lock(all_mutex);
  const auto found = all.find(path);
  if (found == all.end()) {
    std::strncpy(message->text, "expected a recording, found none", sizeof message->text - 1);
    return HYB_ERROR_RECORD;
  }
  *file = found->second.get();
  return HYB_OK;
}

int32_t contents(void *file, int64_t *nsample, const int64_t **step, const int64_t **column,
                 int32_t *nvariable, const hyb_variable **variable, hyb_message *message) {
  const Recording &recording = *static_cast<Recording *>(file);
  *nsample = static_cast<int64_t>(recording.step.size());
  *step = recording.step.data();
  *column = recording.column.data();
  *nvariable = static_cast<int32_t>(recording.variables.size());
  *variable = recording.variables.data();
  return refused(recording, "fail-contents", message);
}

int32_t read(void *file, int32_t variable, int64_t start, int64_t count, void *data,
             hyb_message *message) {
  const Recording &recording = *static_cast<Recording *>(file);
  const Stored &stored = recording.stored[static_cast<size_t>(variable)];
  const int64_t bytes = stored.levels() * stored.species() * stored.size();
  std::memcpy(data, stored.data.data() + start * bytes, static_cast<size_t>(count * bytes));
  return refused(recording, "fail-read", message);
}

void close_reader(void *) {}

int32_t attribute(void *file, const char *name, const char **text, hyb_message *) {
  *text = static_cast<Recording *>(file)->attributes[name].c_str();
  return HYB_OK;
}

}  // namespace

extern "C" {

HYB_API const hyb_plugin_table *hyb_plugin(void) {
  static const hyb_storage table = {{sizeof(hyb_storage), HYB_PLUGIN_VERSION, HYB_PLUGIN_STORAGE,
                                     "netcdf", HYB_VERSION},
                                    create, append, state, flush, close, open, contents, read,
                                    close_reader, attribute,
                                    nullptr, nullptr, nullptr, nullptr,   // restarts
                                     nullptr, nullptr, nullptr, nullptr};  // arrays, tables
  return &table.head;
}

// opened: files created; prepared: captures taken; run: captures released; closed: files closed.
HYB_API PluginCounts test_counts(void) { return {created, appended, released, closed_count}; }
}
