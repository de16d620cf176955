// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <optional>

#include "bandwidth.hpp"
#include "contest.hpp"
#include "forms.hpp"
#include "plain.hpp"
#include "products.hpp"
#include "tasks.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;

constexpr int64_t most_columns = 512;  // of one inference: more leave the cache

class PlainContender : public Contender {
 public:
  PlainContender(const PlainTable &table, const PlainOptions &options, HostArrays &x, HostArrays y)
      : network_(table.open(options)), x_(x), y_(std::move(y)) {}
  void run() override { network_->run(x_.data(), y_.data(), x_.ncol()); }
  HostArrays *result() override { return &y_; }
  void clear() override { y_.clear(); }

 private:
  std::unique_ptr<Plain> network_;
  HostArrays &x_;
  HostArrays y_;
};

// Of all fields, if any has one.
Normalisation normalisation_of(const std::vector<Field> &fields) {
  Normalisation rows;
  bool any = false;
  for (const Field &field : fields) {
    const auto end = rows.scale.size() + static_cast<size_t>(field.rows());
    any |= !field.scale.empty();
    rows.offset.insert(rows.offset.end(), field.offset.begin(), field.offset.end());
    rows.scale.insert(rows.scale.end(), field.scale.begin(), field.scale.end());
    rows.offset.resize(end, 0);
    rows.scale.resize(end, 1);
  }
  return any ? rows : Normalisation{};
}

double seconds_of(const json &row) { return row.value("seconds", 1e30); }

// A network and a block.
class Comparison {
 public:
  Comparison(const json &job, int64_t block)
      : job_(job), network_(network_of(job)), block_(block), x_(network_.inputs, block) {
    x_.draw();
  }

  json rows(const PlainTable *plain, const Pace &pace) {
    if (plain && job_.contains("plain")) add_plain(*plain, pace);
    for (const json &one : job_.at("emulators")) add_emulator(one);
    if (job_.contains("products")) add_products();
    contest_.run(pace);
    return contest_.rows();
  }

 private:
  json row(const std::string &contender) const {
    return {{"network", network_.name}, {"block", block_}, {"contender", contender}};
  }

  std::unique_ptr<Contender> plain(const PlainTable &table, int32_t way) {
    const std::string path = job_.at("plain");
    const PlainOptions options{path.c_str(),
                               rows_of(network_.inputs),
                               rows_of(network_.outputs),
                               way,
                               normalisation_of(network_.inputs),
                               normalisation_of(network_.outputs)};
    return std::make_unique<PlainContender>(table, options, x_,
                                            HostArrays(network_.outputs, block_));
  }

  // The ways to write it among themselves.
  json ways(const PlainTable &table, const Pace &pace) {
    Contest contest;
    for (int32_t way = 0; way < table.nways; ++way)
      contest.add({{"way", table.ways[way]}}, [&] { return plain(table, way); });
    contest.run(pace);
    return contest.rows();
  }

  // The fastest is measured again, beside the others: the least of several has had luck.
  void add_plain(const PlainTable &table, const Pace &pace) {
    const json rows = ways(table, pace);
    int32_t best = 0;
    json titled = row("plain");
    for (int32_t way = 0; way < table.nways; ++way) {
      const double seconds = seconds_of(rows[static_cast<size_t>(way)]);
      titled["ways"][table.ways[way]] = seconds;
      if (seconds < seconds_of(rows[static_cast<size_t>(best)])) best = way;
    }
    titled["way"] = table.ways[best];
    contest_.add(titled, [&] { return plain(table, best); });
  }

  void add_emulator(const json &one) {
    const int64_t columns = std::max<int64_t>(16, std::min(block_, most_columns));
    contest_.add(row(one.at("name")), [&, columns] {
      auto host = std::make_shared<const Host>(network_, emulator_of(one, columns));
      return one_call(std::move(host), network_, x_);
    });
  }

  void add_products() {
    const std::vector<Product> products = products_of(job_.at("products"));
    contest_.add(row("products"), [&] { return only_products(products, block_); });
  }

  const json &job_;
  Network network_;
  int64_t block_;
  HostArrays x_;
  Contest contest_;
};

void append(json &rows, const json &more) { rows.insert(rows.end(), more.begin(), more.end()); }

}  // namespace

json compare(const json &job) {
  const PlainTable *plain = nullptr;
  if (job.contains("plain")) plain = &open_plain(job.at("plain").get<std::string>().c_str());
  json rows = json::array(), roofline = bandwidths();
  const double rate = product_rate();
  for (const json &network : job.at("networks"))
    for (const int64_t block : job.at("blocks")) {
      std::cerr << network.at("name").get<std::string>() << ", " << block << " columns\n";
      append(rows, Comparison(network, block).rows(plain, pace_of(job)));
    }
  if (rate > 0) roofline["products"] = std::max(rate, product_rate());
  return {{"rows", rows}, {"roofline", roofline}, {"library", product_library()}};
}

}  // namespace hybrid_bench
