// SPDX-License-Identifier: BSD-3-Clause
// A named slot of a domain whose native routine may be replaced.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "audit.hpp"
#include "blend.hpp"
#include "config.hpp"
#include "domain.hpp"
#include "emulator.hpp"
#include "fields.hpp"
#include "noise/noise.hpp"
#include "guards/guards.hpp"
#include "learning.hpp"
#include "objections.hpp"
#include "opened_columns.hpp"
#include "operators.hpp"
#include "queue.hpp"
#include "recorder.hpp"
#include "rejections.hpp"
#include "replayer.hpp"
#include "sealed_file.hpp"

namespace hyb {

struct Call;

class Scheme {
 public:
  Scheme(std::shared_ptr<Domain> domain, const std::string &name, int32_t orientation);
  ~Scheme();
  Scheme(const Scheme &) = delete;
  Scheme &operator=(const Scheme &) = delete;

  const std::string &name() const { return config_.name; }
  Mode mode() const { return config_.mode; }
  std::string name_and_mode() const { return name() + "/" + mode_name(mode()) + "/"; }
  bool infers() const { return emulator_ != nullptr; }
  bool runs_native() const { return mode() != Mode::emulate && mode() != Mode::replay; }
  // Whether the host's arrays get anything but the native routine's results or a recording's.
  bool replaces() const {
    return mode() == Mode::emulate || mode() == Mode::blend || mode() == Mode::correct;
  }

  Domain &domain() { return *domain_; }
  Fields &fields() { return *fields_; }
  const Emulator &emulator() const { return *emulator_; }
  Queue &queue() { return *queue_; }
  const Noise &noise() const { return *noise_; }
  Recorder *recorder() { return recorder_.get(); }
  Replayer *replayer() { return replayer_.get(); }
  Statistics &statistics() { return *statistics_; }

  // ---- Of the modes that replace native results

  Guards *guards() { return guards_.get(); }
  const Blend &blend() const { return blend_; }
  Audit *audit() { return audit_.get(); }
  bool fallen_back() const { return audit_ && audit_->fallen_back(); }
  Operators *operators() { return operators_.get(); }
  Learning *learning() { return learning_.get(); }
  Rejections *rejections() { return rejections_.get(); }  // its own, null: nobody asks
  Rejections *coupled() { return coupled_.get(); }  // of the scheme that it follows, or null
  size_t place_of(const CardField &output) const {
    return static_cast<size_t>(&output - emulator_->card().outputs.data());
  }

  // What a guard found in the block that begins at `first`.
  void object(const MatrixGuards &side, const Objection &objection, int64_t first);
  void object(Policy policy, const std::string &text);

  // An increment from the host, for hooks that learn.
  void observe(const std::string &name, const hyb_view &view, int64_t ncol, int64_t first);

  // The end of a step and the beginning of the next. Collective.
  void end_step(const Clock &clock, const Communicator &communicator);
  void begin_step(const Clock &clock);
  void state(State &state);
  nlohmann::json about() const;         // what a restart says of it
  nlohmann::json counted_with() const;  // what the meaning of its counters depends on
  // Why the run is to end, "" if it is not.
  std::string stop() const { return may_stop() ? objections_->stop() : ""; }
  bool may_stop() const;
  // Whether good columns are to get emulated results beside native ones by configuration.
  bool mixes() const { return audit_ || mode() == Mode::blend; }
  // Whether a value may become part emulated, part native.
  bool mixes_values() const;
  // Whether the end of its steps looks at all ranks.
  bool collective() const { return may_stop() || audit_ || learning_; }

  // Finds the scheme that it is coupled to: in the first step, or when it is created after that.
  void couple();

  // That another scheme, coupled to it, did not wait for its blocks.
  void tell_asked_before();

  // All that is counted, in lists whose number is the same on every rank; and such counters, of this
  // process or of several, in words.
  std::vector<std::vector<double>> counters() const;
  nlohmann::json told(const std::vector<std::vector<double>> &counters) const;

