// SPDX-License-Identifier: BSD-3-Clause
// How a network of unknown origin is planned and run, on memory that shows what it should not
// touch.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "card.hpp"
#include "network.hpp"

constexpr int64_t most_rows = 4096;  // of the matrices here: memory that no file asks for

inline void prepare(hybrid_builtin::Network &network, const hyb::Card &card) {
  constexpr int64_t columns = 16;
  hyb_signature signature{};
  signature.size = sizeof signature;
  signature.kind = card.kind;
  signature.packed = card.packed;
  signature.nfeature = card.nfeature;
  signature.noutput = card.noutput;
  signature.samples = &columns;
  signature.nsamples = 1;
  hyb_plan plan{};
  plan.size = sizeof plan;
  network.prepare(signature, plan);
}

// One run, with canaries around x and y and between the rows of them.
class Canaries {
 public:
  // `shift` elements behind where a matrix is aligned.
  Canaries(const hyb::Card &card, int64_t nsample, int64_t ld, int64_t shift)
      : size_(card.kind == HYB_REAL64 ? 8 : 4), rows_(card.noutput), nsample_(nsample), ld_(ld),
        begin_(zone + static_cast<size_t>(shift) * size_),
        x_(inputs(card.nfeature)), before_(x_), y_(memory(card.noutput)) {}

  void run(hybrid_builtin::Network &network) {
    network.run({sizeof(hyb_matrices), nsample_, ld_, at(x_), at(y_)});
  }

  // Nothing but the columns of the outputs was written.
  bool kept() const {
    std::vector<Line> expected = y_;
    char *const bytes = reinterpret_cast<char *>(expected.data());
    std::memset(bytes, canary, expected.size() * sizeof(Line));
    for (int64_t row = 0; row < rows_; ++row)
      std::memcpy(bytes + place(row), raw(y_) + place(row), static_cast<size_t>(nsample_) * size_);
    return same(x_, before_) && same(y_, expected);
  }

  // Of the columns that both have.
  bool same_columns(const Canaries &other) const {
    const size_t bytes = static_cast<size_t>(std::min(nsample_, other.nsample_)) * size_;
    for (int64_t row = 0; row < rows_; ++row)
      if (std::memcmp(raw(y_) + place(row), raw(other.y_) + other.place(row), bytes)) return false;
    return true;
  }

 private:
  struct alignas(64) Line {
    char bytes[64];
  };
  static constexpr size_t zone = 4 * sizeof(Line);
  static constexpr int canary = 0x5c;

  static const char *raw(const std::vector<Line> &lines) {
    return reinterpret_cast<const char *>(lines.data());
  }
  static bool same(const std::vector<Line> &a, const std::vector<Line> &b) {
    return !std::memcmp(a.data(), b.data(), a.size() * sizeof(Line));
  }
  size_t place(int64_t row) const { return begin_ + static_cast<size_t>(row * ld_) * size_; }
  char *at(std::vector<Line> &lines) { return reinterpret_cast<char *>(lines.data()) + begin_; }

  std::vector<Line> memory(int64_t rows) const {
    const size_t bytes = begin_ + static_cast<size_t>(rows * ld_) * size_ + zone;
    std::vector<Line> lines(bytes / sizeof(Line) + 1);
    std::memset(static_cast<void *>(lines.data()), canary, lines.size() * sizeof(Line));
    return lines;
  }
  // Column by column the same in every run.
  std::vector<Line> inputs(int64_t rows) const {
    std::vector<Line> lines = memory(rows);
    char *const bytes = reinterpret_cast<char *>(lines.data());
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < nsample_; ++column) {
        const double value = 0.37 * static_cast<double>((7 * row + 3 * column) % 11) - 1.5;
        const float narrow = static_cast<float>(value);
        std::memcpy(bytes + place(row) + static_cast<size_t>(column) * size_,
                    size_ == 8 ? static_cast<const void *>(&value) : &narrow, size_);
      }
    return lines;
  }

  const size_t size_;
  const int64_t rows_, nsample_, ld_;
  const size_t begin_;
  std::vector<Line> x_;
  const std::vector<Line> before_;
  std::vector<Line> y_;
};
