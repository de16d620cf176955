// SPDX-License-Identifier: BSD-3-Clause
#include "forms.hpp"

namespace hybrid_bench {
namespace {

class Form : public Contender {
 public:
  Form(SharedHost host, const Network &network, const HostArrays &x, int64_t block, int threads)
      : host_(std::move(host)),
        x_(x.fields(), x.ncol(), block),
        y_(network.outputs, x.ncol(), block),
        result_(network.outputs, x.ncol()),
        block_(block),
        team_(threads) {
    x_.copy(x);
  }
  HostArrays *result() override {
    result_.copy(y_);
    return &result_;
  }
  void clear() override { y_.clear(); }
  Stages stages() override { return host_->stages(); }

 protected:
  int64_t nblocks() const { return (x_.ncol() + block_ - 1) / block_; }
  hyb_call put_and_run(int64_t block) {
    return host_->put_and_run(x_, block * block_, columns(block));
  }
  void get_and_close(const hyb_call &call, int64_t block) {
    host_->get_and_close(call, y_, block * block_, columns(block));
  }
  Team &team() { return team_; }

 private:
  int64_t columns(int64_t block) const { return std::min(block_, x_.ncol() - block * block_); }

  SharedHost host_;
  HostArrays x_, y_;
  HostArrays result_;  // y in one array, as all forms are compared
  int64_t block_;
  Team team_;
};

class OneLoop : public Form {
 public:
  using Form::Form;
  void run() override {
    team().share(nblocks(), [this](int64_t block) { get_and_close(put_and_run(block), block); });
  }
};

class TwoLoops : public Form {
 public:
  TwoLoops(SharedHost host, const Network &network, const HostArrays &x, int64_t block,
           int threads)
      : Form(std::move(host), network, x, block, threads),
        open_(static_cast<size_t>(nblocks())) {}
  void run() override {
    team().share(nblocks(), [this](int64_t block) { call(block) = put_and_run(block); });
    team().share(nblocks(), [this](int64_t block) { get_and_close(call(block), block); });
  }

 private:
  hyb_call &call(int64_t block) { return open_[static_cast<size_t>(block)]; }
  std::vector<hyb_call> open_;
};

}  // namespace

std::unique_ptr<Contender> one_call(SharedHost host, const Network &network, const HostArrays &x) {
  return std::make_unique<OneLoop>(std::move(host), network, x, x.ncol(), 1);
}

std::unique_ptr<Contender> one_loop(SharedHost host, const Network &network, const HostArrays &x,
                                    int64_t block, int threads) {
  return std::make_unique<OneLoop>(std::move(host), network, x, block, threads);
}

std::unique_ptr<Contender> two_loops(SharedHost host, const Network &network, const HostArrays &x,
                                     int64_t block, int threads) {
  return std::make_unique<TwoLoops>(std::move(host), network, x, block, threads);
}

}  // namespace hybrid_bench
