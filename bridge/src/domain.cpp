// SPDX-License-Identifier: BSD-3-Clause
#include "domain.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "error.hpp"
#include "floating_point.hpp"
#include "on_all_ranks.hpp"
#include "restart.hpp"
#include "restart_fit.hpp"
#include "scheme.hpp"
#include "statistics_file.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// Hosts end with `stop` or `exit`; what they did not destroy is written here. One of the two
// pieces of process-wide state (the other is the table of calls).
class LiveDomains {
 public:
  static LiveDomains &instance() {
    static LiveDomains *domains = new LiveDomains;  // never destroyed: used while exiting
    return *domains;
  }

  void add(const std::shared_ptr<Domain> &domain) {
    const std::lock_guard<std::mutex> lock(mutex_);
    domains_.erase(std::remove_if(domains_.begin(), domains_.end(),
                                  [](const auto &entry) { return entry.expired(); }),
                   domains_.end());
    domains_.push_back(domain);
  }

  // Of what is registered for the end of the process the last goes first: plug-ins still work then.
  void write_before_plugins_end() {
    std::call_once(again_, [] { std::atexit([] { instance().write_all(); }); });
  }

 private:
  LiveDomains() { std::atexit([] { instance().write_all(); }); }

  void write_all() noexcept {
    if (getpid() != owner_ || std::exchange(written_, true)) return;  // a fork's are its parent's
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto &entry : domains_) {
      try {
        if (const auto domain = entry.lock()) {
          domain->end_records();
          domain->write_statistics();
        }
      } catch (...) {  // nobody is left to be told
      }
    }
  }

  const pid_t owner_ = getpid();
  std::mutex mutex_;
  std::vector<std::weak_ptr<Domain>> domains_;
  std::once_flag again_;
  bool written_ = false;
};

std::string path_for_rank(const std::string &path, int32_t rank) {
  return replaced(path, "{rank}", std::to_string(rank));
}

// Ramps, ages and correlated noise would never get over a time that is none. The longest is that of
// no model: some 30,000 years.
bool is_time_step(double dt) { return dt >= 0 && dt <= 1e12; }

void check_time_step(double dt) {
  if (!is_time_step(dt))
    mismatch(HYB_ERROR_ARGUMENT, "step: dt", "a time step from 0 (unknown) to 1e12 s",
             text_of(dt));
}

// Schemes may outlive the handle of their domain, the host's log handler may not.
struct Silence {
  Log &log;
  ~Silence() { log.forget_handler(); }
};

