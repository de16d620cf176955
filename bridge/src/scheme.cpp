// SPDX-License-Identifier: BSD-3-Clause
#include "scheme.hpp"

#include <algorithm>

#include "call.hpp"
#include "call_table.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

SchemeConfig config_of(const Domain &domain, const std::string &name) {
  const auto &schemes = domain.config().schemes;
  const auto found = schemes.find(name);
  if (found != schemes.end()) return found->second;
  SchemeConfig native;
  native.name = name;
  return native;
}

// With several schemes a message has to say whose emulator it is about.
std::unique_ptr<Emulator> opened(const SchemeConfig &config, const std::string &plugins) {
  try {
    return std::make_unique<Emulator>(config.emulator, plugins);
  } catch (const Error &error) {
    fail(error.status(), "[scheme." + config.name + "]: " + error.what());
  }
}

}  // namespace

Scheme::Scheme(std::shared_ptr<Domain> domain, const std::string &name, int32_t orientation)
    : domain_(std::move(domain)), config_(config_of(*domain_, name)), orientation_(orientation) {
  const std::string &plugins = domain_->config().plugins;
  const bool infers = hyb::infers(mode());
  if (infers) emulator_ = opened(config_, plugins);
  if (infers) file_ = {emulator_->path(), emulator_->sha256()};
  if (infers) queue_ = make_queue(*emulator_);
  if (infers) make_noise();
  const bool records = config_.record && (mode() == Mode::record || infers);
  fields_ = std::make_unique<Fields>(infers ? &emulator_->card() : nullptr, config_.emulator.path,
                                     records);
  declare_configured();
  objections_ = std::make_unique<Objections>(domain_->log());
  if (infers) make_online_parts();
  if (records)
    recorder_ = std::make_unique<Recorder>(*config_.record, name, domain_->rank(),
                                           orientation_ == HYB_BOTTOM_UP, plugins,
                                           domain_->grid(), domain_->log(), attributes());
  if (mode() == Mode::replay)
    replayer_ = std::make_unique<Replayer>(*config_.replay, name, orientation_ == HYB_BOTTOM_UP,
                                           plugins, domain_->grid(), domain_->log());
  statistics_ = std::make_shared<Statistics>(mode_name(mode()));
  domain_->log().info("scheme " + in_quotes(name) + ": mode " + mode_name(mode()) +
                      (infers ? ", emulator " + file_.path + " (SHA-256 " + file_.sha256 + ")" : ""));
  if (infers) tell_about(*emulator_);
  if (infers) tell_of_noise();
  if (domain_->stepped()) couple();
  domain_->add(name, this, statistics_);  // last: what fails before leaves nothing in the domain
}

Scheme::~Scheme() {
  domain_->remove(this);
  warn_at_end();
  for (Call *call : calls_) CallTable::instance().release(*call);
}

void Scheme::make_noise() {
  noise_ = std::make_unique<Noise>(domain_->grid());
  if (!config_.noise_is_put) noise_->add(emulator_->card(), config_.seed);
}

void Scheme::tell_about(const Emulator &emulator) const {
  const std::string text = "scheme " + in_quotes(name()) + ": backend " +
                           in_quotes(emulator.backend()) + ": " + emulator.about();
  if (replaces() && emulator.backend() == std::string("null"))
    domain_->log().warning("scheme " + in_quotes(name()) + ": expected a network, found a card alone, " +
                           emulator.path() + ": all that it emulates is 0");
  if (emulator.about_level() == HYB_LOG_INFO) domain_->log().info(text);
  if (emulator.about_level() > HYB_LOG_INFO) domain_->log().warning(text);
}

void Scheme::tell_of_noise() const {
  const std::vector<std::string> drawn = noise_->names();
  if (!drawn.empty())
    domain_->log().info("scheme " + in_quotes(name()) + ": draws " + listed(drawn) +
                        " with seed " + std::to_string(config_.seed));
}

void Scheme::declare_configured() {
  for (const FieldConfig &field : config_.fields) {
    const int32_t role = role_of(field.role);
    if (role == 0 && !field.role.empty())
      fail(HYB_ERROR_CONFIG, "[scheme." + name() + ".field." + field.name + "]: " +
                                 unknown("role", field.role,
                                         role_names()));
    fields_->declare(field.name, field.unit, role, field.dims);
  }
  if (!infers()) return;  // the mode may change without the rest of the table
  for (const std::string &output : config_.unused)
    if (!emulator_->card().output(output))
      mismatch(HYB_ERROR_CONFIG, "[scheme." + name() + "]: unused", "outputs of the card",
               in_quotes(output));
}

bool Scheme::unused(const std::string &output) const {
  return std::find(config_.unused.begin(), config_.unused.end(), output) != config_.unused.end();
}

void Scheme::check_output(const Field &field) const {
  if (!infers() || field.output) return;
  std::vector<std::string> known;
  for (const CardField &output : emulator_->card().outputs) known.push_back(output.name);
  fail(HYB_ERROR_FIELD, "card of " + emulator_->path() + ": " +
                            unknown("output", field.name, known));
}

