// SPDX-License-Identifier: BSD-3-Clause
#include "hooks/plugin_hook.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "axes.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "hooks/hook_options.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

void check_pair(bool first, bool second, const std::string &where, const char *names) {
  if (first != second)
    mismatch(HYB_ERROR_PLUGIN, where + ": table of the hook", names, "one without the other");
}

void check_functions(const hyb_hook &table, const std::string &where) {
  if (!table.open || !table.close || !table.apply)
    mismatch(HYB_ERROR_PLUGIN, where + ": table of the hook", "open, close and apply", "null");
  check_pair(table.sums, table.collect, where, "both sums and collect");
  check_pair(table.state, table.restore, where, "both state and restore");
  if (table.sums && !table.update)
    mismatch(HYB_ERROR_PLUGIN, where + ": table of the hook", "update, as it has sums", "null");
}

std::vector<hyb_output> outputs_of(const std::vector<ValueField> &fields) {
  std::vector<hyb_output> outputs;
  for (const ValueField &field : fields)
    outputs.push_back({field.name.c_str(), field.unit.c_str()});
  return outputs;
}

std::vector<hyb_output> targets_of(const HookConfig &config, const ValueFields &fields) {
  std::vector<hyb_output> targets;
  for (const std::string &name : config.fields) {
    const size_t place = fields.output(name, HYB_ERROR_CONFIG, config.where + ": fields");
    const ValueField &field = fields.outputs[place];
    targets.push_back({field.name.c_str(), field.unit.c_str()});
  }
  return targets;
}

void clear_column(const FieldValues &increment, int64_t column) {
  for (int64_t row = 0; row < increment.nrow(); ++row) increment.row(row)[column] = 0;
}

// What was made of the outputs of rejected columns is nothing to go by.
void clear_rejected(const BlockValues &values, std::vector<FieldValues> &increments) {
  for (size_t column = 0; column < values.rejected.size(); ++column)
    if (values.rejected[column])
      for (const FieldValues &increment : increments)
        clear_column(increment, static_cast<int64_t>(column));
}

void clear(std::vector<FieldValues> &increments) {
  for (FieldValues &one : increments)
    if (one.data) std::fill_n(one.data, one.nrow() * one.ncol, 0.0);
}

bool same_bits(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

// Without the columns where what was wanted is not finite: one of them would spoil every sum.
Samples usable(const Samples &samples) {
  Samples usable = samples;
  const auto spoilt = [&](int64_t column) {
    for (int64_t row = 0; row < samples.wanted.nrow(); ++row)
      if (!std::isfinite(samples.wanted.row(row)[column])) return true;
    return false;
  };
  usable.columns.erase(std::remove_if(usable.columns.begin(), usable.columns.end(), spoilt),
                       usable.columns.end());
  return usable;
}

// Called by the plug-in, so that no exception may leave it.
void take_addends(void *owner, int64_t sum, int64_t n, const double *values) {
  Addends &addends = *static_cast<Addends *>(owner);
  try {
    addends.take(sum, n, values);
  } catch (...) {
    addends.fail(current_error().what());
  }
}

}  // namespace

// ---- Creation ---------------------------------------------------------------------------------

PluginHook::PluginHook(const hyb_hook &table, const HookConfig &config,
                       const nlohmann::json &options, ValueFields &fields)
    : table_(table), where_(config.where), before_(!config.after),
      hook_(open(config, options, fields)), inputs_(read_fields(fields)) {}

void PluginHook::Close::operator()(void *hook) const {
  const FloatingPointGuard guard;
  table->close(hook);
}

template <class Work>
void PluginHook::call(int32_t status, const char *what, Work &&work) const {
  hyb_message message;  // 4 KB that need not be zeroed in every call
  message.text[0] = message.text[sizeof message.text - 1] = '\0';
  try {
    const int32_t found = work(&message);
    if (found != HYB_OK && !message.text[0])
      mismatch(found, "status", "0 or a message", std::to_string(found));
    check_plugin(found, message);
  } catch (...) {
    const Error error = current_error();
    fail(status ? status : error.status(), where_ + ": " + what + ": " + error.what());
  }
}

PluginHook::Handle PluginHook::open(const HookConfig &config, const nlohmann::json &options,
                                    const ValueFields &fields) const {
  const FloatingPointGuard guard;
  check_functions(table_, where_);
  HookOptions list(options);
  const std::vector<hyb_output> outputs = outputs_of(fields.outputs);
  const std::vector<hyb_output> targets = targets_of(config, fields);
  const hyb_hook_setup setup = {
      sizeof setup, before_ ? 1 : 0, static_cast<int32_t>(list.list().size()),
      static_cast<int32_t>(outputs.size()), static_cast<int32_t>(targets.size()),
      list.list().data(), outputs.data(), targets.data()};
  void *hook = nullptr;
  call(0, "open", [&](hyb_message *message) { return table_.open(&setup, &hook, message); });
  Handle opened(hook, Close{&table_});
  list.finish(where_);
  return opened;
}

std::vector<size_t> PluginHook::read_fields(ValueFields &fields) const {
  if (!table_.fields) return {};
  const FloatingPointGuard guard;
  const char *const *names = nullptr;
  int32_t n = 0;
  call(0, "fields", [&](hyb_message *message) {
    return table_.fields(hook_.get(), &names, &n, message);
  });
  if (n < 0 || (n > 0 && !names))
    mismatch(HYB_ERROR_PLUGIN, where_ + ": fields of the hook", "a list", "none");
  std::vector<size_t> places;
  for (int32_t i = 0; i < n; ++i) {
    if (!names[i]) mismatch(HYB_ERROR_PLUGIN, where_ + ": fields of the hook", "names", "null");
    places.push_back(fields.input(names[i]));
  }
  return places;
}

