// SPDX-License-Identifier: BSD-3-Clause
// A named slot of a domain whose native routine may be replaced.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config.hpp"
#include "domain.hpp"
#include "emulator.hpp"
#include "fields.hpp"
#include "noise/noise.hpp"
#include "queue.hpp"
#include "recorder.hpp"
#include "replayer.hpp"

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
  bool infers() const { return emulator_ != nullptr; }
  bool runs_native() const { return mode() != Mode::emulate && mode() != Mode::replay; }

  Domain &domain() { return *domain_; }
  Fields &fields() { return *fields_; }
  const Emulator &emulator() const { return *emulator_; }
  Queue &queue() { return *queue_; }
  const Noise &noise() const { return *noise_; }
  Recorder *recorder() { return recorder_.get(); }
  Replayer *replayer() { return replayer_.get(); }
  Statistics &statistics() { return *statistics_; }
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
    count
  };
  void notice(Notice sort, const std::string &text);
  bool noticed(Notice sort) const { return noticed_[static_cast<size_t>(sort)]; }

  // Of the first step: says which units of the card the host did not declare.
  void tell_undeclared();

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
  void tell_of_noise() const;
  std::string discard_open_calls();  // what to say of them, empty: there were none
  void warn_of_open_calls();
  void warn_of_failures();
  void warn_at_end();

  std::shared_ptr<Domain> domain_;
  SchemeConfig config_;
  int32_t orientation_;
  std::unique_ptr<Emulator> emulator_;
  std::unique_ptr<Queue> queue_;  // where there is an emulator
  std::unique_ptr<Noise> noise_;  // likewise
  std::unique_ptr<Fields> fields_;
  std::unique_ptr<Recorder> recorder_;
  std::unique_ptr<Replayer> replayer_;
  std::shared_ptr<Statistics> statistics_;
  std::array<std::atomic<bool>, static_cast<size_t>(Notice::count)> noticed_{};
  std::array<Shelf, thread_places> shelves_;
  std::mutex mutex_;
  std::vector<Call *> calls_;  // all of them
};

}  // namespace hyb
