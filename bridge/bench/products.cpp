// SPDX-License-Identifier: BSD-3-Clause
#include "products.hpp"

#include <stdexcept>

#include "clock.hpp"
#ifdef HYBRID_HAVE_ENGINE
#include "gemm.hpp"
#endif

namespace hybrid_bench {
namespace {

using nlohmann::json;

#ifdef HYBRID_HAVE_ENGINE
using Gemm = hybrid_builtin::Gemm<float>;
using hybrid_builtin::GemmShape;
const hybrid_builtin::GemmLibrary &library = hybrid_builtin::gemm_library();
#else
struct GemmShape {
  int64_t m, n, k, lda, ldb, ldc;
  bool accumulate;
};
struct Gemm {
  explicit Gemm(const GemmShape &) { throw std::runtime_error("built without the engine"); }
  void operator()(const float *, const float *, float *) const {}
};
const struct {
  const char *name = "none", *why = "built without the engine";
} library;
#endif

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
        tile_(tile),
        tiles_((ncol + tile - 1) / tile),
        weights_(largest(products, [](const Product &p) { return p.n * p.k; }), 0.5f),
        in_(largest(products, [&](const Product &p) { return p.k * tile; }), 1.0f),
        out_(largest(products, [&](const Product &p) { return p.n * tile; })) {
    for (const auto &[n, k, times] : products)
      kernels_.emplace_back(GemmShape{tile, n, k, tile, k, tile, false});
  }

  void run() override {
    for (int64_t tile = 0; tile < tiles_; ++tile)
      for (size_t i = 0; i < products_.size(); ++i)
        for (int64_t time = 0; time < products_[i].times; ++time)
          kernels_[i](in_.data(), weights_.data(), out_.data());
  }

  json details() override { return {{"tile", tile_}, {"library", library.name}}; }

 private:
  std::vector<Product> products_;
  int64_t tile_, tiles_;
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

double operations_of(const Product &product) {
  return 2.0 * static_cast<double>(product.n * product.k * product.times);
}

}  // namespace

std::vector<Product> products_of(const json &job) {
  std::vector<Product> products;
  for (const json &one : job) products.push_back({one.at("n"), one.at("k"), one.at("times")});
  return products;
}

std::unique_ptr<Contender> only_products(const std::vector<Product> &products, int64_t ncol) {
  std::unique_ptr<Contender> best;
  double least = 1e30;
  for (int64_t tile = 16; tile <= 512 && (tile == 16 || tile <= ncol); tile *= 2) {
    auto contender = std::make_unique<OnlyProducts>(products, ncol, tile);
    const double time = fastest(*contender);
    if (time < least) best = std::move(contender);
    least = std::min(time, least);
  }
  return best;
}

json product_library() {
  json told = {{"name", library.name}};
  if (library.why) told["why"] = library.why;
  return told;
}

double product_rate() try {
  double best = 0;
  for (const int64_t size : {128, 256})
    for (const int64_t ncol : {32, 64, 128, 256}) {
      const Product one = {size, size, 8};
      OnlyProducts contender({one}, ncol, ncol);
      best = std::max(best, operations_of(one) * static_cast<double>(ncol) / fastest(contender));
    }
  return best;
} catch (const std::runtime_error &) {
  return 0;
}

}  // namespace hybrid_bench