// ---- In a call --------------------------------------------------------------------------------

void PluginHook::apply(const BlockValues &values, std::vector<FieldValues> &increments,
                       std::vector<uint8_t> &veto) const {
  const FloatingPointGuard guard;
  if (values.ncol == 0) return;
  try {
    show_and_apply(values, increments, veto);
    clear_rejected(values, increments);
  } catch (...) {
    clear(increments);
    std::fill(veto.begin(), veto.end(), uint8_t{0});
    throw;
  }
}

void PluginHook::show_and_apply(const BlockValues &values, std::vector<FieldValues> &increments,
                                std::vector<uint8_t> &veto) const {
  std::unique_ptr<HookBlock> block = lent();
  const hyb_block &shown = block->show(values, inputs_, increments, veto, before_);
  call(HYB_ERROR_GUARD, "apply", [&](hyb_message *message) {
    return table_.apply(hook_.get(), &shown, message);
  });
  const std::lock_guard<std::mutex> lock(mutex_);
  blocks_.push_back(std::move(block));
}

std::unique_ptr<HookBlock> PluginHook::lent() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (blocks_.empty()) return std::make_unique<HookBlock>();
  std::unique_ptr<HookBlock> block = std::move(blocks_.back());
  blocks_.pop_back();
  return block;
}

// ---- At the step boundary ---------------------------------------------------------------------

size_t PluginHook::sums(const Samples &samples) {
  if (!table_.sums) return 0;
  const FloatingPointGuard guard;
  addends_.start(0);
  try {
    collect_once(usable(samples));
  } catch (...) {
    addends_.fail(current_error().what());
  }
  return addends_.size();
}

void PluginHook::collect_once(const Samples &samples) {
  const hyb_samples &shown = samples_.show(samples, inputs_);
  int64_t n = 0;
  call(HYB_ERROR_GUARD, "collect", [&](hyb_message *message) {
    return table_.sums(hook_.get(), &shown, &n, message);
  });
  if (n < 0 || n > most_rows)
    mismatch(HYB_ERROR_GUARD, where_ + ": collect: sums", "0 to " + std::to_string(most_rows),
             std::to_string(n));
  addends_.start(n);
  const hyb_adder adder = {&addends_, take_addends};
  call(HYB_ERROR_GUARD, "collect", [&](hyb_message *message) {
    const int32_t status = table_.collect(hook_.get(), &shown, &adder, message);
    if (status == HYB_OK && !addends_.failure().empty()) fail(HYB_ERROR_GUARD, addends_.failure());
    return status;
  });
}

void PluginHook::collect(const Samples &, Adder &adder) const {
  if (table_.sums) addends_.give(adder);
}

void PluginHook::check_totals(const std::vector<double> &totals) const {
  if (totals.empty() || !table_.sums) return;
  if (!addends_.failure().empty()) fail(HYB_ERROR_GUARD, addends_.failure());
  if (totals[0] != 0)
    mismatch(HYB_ERROR_GUARD, where_ + ": collect", "success on every rank",
             "a failure on another");
  for (size_t sum = 1; sum < totals.size(); ++sum)
    if (!std::isfinite(totals[sum]))
      mismatch(HYB_ERROR_GUARD, where_ + ": collect: total of sum " + std::to_string(sum - 1),
               "a finite number", "NaN: a value that was given is none");
}

void PluginHook::update(const Samples &samples, const std::vector<double> &totals) {
  const FloatingPointGuard guard;
  check_totals(totals);
  if (!table_.update) return;
  before_update_ = saved();
  const hyb_clock shown = plugin_clock(*samples.clock);
  const bool summed = table_.sums && !totals.empty();
  const int64_t n = summed ? static_cast<int64_t>(totals.size()) - 1 : 0;
  try {
    call(HYB_ERROR_GUARD, "update", [&](hyb_message *message) {
      return table_.update(hook_.get(), &shown, summed ? totals.data() + 1 : nullptr, n, message);
    });
  } catch (...) {
    take_back(current_error());
  }
}

void PluginHook::take_back(const Error &error) {
  try {
    take_back();
  } catch (...) {
    fail(error.status(), error.what() + (", and its state could not be taken back: " +
                                         std::string(current_error().what())));
  }
  throw error;
}

std::vector<double> PluginHook::saved() const {
  if (!table_.state) return {};
  const double *values = nullptr;
  int64_t n = 0;
  call(HYB_ERROR_STATE, "state", [&](hyb_message *message) {
    return table_.state(hook_.get(), &values, &n, message);
  });
  if (n < 0 || (n > 0 && !values))
    mismatch(HYB_ERROR_STATE, where_ + ": state", "a list", "none");
  return {values, values + n};
}

void PluginHook::restore(const std::vector<double> &values) {
  if (!table_.restore) return;
  call(HYB_ERROR_STATE, "restore", [&](hyb_message *message) {
    return table_.restore(hook_.get(), values.data(), static_cast<int64_t>(values.size()),
                          message);
  });
}

// A visitor that saves leaves the values as they are.
void PluginHook::state(State &state) {
  if (!table_.state) return;
  const FloatingPointGuard guard;
  const std::vector<double> before = saved();
  std::vector<double> values = before;
  state.shared("state", values);
  if (!same_bits(before, values)) restore(values);
}

}  // namespace hyb
