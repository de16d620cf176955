// SPDX-License-Identifier: BSD-3-Clause
#include "communicator.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "rank.hpp"

namespace hyb {

Communicator::Communicator(const hyb_host &host) : rank_(rank_of(host)) {}

void Communicator::sum(int64_t *, int64_t) const {}
void Communicator::max(int64_t *, int64_t) const {}

std::string Communicator::first_text(const std::string &own) const {
  int64_t first = own.empty() ? 0 : size_ - rank_;  // the first rank has the largest number
  max(&first, 1);
  std::array<int64_t, 125> words{};
  if (first > 0 && first == size_ - rank_)
    std::memcpy(words.data(), own.data(), std::min(own.size(), sizeof words));
  if (first > 0) sum(words.data(), words.size());
  const char *text = reinterpret_cast<const char *>(words.data());
  return {text, strnlen(text, sizeof words)};
}

}  // namespace hyb
