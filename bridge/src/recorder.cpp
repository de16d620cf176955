// SPDX-License-Identifier: BSD-3-Clause
#include "recorder.hpp"

#include <algorithm>
#include <filesystem>

#include "error.hpp"
#include "floating_point.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {

// Captures that are free. Shared with the parcels under way, so that it outlives the recorder.
class CapturePool {
 public:
  std::unique_ptr<Capture> take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (free_.empty()) return std::make_unique<Capture>();
    auto capture = std::move(free_.back());
    free_.pop_back();
    return capture;
  }
  void put(std::unique_ptr<Capture> capture) {
    const std::lock_guard<std::mutex> lock(mutex_);
    free_.push_back(std::move(capture));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Capture>> free_;
};

namespace {

// A capture on its way to the writer, with all that hyb_capture borrows.
struct Parcel {
  std::unique_ptr<Capture> capture;
  std::shared_ptr<CapturePool> pool;
  std::string date;
  std::vector<int64_t> row, column;
  std::vector<double> lat, lon, area;
  std::vector<void *> data;

  static void release(void *owner) {
    const std::unique_ptr<Parcel> parcel(static_cast<Parcel *>(owner));
    parcel->pool->put(std::move(parcel->capture));
  }
};

std::vector<double> picked(const std::vector<double> &values, int64_t first,
                           const std::vector<int64_t> &rows) {
  std::vector<double> chosen;
  if (!values.empty())
    for (const int64_t row : rows) chosen.push_back(values[static_cast<size_t>(first - 1 + row)]);
  return chosen;
}

const double *pointer(const std::vector<double> &values) {
  return values.empty() ? nullptr : values.data();
}

std::string variable_name(Group group, const Field &field) {
  return std::string(group_name(group)) + "/" + field.name;
}

}  // namespace

Recorder::Recorder(const RecordConfig &config, const std::string &scheme, int32_t rank,
                   bool bottom_up, const std::string &plugin_folders, const Grid &grid, Log &log)
    : config_(config),
      path_(replaced(replaced(config.path, "{scheme}", scheme), "{rank}", std::to_string(rank))),
      scheme_(scheme),
      bottom_up_(bottom_up),
      grid_(grid),
      log_(log),
      sampler_(config_),
      storage_(load_plugin<hyb_storage>("netcdf", HYB_PLUGIN_STORAGE, plugin_folders)),
      pool_(std::make_shared<CapturePool>()) {
  const auto folder = std::filesystem::absolute(path_).parent_path();
  if (!std::filesystem::is_directory(folder))
    mismatch(HYB_ERROR_RECORD, "recording " + in_quotes(path_),
             "a folder " + in_quotes(folder.string()), "none");
  check_new();
}

Recorder::~Recorder() {
  try {
    finish();
  } catch (...) {  // logged by then
  }
}

// Increments are differences of nearly equal numbers, so their fields keep the host's kind.
int32_t Recorder::stored_kind(const Field &field) const {
  const bool narrowed = config_.real32 && field.kind == HYB_REAL64 &&
                        field.effective_role() != HYB_INCREMENT;
  return narrowed ? static_cast<int32_t>(HYB_REAL32) : field.kind;
}

std::unique_ptr<Capture> Recorder::take() { return pool_->take(); }

void Recorder::give_back(std::unique_ptr<Capture> capture) { pool_->put(std::move(capture)); }

// Nothing written is lost, least of all the recording of the run before.
void Recorder::check_new() const {
  if (!config_.replace && std::filesystem::exists(path_))
    mismatch(HYB_ERROR_RECORD, "recording " + in_quotes(path_),
             "no such file yet (or replace = true; {step} in the path keeps files of restarts apart)",
             "one");
}

void Recorder::create(const Capture &capture, int64_t step) {
  path_ = replaced(path_, "{step}", std::to_string(step));
  check_new();
  std::vector<std::string> units;
  std::vector<hyb_variable> variables;
  units.reserve(capture.entries().size());
  for (const Capture::Entry &entry : capture.entries()) {
    if (!entry.filled) continue;
    const Field &field = *entry.field;
    units.push_back(field.effective_unit());
    variables_.emplace_back(entry.group, &field);
    variables.push_back({group_name(entry.group), field.name.c_str(), units.back().c_str(),
                         role_name(field.effective_role()), entry.kind,
                         field.has_level ? field.nlevel : 0,
                         field.has_species ? field.nspecies : 0});
  }
  const hyb_attribute attributes[] = {{"title", "pyhybrid recording"},
                                      {"pyhybrid_version", HYB_VERSION},
                                      {"scheme", scheme_.c_str()},
                                      {"orientation", bottom_up_ ? "bottom_up" : "top_down"}};
  const hyb_recording_options options = {
      sizeof(hyb_recording_options), variables.data(), static_cast<int32_t>(variables.size()),
      attributes, 4, !grid_.lat().empty(), !grid_.lon().empty(), !grid_.area().empty(),
      config_.compression, config_.buffer, config_.patience};
  hyb_message message{};
  check_plugin(storage_->create(path_.c_str(), &options, &file_, &message), message);
}

