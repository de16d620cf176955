// SPDX-License-Identifier: BSD-3-Clause
#include "replayer.hpp"

#include <glob.h>

#include <cstring>
#include <map>

#include "error.hpp"
#include "floating_point.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {

// One open file of a recording and where each step lies in it.
class RecordingFile {
 public:
  struct Run {
    int64_t start, count;
  };

  RecordingFile(const hyb_storage *storage, const std::string &path) : storage_(storage) {
    hyb_message message{};
    check_plugin(storage_->open(path.c_str(), &file_, &message), message);
    try {
      read_contents();
    } catch (...) {
      storage_->close_reader(file_);
      throw;
    }
  }
  ~RecordingFile() { storage_->close_reader(file_); }
  RecordingFile(const RecordingFile &) = delete;
  RecordingFile &operator=(const RecordingFile &) = delete;

  const std::vector<Run> &runs(int64_t step) const {
    static const std::vector<Run> none;
    const auto at = runs_.find(step);
    return at == runs_.end() ? none : at->second;
  }
  int64_t column(int64_t sample) const { return column_[sample]; }
  int32_t nvariable() const { return nvariable_; }
  const hyb_variable &variable(int32_t i) const { return variable_[i]; }

  std::string attribute(const char *name) const {
    hyb_message message{};
    const char *text = "";
    check_plugin(storage_->attribute(file_, name, &text, &message), message);
    return text;
  }

  void read(int32_t variable, const Run &run, void *data) const {
    hyb_message message{};
    check_plugin(storage_->read(file_, variable, run.start, run.count, data, &message), message);
  }

 private:
  void read_contents() {
    hyb_message message{};
    int64_t n = 0;
    const int64_t *step = nullptr;
    check_plugin(storage_->contents(file_, &n, &step, &column_, &nvariable_, &variable_, &message),
                 message);
    for (int64_t i = 0; i < n; ++i) add(step[i], i);
  }
  void add(int64_t step, int64_t sample) {
    std::vector<Run> &runs = runs_[step];
    if (runs.empty() || runs.back().start + runs.back().count != sample)
      runs.push_back({sample, 0});
    ++runs.back().count;
  }

  const hyb_storage *storage_;
  void *file_ = nullptr;
  const int64_t *column_ = nullptr;
  int32_t nvariable_ = 0;
  const hyb_variable *variable_ = nullptr;
  std::map<int64_t, std::vector<Run>> runs_;
};

namespace {

std::vector<std::string> matching(const std::string &pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  if (paths.empty())
    mismatch(HYB_ERROR_RECORD, "replay of " + in_quotes(pattern), "the files of a recording",
             "none");
  return paths;
}

std::string described(const hyb_variable &variable) {
  return std::string(variable.group) + "/" + variable.name + " of kind " +
         kind_name(variable.kind) + " with " + std::to_string(variable.nlevel) + " levels and " +
         std::to_string(variable.nspecies) + " species";
}

int64_t values_per_sample(const hyb_variable &variable) {
  return (variable.nlevel ? variable.nlevel : 1) * (variable.nspecies ? variable.nspecies : 1);
}

// Address of one value of the host's array.
char *address(const HostArray &array, int64_t column, int64_t level, int64_t species) {
  return array.data + column % array.nx * array.sx + column / array.nx * array.sy +
         level * array.slevel + species * array.sspecies;
}

// Calls body(host value, recorded value) for each value. Stored: sample, level, species.
template <class Body>
void for_each_value(const Field &field, const HostArray &array, const void *data,
                    const std::vector<int64_t> &samples, Body &&body) {
  const int64_t size = size_of_kind(array.kind);
  for (size_t c = 0; c < samples.size(); ++c)
    for (int64_t l = 0; l < field.nlevel; ++l)
      for (int64_t s = 0; s < field.nspecies; ++s) {
        const int64_t at = (samples[c] * field.nlevel + l) * field.nspecies + s;
        body(address(array, static_cast<int64_t>(c), l, s),
             static_cast<const char *>(data) + at * size);
      }
}

void write_value(const HostArray &array, char *host, const char *recorded) {
  if (array.kind == HYB_LOGICAL32) {
    int32_t value;
    std::memcpy(&value, recorded, sizeof value);
    value = value != 0 ? array.truth : 0;
    std::memcpy(host, &value, sizeof value);
  } else {
    std::memcpy(host, recorded, static_cast<size_t>(size_of_kind(array.kind)));
  }
}

bool same_value(const HostArray &array, const char *host, const char *recorded) {
  if (array.kind != HYB_LOGICAL32)
    return std::memcmp(host, recorded, static_cast<size_t>(size_of_kind(array.kind))) == 0;
  int32_t a, b;
  std::memcpy(&a, host, sizeof a);
  std::memcpy(&b, recorded, sizeof b);
  return (a & 1) == (b & 1);
}

}  // namespace

