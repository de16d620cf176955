// SPDX-License-Identifier: BSD-3-Clause
#include "call.hpp"

#include <algorithm>

#include "call_table.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "scheme.hpp"
#include "text.hpp"
#include "timed.hpp"

namespace hyb {
namespace {

Call::Time now() { return Timed::Clock::now(); }

std::string about(const Field &field) { return "field " + in_quotes(field.name); }

}  // namespace

void Call::open(Scheme &owner, int64_t columns, int64_t first_column) {
  scheme = &owner;
  ncol = columns;
  first = first_column;
  phase_ = Phase::put;
  std::fill(marks_.begin(), marks_.end(), uint8_t{0});
  inputs_given_ = outputs_taken_ = 0;
  recorded_rows_.clear();
  inputs_not_finite_ = outputs_not_finite_ = 0;
  times_ = CallTimes();
  native_runs_ = false;
  if (scheme->mode() == Mode::native) return;
  const Timed timed(times_.pack);
  scheme->look_for_columns_twice(*this);
  results_.open(*scheme, ncol, first);
  if (results_.infers()) {
    scheme->queue().prepare(block_);
    block_.open(scheme->emulator(), scheme->flips(), ncol);
  }
  if (Replayer *replayer = scheme->replayer())
    replayer->open(scheme->domain().clock().step, first, ncol, samples_);
  begin_capture();
}

// Shadow mode always needs the native results; otherwise only what is drawn is copied.
void Call::begin_capture() {
  Recorder *recorder = scheme->recorder();
  if (recorder && recorder->active())
    recorder->sampler().draw(scheme->domain().clock().step, scheme->domain().grid(), first, ncol,
                             recorded_rows_);
  const bool wanted = !recorded_rows_.empty() || scheme->mode() == Mode::shadow;
  if (!wanted && capture_ && recorder) recorder->give_back(std::move(capture_));
  if (wanted && !capture_) capture_ = recorder ? recorder->take() : std::make_unique<Capture>();
  if (wanted) capture_->begin(ncol);
}

void Call::need(Phase wanted, const char *what, const char *order) const {
  if (phase_ != wanted)
    mismatch(HYB_ERROR_PHASE, what, order,
             phase_ == Phase::put ? "run not called yet" : "run called already");
}

void Call::mark(const Field &field, Mark which) {
  const size_t id = static_cast<size_t>(field.id);
  if (id >= marks_.size()) marks_.resize(std::max(id + 1, scheme->fields().count()), 0);
  if (marks_[id] & which)
    mismatch(HYB_ERROR_FIELD, about(field), which == given ? "put once in a call" : "one get",
             "a second time");
  marks_[id] |= which;
  inputs_given_ += which == given && field.input;
  outputs_taken_ += which == taken && field.output;
}

bool Call::marked(const Field &field, Mark which) const {
  const size_t id = static_cast<size_t>(field.id);
  return id < marks_.size() && (marks_[id] & which);
}

void Call::put(const char *name, const hyb_view &view) {
  if (scheme->mode() == Mode::native) return;
  const Timed timed(times_.pack);
  need(Phase::put, "put", "put before run");
  Field &field = scheme->fields().find(name);
  check_not_drawn(field);
  const HostArray array = host_array(view, field.axes, name, ncol);
  scheme->fields().settle(field, array);
  mark(field, given);
  const VectorUnitGuard guard;
  if (field.input && results_.infers()) inputs_not_finite_ += block_.put(*field.input, array);
  if (replaces()) results_.put(field, array);
  if (capture_) {
    const int32_t kind =
        scheme->recorder() ? scheme->recorder()->stored_kind(field) : field.kind;
    capture_->store(Group::input, field, kind, array);
  }
  if (Replayer *replayer = scheme->replayer()) replayer->put(field, array, samples_);
}

// Two answers to what the noise is would be one too many.
void Call::check_not_drawn(const Field &field) const {
  if (scheme->infers() && field.input && scheme->noise().draws(*field.input))
    mismatch(HYB_ERROR_FIELD, about(field) + " of role 'noise'",
             "no put, as the library draws it (or noise = \"put\" in the scheme's table)", "one");
}

void Call::check_inputs_given() {
  const size_t drawn = scheme->noise().inputs().size();
  if (inputs_given_ + drawn == scheme->emulator().card().inputs.size()) return;
  std::vector<std::string> missing;
  for (const CardField &input : scheme->emulator().card().inputs)
    if (!scheme->noise().draws(input) && !marked(scheme->fields().find(input.name), given))
      missing.push_back(input.name);
  if (!missing.empty())
    mismatch(HYB_ERROR_FIELD, "run", "every input of the card of " + scheme->emulator().path(),
             "no put of " + listed(missing) + also_put());
}

// A typing error in a name is a field that the emulator has no use for.
std::string Call::also_put() const {
  std::vector<std::string> others;
  for (size_t id = 0; id < marks_.size(); ++id) {
    const Field &field = scheme->fields().at(id);
    if (!field.input && !field.output && marked(field, given)) others.push_back(field.name);
  }
  return others.empty() ? "" : " but of " + listed(others) + ", unknown to it";
}

void Call::draw_noise() {
  const Noise &noise = scheme->noise();
  if (noise.inputs().empty()) return;
  if (!scheme->domain().stepped() && !scheme->noticed(Scheme::Notice::no_step))
    scheme->notice(Scheme::Notice::no_step,
                   where() + ": no step was opened yet, so noise is the same in every call");
  const VectorUnitGuard guard;
  for (const Noise::Input &input : noise.inputs()) {
    const Rows rows = block_.input(*input.field);
    noise.fill(input, scheme->domain().clock().step, first, ncol, rows);
    if (!recorded_rows_.empty()) keep_noise(*input.field, rows);
  }
}

// As if it had been put.
void Call::keep_noise(const CardField &input, const Rows &rows) {
  Field &field = scheme->fields().find(input.name);
  FieldShape shape = input;
  shape.nlevel = rows.nlevel;
  scheme->fields().settle(field, as_host(rows, shape, ncol));
  capture_->store(Group::input, field, rows);
}

// The emulator does not run in this block, so nothing is drawn.
void Call::miss_noise() {
  if (recorded_rows_.empty()) return;
  const int32_t kind = scheme->emulator().card().kind;
  for (const Noise::Input &input : scheme->noise().inputs()) {
    Field &field = scheme->fields().find(input.field->name);
    const FieldShape shape = noise_shape(*input.field);
    scheme->fields().settle(field, as_host(lone_rows(nullptr, kind, shape, ncol), shape, ncol));
    capture_->miss(Group::input, field, kind);
  }
}

// As if a block had drawn it: boxes have the levels that were put.
FieldShape Call::noise_shape(const CardField &input) const {
  FieldShape shape = input;
  const Card &card = scheme->emulator().card();
  if (!card.box || !input.has_level) return shape;
  shape.nlevel = std::max<int64_t>(shape.nlevel, 1);
  for (const CardField &other : card.inputs) {
    const Field &field = scheme->fields().find(other.name);
    if (other.has_level && marked(field, given)) shape.nlevel = field.nlevel;
  }
  return shape;
}

void Call::complete() {
  const Timed timed(times_.pack);
  check_inputs_given();
  draw_noise();
  block_.complete();
}

void Call::submit() {
  complete();
  results_.judge_inputs(block_, times_);
  scheme->queue().add(block_);
}

void Call::finish() {
  scheme->queue().finish(block_);
  times_.infer = block_.time();
  if (block_.failure()) throw *block_.failure();
  results_.judge(block_, times_);
}

// There are no results, or none that may be used.
void Call::give_up(const Error &error) {
  failure_ = error;
  results_.reject_all();
  count_failure(error.what());
}

// Waits for the emulator's results if nobody has yet; false if it has none.
bool Call::settled() {
  if (phase_ != Phase::submitted) return phase_ != Phase::failed;
  phase_ = Phase::failed;
  try {
    finish();
    phase_ = Phase::get;
  } catch (...) {
    give_up(current_error());
  }
  return phase_ == Phase::get;
}

// Tells of a failure once: whoever asks later finds the call failed.
void Call::need_results() {
  if (phase_ == Phase::submitted && !settled()) throw *failure_;
}

void Call::count_failure(const char *message) {
  scheme->statistics().count_failure();
  notice_failure(message);
}

void Call::run() {
  if (scheme->mode() == Mode::native) {
    phase_ = Phase::get;
    return;
  }
  need(Phase::put, "run", "one run");
  phase_ = Phase::failed;
  try {
    if (results_.infers())
      submit();
    else if (scheme->infers())
      miss_noise();
  } catch (...) {
    give_up(current_error());
    throw;
  }
  phase_ = results_.infers() ? Phase::submitted : Phase::get;
  if (!block_.pending) need_results();  // what is done is told at once
}

bool Call::native_wanted() {
  if (scheme->mode() == Mode::native) return true;
  if (phase_ == Phase::put) need(Phase::get, "native_wanted", "run before native_wanted");
  need_results();
  if (phase_ == Phase::failed) return true;
  native_runs_ = replaces() ? results_.wants_native() : scheme->runs_native();
  if (native_runs_) asked_ = now();
  return native_runs_;
}

void Call::get(const char *name, const hyb_view &view) {
  if (scheme->mode() == Mode::native) return;
  need_results();
  if (phase_ == Phase::failed) return;
  need(Phase::get, "get", "get after run");
  if (times_.native == CallTimes::Time::zero() && native_runs_) times_.native = now() - asked_;
  const Timed timed(times_.scatter);
  Field &field = scheme->fields().find(name);
  scheme->check_output(field);
  const HostArray array = host_array(view, field.axes, name, ncol);
  scheme->fields().settle(field, array);
  if (!field.has_column)
    mismatch(HYB_ERROR_SHAPE, about(field) + " as an output", "an axis 'column'", "none");
  check_writable(array, name);
  mark(field, taken);
  const VectorUnitGuard guard;
  if (scheme->replayer())
    scheme->replayer()->get(field, array, samples_);
  else if (replaces())
    give(field, array);
  else
    observe(field, array);
}

bool Call::replaces() const { return scheme->replaces(); }

// The host's array gets what the mode makes of emulated and native results; a recording gets the
// emulator's, where it ran.
void Call::give(const Field &field, const HostArray &array) {
  if (results_.infers()) outputs_not_finite_ += results_.give(field, array, block_);
  if (!capture_) return;
  if (results_.infers())
    capture_->store(Group::emulated, field, block_.output(field));
  else
    capture_->miss(Group::emulated, field, scheme->emulator().card().kind);
}

// Native results, out of the host's array.
void Call::observe(const Field &field, const HostArray &array) {
  if (!capture_) return;
  const bool increment = field.effective_role() == HYB_INCREMENT;
  const int32_t kind = scheme->recorder() ? scheme->recorder()->stored_kind(field) : field.kind;
  capture_->store(increment ? Group::after : Group::native, field, kind, array);
  if (increment) capture_->store_increment(field);
  if (!field.output) return;
  const Rows emulated = block_.output(field);
  outputs_not_finite_ += capture_->store(Group::emulated, field, emulated);
  scheme->statistics().compare(field.name, field.effective_unit(),
                               capture_->rows(Group::native, field),
                               capture_->rows(Group::emulated, field), ncol);
}

void Call::check_outputs_taken() {
  if (!results_.infers() || phase_ != Phase::get) return;
  if (outputs_taken_ == scheme->emulator().card().outputs.size()) return;
  std::vector<std::string> missing;
  for (const CardField &output : scheme->emulator().card().outputs)
    if (!marked(scheme->fields().find(output.name), taken) && !scheme->unused(output.name))
      missing.push_back(output.name);
  if (!missing.empty())
    mismatch(HYB_ERROR_FIELD, "close",
             "a get of every output of the card of " + scheme->emulator().path() +
                 " (or the key 'unused' in its table)",
             "none of " + listed(missing));
}

void Call::end_capture() {
  if (!capture_ || recorded_rows_.empty() || phase_ != Phase::get) return;
  scheme->recorder()->append(std::move(capture_), scheme->domain().clock().step,
                             scheme->domain().clock().date, first, recorded_rows_);
}

void Call::count() {
  scheme->statistics().count_call(ncol, times_);
  if (scheme->infers()) results_.count();
  if (inputs_not_finite_ + outputs_not_finite_ > 0)
    scheme->statistics().count_not_finite(inputs_not_finite_, outputs_not_finite_);
}

void Call::close() {
  token.store(0, std::memory_order_release);
  if (scheme->mode() == Mode::native) return;
  if (phase_ == Phase::put)
    mismatch(HYB_ERROR_PHASE, "close", "run before close", "run not called");
  const bool fails_now = phase_ == Phase::submitted && !settled();
  count();
  notice_not_finite();
  notice_fields_not_seen();
  check_outputs_taken();
  end_capture();
  if (fails_now) throw *failure_;
}

std::string Call::where() const {
  const std::string columns = ncol == 0 ? "no columns"
                                        : "columns " + std::to_string(first) + " to " +
                                              std::to_string(first + ncol - 1);
  return "scheme " + in_quotes(scheme->name()) + ", step " +
         std::to_string(scheme->domain().clock().step) + ", " + columns;
}

void Call::notice_failure(const char *message) const {
  scheme->notice(Scheme::Notice::failure,
                 where() + ": no result of the emulator, native is wanted; further such calls are "
                           "only counted: " + message);
}

void Call::notice_not_finite() const {
  if (inputs_not_finite_ > 0 && !scheme->noticed(Scheme::Notice::input_not_finite))
    scheme->notice(Scheme::Notice::input_not_finite,
                   where() + ": " + std::to_string(inputs_not_finite_) +
                       " input values that are not finite in the emulator's kind; further ones are "
                       "only counted");
  if (outputs_not_finite_ > 0 && !scheme->noticed(Scheme::Notice::output_not_finite))
    scheme->notice(Scheme::Notice::output_not_finite,
                   where() + ": " + std::to_string(outputs_not_finite_) +
                       " emulated values that are not finite; further ones are only counted");
}

// In a recording nobody would miss what was declared and then forgotten.
void Call::notice_fields_not_seen() const {
  if (!capture_ || phase_ != Phase::get) return;
  std::vector<std::string> missing;
  for (size_t id = 0; id < scheme->fields().count(); ++id) {
    const Field &field = scheme->fields().at(id);
    if (!field.unit.empty() && !marked(field, given) && !marked(field, taken))
      missing.push_back(field.name);
  }
  if (!missing.empty())
    scheme->notice(Scheme::Notice::field_not_seen,
                   where() + ": declared, but neither put nor taken: " + listed(missing));
  if (!scheme->domain().stepped() && !scheme->noticed(Scheme::Notice::no_step))
    scheme->notice(Scheme::Notice::no_step, where() + ": no step was opened yet");
}

bool Call::discard() {
  return token.exchange(0, std::memory_order_acq_rel) != 0;
}

void Call::forget() {
  if (scheme->infers()) scheme->queue().forget(block_);
}

}  // namespace hyb
