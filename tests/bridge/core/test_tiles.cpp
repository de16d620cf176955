// SPDX-License-Identifier: BSD-3-Clause
// Where the samples of a batch lie, and what a backend may ask for.
#include "fixture.hpp"
#include "model.hpp"
#include "tiles.hpp"

// Every element of every tile is used once, and rows of a tile follow each other.
static void elements_have_places_of_their_own(int64_t nrow, int64_t full, int64_t last_begin,
                                              int64_t last) {
  const hyb::Tiles tiles = {nrow, full, last_begin, last};
  std::vector<int> used(static_cast<size_t>(tiles.size()));
  for (int64_t row = 0; row < nrow; ++row)
    for (int64_t sample = 0; sample < tiles.nsample(); ++sample) {
      CHECK(tiles.begin(sample) <= sample && sample < tiles.end(sample));
      CHECK_EQ(tiles.at(row, sample) - tiles.at(0, sample), row * tiles.ld(sample));
      ++used[static_cast<size_t>(tiles.at(row, sample))];
    }
  CHECK(used == std::vector<int>(used.size(), 1));
}

static void refuses_plan(const std::string &switches, std::initializer_list<const char *> words,
                         int line) {
  hyb_emulator *emulator = nullptr;
  const std::string path = write_emulator(column_card, switches);
  check_refused(hyb_emulator_open(path.c_str(), "batch.columns = 192", &emulator), HYB_ERROR_PLUGIN,
                words, line);
}

// Sizes told: 16, 32, 48 and so on to 128, 160 and 192.
static void plans_are_checked() {
  refuses_plan("tile=208 step=16", {"tile", "multiple of 16 up to 192", "found 208"}, __LINE__);
  refuses_plan("tile=24 step=8", {"tile", "multiple of 16", "found 24"}, __LINE__);
  refuses_plan("tile=-16", {"tile", "multiple of 16", "found -16"}, __LINE__);
  refuses_plan("tile=64 step=48", {"step", "that divides 64", "found 48"}, __LINE__);
  refuses_plan("tile=64 step=8", {"step", "multiple of 16", "found 8"}, __LINE__);
  refuses_plan("step=-16", {"step", "multiple of 16", "found -16"}, __LINE__);
  refuses_plan("tile=144", {"tile without step", "it was told of", "found 144"}, __LINE__);
}

// The plug-in of the tests refuses any size that was not agreed on.
static void blocks_of_any_size_run(const std::string &switches) {
  const Scheme scheme(emulate(write_emulator(column_card, switches)) + "batch.columns = 96\n");
  for (const int64_t ncol : {0, 1, 15, 16, 17, 63, 64, 65, 80, 96, 97, 128, 129, 500}) {
    Model model(ncol);
    model.block(scheme, 1, ncol);
    CHECK(model.is_emulated());
  }
}

int main() {
  for (const int64_t nrow : {1, 3}) {
    elements_have_places_of_their_own(nrow, 16, 0, 16);
    elements_have_places_of_their_own(nrow, 16, 32, 16);
    elements_have_places_of_their_own(nrow, 64, 128, 48);
    elements_have_places_of_their_own(nrow, 64, 0, 0);
    elements_have_places_of_their_own(nrow, 1, 0, 7);
  }
  plans_are_checked();
  for (const char *switches : {"", "tile=64 step=16", "tile=64 step=32", "tile=64", "step=16",
                               "step=48", "tile=16"})
    blocks_of_any_size_run(switches);
  return check_failures();
}