// Every call must deliver what the first one did, or samples would have holes.
void Recorder::compare(const Capture &capture) const {
  size_t found = 0;
  for (const Capture::Entry &entry : capture.entries()) {
    if (!entry.filled) continue;
    const std::pair<Group, const Field *> variable{entry.group, entry.field};
    if (std::find(variables_.begin(), variables_.end(), variable) == variables_.end())
      mismatch(HYB_ERROR_FIELD, "recording of scheme " + in_quotes(scheme_),
               "the fields of the first call",
               "another, " + variable_name(entry.group, *entry.field));
    ++found;
  }
  if (found == variables_.size()) return;
  for (const auto &[group, field] : variables_)
    if (!capture.has(group, *field))
      mismatch(HYB_ERROR_FIELD, "recording of scheme " + in_quotes(scheme_),
               "the fields of the first call", "none for " + variable_name(group, *field));
}

void Recorder::append(std::unique_ptr<Capture> capture, int64_t step, const std::string &date,
                      int64_t first, const std::vector<int64_t> &rows) {
  const FloatingPointGuard guard;
  auto parcel = std::make_unique<Parcel>();
  parcel->pool = pool_;
  parcel->date = date;
  parcel->row = rows;
  for (const int64_t row : rows) parcel->column.push_back(grid_.column(first + row));
  parcel->lat = picked(grid_.lat(), first, rows);
  parcel->lon = picked(grid_.lon(), first, rows);
  parcel->area = picked(grid_.area(), first, rows);
  hyb_message message{};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!active()) return;
    try {
      if (!file_) create(*capture, step);
    } catch (const Error &error) {
      give_up(error.what());
      return;
    }
  }
  compare(*capture);
  for (const auto &[group, field] : variables_)
    parcel->data.push_back(capture->rows(group, *field).data);
  const int64_t bytes = capture->bytes(), ld = capture->ncol();
  parcel->capture = std::move(capture);
  Parcel *owner = parcel.release();
  const hyb_capture sent = {sizeof(hyb_capture), step, owner->date.c_str(),
                            static_cast<int64_t>(owner->row.size()), owner->row.data(),
                            owner->column.data(), pointer(owner->lat), pointer(owner->lon),
                            pointer(owner->area), ld, owner->data.data(), bytes,
                            &Parcel::release, owner};
  if (storage_->append(file_, &sent, &message) != HYB_OK) {
    const std::lock_guard<std::mutex> lock(mutex_);
    give_up(message.text);
  }
}

void Recorder::give_up(const std::string &why) {
  if (failed_.exchange(true)) return;
  failure_ = "recording of scheme " + in_quotes(scheme_) + " failed: " + why;
  log_.error(failure_ + (config_.stop ? "" : "; the run goes on without it"));
}

void Recorder::check() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (file_ && active()) {
    const FloatingPointGuard guard;
    hyb_message message{};
    if (storage_->state(file_, &message) != HYB_OK) give_up(message.text);
  }
  if (!active() && config_.stop) fail(HYB_ERROR_RECORD, failure_);
}

void Recorder::flush() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!file_ || !active()) return;
  const FloatingPointGuard guard;
  hyb_message message{};
  if (storage_->flush(file_, &message) != HYB_OK) give_up(message.text);
  if (!active()) fail(HYB_ERROR_RECORD, failure_);
}

void Recorder::finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!file_) return;
  const FloatingPointGuard guard;
  hyb_message message{};
  const bool closed = storage_->close(file_, &message) == HYB_OK;
  file_ = nullptr;
  if (!closed) give_up(message.text);
  failed_ = true;  // nothing is accepted any more
  if (!closed && config_.stop) fail(HYB_ERROR_RECORD, failure_);
}

}  // namespace hyb
