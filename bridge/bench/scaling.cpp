// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>

#include "clock.hpp"
#include "forms.hpp"
#include "products.hpp"
#include "tasks.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;

constexpr int64_t loop_block = 64, small_block = 16;  // columns

// The products of matrices alone, on several threads: what the cores give at that time.
class SharedProducts : public Contender {
 public:
  SharedProducts(const std::vector<Product> &products, int64_t ncol, int threads) : team_(threads) {
    for (int i = 0; i < threads; ++i) mine_.push_back(only_products(products, ncol / threads));
  }
  void run() override {
    team_.share(static_cast<int64_t>(mine_.size()),
                [this](int64_t i) { mine_[static_cast<size_t>(i)]->run(); });
  }

 private:
  std::vector<std::unique_ptr<Contender>> mine_;
  Team team_;
};

// One emulator and its forms, all through one scheme as in a host.
class Scaling {
 public:
  Scaling(const json &job, const json &emulator)
      : network_(network_of(job.at("network"))),
        products_(products_of(job.at("network").at("products"))),
        contender_(emulator.at("name")),
        x_(network_.inputs, job.at("columns")),
        host_(std::make_shared<const Host>(network_,
                                           emulator_of(emulator, job.at("batch")))) {
    x_.draw();
  }

  // The first is what the results of the others are compared with.
  json rows(const std::vector<int> &threads, const Pace &pace) {
    add("one call", x_.ncol(), 1, one_call(host_, network_, x_));
    for (const int n : threads) add_one_loop(loop_block, n);
    add_two_loops(small_block);
    add_two_loops(loop_block);
    for (const int n : threads) add_products(n);
    contest_.run(pace);
    return contest_.rows();
  }

 private:
  void add_products(int threads) {
    json titled = row("products", x_.ncol(), threads);
    titled["library"] = product_library().at("name");
    contest_.add(titled, [&, threads] {
      return std::make_unique<SharedProducts>(products_, x_.ncol(), threads);
    });
  }
  void add_one_loop(int64_t block, int threads) {
    add("one loop", block, threads, one_loop(host_, network_, x_, block, threads));
  }
  void add_two_loops(int64_t block) {
    add("two loops", block, 1, two_loops(host_, network_, x_, block, 1));
  }
  void add(const char *form, int64_t block, int threads, std::unique_ptr<Contender> contender) {
    contest_.add(row(form, block, threads), [&] { return std::move(contender); });
  }
  json row(const char *form, int64_t block, int threads) const {
    return {{"network", network_.name}, {"contender", contender_}, {"form", form},
            {"block", block},           {"threads", threads},      {"columns", x_.ncol()}};
  }

  Network network_;
  std::vector<Product> products_;
  std::string contender_;
  HostArrays x_;
  SharedHost host_;
  Contest contest_;
};

json failed(const json &job, const json &emulator, const char *why) {
  return {{{"network", job.at("network").at("name")},
           {"contender", emulator.at("name")},
           {"columns", job.at("columns")},
           {"error", why}}};
}

json rows_of(const json &job, const json &emulator) try {
  return Scaling(job, emulator).rows(job.at("threads"), pace_of(job));
} catch (const std::exception &error) {
  return failed(job, emulator, error.what());
}

// FNV-1a of the bits, to compare results of processes.
std::string fingerprint(const std::vector<double> &values) {
  uint64_t hash = 14695981039346656037u;
  const auto *bytes = reinterpret_cast<const unsigned char *>(values.data());
  for (size_t i = 0; i < values.size() * sizeof(double); ++i)
    hash = (hash ^ bytes[i]) * 1099511628211u;
  return std::to_string(hash);
}

// [s] of a pass, the median of those in `seconds`.
double timed(Contender &contender, double seconds) {
  std::vector<double> passes;
  for (const double start = now(); now() - start < seconds;) {
    const double before = now();
    contender.run();
    passes.push_back(now() - before);
  }
  return median(passes);
}

}  // namespace

json scaling(const json &job) {
  json rows = json::array();
  for (const json &emulator : job.at("emulators")) {
    std::cerr << job.at("network").at("name").get<std::string>() << ", "
              << emulator.at("name").get<std::string>() << '\n';
    const json more = rows_of(job, emulator);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return {{"rows", rows}};
}

json rank(const json &job) {
  const Network network = network_of(job.at("network"));
  HostArrays x(network.inputs, job.at("columns"));
  x.draw();
  const Emulator emulator = emulator_of(job.at("emulator"), job.at("batch"));
  auto host = std::make_shared<const Host>(network, emulator);
  // Its columns in blocks that no other rank has, then the time in those that all have.
  const auto cut = one_loop(host, network, x, job.at("cut"), 1);
  cut->run();
  const std::string bits = fingerprint(cut->result()->values());
  const auto loop = one_loop(std::move(host), network, x, loop_block, 1);
  loop->run();
  std::cout << json{{"ready", true}}.dump() << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << json{{"seconds", timed(*loop, job.at("seconds"))}}.dump() << std::endl;
  return {{"bits", bits}};
}

}  // namespace hybrid_bench