  // What is no counter, the same on every rank; audits since `audited` was its totals. Brings that up
  // to date.
  nlohmann::json now(std::vector<double> &audited) const;

  // What one process has counted and learned so far.
  nlohmann::json online_statistics() const;

  bool bottom_up() const { return orientation_ == HYB_BOTTOM_UP; }
  bool flips() const { return infers() && emulator_->card().orientation != orientation_; }

  // A call for one block, from those used before if there is one.
  Call &take_call();
  void return_call(Call &call);

  // Fails if `field` cannot be an output of this scheme.
  void check_output(const Field &field) const;

  // True for an output of the card that the configuration says the host does not take.
  bool unused(const std::string &output) const;

  // Logs a message of that sort the first time only; counters say how often.
  enum class Notice {
    failure,
    failures,  // all of them, at the end
    input_not_finite,
    output_not_finite,
    field_not_seen,
    no_step,
    asked_before,  // by a scheme that is coupled to it
    late,  // after a restart was made of the step
    opened_twice,  // a column, in one step
    count
  };
  void notice(Notice sort, const std::string &text);
  bool noticed(Notice sort) const { return noticed_[static_cast<size_t>(sort)]; }

  // Says that what is learned from comes too late for the open step, if it does.
  void notice_late();

  // Whether anything is kept by column, which a column that comes twice in a step would spoil.
  bool keeps_columns() const {
    return recorder_ || replayer_ || audit_ || learning_ || rejections_ || coupled_;
  }

  // Says that a call has columns that another of the open step had, if it does.
  void look_for_columns_twice(const Call &call);

  // Of the first step: says which units of the card the host did not declare.
  void tell_undeclared();

  // Fails if a call is open.
  void refuse_open_calls();

  // The step boundary: discards calls that were left open and looks at the recording.
  void step();
  void flush();
  void finish();

 private:
  // Calls that are not in use, by the thread that gave them back, so that threads do not meet.
  struct alignas(64) Shelf {
    std::mutex mutex;
    std::atomic<Call *> first{nullptr};  // changed under the mutex
  };

  Call *take_from(Shelf &shelf);
  Call &new_call();
  void tell_about(const Emulator &emulator) const;
  void declare_configured();
  void make_noise();
  std::vector<std::pair<std::string, std::string>> attributes() const;  // of its recording
  void tell_of_noise() const;
  void make_online_parts();
  std::string now_in_words() const;
  void refuse_cycle(const Scheme &first) const;  // of schemes that are coupled
  void check_levels() const;  // of the blend
  std::string in_full(Policy policy, const std::string &text) const;
  void refuse_flags() const;  // where they would be mixed
  void refuse_unused() const;  // what a hook is to learn from the audit
  std::string discard_open_calls();  // what to say of them, empty: there were none
  std::string told_open(int64_t open, int64_t first) const;
  void warn_of_open_calls();
  void warn_of_failures();
  void warn_at_end();

  std::shared_ptr<Domain> domain_;
  SchemeConfig config_;
  int32_t orientation_;
  std::unique_ptr<Emulator> emulator_;
  FileIdentity file_;  // of the emulator
  std::unique_ptr<Queue> queue_;  // where there is an emulator
  std::unique_ptr<Noise> noise_;  // likewise
  std::unique_ptr<Fields> fields_;
  std::unique_ptr<Objections> objections_;
  std::unique_ptr<Guards> guards_;
  Blend blend_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Operators> operators_;
  std::unique_ptr<Learning> learning_;
  std::shared_ptr<Rejections> rejections_, coupled_;
  OpenedColumns opened_;  // where columns are kept
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Replayer> replayer_;
  std::shared_ptr<Statistics> statistics_;
  std::array<std::atomic<bool>, static_cast<size_t>(Notice::count)> noticed_{};
  std::array<Shelf, thread_places> shelves_;
  std::mutex mutex_;
  std::vector<Call *> calls_;  // all of them
};

}  // namespace hyb
