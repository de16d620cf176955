// SPDX-License-Identifier: BSD-3-Clause
#include "recorder.hpp"

#include <algorithm>
#include <filesystem>

#include "error.hpp"
#include "floating_point.hpp"
#include "parcel.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// The variables of a file, as its first call filled them.
class RecordedVariables {
 public:
  explicit RecordedVariables(const Capture &capture) {
    units_.reserve(capture.entries().size());  // whose texts are borrowed
    for (const Capture::Entry &entry : capture.entries())
      if (entry.filled) add(entry);
  }
  const std::vector<std::pair<Group, const Field *>> &fields() const { return fields_; }
  const hyb_variable *data() const { return variables_.data(); }
  int32_t size() const { return static_cast<int32_t>(variables_.size()); }

 private:
  void add(const Capture::Entry &entry) {
    const Field &field = *entry.field;
    units_.push_back(field.effective_unit());
    fields_.emplace_back(entry.group, &field);
    variables_.push_back({group_name(entry.group), field.name.c_str(), units_.back().c_str(),
                          role_name(field.effective_role()), entry.kind,
                          field.has_level ? field.nlevel : 0,
                          field.has_species ? field.nspecies : 0});
  }

  std::vector<std::string> units_;
  std::vector<std::pair<Group, const Field *>> fields_;
  std::vector<hyb_variable> variables_;
};

std::string variable_name(Group group, const Field &field) {
  return std::string(group_name(group)) + "/" + field.name;
}

}  // namespace

Recorder::Recorder(const RecordConfig &config, const std::string &scheme, int32_t rank,
                   bool bottom_up, const std::string &plugin_folders, const Grid &grid, Log &log,
                   std::vector<std::pair<std::string, std::string>> about)
    : config_(config),
      path_(replaced(replaced(config.path, "{scheme}", scheme), "{rank}", std::to_string(rank))),
      scheme_(scheme),
      bottom_up_(bottom_up),
      about_(std::move(about)),
      grid_(grid),
      log_(log),
      sampler_(config_.sample),
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
             "no such file yet (or replace = true; {step} in the path keeps files of restarts "
             "apart)",
             "one");
}

void Recorder::create(const Capture &capture, int64_t step) {
  path_ = replaced(path_, "{step}", std::to_string(step));
  check_new();
  const RecordedVariables described(capture);
  variables_ = described.fields();
  std::vector<hyb_attribute> attributes = {{"title", "pyhybrid recording"},
                                           {"pyhybrid_version", HYB_VERSION},
                                           {"scheme", scheme_.c_str()},
                                           {"orientation", bottom_up_ ? "bottom_up" : "top_down"}};
  for (const auto &[name, text] : about_) attributes.push_back({name.c_str(), text.c_str()});
  const hyb_recording_options options = {
      sizeof(hyb_recording_options), described.data(), described.size(),
      attributes.data(), static_cast<int32_t>(attributes.size()),
      !grid_.lat().empty(), !grid_.lon().empty(), !grid_.area().empty(),
      config_.compression, config_.buffer, config_.patience};
  hyb_message message{};
  check_plugin(storage_->create(path_.c_str(), &options, &file_, &message), message);
}

// Every call must deliver what the first one did; what has no value now is marked as missing.
void Recorder::compare(const Capture &capture) const {
  for (const Capture::Entry &entry : capture.entries()) {
    const std::pair<Group, const Field *> variable{entry.group, entry.field};
    if (entry.filled &&
        std::find(variables_.begin(), variables_.end(), variable) == variables_.end())
      refuse("another, " + variable_name(entry.group, *entry.field));
  }
  for (const auto &[group, field] : variables_)
    if (!capture.has(group, *field)) refuse("none for " + variable_name(group, *field));
}

void Recorder::refuse(const std::string &found) const {
  mismatch(HYB_ERROR_FIELD, "recording of scheme " + in_quotes(scheme_),
           "the fields of the first call", found);
}

// Whether there is a file to write to, and it has a place for all of this.
bool Recorder::opened(const Capture &capture, int64_t step) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!active()) return false;
  try {
    if (!file_) create(capture, step);
    compare(capture);
  } catch (const Error &error) {
    give_up(error.what());
  }
  return active();
}

void Recorder::append(std::unique_ptr<Capture> capture, int64_t step, const std::string &date,
                      int64_t first, const std::vector<int64_t> &rows) {
  const FloatingPointGuard guard;
  auto parcel = std::make_unique<Parcel>(pool_, date, grid_, first, rows);
  if (!opened(*capture, step)) return;
  for (const auto &[group, field] : variables_)
    parcel->data.push_back(capture->data(group, *field));
  parcel->capture = std::move(capture);
  const hyb_capture sent = sent_away(std::move(parcel), step);
  hyb_message message{};
  if (storage_->append(file_, &sent, &message) == HYB_OK) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  give_up(message.text);
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
