// SPDX-License-Identifier: BSD-3-Clause
// What a scheme needs in the modes that replace native results.
#include <algorithm>

#include "axes.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "pack.hpp"
#include "scheme.hpp"
#include "text.hpp"

namespace hyb {
namespace {

std::string table_of(const std::string &scheme) { return "[scheme." + scheme + "]"; }

bool partly(const GuardsConfig &guard) {
  bool blends = guard.range.policy == Policy::blend || guard.training_range.policy == Policy::blend;
  for (const TendencyConfig &tendency : guard.tendency)
    blends = blends || tendency.policy == Policy::blend;
  return blends;
}

}  // namespace

bool Scheme::mixes_values() const {
  return mode() == Mode::blend || mode() == Mode::correct || partly(config_.guard);
}

// Half a flag means nothing.
void Scheme::refuse_flags() const {
  if (!mixes_values()) return;
  for (const CardField &output : emulator_->card().outputs)
    if (output.role == HYB_FLAG && !unused(output.name))
      mismatch(HYB_ERROR_CONFIG,
               table_of(name()) + ": mode or guard that mixes emulated and native results",
               "outputs that are no flags (or the key 'unused')", in_quotes(output.name));
}

// A box emulator takes as many as the host has.
void Scheme::check_levels() const {
  int64_t most = 1;
  for (const CardField &output : emulator_->card().outputs) most = std::max(most, output.nlevel);
  const int64_t last = config_.blend.last_level;
  if (!emulator_->card().box && last != INT64_MAX && last > most)
    mismatch(HYB_ERROR_CONFIG, table_of(name()) + ".blend: levels",
             "levels of the outputs, 1 to " + std::to_string(most), std::to_string(last));
}

// The host does not take it, so no audit compares it.
void Scheme::refuse_unused() const {
  for (const auto &slot : operators_->hooks())
    if (slot->config().learn == HookConfig::Source::audit && unused(slot->config().fields[0]))
      mismatch(HYB_ERROR_CONFIG, slot->config().where + ": learn = \"audit\"",
               "an output that is not in 'unused', as an audit compares what the host takes",
               in_quotes(slot->config().fields[0]));
}

void Scheme::make_online_parts() {
  const Card &card = emulator_->card();
  const Grid &grid = domain_->grid();
  refuse_flags();
  guards_ = std::make_unique<Guards>(config_.guard, card, name(), flips());
  if (!replaces()) return;
  if (mode() != Mode::emulate) check_levels();
  if (mode() != Mode::emulate) blend_ = Blend(config_.blend, grid, table_of(name()));
  if (config_.audit && mode() == Mode::correct)
    mismatch(HYB_ERROR_CONFIG, table_of(name()) + ": audit", "mode 'emulate' or 'blend'",
             "'correct', where native results are no truth");
  if (config_.audit) audit_ = std::make_unique<Audit>(*config_.audit, card, grid, name());
  operators_ = std::make_unique<Operators>(
      config_, card, flips(), grid, domain_->config().plugins,
      [this](Policy policy, const std::string &text) { object(policy, text); });
  if (operators_->learns(HookConfig::Source::audit) && !audit_)
    mismatch(HYB_ERROR_CONFIG, table_of(name()) + ": a hook that learns from the audit",
             "a table audit", "none");
  refuse_unused();
  if (operators_->learns(HookConfig::Source::audit) ||
      operators_->learns(HookConfig::Source::observe))
    learning_ = std::make_unique<Learning>(*operators_, grid, table_of(name()));
  for (size_t place = 0; place < operators_->fields().inputs.size(); ++place)
    fields_->find(operators_->fields().inputs[place].name).kept = static_cast<int32_t>(place);
}

void Scheme::object(const MatrixGuards &side, const Objection &objection, int64_t first) {
  const RangeGuard &guard = *objection.guard;
  objections_->add(side.side() + " " + guard.name, guard.policy, [&] {
    return now_in_words() + guards_->told(side, objection, domain_->grid(), first);
  });
}

void Scheme::object(Policy policy, const std::string &text) {
  objections_->add(text.substr(0, text.find(": ")), policy, [&] { return in_full(policy, text); });
}

std::string Scheme::in_full(Policy policy, const std::string &text) const {
  return now_in_words() + text + " (policy " + in_quotes(policy_name(policy)) + ")";
}

std::string Scheme::now_in_words() const {
  return "scheme " + in_quotes(name()) + ", step " + std::to_string(domain_->clock().step) + ", ";
}

void Scheme::observe(const std::string &field_name, const hyb_view &view, int64_t ncol,
                     int64_t first) {
  if (!learning_ || !learning_->observes()) return;
  domain_->grid().check(first, ncol);
  notice_late();
  Field &field = fields_->find(field_name);
  check_output(field);
  const VectorUnitGuard guard;
  const HostArray array = host_array(view, field.axes, field_name.c_str(), ncol);
  fields_->settle(field, array);
  std::vector<double> memory(static_cast<size_t>(array.rows() * ncol));
  const FieldValues values = {memory.data(), array.nlevel, array.nspecies, ncol};
  pack(array, lone_rows(values.data, HYB_REAL64, array, ncol), ncol);
  learning_->observe(place_of(*field.output), values, first);
}

void Scheme::notice_late() {
  if (domain_->over() && !noticed(Notice::late))
    notice(Notice::late, now_in_words() + "after a restart was made of it: expected no more calls "
                             "before the next step, found some; nothing is learned from them");
}

void Scheme::couple() {
  if (config_.coupled.empty() || !replaces()) return;
  Scheme *first = domain_->find(config_.coupled);
  if (!first || first == this)
    mismatch(HYB_ERROR_CONFIG, table_of(name()) + ": coupled", "another scheme of the domain",
             in_quotes(config_.coupled));
  if (!domain_->grid().known())
    mismatch(HYB_ERROR_CONFIG, table_of(name()) + ": coupled",
             "a domain created with its columns", "one without");
  refuse_cycle(*first);
  if (first->replaces() && !first->rejections_)
    first->rejections_ = std::make_shared<Rejections>(domain_->grid().ncol());
  coupled_ = first->rejections_;
}

// Neither could be the first.
void Scheme::refuse_cycle(const Scheme &first) const {
  std::vector<std::string> seen = {name()};
  for (const Scheme *at = &first; at && at->replaces(); at = domain_->find(at->config_.coupled)) {
    const bool again = std::find(seen.begin(), seen.end(), at->name()) != seen.end();
    seen.push_back(at->name());
    if (again)
      mismatch(HYB_ERROR_CONFIG, table_of(name()) + ": coupled",
               "schemes that do not wait for each other", listed(seen) + " in a circle");
  }
}

void Scheme::tell_asked_before() {
  if (!noticed(Notice::asked_before))
    notice(Notice::asked_before, now_in_words() +
                             "coupled: expected its blocks before those of the schemes that are "
                             "coupled to it, found some of these before; what it rejects is "
                             "native there only if it comes first");
}

bool Scheme::may_stop() const {
  if (!replaces()) return false;
  const bool alarm = config_.audit && config_.audit->alarm.policy == Policy::stop;
  bool stops = alarm || guards_->has(Policy::stop) || config_.guard.constraint == Policy::stop;
  for (const HookConfig &hook : config_.hooks) stops = stops || hook.policy == Policy::stop;
  return stops;
}

void Scheme::end_step(const Clock &clock, const Communicator &communicator) {
  if (!replaces()) return;
  if (audit_ && audit_->drawn(clock.step)) {
    audit_->gather();
    const std::string news = audit_->judge(clock, communicator);
    const Policy policy = config_.audit->alarm.policy;
    if (!news.empty()) objections_->tell(policy, in_full(policy, "audit: " + news));
    if (audit_->overflowed())
      object(Policy::pass, "audit: expected values whose squares can be added up, found larger "
                           "ones; it counts as a bad one");
  }
  const Objector objector = [this](Policy policy, const std::string &text) {
    object(policy, text);
  };
  if (learning_) learning_->learn(audit_.get(), clock, communicator, objector);
}

void Scheme::begin_step(const Clock &clock) {
  if (noise_) noise_->step(clock);
  if (!replaces()) return;
  if (audit_) audit_->gather();  // what came too late for the last step is of no other one
  if (learning_) learning_->forget();
  if (mode() != Mode::emulate) blend_.step(clock);
  operators_->step(clock);
}

nlohmann::json Scheme::about() const {
  nlohmann::json about = {{"mode", mode_name(mode())}, {"hooks", nlohmann::json::array()}};
  if (infers()) about["emulator"] = file_.sha256;
  if (replaces())
    for (const HookConfig &hook : config_.hooks) about["hooks"].push_back(hook.kind);
  return about;
}

nlohmann::json Scheme::counted_with() const {
  nlohmann::json all = about();
  all["guard"] = hyb::counted_with(config_.guard);
  if (operators_) all["operators"] = operators_->made_with(file_.sha256);
  return all;
}

// What depends on the emulator says which one that was.
void Scheme::state(State &state) {
  if (!infers()) return;
  const nlohmann::json emulator = {{"emulator", file_.sha256}};
  StatePart noise(state, "noise", emulator);
  noise_->state(noise);
  StatePart counters(state, "statistics", nlohmann::json::object());
  statistics_->state(counters);
  emulator_->batch_sizes().state(counters);
  nlohmann::json guarded = hyb::counted_with(config_.guard);
  guarded.update(emulator);
  StatePart guards(state, "guards", guarded);
  guards_->state(guards);
  if (mode() == Mode::shadow) {
    StatePart scores(state, "scores", emulator);
    for (const CardField &output : emulator_->card().outputs)
      statistics_->state(scores, output.name, output.unit);
  }
  if (!replaces()) return;
  if (audit_) audit_->state(state, file_.sha256);
  operators_->state(state, file_.sha256);
  if (learning_) learning_->state(state, file_.sha256);
}

std::vector<std::vector<double>> Scheme::counters() const {
  std::vector<std::vector<double>> lists = {statistics_->counters()};
  if (!infers()) return lists;
  lists.push_back(emulator_->batch_sizes().counters());
  lists.push_back(guards_->inputs.counters());
  lists.push_back(guards_->outputs.counters());
  if (!operators_) return lists;
  lists.push_back(operators_->budgets().counters());
  for (auto &added : operators_->counters()) lists.push_back(std::move(added));
  return lists;
}

nlohmann::json Scheme::told(const std::vector<std::vector<double>> &counters) const {
  nlohmann::json object = Statistics::told(counters[0]);
  if (!infers()) return object;
  object["batches"] = BatchSizes::told(counters[1]);
  object["guards"] = guards_->told(counters[2], counters[3]);
  if (!operators_) return object;
  object["budgets"] = operators_->budgets().told(counters[4]);
  object["hooks"] = operators_->told({counters.begin() + 5, counters.end()});
  return object;
}

nlohmann::json Scheme::now(std::vector<double> &audited) const {
  nlohmann::json object = nlohmann::json::object();
  if (replaces() && mode() != Mode::emulate) object["weight"] = blend_.weight();
  if (audit_) object["audit"] = audit_->since(audited);
  return object;
}

nlohmann::json Scheme::online_statistics() const {
  nlohmann::json object = told(counters());
  if (infers()) object["emulator"] = {{"file", file_.path}, {"sha256", file_.sha256}};
  std::vector<double> audited;
  object.update(now(audited));
  if (audit_) object["audit"].update(audit_->json());
  if (!operators_) return object;
  const nlohmann::json hooks = operators_->describe();
  for (size_t i = 0; i < hooks.size(); ++i) object["hooks"][i].update(hooks[i]);
  return object;
}

}  // namespace hyb
