// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>

#include "clock.hpp"
#include "forms.hpp"
#include "plain.hpp"
#include "tasks.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;

// What packing is at least: a conversion of all inputs to real32 and of all outputs from it, row
// by row with columns fastest, in pieces for the threads.
class Conversion : public Contender {
 public:
  Conversion(const HostArrays &x, int64_t noutput, int threads)
      : x_(x.values()),
        packed_(x_.size()),
        y_(static_cast<size_t>(noutput * x.ncol())),
        results_(y_.size()),
        team_(threads) {}

  void run() override {
    constexpr int64_t pieces = 256;
    team_.share(pieces, [this](int64_t piece) {
      convert(x_, packed_, piece, pieces);
      convert(results_, y_, piece, pieces);
    });
  }

 private:
  template <class From, class To>
  static void convert(const std::vector<From> &from, std::vector<To> &to, int64_t piece,
                      int64_t pieces) {
    const auto size = static_cast<int64_t>(from.size());
    const int64_t begin = size * piece / pieces, end = size * (piece + 1) / pieces;
    for (int64_t i = begin; i < end; ++i)
      to[static_cast<size_t>(i)] = static_cast<To>(from[static_cast<size_t>(i)]);
  }

  const std::vector<double> &x_;
  std::vector<float> packed_;
  std::vector<double> y_;
  std::vector<float> results_;
  Team team_;
};

class OnDevice {
 public:
  OnDevice(const json &job, const json &network, int64_t ncol)
      : job_(job), network_(network_of(network)), threads_(job.at("threads")),
        x_(network_.inputs, ncol) {
    x_.draw();
    json emulator = network.at("emulator");
    emulator["device"] = job.at("device");
    add("conversion", ncol, std::make_unique<Conversion>(x_, rows_of(network_.outputs), threads_));
    contest_.add(row("one call", ncol), [&] { return one_call(host(emulator), network_, x_); });
    const int64_t block = std::min(job_.at("block").get<int64_t>(), ncol);
    contest_.add(row("one loop", block),
                 [&] { return one_loop(host(emulator), network_, x_, block, threads_); });
    contest_.add(row("two loops", block),
                 [&] { return two_loops(host(emulator), network_, x_, block, threads_); });
  }

  json rows() {
    contest_.run(pace_of(job_));
    return contest_.rows();
  }

 private:
  // One for all forms; made where its failure can be told in a row.
  SharedHost host(const json &emulator) {
    const int64_t most = job_.at("batch"), batch = std::max<int64_t>(16, std::min(most, x_.ncol()));
    if (!host_) host_ = std::make_shared<const Host>(network_, emulator_of(emulator, batch));
    return host_;
  }
  json row(const char *form, int64_t block) const {
    return {{"network", network_.name}, {"columns", x_.ncol()}, {"form", form},
            {"block", block},           {"threads", threads_}};
  }
  void add(const char *form, int64_t block, std::unique_ptr<Contender> contender) {
    contest_.add(row(form, block), [&] { return std::move(contender); });
  }

  const json &job_;
  Network network_;
  int threads_;
  HostArrays x_;
  SharedHost host_;
  Contest contest_;
};

}  // namespace

json device(const json &job) {
  const std::string name = job.at("device");
  const PlainTable &plain = open_plain(job.at("plain").get<std::string>().c_str());
  const DeviceRates rates = plain.rates(name.c_str());
  json rows = json::array();
  for (const json &network : job.at("networks"))
    for (const int64_t ncol : job.at("columns")) {
      std::cerr << network.at("name").get<std::string>() << ", " << ncol << " columns\n";
      const json more = OnDevice(job, network, ncol).rows();
      rows.insert(rows.end(), more.begin(), more.end());
    }
  return {{"rows", rows},
          {"rates",
           {{"to_device", rates.to_device},
            {"from_device", rates.from_device},
            {"on_device", rates.on_device},
            {"products", rates.products}}}};
}

}  // namespace hybrid_bench
