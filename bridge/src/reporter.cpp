// SPDX-License-Identifier: BSD-3-Clause
#include "reporter.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "on_all_ranks.hpp"
#include "reproducible_sums.hpp"
#include "scheme.hpp"
#include "text.hpp"

namespace hyb {
namespace {

using nlohmann::json;
using Lists = std::vector<std::vector<double>>;

// What a file that is written anew with each record may hold; then neighbours become one.
constexpr size_t most_records = 1000;

int64_t period_of(int64_t step, int64_t every) {
  return step / every - (step % every < 0);
}

double at(const std::vector<double> &list, size_t i) { return i < list.size() ? list[i] : 0; }

// Lists may have grown meanwhile.
Lists combined(const Lists &a, const Lists &b, double factor) {
  Lists all(std::max(a.size(), b.size()));
  for (size_t i = 0; i < all.size(); ++i) {
    const std::vector<double> none, &x = i < a.size() ? a[i] : none, &y = i < b.size() ? b[i] : none;
    all[i].resize(std::max(x.size(), y.size()));
    for (size_t j = 0; j < all[i].size(); ++j) all[i][j] = at(x, j) + factor * at(y, j);
  }
  return all;
}

std::string printed(const char *format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string times_in(const json &told) {
  double all = 0;
  for (const json &seconds : told["seconds"]) all += seconds.get<double>();
  std::string text;
  for (const auto &[part, seconds] : told["seconds"].items())
    if (seconds > 1e-3 * all) text += ", " + part + " " + printed("%.3g s", seconds.get<double>());
  return text;
}

// What is not as it should be, where there is any.
std::string counted_in(const json &told, const char *key, const char *words) {
  const int64_t n = told[key], all = told["columns"];
  if (n == 0) return "";
  const double percent = 100.0 * static_cast<double>(n) / static_cast<double>(std::max<int64_t>(all, 1));
  return ", " + std::to_string(n) + " " + words + " (" + printed("%.3g %%", percent) + ")";
}

std::string audit_in(const json &told) {
  if (!told.contains("audit") || told["audit"]["score"].is_null()) return "";
  const json &audit = told["audit"];
  return ", audit error " + printed("%.3g", audit["score"]["error"].get<double>()) + " bias " +
         printed("%.3g", audit["score"]["bias"].get<double>()) +
         (audit["raised"].get<bool>() ? ", ALARM" : "");
}

std::string line_of(const std::string &name, const Clock &clock, const json &told) {
  std::string text = "scheme " + in_quotes(name) + ", step " + std::to_string(clock.step);
  if (!clock.date.empty()) text += ", " + clock.date;
  text += ": " + std::to_string(told["columns"].get<int64_t>()) + " columns";
  text += counted_in(told, "rejected", "rejected") + counted_in(told, "audited", "audited");
  const std::pair<const char *, const char *> faults[] = {
      {"failures", "failures"},
      {"inputs_not_finite", "inputs not finite"},
      {"outputs_not_finite", "outputs not finite"}};
  for (const auto &[key, words] : faults)
    if (told[key] > 0) text += ", " + std::to_string(told[key].get<int64_t>()) + " " + words;
  if (told.contains("weight")) text += ", weight " + printed("%.3g", told["weight"].get<double>());
  return text + audit_in(told) + times_in(told);
}

}  // namespace

// At multiples of `every`, or behind them where the host does not count one by one.
bool Reporter::due(const Clock &ended) {
  if (every_ == 0) return false;
  const int64_t before = ended_any_ && last_ <= ended.step ? last_ : ended.step - 1;
  ended_any_ = true;
  last_ = ended.step;
  ++steps_;
  return period_of(ended.step, every_) != period_of(before, every_);
}

// Or ranks would wait for each other's sums for ever.
bool Reporter::same_everywhere(const Schemes &schemes, const Communicator &communicator, Log &log) {
  std::string text;
  for (const auto &entry : schemes) text += entry.second->name_and_mode();
  const bool same = communicator.same(text);
  if (!same && !std::exchange(told_differ_, true))
    log.warning("statistics over ranks: expected the same schemes on all of them, found others; "
                "there are no records");
  return same;
}

Reporter::Part Reporter::since(const Scheme &scheme) {
  Totals &before = before_[scheme.name()];
  Lists totals = scheme.counters();
  Part part;
  part.counters = combined(totals, before.counters, -1);
  before.counters = std::move(totals);
  part.now = scheme.now(before.audit);
  return part;
}

Reporter::Record Reporter::begun(const Clock &ended) {
  Record record;
  record.clock = ended;
  record.clock.elapsed = ended.end();
  record.steps = std::exchange(steps_, 0);
  return record;
}

// Collective parts have nothing between them that may fail on one rank only.
void Reporter::record(const Schemes &schemes, const Clock &ended,
                      const Communicator &communicator, Log &log) {
  if (!same_everywhere(schemes, communicator, log)) return;
  gone_.clear();
  Record record = begun(ended);
  record.ranks = communicator.reduces() ? communicator.size() : 1;
  on_all_ranks(communicator, [&] {
    for (const auto &[name, scheme] : schemes)
      if (scheme->mode() != Mode::native) record.parts[name] = since(*scheme);
  });
  for (auto &[name, part] : record.parts)
    for (std::vector<double> &list : part.counters) list = reproducible_sums(communicator, list);
  if (!communicator.leads()) return;
  log_lines(schemes, record, log);
  keep(std::move(record));
}

void Reporter::record_rest(const Schemes &schemes, const Clock &ended,
                           const Communicator &communicator, Log &log) {
  if (steps_ == 0) return;
  Record record = begun(ended);
  record.parts = std::exchange(gone_, {});
  for (const auto &[name, scheme] : schemes)
    if (scheme->mode() != Mode::native) record.parts[name] = since(*scheme);
  if (communicator.size() == 1) log_lines(schemes, record, log);
  keep(std::move(record));
}

void Reporter::log_lines(const Schemes &schemes, const Record &record, Log &log) {
  for (const auto &[name, part] : record.parts)
    log.info(line_of(name, record.clock,
                     part.told.is_null() ? told(*schemes.at(name), part) : part.told));
}

// ---- Restart

Reporter::Totals Reporter::pending(const Scheme &scheme) const {
  if (every_ == 0 || scheme.mode() == Mode::native) return {};
  static const Totals none;
  const auto found = before_.find(scheme.name());
  const Totals &before = found == before_.end() ? none : found->second;
  Totals now{scheme.counters(), {}};
  scheme.now(now.audit);
  now.counters = combined(now.counters, before.counters, -1);
  now.audit = combined({now.audit}, {before.audit}, -1)[0];
  return now;
}

void Reporter::state(State &state) { state.number("records/steps", steps_); }

void Reporter::state(State &state, const Scheme &scheme) {
  if (scheme.mode() == Mode::native) return;
  Totals &visited = visited_[scheme.name()] = pending(scheme);
  visited.counters.resize(scheme.counters().size());
  StatePart calls(state, "records", json::object());
  calls.counters("1", visited.counters[0]);
  if (!scheme.infers()) return;
  StatePart details(state, "records in detail", scheme.counted_with());
  for (size_t i = 1; i < visited.counters.size(); ++i)
    details.counters(std::to_string(i + 1), visited.counters[i]);
  details.shared("audit", visited.audit);
}

// A record of what comes once more would be there twice.
void Reporter::go_on(const Schemes &schemes, const Clock &restored) {
  const auto later = [&](const Record &record) { return record.clock.step > restored.step; };
  records_.erase(std::remove_if(records_.begin(), records_.end(), later), records_.end());
  last_ = restored.step;
  ended_any_ = restored.end() > 0;
  if (every_ == 0) steps_ = 0;
  gone_.clear();
  for (const auto &[name, scheme] : schemes) {
    const Totals &visited = visited_[name];
    Totals now{scheme->counters(), {}};
    scheme->now(now.audit);
    before_[name] = {combined(now.counters, visited.counters, -1),
                     combined({now.audit}, {visited.audit}, -1)[0]};
  }
}

json Reporter::told(const Scheme &scheme, const Part &part) {
  json object = scheme.told(part.counters);
  object.update(part.now);
  return object;
}

void Reporter::keep(Record record) {
  records_.push_back(std::move(record));
  if (records_.size() > most_records) thin();
}

bool Reporter::Record::can_take(const Record &next) const {
  const auto open = [](const auto &entry) { return entry.second.told.is_null(); };
  return std::all_of(parts.begin(), parts.end(), open) &&
         std::all_of(next.parts.begin(), next.parts.end(), open);
}

void Reporter::Record::take(Record next) {
  clock = next.clock;
  steps += next.steps;
  for (auto &[name, part] : next.parts) {
    Part &own = parts[name];
    own.counters = combined(own.counters, part.counters, 1);
    own.now = std::move(part.now);
  }
}

// Counters can be added up, so nothing is lost but when it was.
void Reporter::thin() {
  std::vector<Record> fewer;
  bool paired = true;
  for (Record &record : records_) {
    paired = !paired && fewer.back().can_take(record);
    if (paired)
      fewer.back().take(std::move(record));
    else
      fewer.push_back(std::move(record));
  }
  records_ = std::move(fewer);
}

// Another one of its name begins at 0.
void Reporter::forget(const Scheme &scheme) {
  if (every_ > 0 && scheme.mode() != Mode::native) {
    Part &part = gone_[scheme.name()] = since(scheme);
    part.told = told(scheme, part);
  }
  before_.erase(scheme.name());
  for (Record &record : records_) {
    const auto found = record.parts.find(scheme.name());
    if (found != record.parts.end()) found->second.told = told(scheme, found->second);
  }
}

json Reporter::history(const Schemes &schemes) const {
  json list = json::array();
  for (const Record &record : records_) {
    list.push_back({{"step", record.clock.step},
                    {"date", record.clock.date},
                    {"elapsed", record.clock.elapsed},
                    {"steps", record.steps},
                    {"ranks", record.ranks}});
    json &told_schemes = list.back()["schemes"] = json::object();
    for (const auto &[name, part] : record.parts)
      told_schemes[name] = part.told.is_null() ? told(*schemes.at(name), part) : part.told;
  }
  return list;
}

}  // namespace hyb