// Does `action` for every scheme and fails at the end with all that went wrong.
template <class Schemes, class Action>
void for_all(const Schemes &schemes, Action &&action) {
  int32_t status = HYB_OK;
  std::string messages;
  for (const auto &entry : schemes) {
    try {
      action(*entry.second);
    } catch (...) {
      const Error error = current_error();
      status = error.status();
      messages += (messages.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (status != HYB_OK) fail(status, messages);
}

}  // namespace

Domain::Domain(DomainConfig config, const hyb_grid *grid, const hyb_host &host)
    : config_(std::move(config)),
      grid_(grid),
      communicator_(host),
      log_(host, config_.log, rank()),
      reporter_(config_.report_steps) {
  check_statistics_file(config_.statistics, config_.plugins);
  if (config_.report_steps > 0 && !communicator_.reduces())
    log_.warning("report_steps: " + communicator_.why());
}

void Domain::add(const std::string &name, Scheme *scheme,
                 std::shared_ptr<Statistics> statistics) {
  if (!schemes_.emplace(name, scheme).second)
    mismatch(HYB_ERROR_ARGUMENT, "scheme " + in_quotes(name), "one of that name in a domain",
             "two");
  statistics_[name] = std::move(statistics);
}

void Domain::remove(Scheme *scheme) {
  for (auto entry = schemes_.begin(); entry != schemes_.end(); ++entry)
    if (entry->second == scheme) {
      keep(*scheme);
      schemes_.erase(entry);
      return;
    }
}

// Of a scheme that is about to go.
void Domain::keep(const Scheme &scheme) noexcept {
  try {
    may_stop_ = may_stop_ || scheme.may_stop();
    if (stop_.empty()) stop_ = scheme.stop();
    ended_[scheme.name()] = scheme.online_statistics();
    reporter_.forget(scheme);
  } catch (...) {
    log_.warning("statistics of scheme " + in_quotes(scheme.name()) + ": " + current_error().what());
  }
}

Scheme *Domain::find(const std::string &name) const {
  const auto entry = schemes_.find(name);
  return entry == schemes_.end() ? nullptr : entry->second;
}

// Every rank goes through all collective parts, whatever fails on it.
void Domain::step(int64_t step, const char *date, double dt) {
  const FloatingPointGuard guard;
  Attempts attempt;
  attempt([&] { check_time_step(dt); });
  attempt([&] { for_all(schemes_, [](Scheme &scheme) { scheme.step(); }); });
  if (!stepped_) attempt([&] { open_first_step(); });
  const bool recorded = settle(attempt);
  clock_ = {step, date ? date : "", is_time_step(dt) ? dt : 0, clock_.end()};
  stepped_ = true;
  settled_ = saved_ = false;
  ++turn_;
  attempt([&] { for_all(schemes_, [&](Scheme &scheme) { scheme.begin_step(clock_); }); });
  attempt([&] { agree_on_stop(); });
  attempt([&] { communicator_.check(); });
  if (!std::exchange(began_, began_.value_or(step)) || (recorded && !file_is_near())) keep_file();
  attempt.rethrow();
}

// The end of a step, once: at the next one, or before, where a restart is to hold what it brings.
// Returns whether there is a new record.
bool Domain::settle(Attempts &attempt) {
  if (std::exchange(settled_, true)) return false;
  attempt([&] { end_step(); });
  if (!reporter_.due(clock_)) return false;
  attempt([&] { reporter_.record(schemes_, clock_, communicator_, log_); });
  return true;
}

void Domain::settle() {
  check_between_calls();
  Attempts attempt;
  if (settle(attempt)) keep_file();
  attempt.rethrow();
}

// What an open call is about to count or to teach would be in no restart.
void Domain::check_between_calls() {
  on_all_ranks(communicator_,
               [&] { for_all(schemes_, [](Scheme &scheme) { scheme.refuse_open_calls(); }); });
}

void Domain::end_step() {
  for_all(schemes_, [&](Scheme &scheme) { scheme.end_step(clock_, communicator_); });
}

// By what was found on this rank; "": it goes on.
std::string Domain::stop() const {
  std::string own = stop_;
  for (const auto &entry : schemes_)
    if (own.empty()) own = entry.second->stop();
  return own;
}

// A run ends on every rank, or ranks would wait for each other for ever.
void Domain::agree_on_stop() {
  bool may_stop = may_stop_;
  for (const auto &entry : schemes_) may_stop = may_stop || entry.second->may_stop();
  if (!may_stop) return;
  const std::string text = communicator_.first_text(stop());
  if (text.empty()) return;
  stop_told_ = true;
  fail(HYB_ERROR_GUARD, text);
}

// Or ranks would wait for each other's sums for ever.
void Domain::agree_on_schemes() {
  bool collective = false;
  std::string text;
  for (const auto &entry : schemes_) {
    collective = collective || entry.second->collective();
    text += entry.second->name_and_mode();
  }
  if (collective && !communicator_.reduces()) log_.warning(communicator_.why());
  if (communicator_.same(text)) return;
  communicator_.leave("sums over columns are of each process alone: the schemes of the ranks differ");
  mismatch(HYB_ERROR_CONFIG, "schemes of the ranks of a domain", "the same on all",
           "others than " + in_quotes(text) + " of this one");
}

// All that the host declares is known by now.
void Domain::open_first_step() {
  warn_of_unclaimed();
  agree_on_schemes();
  for_all(schemes_, [](Scheme &scheme) { scheme.couple(); });
  for (const auto &entry : schemes_) entry.second->tell_undeclared();
  remember_beginning();
}

// A typing error in a name would otherwise mean: native, silently.
void Domain::warn_of_unclaimed() {
  std::vector<std::string> known;
  for (const auto &entry : statistics_) known.push_back(entry.first);
  if (known.empty()) return;
  const std::vector<std::string> native = without_table();
  for (const auto &[name, scheme] : config_.schemes) {
    if (statistics_.count(name)) continue;
    const std::string text = "[scheme." + name + "] in the configuration: expected a scheme of the " +
                             "host, " + listed(known) + ", found one that it did not create";
    if (native.empty() || !communicator_.leads())
      log_.warning(text);
    else
      log_.shout(text + "; did you mean " + in_quotes(nearest(name, native)) +
                 "? Without a table it runs natively");
  }
}

// Schemes of the host that run natively for that reason.
std::vector<std::string> Domain::without_table() const {
  std::vector<std::string> names;
  for (const auto &entry : statistics_)
    if (!config_.schemes.count(entry.first)) names.push_back(entry.first);
  return names;
}

// Everything that a restart holds.
void Domain::state(State &state) {
  state.number("clock/step", clock_.step);
  state.number("clock/dt", clock_.dt);
  state.number("clock/elapsed", clock_.elapsed);
  reporter_.state(state);
  for (const auto &[name, scheme] : schemes_) {
    Prefixed own(state, "scheme/" + name + "/");
    StatePart(own, "about", scheme->about());
    scheme->state(own);
    reporter_.state(own, *scheme);
  }
}

Snapshot Domain::snapshot() {
  settle();
  return snapshot_of([this](State &all) { state(all); }, communicator_, grid_.ncol());
}

// Before the first step all is as it begins.
void Domain::remember_beginning() {
  if (!beginning_)
    beginning_ = own_snapshot([this](State &all) { state(all); }, grid_.ncol());
}

// Schemes that came later are as they are now.
Snapshot Domain::beginning() {
  remember_beginning();
  Snapshot own = own_snapshot([this](State &all) { state(all); }, grid_.ncol());
  for (StateArray &array : own.arrays)
    for (const StateArray &first : beginning_->arrays)
      if (first.name == array.name) array = first;
  return own;
}

void Domain::restore(const Snapshot &snapshot, const std::string &where) {
  settle();
  Fit fit;
  on_all_ranks(communicator_, [&] {
    fit = fitted(snapshot, beginning(), config_.restart_adapts, where);
  });
  hyb::restore(fit.snapshot, [this](State &all) { state(all); }, communicator_, grid_.ncol());
  for (const std::string &text : fit.told)
    if (communicator_.leads()) log_.warning(text);
  restored_ = clock_.step;
  saved_ = false;
  reporter_.go_on(schemes_, clock_);
}

void Domain::save(const std::string &path) {
  save_restart(path, snapshot(), communicator_, grid_, config_.plugins);
  taken();
  agree_on_stop();
}

void Domain::load(const std::string &path) {
  const std::string where = "restart " + in_quotes(path);
  restore(load_restart(path, communicator_, grid_, config_.plugins), where);
  log_.info(where + " of step " + std::to_string(clock_.step) + " loaded");
}

void Domain::flush() {
  for_all(schemes_, [](Scheme &scheme) { scheme.flush(); });
}

void Domain::finish() {
  const Silence silence{log_};
  Attempts attempt;
  attempt([&] { for_all(schemes_, [](Scheme &scheme) { scheme.finish(); }); });
  end_records();
  attempt([&] { write_statistics(); });
  attempt([&] {
    if (!stop_told_ && !stop().empty()) fail(HYB_ERROR_GUARD, stop());  // no step came any more
  });
  attempt.rethrow();
}

// A restart that has them gives them to the next record of the run that goes on.
void Domain::end_records() {
  if (settled_ && saved_) return;
  if (!std::exchange(settled_, true)) reporter_.due(clock_);
  reporter_.record_rest(schemes_, clock_, communicator_, log_);
}

std::string Domain::statistics_path() const {
  const std::string path = path_for_rank(config_.statistics, rank());
  return replaced(path, "{step}", std::to_string(began_.value_or(0)));
}

void Domain::write_statistics() const {
  if (config_.statistics.empty()) return;
  const FloatingPointGuard guard;
  write_statistics_file(statistics_path(), statistics(), config_.plugins);
}

// Written with every record, a file of many would cost their square: it waits for one in 64.
bool Domain::file_is_near() const {
  const size_t records = reporter_.size();  // less than before where they were joined
  return records > in_file_ && records - in_file_ < records / 64;
}

// A run goes on without its statistics; that they fail is told in time, and once.
void Domain::keep_file() noexcept {
  try {
    write_statistics();
    in_file_ = reporter_.size();
    if (!config_.statistics.empty()) LiveDomains::instance().write_before_plugins_end();
  } catch (...) {
    if (!std::exchange(file_fails_, true)) log_.warning(current_error().what());
  }
}

nlohmann::json Domain::online_statistics(const std::string &name) const {
  if (const Scheme *scheme = find(name)) return scheme->online_statistics();
  const auto ended = ended_.find(name);
  return ended == ended_.end() ? nlohmann::json::object() : ended->second;
}

std::string Domain::statistics() const {
  const auto or_null = [](const std::optional<int64_t> &step) {
    return step ? nlohmann::json(*step) : nlohmann::json(nullptr);
  };
  nlohmann::json object = {{"format", statistics_format},
                           {"version", statistics_version},
                           {"rank", rank()},
                           {"ranks", communicator_.size()},
                           {"step", clock_.step},
                           {"date", clock_.date},
                           {"began", or_null(began_)},
                           {"restored", or_null(restored_)},
                           {"schemes", nlohmann::json::object()},
                           {"history", reporter_.history(schemes_)}};
  for (const auto &[name, statistics] : statistics_) {
    nlohmann::json &entry = object["schemes"][name] = statistics->json();
    entry.update(online_statistics(name));
  }
  return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void remember_domain(const std::shared_ptr<Domain> &domain) { LiveDomains::instance().add(domain); }

}  // namespace hyb
