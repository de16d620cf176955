// SPDX-License-Identifier: BSD-3-Clause
#include "domain.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>

#include "error.hpp"
#include "floating_point.hpp"
#include "restart.hpp"
#include "scheme.hpp"
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

 private:
  LiveDomains() { std::atexit([] { instance().write_all(); }); }

  void write_all() noexcept {
    if (getpid() != owner_) return;  // a fork's statistics are its parent's
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto &entry : domains_) {
      try {
        if (const auto domain = entry.lock()) domain->write_statistics();
      } catch (...) {  // nobody is left to be told
      }
    }
  }

  const pid_t owner_ = getpid();
  std::mutex mutex_;
  std::vector<std::weak_ptr<Domain>> domains_;
};

std::string path_for_rank(const std::string &path, int32_t rank) {
  return replaced(path, "{rank}", std::to_string(rank));
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
    } catch (const Error &error) {
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
      log_(host, config_.log, rank()) {}

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
      schemes_.erase(entry);
      return;
    }
}

Scheme *Domain::find(const std::string &name) const {
  const auto entry = schemes_.find(name);
  return entry == schemes_.end() ? nullptr : entry->second;
}

// Every rank goes through all collective parts, whatever fails on it.
void Domain::step(int64_t step, const char *date, double dt) {
  const FloatingPointGuard guard;
  std::exception_ptr failure;
  const auto attempt = [&](auto &&part) {
    try {
      part();
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
  };
  attempt([&] { for_all(schemes_, [](Scheme &scheme) { scheme.step(); }); });
  if (!stepped_) attempt([&] { open_first_step(); });
  attempt([&] { settle(); });
  clock_ = {step, date ? date : "", dt, clock_.elapsed + clock_.dt};
  stepped_ = true;
  settled_ = false;
  ++turn_;
  attempt([&] { for_all(schemes_, [&](Scheme &scheme) { scheme.begin_step(clock_); }); });
  attempt([&] { agree_on_stop(); });
  if (failure) std::rethrow_exception(failure);
}

// The end of a step, once: at the next one, or before, where a restart is to hold what it brings.
void Domain::settle() {
  if (!std::exchange(settled_, true)) end_step();
}

void Domain::end_step() {
  for_all(schemes_, [&](Scheme &scheme) { scheme.end_step(clock_, communicator_); });
}

// A run ends on every rank, or ranks would wait for each other for ever.
void Domain::agree_on_stop() const {
  bool may_stop = false;
  std::string own;
  for (const auto &entry : schemes_) {
    may_stop = may_stop || entry.second->may_stop();
    if (own.empty()) own = entry.second->stop();
  }
  if (!may_stop) return;
  const std::string text = communicator_.first_text(own);
  if (!text.empty()) fail(HYB_ERROR_GUARD, text);
}

// All that the host declares is known by now.
void Domain::open_first_step() {
  warn_of_unclaimed();
  for_all(schemes_, [](Scheme &scheme) { scheme.couple(); });
  for (const auto &entry : schemes_) entry.second->tell_undeclared();
}

// A typing error in a name would otherwise mean: native, silently.
void Domain::warn_of_unclaimed() {
  std::vector<std::string> known;
  for (const auto &entry : statistics_) known.push_back(entry.first);
  if (known.empty()) return;
  for (const auto &[name, scheme] : config_.schemes)
    if (!statistics_.count(name))
      log_.warning("[scheme." + name + "] in the configuration: expected a scheme of the host, " +
                   listed(known) + ", found one that it did not create");
}

// Everything that a restart holds.
void Domain::state(State &state) {
  state.number("clock/step", clock_.step);
  state.number("clock/dt", clock_.dt);
  state.number("clock/elapsed", clock_.elapsed);
  for (const auto &[name, scheme] : schemes_) {
    Prefixed own(state, "scheme/" + name + "/");
    scheme->state(own);
  }
}

Snapshot Domain::snapshot() {
  settle();
  return snapshot_of([this](State &all) { state(all); }, communicator_, grid_.ncol());
}

void Domain::restore(const Snapshot &snapshot) {
  settle();
  hyb::restore(snapshot, [this](State &all) { state(all); }, communicator_, grid_.ncol());
}

void Domain::save(const std::string &path) {
  save_restart(path, snapshot(), communicator_, grid_, config_.plugins);
}

void Domain::load(const std::string &path) {
  restore(load_restart(path, communicator_, grid_, config_.plugins));
  log_.info("restart " + in_quotes(path) + " of step " + std::to_string(clock_.step) + " loaded");
}

void Domain::flush() {
  for_all(schemes_, [](Scheme &scheme) { scheme.flush(); });
}

void Domain::finish() {
  const Silence silence{log_};
  try {
    for_all(schemes_, [](Scheme &scheme) { scheme.finish(); });
  } catch (...) {
    write_statistics();
    throw;
  }
  write_statistics();
}

void Domain::write_statistics() const {
  if (config_.statistics.empty()) return;
  const FloatingPointGuard guard;
  const std::string path = path_for_rank(config_.statistics, rank());
  std::ofstream file(path);
  file << statistics() << '\n';
  if (!file.flush())
    mismatch(HYB_ERROR_CONFIG, "statistics " + in_quotes(path), "a file that can be written",
             "one that cannot");
}

std::string Domain::statistics() const {
  nlohmann::json object = {{"rank", rank()}, {"step", clock_.step}, {"date", clock_.date},
                           {"schemes", nlohmann::json::object()}};
  for (const auto &[name, statistics] : statistics_) {
    nlohmann::json &entry = object["schemes"][name] = nlohmann::json::parse(statistics->json());
    if (const Scheme *scheme = find(name)) entry.update(scheme->online_statistics());
  }
  return object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

void remember_domain(const std::shared_ptr<Domain> &domain) { LiveDomains::instance().add(domain); }

}  // namespace hyb
