// SPDX-License-Identifier: BSD-3-Clause
// Samples of whole steps or of tiles: drawn independently of blocks, order and ranks.
#include <set>

#include "adding_model.hpp"

constexpr int64_t ncol = 300, steps = 40;

using Samples = std::map<std::pair<int64_t, int64_t>, int>;

// `columns` of a global grid on this rank, cut into blocks.
static Samples drawn(const std::string &keys, int64_t size, const std::vector<int64_t> &columns) {
  static int count = 0;
  const std::string name = "sample" + std::to_string(++count) + ".nc";
  const int64_t n = static_cast<int64_t>(columns.size());
  const hyb_grid grid = {sizeof(hyb_grid), n, columns.data(), nullptr, nullptr, nullptr};
  {
    const Scheme scheme(record(name, keys), HYB_TOP_DOWN, &grid);
    AddingModel model(n);
    for (int64_t step = 1; step <= steps; ++step) {
      scheme.step(step);
      model.blocks(scheme, size);
    }
  }
  return Recording(folder() / name).samples();
}

static std::vector<int64_t> range(int64_t first, int64_t last, int64_t by = 1) {
  std::vector<int64_t> columns;
  for (int64_t column = first; column <= last; column += by) columns.push_back(column);
  return columns;
}

static void the_decomposition_does_not_matter(const std::string &keys) {
  const Samples all = drawn(keys, ncol, range(1, ncol));
  CHECK(!all.empty() && all.size() < static_cast<size_t>(ncol * steps));
  for (const int64_t size : {1, 17, 64}) CHECK(drawn(keys, size, range(1, ncol)) == all);
  Samples ranks = drawn(keys, 32, range(1, ncol, 2));
  ranks.merge(drawn(keys, 19, range(2, ncol, 2)));
  CHECK(ranks == all);
}

static void steps_are_whole() {
  std::map<int64_t, int64_t> columns;
  for (const auto &sample : drawn("steps = 0.3", 64, range(1, ncol))) ++columns[sample.first.first];
  CHECK(columns.size() >= 5 && columns.size() <= 20);
  for (const auto &step : columns) CHECK_EQ(step.second, ncol);
}

static void tiles_are_whole() {
  std::map<std::pair<int64_t, int64_t>, int64_t> tiles;
  const Samples samples = drawn("tiles = 0.3\ntile_columns = 10", 64, range(1, ncol));
  for (const auto &sample : samples)
    ++tiles[{sample.first.first, (sample.first.second - 1) / 10}];
  const size_t wanted = static_cast<size_t>(0.3 * (ncol / 10) * steps);
  CHECK(tiles.size() > wanted * 8 / 10 && tiles.size() < wanted * 12 / 10);
  for (const auto &tile : tiles) CHECK_EQ(tile.second, 10);
}

static void the_seed_matters() {
  const Samples a = drawn("steps = 0.3\nseed = 1", 64, range(1, ncol));
  CHECK(a == drawn("steps = 0.3\nseed = 1", 64, range(1, ncol)));
  CHECK(a != drawn("steps = 0.3\nseed = 2", 64, range(1, ncol)));
}

static void none_and_all_are_fractions_too() {
  CHECK(drawn("steps = 0.0", 64, range(1, ncol)).empty());
  CHECK(drawn("tiles = 0", 64, range(1, ncol)).empty());
  CHECK_EQ(drawn("tiles = 1", 64, range(1, ncol)).size(), static_cast<size_t>(ncol * steps));
}

int main() {
  the_decomposition_does_not_matter("steps = 0.3");
  the_decomposition_does_not_matter("tiles = 0.3\ntile_columns = 10");
  steps_are_whole();
  tiles_are_whole();
  the_seed_matters();
  none_and_all_are_fractions_too();
  return check_failures();
}
