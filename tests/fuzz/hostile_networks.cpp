// SPDX-License-Identifier: BSD-3-Clause
// usage: hostile_networks FOLDER: tens of thousands of changes of the network files of a corpus,
// one upon the other. Each is refused in words or runs: within its memory and its outputs, leaving
// its inputs alone, and with the same bits wherever the columns lie.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "check.h"
#include "card.hpp"
#include "error.hpp"
#include "failure.hpp"
#include "memory_file.hpp"
#include "network.hpp"
#include "network_mutation.hpp"
#include "network_run.hpp"
#include "watched_memory.hpp"

namespace {

constexpr int mutations = 30000;
constexpr size_t most_seeds = 64, most_bytes = 1 << 15;

int refused_by_card = 0, refused_by_network = 0;

// Whether the file was taken.
bool load_and_run(const std::string &bytes) try {
  const MemoryFile file(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
  hybrid_builtin::Network network(file.path().c_str(), {});
  const hyb::Card card = hyb::parse_card(network.card(), "hostile");
  if (std::max(card.nfeature, card.noutput) > most_rows) return false;
  prepare(network, card);
  Canaries aligned(card, 16, 16, 0), shifted(card, 13, 19, 1);
  const WatchedMemory memory;
  for (Canaries *canaries : {&aligned, &shifted}) canaries->run(network);
  CHECK(memory.kept());
  CHECK(sanitized || memory.count() > 0);
  CHECK(aligned.kept());
  CHECK(shifted.kept());
  CHECK(aligned.same_columns(shifted));
  return true;
} catch (const hybrid_builtin::Failure &failure) {
  CHECK_HAS(failure.what(), "expected");
  CHECK_HAS(failure.what(), "found");
  ++refused_by_network;
  return false;
} catch (const hyb::Error &error) {
  CHECK_HAS(error.what(), "hostile: card: ");
  ++refused_by_card;
  return false;
}

std::vector<std::string> files_of(const char *folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto &entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());  // for the same changes on every machine
  std::vector<std::string> files;
  for (const auto &path : paths) {
    std::ifstream file(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

void keep(const std::string &bytes) {
  std::ofstream("hostile.safetensors", std::ios::binary) << bytes;
  std::fprintf(stderr, "the file is kept as hostile.safetensors\n");
}

}  // namespace

int main(int, char **argv) {
  std::vector<std::string> seeds = files_of(argv[1]);
  const size_t given = seeds.size();
  CHECK(given > 0);
  size_t taken = 0;
  std::mt19937 random(1);
  for (uint32_t seed = 0; seed < mutations && check_failures() == 0; ++seed) {
    const std::string bytes = mutated(seeds[random() % seeds.size()], seed);
    const bool was_taken = load_and_run(bytes);
    if (check_failures()) keep(bytes);
    if (!was_taken) continue;
    ++taken;
    if (bytes.size() > most_bytes) continue;
    if (seeds.size() < most_seeds)
      seeds.push_back(bytes);
    else
      seeds[given + random() % (most_seeds - given)] = bytes;
  }
  std::printf("%zu taken, %d refused by the card, %d by the network\n", taken, refused_by_card,
              refused_by_network);
  CHECK(taken > mutations / 20);
  CHECK(refused_by_card > mutations / 20);
  CHECK(refused_by_network > mutations / 5);
  return check_failures();
}
