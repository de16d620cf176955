// SPDX-License-Identifier: BSD-3-Clause
// The loops of packing: all instruction sets that this CPU has give the bits of the plain one, and
// the plain one gives what the formulas say.
#include <cmath>
#include <limits>
#include <random>

#include "fixture.hpp"
#include "pack_loops.hpp"

using hyb::Rectangle;
using hyb::PackLoops;

constexpr int64_t most = 3 * 80;  // elements of a side

// Ordinary values, some that overflow, are subnormal, or are not finite; also raw bits.
static std::vector<char> values(int64_t size, std::mt19937_64 &random) {
  std::vector<char> bytes(static_cast<size_t>(most * size + 64));
  for (int64_t i = 0; i < most; ++i) {
    const double picks[] = {std::ldexp(static_cast<double>(random() % 20001) - 1e4, -7),
                            1e300, 1e-310, std::nan(""), HUGE_VAL, -0.0, 3e38, 3.5e38};
    const double value = picks[random() % 16 < 9 ? 0 : random() % 8];
    const float narrow = static_cast<float>(value);
    const void *from = size == 8 ? static_cast<const void *>(&value) : &narrow;
    std::memcpy(&bytes[static_cast<size_t>(i * size)], from, static_cast<size_t>(size));
  }
  return bytes;
}

struct Shape {
  int64_t n, nlevel, gap, step, shift;  // gap between rows, step between columns, misalignment
  bool flip, scaled;
};

// One rectangle; what the loop returned and wrote.
static std::pair<int64_t, std::vector<char>> done(PackLoops::Loop loop, const Shape &shape,
                                                  std::vector<char> host, std::vector<char> rows,
                                                  int64_t host_size) {
  static const double offset[] = {3, -0.1, 1e4}, scale[] = {7, 0.3, -1e-3};
  const int64_t column = shape.step * host_size, level = shape.n * column + shape.gap * host_size;
  char *start = host.data() + shape.shift + (shape.flip ? (shape.nlevel - 1) * level : 0);
  const Rectangle rectangle = {start, column, shape.flip ? -level : level, rows.data(),
                           shape.n + shape.gap, shape.n, shape.nlevel,
                           shape.scaled ? offset : nullptr, scale};
  const int64_t bad = loop(rectangle);
  host.insert(host.end(), rows.begin(), rows.end());
  return {bad, host};
}

static void instruction_sets_agree(const Shape &shape, std::mt19937_64 &random) {
  const PackLoops &plain = **hyb::usable_pack_loops();
  for (int from = 0; from < 2; ++from)
    for (int to = 0; to < 2; ++to)
      for (const auto member : {&PackLoops::pack, &PackLoops::scatter, &PackLoops::add}) {
        const bool packs = member == &PackLoops::pack;
        const int64_t host_size = (packs ? from : to) ? 8 : 4;
        const int64_t row_size = (packs ? to : from) ? 8 : 4;
        const auto host = values(host_size, random), rows = values(row_size, random);
        const auto expected = done((plain.*member)[from][to], shape, host, rows, host_size);
        for (const PackLoops *const *loops = hyb::usable_pack_loops(); *loops; ++loops) {
          const bool same =
              done(((*loops)->*member)[from][to], shape, host, rows, host_size) == expected;
          if (!same) std::fprintf(stderr, "%s: %d to %d, n %ld\n", (*loops)->name, from, to,
                                  static_cast<long>(shape.n));
          CHECK(same);
        }
      }
}

static void all_shapes_agree() {
  std::mt19937_64 random(4711);
  for (const int64_t n : {0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 79})
    for (const int64_t nlevel : {1, 3})
      for (const int64_t gap : {0, 1})
        for (const bool flip : {false, true})
          for (const bool scaled : {false, true})
            instruction_sets_agree({n, nlevel, n == 79 ? 0 : gap, 1, gap * 3, flip, scaled},
                                   random);
  for (const bool scaled : {false, true}) {
    instruction_sets_agree({21, 3, 0, 3, 0, false, scaled}, random);
    instruction_sets_agree({21, 3, 2, 0, 5, true, scaled}, random);
  }
}

// A fused product and sum would give other bits.
static void formulas_hold() {
  const double host[3] = {0.1, 1e-3, 271.15}, offset[] = {0.7}, scale[] = {0.3};
  double back[3], sum[3] = {1, 2, 3}, rows[3];
  for (const PackLoops *const *loops = hyb::usable_pack_loops(); *loops; ++loops) {
    const Rectangle in = {reinterpret_cast<char *>(const_cast<double *>(host)), 8, 24,
                          reinterpret_cast<char *>(rows), 3, 3, 1, offset, scale};
    Rectangle out = in, add = in;
    out.host = reinterpret_cast<char *>(back);
    add.host = reinterpret_cast<char *>(sum);
    std::fill(sum, sum + 3, 1.0);
    CHECK_EQ((*loops)->pack[1][1](in), 0);
    CHECK_EQ((*loops)->scatter[1][1](out), 0);
    CHECK_EQ((*loops)->add[1][1](add), 0);
    for (int i = 0; i < 3; ++i) {
      CHECK_EQ(rows[i], (host[i] - 0.7) / 0.3);
      volatile double product = rows[i] * 0.3;
      CHECK_EQ(back[i], product + 0.7);
      CHECK_EQ(sum[i], 1.0 + back[i]);
    }
  }
}

static void what_is_not_finite_is_counted() {
  std::mt19937_64 random(1);
  const std::vector<char> host = values(8, random);
  int64_t expected = 0;
  for (int i = 0; i < 79; ++i) {
    double value;
    std::memcpy(&value, &host[static_cast<size_t>(i) * 8], 8);
    expected += !std::isfinite(static_cast<float>(value));
  }
  const Shape shape = {79, 1, 0, 1, 0, false, false};
  const PackLoops &best = hyb::pack_loops();
  CHECK(expected > 5);
  CHECK_EQ(done(best.pack[1][0], shape, host, values(4, random), 8).first, expected);
}

int main() {
  CHECK_EQ(std::string((*hyb::usable_pack_loops())->name), "pack_plain");
  all_shapes_agree();
  formulas_hold();
  what_is_not_finite_is_counted();
  return check_failures();
}