Replayer::Replayer(const ReplayConfig &config, const std::string &scheme, bool bottom_up,
                   const std::string &plugin_folders, const Grid &grid, Log &log)
    : scheme_(scheme),
      orientation_(bottom_up ? "bottom_up" : "top_down"),
      check_(config.check),
      grid_(grid),
      log_(log),
      storage_(load_plugin<hyb_storage>("netcdf", HYB_PLUGIN_STORAGE, plugin_folders)) {
  const FloatingPointGuard guard;
  for (const std::string &path : matching(config.path)) add_file(path);
}

Replayer::~Replayer() = default;

void Replayer::add_file(const std::string &path) {
  files_.push_back(std::make_unique<RecordingFile>(storage_, path));
  check_orientation(*files_.back(), path);
  if (files_.size() > 1 && files_.back()->nvariable() != files_.front()->nvariable())
    mismatch(HYB_ERROR_RECORD, path + ": number of variables",
             std::to_string(files_.front()->nvariable()) + " as in the first file",
             std::to_string(files_.back()->nvariable()));
  for (int32_t v = 0; v < files_.front()->nvariable(); ++v) {
    const std::string first = described(files_.front()->variable(v)),
                      other = described(files_.back()->variable(v));
    if (first != other)
      mismatch(HYB_ERROR_RECORD, path + ": variable " + std::to_string(v + 1),
               first + " as in the first file", other);
  }
}

void Replayer::check_orientation(const RecordingFile &file, const std::string &path) const {
  const std::string recorded = file.attribute("orientation");
  if (recorded != orientation_)
    mismatch(HYB_ERROR_RECORD, path + ": orientation", in_quotes(recorded) + " (recording)",
             in_quotes(orientation_) + " (host)");
}

// A column that two files hold is left from another run, whose files the pattern matches too.
int64_t Replayer::index(int64_t step) {
  int64_t total = 0;
  std::unordered_map<int64_t, const RecordingFile *> holder;
  for (const auto &file : files_)
    for (const RecordingFile::Run &run : file->runs(step))
      for (int64_t i = 0; i < run.count; ++i) {
        const int64_t column = file->column(run.start + i);
        if (holder.emplace(column, file.get()).first->second != file.get())
          mismatch(HYB_ERROR_RECORD, "replay of scheme " + in_quotes(scheme_) + ": step " +
                                         std::to_string(step) + ", column " +
                                         std::to_string(column),
                   "one file that holds it", "two");
        samples_[column].push_back(total++);
      }
  return total;
}

void Replayer::load(int64_t step) {
  step_ = INT64_MIN;  // so that a failure half way leaves nothing that looks loaded
  samples_.clear();
  replayed_.clear();
  loaded_.clear();
  const int64_t total = index(step);
  if (total == 0)
    mismatch(HYB_ERROR_RECORD, "replay of scheme " + in_quotes(scheme_),
             "step " + std::to_string(step) + " in the recording", "none of its columns");
  for (int32_t v = 0; v < files_.front()->nvariable(); ++v) {
    Loaded loaded{files_.front()->variable(v), Buffer()};
    const int64_t bytes = values_per_sample(loaded.variable) * size_of_kind(loaded.variable.kind);
    char *at = static_cast<char *>(loaded.data.reserve(bytes * total));
    for (const auto &file : files_)
      for (const RecordingFile::Run &run : file->runs(step)) {
        file->read(v, run, at);
        at += run.count * bytes;
      }
    loaded_.push_back(std::move(loaded));
  }
  step_ = step;
}