void Scheme::notice(Notice sort, const std::string &text) {
  if (noticed_[static_cast<size_t>(sort)].exchange(true)) return;
  if (sort == Notice::failure || sort == Notice::failures)
    domain_->log().error(text);
  else
    domain_->log().warning(text);
}

// Once; before the first step there are no turns, and that is told already.
void Scheme::look_for_columns_twice(const Call &call) {
  if (!keeps_columns() || !domain_->stepped() || noticed(Notice::opened_twice)) return;
  if (opened_.add(call.first, call.ncol, domain_->turn())) return;
  notice(Notice::opened_twice,
         call.where() + ": expected each column in one call of a step, found some in two: is `first` "
                        "the block's first column? A scheme that is called twice a step on purpose "
                        "is two schemes, or has a step each time; this is told once");
}

Call *Scheme::take_from(Shelf &shelf) {
  if (!shelf.first.load(std::memory_order_relaxed)) return nullptr;
  const std::lock_guard<std::mutex> lock(shelf.mutex);
  Call *call = shelf.first.load(std::memory_order_relaxed);
  if (call) shelf.first.store(call->next, std::memory_order_relaxed);
  return call;
}

Call &Scheme::new_call() {
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_.push_back(nullptr);  // first: what fails after it leaves no call that nobody knows of
  try {
    calls_.back() = &CallTable::instance().acquire(*this);
  } catch (...) {
    calls_.pop_back();
    throw;
  }
  return *calls_.back();
}

// From other threads' shelves too: a host may open on one and close on another.
Call &Scheme::take_call() {
  const size_t own = thread_place();
  for (size_t i = 0; i < thread_places; ++i)
    if (Call *call = take_from(shelves_[(own + i) % thread_places])) return *call;
  return new_call();
}

void Scheme::return_call(Call &call) {
  call.forget();
  Shelf &shelf = shelves_[thread_place()];
  const std::lock_guard<std::mutex> lock(shelf.mutex);
  call.next = shelf.first.load(std::memory_order_relaxed);
  shelf.first.store(&call, std::memory_order_relaxed);
}

std::string Scheme::discard_open_calls() {
  const std::lock_guard<std::mutex> lock(mutex_);
  int64_t open = 0, first = 0;
  for (Call *call : calls_) {
    const int64_t column = call->first;
    if (!call->discard()) continue;
    return_call(*call);
    if (open++ == 0) first = column;
  }
  return open == 0 ? "" : told_open(open, first) + "; discarded";
}

std::string Scheme::told_open(int64_t open, int64_t first) const {
  return "scheme " + in_quotes(name()) + ": expected every call closed, found " +
         std::to_string(open) + " open (one of them begins at column " + std::to_string(first) + ")";
}

void Scheme::refuse_open_calls() {
  const std::lock_guard<std::mutex> lock(mutex_);
  int64_t open = 0, first = 0;
  for (const Call *call : calls_)
    if (call->token.load(std::memory_order_acquire) != 0 && open++ == 0) first = call->first;
  if (open > 0) fail(HYB_ERROR_PHASE, told_open(open, first));
}

void Scheme::warn_of_open_calls() {
  const std::string open = discard_open_calls();
  if (!open.empty()) domain_->log().warning("end of " + open);
}

void Scheme::step() {
  const std::string open = discard_open_calls();
  const std::string left_open = open.empty() ? open : "step: " + open;
  try {
    if (recorder_) recorder_->check();
  } catch (const Error &error) {
    fail(error.status(), left_open.empty() ? error.what() : left_open + "; " + error.what());
  }
  if (!left_open.empty()) fail(HYB_ERROR_PHASE, left_open);
}

void Scheme::flush() {
  if (recorder_) recorder_->flush();
}

// One line in a log of years says little; the end says how many there were.
void Scheme::warn_of_failures() {
  const std::string failures = statistics_->failures();
  if (!failures.empty())
    notice(Notice::failures, "end of scheme " + in_quotes(name()) + ": " + failures +
                                 " calls had no result of the emulator");
}

// What the card could not be compared with, as the host is free to say little.
void Scheme::tell_undeclared() {
  if (!infers()) return;
  std::vector<std::string> silent;
  const auto look = [&](const std::vector<CardField> &fields) {
    for (const CardField &field : fields)
      if (!noise_->draws(field) && fields_->find(field.name).unit.empty())
        silent.push_back(field.name);
  };
  look(emulator_->card().inputs);
  look(emulator_->card().outputs);
  if (!silent.empty())
    domain_->log().info("scheme " + in_quotes(name()) + ": no unit declared, so none compared " +
                        "with the card's: " + listed(silent));
}

void Scheme::warn_at_end() {
  warn_of_open_calls();
  warn_of_failures();
}

void Scheme::finish() {
  warn_at_end();
  if (recorder_) recorder_->finish();
}

}  // namespace hyb
