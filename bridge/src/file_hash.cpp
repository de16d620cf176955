// SPDX-License-Identifier: BSD-3-Clause
#include "file_hash.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <vector>

#include "hash.hpp"

namespace hyb {

std::string file_hash(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return "";
  std::vector<char> bytes(size_t{1} << 20);
  uint64_t hash = 0, length = 0;
  while (file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())), file.gcount() > 0) {
    const size_t n = static_cast<size_t>(file.gcount());
    std::fill(bytes.begin() + file.gcount(), bytes.end(), '\0');
    length += n;
    for (size_t at = 0; at < n; at += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, sizeof word);
      hash = mixed(hash ^ word);
    }
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(mixed(hash ^ length)));
  return text;
}

}  // namespace hyb
