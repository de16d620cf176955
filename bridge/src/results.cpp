// SPDX-License-Identifier: BSD-3-Clause
#include "results.hpp"

#include <algorithm>
#include <limits>

#include "error.hpp"
#include "floating_point.hpp"
#include "runs_of_columns.hpp"
#include "scheme.hpp"
#include "text.hpp"
#include "timed.hpp"

namespace hyb {
namespace {

Rows rows_of(const FieldValues &field) {
  FieldShape shape;
  shape.nlevel = field.nlevel;
  shape.nspecies = field.nspecies;
  return lone_rows(field.data, HYB_REAL64, shape, field.ncol);
}

// Never null, also of no columns: null means that there is no such field.
FieldValues values_of(Buffer &memory, const FieldShape &shape, int64_t ncol) {
  const int64_t values = std::max<int64_t>(1, shape.rows() * ncol);
  const int64_t bytes = values * static_cast<int64_t>(sizeof(double));
  return {static_cast<double *>(memory.reserve(bytes)), shape.nlevel, shape.nspecies, ncol};
}

// Rows of the network as physical real64 values, levels in the host's order.
FieldValues unpacked(const Rows &rows, FieldShape shape, int64_t ncol, Buffer &memory) {
  const FieldValues values = values_of(memory, shape, ncol);
  shape.has_column = true;
  scatter(rows, as_host(rows_of(values), shape, ncol), ncol);
  return values;
}

bool adds(const Field &field) { return field.effective_role() == HYB_INCREMENT; }

}  // namespace

void Results::open(Scheme &scheme, int64_t ncol, int64_t first) {
  scheme_ = &scheme;
  ncol_ = ncol;
  first_ = first;
  verdict_.begin(ncol);
  audited_.clear();
  Audit *audit = scheme.audit();
  if (audit) audit->draw(scheme.domain().clock().step, first, ncol, audited_);
  const bool native = scheme.fallen_back() || scheme.blend().none(first, ncol);
  infers_ = scheme.infers() && !(native && audited_.empty());
  if (scheme.fallen_back()) reject_all();
  Learning *learning = scheme.learning();
  if (learning) learning->begin(first, ncol);
  if (!audited_.empty() || (learning && learning->observes())) scheme.notice_late();
  values_.first = first;
  values_.ncol = ncol;
  values_.bottom_up = scheme.bottom_up();
  values_.clock = &scheme.domain().clock();
  values_.grid = &scheme.domain().grid();
  for (FieldValues &input : values_.inputs) input.data = nullptr;
  std::fill(put_.begin(), put_.end(), uint8_t{0});
  puts_real64_ = false;
}

void Results::put(const Field &field, const HostArray &array) {
  puts_real64_ = puts_real64_ || array.kind == HYB_REAL64;
  if (field.kept >= 0) {
    const size_t place = static_cast<size_t>(field.kept);
    if (kept_.size() <= place) kept_.resize(place + 1);
    if (values_.inputs.size() <= place) values_.inputs.resize(place + 1);
    values_.inputs[place] = values_of(kept_[place], array, ncol_);
    pack(array, rows_of(values_.inputs[place]), ncol_);
  }
  if (adds(field) && field.output) keep_before(field, array);
}

void Results::keep_before(const Field &field, const HostArray &array) {
  const size_t id = static_cast<size_t>(field.id);
  if (before_.size() <= id) before_.resize(id + 1), put_.resize(id + 1, 0);
  put_[id] = 1;
  before_[id].reserve(array.rows() * ncol_ * size_of_kind(array.kind));
  pack(array, before(field, array), ncol_);
}

void Results::judge_inputs(const Block &block, CallTimes &times) {
  const VectorUnitGuard guard;
  guard_inputs(block, times);
  if (!scheme_->replaces()) return;
  check_kept();
  Operators &operators = *scheme_->operators();
  if (operators.vetoes()) operators.before(values_, work_, verdict_, times);
}

void Results::guard_inputs(const Block &block, CallTimes &times) {
  const Timed timed(times.guard);
  Guards &guards = *scheme_->guards();
  for (const Objection &objection : guards.inputs.judge(block.input_matrix(), verdict_))
    scheme_->object(guards.inputs, objection, first_);
}

// What operators read need not be an input of the emulator.
void Results::check_kept() const {
  const auto &inputs = scheme_->operators()->fields().inputs;
  for (size_t place = 0; place < inputs.size(); ++place)
    if (place >= values_.inputs.size() || !values_.inputs[place].data)
      mismatch(HYB_ERROR_FIELD, "run",
               "a put of " + in_quotes(inputs[place].name) + ", which a hook or a constraint reads",
               "none");
}

void Results::judge(const Block &block, CallTimes &times) {
  const VectorUnitGuard guard;
  judge_outputs(block, times);
  if (!scheme_->replaces()) return;
  if (scheme_->operators()->any()) {
    stage(block, times);
    operate(times);
  }
  if (!verdict_.clean() && scheme_->mode() == Mode::emulate && !has_all_before())
    verdict_.reject_all();
  publish();
  mark_emulated();
}

void Results::judge_outputs(const Block &block, CallTimes &times) {
  const Timed timed(times.guard);
  if (Rejections *others = scheme_->coupled())
    others->carry_over(verdict_, first_, scheme_->domain().turn());
  Guards &guards = *scheme_->guards();
  for (const Objection &objection : guards.outputs.judge(block.output_matrix(), verdict_))
    scheme_->object(guards.outputs, objection, first_);
}

void Results::reject_all() {
  verdict_.reject_all();
  publish();
}

void Results::publish() {
  Rejections *own = scheme_->rejections();
  if (own && !own->publish(verdict_, first_, scheme_->domain().turn())) scheme_->tell_asked_before();
}

// All outputs, as constraints need several at once.
void Results::stage(const Block &block, CallTimes &times) {
  const Timed timed(times.scatter);
  const auto &outputs = scheme_->emulator().card().outputs;
  staged_.resize(outputs.size());
  values_.outputs.resize(outputs.size());
  for (size_t place = 0; place < outputs.size(); ++place)
    values_.outputs[place] =
        unpacked(block.output(outputs[place]), block.shape(outputs[place]), ncol_, staged_[place]);
  values_.most.resize(outputs.size());
  for (size_t place = 0; place < outputs.size(); ++place)
    values_.most[place] = largest(scheme_->fields().find(outputs[place].name));
  values_.rejected.resize(static_cast<size_t>(ncol_));
  for (int64_t i = 0; i < ncol_; ++i)
    values_.rejected[static_cast<size_t>(i)] = verdict_.weight(i) == 0;
}

// The first get comes later; until then the host is taken to have one kind of reals.
double Results::largest(const Field &field) const {
  const bool small = field.settled ? field.kind == HYB_REAL32 : !puts_real64_;
  return small ? static_cast<double>(std::numeric_limits<float>::max())
               : std::numeric_limits<double>::max();
}

void Results::operate(CallTimes &times) {
  Learning *learning = scheme_->learning();
  const std::vector<int64_t> *rows = learning ? &kept_columns() : nullptr;
  if (learning) learning->keep(values_, *rows);
  scheme_->operators()->apply(values_, work_, verdict_, times, [this](size_t hook, bool any) {
    if (Learning *own = scheme_->learning())
      own->keep_own(hook, any, values_, work_.hooks, kept_columns());
  });
  if (learning) learning->keep_added(values_, work_.hooks, *rows);
}

void Results::mark_emulated() {
  Learning *learning = scheme_->learning();
  if (!learning || !learning->observes()) return;
  for (int64_t i = 0; i < ncol_; ++i)
    if (weight(i) > 0) learning->mark_emulated(first_ - 1 + i);
}

const std::vector<int64_t> &Results::kept_columns() {
  if (!scheme_->learning()->observes()) return audited_;
  while (static_cast<int64_t>(all_.size()) < ncol_) all_.push_back(static_cast<int64_t>(all_.size()));
  all_.resize(static_cast<size_t>(ncol_));
  return all_;
}

double Results::weight(int64_t column) const {
  return verdict_.weight(column) * scheme_->blend().weight(first_ + column);
}

bool Results::wants_native() const {
  if (!infers_ || !verdict_.clean() || !audited_.empty() || scheme_->mode() == Mode::correct)
    return true;
  if (scheme_->mode() != Mode::blend) return false;
  return scheme_->blend().partial(first_, ncol_);
}

Rows Results::rows(const Field &field, const Block &block) const {
  if (!scheme_->operators()->any()) return block.output(field);
  block.check_levels(field);
  return rows_of(values_.outputs[scheme_->place_of(*field.output)]);
}

Rows Results::before(const Field &field, const HostArray &array) const {
  return lone_rows(before_[static_cast<size_t>(field.id)].data(), array.kind, array, ncol_);
}

// What the host's array holds after the native routine, and before it where that added to it.
Results::Native Results::native(const Field &field, const HostArray &array) {
  Native native{values_of(after_, array, ncol_), {}};
  pack(array, rows_of(native.after), ncol_);
  if (!adds(field)) return native;
  native.before = values_of(start_, array, ncol_);
  pack(as_host(before(field, array), array, ncol_), rows_of(native.before), ncol_);
  return native;
}

// In audited columns. Emulated values are the network's own, before any hook.
void Results::compare(const Field &field, const Native &native, const Block &block) {
  const CardField &output = *field.output;
  const FieldValues emulated =
      unpacked(block.output(output), block.shape(output), ncol_, emulated_);
  FieldValues own = native.after;
  if (native.before.data) {
    own = values_of(mixed_, block.shape(output), ncol_);
    for (int64_t i = 0; i < own.nrow() * ncol_; ++i)
      own.data[i] = native.after.data[i] - native.before.data[i];
  }
  scheme_->audit()->store(scheme_->place_of(output), own, emulated, first_, audited_);
}

// a emulated + (1 - a) native, added to what was there before where both are increments.
FieldValues Results::mixture(const Field &field, const Native &native, const Rows &rows) {
  const FieldValues emulated = unpacked(rows, field, ncol_, emulated_);
  const FieldValues mixed = values_of(mixed_, field, ncol_);
  for (int64_t row = 0; row < mixed.nrow(); ++row) {
    const bool masked = scheme_->blend().masks(mixed.nlevel, row % mixed.nlevel);
    const double *after = native.after.row(row), *e = emulated.row(row);
    const double *start = native.before.data ? native.before.row(row) : nullptr;
    for (int64_t i = 0; i < ncol_; ++i) {
      const double a = masked ? 0 : weight(i), base = start ? start[i] : 0;
      mixed.row(row)[i] = a == 0 ? after[i] : base + a * e[i] + (1 - a) * (after[i] - base);
    }
  }
  return mixed;
}

// The emulator's values as they are, in the columns that are wanted.
int64_t Results::replace(const Field &field, const Rows &rows, const HostArray &array,
                         const Wanted &wanted) const {
  int64_t bad = 0;
  each_run(array, ncol_, wanted, [&](int64_t begin, int64_t n) {
    const HostArray part = part_of(array, begin, n);
    if (!adds(field)) {
      bad += scatter(part_of(rows, begin), part, n);
      return;
    }
    scatter(part_of(before(field, array), begin), part, n);
    bad += scatter_add(part_of(rows, begin), part, n);
  });
  return bad;
}

// Native plus learned correction. What the array holds is native, increments too.
int64_t Results::correct(const Field &field, const Rows &rows, const HostArray &array) {
  const FieldValues correction = unpacked(rows, field, ncol_, emulated_);
  for (int64_t row = 0; row < correction.nrow(); ++row) {
    const bool masked = scheme_->blend().masks(correction.nlevel, row % correction.nlevel);
    double *values = correction.row(row);
    for (int64_t i = 0; i < ncol_; ++i)
      values[i] = masked ? -0.0 : values[i] * weight(i);  // a zero that changes no bit, -0.0 neither
  }
  int64_t bad = 0;
  each_run(array, ncol_, [&](int64_t i) { return weight(i) > 0; },
           [&](int64_t begin, int64_t n) {
             bad += scatter_add(part_of(rows_of(correction), begin), part_of(array, begin, n), n);
           });
  return bad;
}

int64_t Results::write(const Field &field, const Rows &rows, const HostArray &array) {
  const bool all = scheme_->blend().masks(field.nlevel);
  const auto whole = [&](int64_t i) { return !all && weight(i) == 1; };
  const auto partly = [&](int64_t i) { return weight(i) > 0 && (all || weight(i) < 1); };
  bool some = false;
  for (int64_t i = 0; i < ncol_ && !some; ++i) some = partly(i);
  if (!some) return replace(field, rows, array, whole);
  const FieldValues mixed = mixture(field, native(field, array), rows);
  int64_t bad = replace(field, rows, array, whole);
  each_run(array, ncol_, partly, [&](int64_t begin, int64_t n) {
    bad += scatter(part_of(rows_of(mixed), begin), part_of(array, begin, n), n);
  });
  return bad;
}

void Results::count() const {
  scheme_->statistics().count_native(verdict_.rejected(), static_cast<int64_t>(audited_.size()));
}

bool Results::has_before(const Field &field) const {
  const size_t id = static_cast<size_t>(field.id);
  return !adds(field) || (id < put_.size() && put_[id]);
}

// Without it an accepted column cannot be told from what the native routine added.
bool Results::has_all_before() const {
  for (const CardField &output : scheme_->emulator().card().outputs)
    if (!scheme_->unused(output.name) && !has_before(scheme_->fields().find(output.name)))
      return false;
  return true;
}

// Also where no native result is wanted now: a run would else fail on the day of the first one.
void Results::check_before(const Field &field) const {
  if (scheme_->mixes() && !has_before(field))
    mismatch(HYB_ERROR_FIELD, "field " + in_quotes(field.name) + " of role 'increment'",
             "a put before the get", "none in this call");
}

// Half a flag means nothing.
void Results::check_whole(const Field &field) const {
  if (scheme_->mixes_values() && field.output->role == HYB_FLAG)
    mismatch(HYB_ERROR_FIELD, "get of the flag " + in_quotes(field.name),
             "none, as results are mixed and it is 'unused'", "one");
}

int64_t Results::give(const Field &field, const HostArray &array, const Block &block) {
  check_before(field);
  check_whole(field);
  const Rows rows = this->rows(field, block);
  if (!wants_native())
    return adds(field) ? scatter_add(rows, array, ncol_) : scatter(rows, array, ncol_);
  if (scheme_->mode() == Mode::correct) return correct(field, rows, array);
  if (!audited_.empty()) compare(field, native(field, array), block);
  if (verdict_.rejected() == ncol_) return 0;
  return write(field, rows, array);
}

}  // namespace hyb
