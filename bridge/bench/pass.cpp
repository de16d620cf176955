// SPDX-License-Identifier: BSD-3-Clause
#include "pass.hpp"

#include <algorithm>
#include <stdexcept>

#include "clock.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;

constexpr double out_of_range = 1e6;  // of any field here, and finite

Network with(const Network &network, const std::vector<Field> &also) {
  Network more = network;
  more.inputs.insert(more.inputs.end(), also.begin(), also.end());
  return more;
}

HostArrays drawn(const std::vector<Field> &fields, const PassJob &job) {
  HostArrays whole(fields, job.columns), blocks(fields, job.columns, job.block);
  whole.draw();
  blocks.copy(whole);
  return blocks;
}

class Pass : public Contender {
 public:
  Pass(const Network &network, const Emulator &emulator, const PassJob &job)
      : job_(job),
        host_(with(network, job.also), emulator, {job.tables, job.columns, job.spoilt > 0}),
        x_(drawn(with(network, job.also).inputs, job)),
        y_(network.outputs, job.columns, job.block),
        native_(drawn(network.outputs, job)) {
    for (int64_t block = 0; block < job.columns; block += job.block)
      for (int64_t i = 0; i < job.spoilt; ++i) x_.set(0, block + i, out_of_range);
    host_.step(step_);
    learn();
  }

  void run() override {
    for (int64_t block = 0; block < job_.columns; block += job_.block) {
      const hyb_call call = host_.put_and_run(x_, block, job_.block);
      if (host_.native_wanted(call)) native(block);
      host_.get_and_close(call, y_, block, job_.block);
    }
    if (job_.steps) step();
  }
  HostArrays *result() override { return job_.same_results ? &y_ : nullptr; }
  void clear() override { y_.clear(); }
  Stages stages() override {
    Stages stages = host_.stages();
    stages.back() = in_steps_;
    return stages;
  }

 private:
  void step() {
    const double start = now();
    host_.step(++step_);
    in_steps_ += now() - start;
  }

  // A routine that is as long as it was said to be, and writes its results.
  void native(int64_t first) {
    native_ran_ = true;
    if (job_.native == 0) return;
    const double end = now() + job_.native;
    const auto begin = first * rows_of(y_.fields()), size = job_.block * rows_of(y_.fields());
    std::copy_n(native_.data() + begin, size, y_.data() + begin);
    while (now() < end) {}
  }

  // What is measured then are blocks that hooks correct and that nobody audits.
  void learn() {
    if (job_.learning_steps == 0) return;
    for (int64_t i = 0; i < job_.learning_steps || native_ran_; ++i) {
      if (i > 10 * job_.learning_steps)
        throw std::runtime_error("learning: expected a step without an audit, found none");
      native_ran_ = false;
      step();
      run();
    }
  }

  PassJob job_;
  Host host_;
  HostArrays x_, y_, native_;
  int64_t step_ = 1;
  double in_steps_ = 0;
  bool native_ran_ = false;
};

}  // namespace

PassJob pass_of(const json &job) {
  return {job.value("tables", ""),        fields_of(job.value("also", json::array())),
          job.at("columns"),              job.at("block"),
          job.value("spoilt", int64_t{0}), job.value("native", 0.0),
          job.value("steps", false),      job.value("learning_steps", int64_t{0}),
          job.value("same_results", false)};
}

std::unique_ptr<Contender> pass(const Network &network, const Emulator &emulator,
                                const PassJob &job) {
  return std::make_unique<Pass>(network, emulator, job);
}

}  // namespace hybrid_bench
