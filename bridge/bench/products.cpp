// SPDX-License-Identifier: BSD-3-Clause
#include "products.hpp"

#include <gemm.hpp>

#include "clock.hpp"

namespace hybrid_bench {
namespace {

using nlohmann::json;
using Gemm = hybrid_builtin::Gemm<float>;

template <class Get>
size_t largest(const std::vector<Product> &products, const Get &get) {
  int64_t most = 0;
  for (const Product &product : products) most = std::max(most, get(product));
  return static_cast<size_t>(most);
}

class OnlyProducts : public Contender {
 public:
  OnlyProducts(const std::vector<Product> &products, int64_t ncol, int64_t tile)
      : products_(products),
        tiles_((ncol + tile - 1) / tile),
        weights_(largest(products, [](const Product &p) { return p.n * p.k; }), 0.5f),
        in_(largest(products, [&](const Product &p) { return p.k * tile; }), 1.0f),
        out_(largest(products, [&](const Product &p) { return p.n * tile; })) {
    for (const auto &[n, k, times] : products)
      kernels_.emplace_back(hybrid_builtin::GemmShape{tile, n, k, tile, k, tile, false});
  }

  void run() override {
    for (int64_t tile = 0; tile < tiles_; ++tile)
      for (size_t i = 0; i < products_.size(); ++i)
        for (int64_t time = 0; time < products_[i].times; ++time)
          kernels_[i](in_.data(), weights_.data(), out_.data());
  }

 private:
  std::vector<Product> products_;
  int64_t tiles_;
  std::vector<float> weights_, in_, out_;
  std::vector<Gemm> kernels_;
};

// [s] of a call, the best of several.
double fastest(Contender &contender) {
  const int64_t repetitions = 20;
  const double enough = 0.02;
  contender.run();
  double best = 1e30, spent = 0;
  for (int64_t i = 0; i < repetitions && spent < enough; ++i) {
    const double start = now();
    contender.run();
    best = std::min(best, now() - start);
    spent += now() - start;
  }
  return best;
}

}  // namespace

std::vector<Product> products_of(const json &job) {
  std::vector<Product> products;
  for (const json &one : job) products.push_back({one.at("n"), one.at("k"), one.at("times")});
  return products;
}

double operations_of(const std::vector<Product> &products) {
  double sum = 0;
  for (const Product &p : products) sum += 2.0 * static_cast<double>(p.n * p.k * p.times);
  return sum;
}

std::unique_ptr<Contender> only_products(const std::vector<Product> &products, int64_t ncol,
                                         int64_t tile) {
  return std::make_unique<OnlyProducts>(products, ncol, tile);
}

int64_t best_tile(const std::vector<Product> &products, int64_t ncol) {
  int64_t best = 16;
  double least = 1e30;
  for (int64_t tile = 16; tile <= 512 && (tile == 16 || tile <= ncol); tile *= 2) {
    const double time = fastest(*only_products(products, ncol, tile));
    if (time < least) best = tile;
    least = std::min(time, least);
  }
  return best;
}

double product_rate() {
  double best = 0;
  for (const int64_t size : {128, 256})
    for (const int64_t ncol : {32, 64, 128, 256}) {
      const std::vector<Product> one = {{size, size, 8}};
      const double work = operations_of(one) * static_cast<double>(ncol);
      best = std::max(best, work / fastest(*only_products(one, ncol, ncol)));
    }
  return best;
}

}  // namespace hybrid_bench