void Replayer::open(int64_t step, int64_t first, int64_t ncol, std::vector<int64_t> &samples) {
  const FloatingPointGuard guard;
  samples.clear();
  if (ncol == 0) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (step != step_) load(step);
  for (int64_t i = 0; i < ncol; ++i) {
    const int64_t column = grid_.column(first + i);
    const auto found = samples_.find(column);
    const size_t next = replayed_[column];
    if (found == samples_.end() || next == found->second.size())
      mismatch(HYB_ERROR_RECORD,
               "replay of scheme " + in_quotes(scheme_) + ": step " + std::to_string(step) +
                   ", column " + std::to_string(column),
               "a recorded sample",
               next == 0 ? "none" : "only " + std::to_string(next) + ", all replayed already");
    samples.push_back(found->second[next]);
  }
  for (int64_t i = 0; i < ncol; ++i) ++replayed_[grid_.column(first + i)];
}

const Replayer::Loaded &Replayer::loaded(const char *group, const Field &field) const {
  for (const Loaded &loaded : loaded_) {
    if (field.name != loaded.variable.name || std::strcmp(loaded.variable.group, group) != 0)
      continue;
    const std::string where = "replay of field " + in_quotes(field.name);
    const std::string role = role_name(field.effective_role());
    if (role != loaded.variable.role)
      mismatch(HYB_ERROR_FIELD, where + ": role", in_quotes(loaded.variable.role) + " (recording)",
               in_quotes(role) + " (host)");
    if (!field.unit.empty() && field.unit != loaded.variable.unit)
      mismatch(HYB_ERROR_FIELD, where + ": unit", in_quotes(loaded.variable.unit) + " (recording)",
               in_quotes(field.unit) + " (host)");
    if (loaded.variable.kind != field.kind)
      mismatch(HYB_ERROR_FIELD, where + ": kind",
               std::string(kind_name(loaded.variable.kind)) + " (recording)",
               std::string(kind_name(field.kind)) + " (host)");
    if (values_per_sample(loaded.variable) != field.rows())
      mismatch(HYB_ERROR_SHAPE, where + ": values per column",
               std::to_string(values_per_sample(loaded.variable)) + " (recording)",
               std::to_string(field.rows()) + " (host)");
    return loaded;
  }
  mismatch(HYB_ERROR_FIELD, "replay of field " + in_quotes(field.name),
           "a variable in group " + in_quotes(group) + " of the recording", "none");
}

void Replayer::put(const Field &field, const HostArray &array,
                   const std::vector<int64_t> &samples) {
  if (!check_ || differed_ || samples.empty()) return;
  const Loaded &recorded = loaded("input", field);
  int64_t different = 0;
  for_each_value(field, array, recorded.data.data(), samples,
                 [&](const char *host, const char *value) {
                   different += !same_value(array, host, value);
                 });
  if (different == 0 || differed_.exchange(true)) return;
  log_.warning("replay of scheme " + in_quotes(scheme_) + ": input " + in_quotes(field.name) +
               " differs from the recording in " + std::to_string(different) +
               " values of one block at step " + std::to_string(step_) +
               "; this is the first difference of the run");
}

void Replayer::get(const Field &field, const HostArray &array,
                   const std::vector<int64_t> &samples) {
  if (samples.empty()) return;
  // The values after the routine: adding a difference would not restore every bit.
  const char *group = field.effective_role() == HYB_INCREMENT ? "after" : "native";
  const Loaded &recorded = loaded(group, field);
  for_each_value(field, array, recorded.data.data(), samples,
                 [&](char *host, const char *value) { write_value(array, host, value); });
}

}  // namespace hyb
