// SPDX-License-Identifier: BSD-3-Clause
#include "text.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>

#include "hybrid.h"
#include "plugin/quotes.hpp"

namespace hyb {
namespace {

// Levenshtein, one row at a time.
size_t edit_distance(const std::string &a, const std::string &b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substituted = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string in_quotes(const std::string &word) { return hybrid_plugin::in_quotes(word); }

std::string listed(const std::vector<std::string> &words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += in_quotes(words[i]);
  }
  return text;
}

std::string nearest(const std::string &word, const std::vector<std::string> &candidates) {
  const auto closer = [&](const std::string &a, const std::string &b) {
    return edit_distance(word, a) < edit_distance(word, b);
  };
  const auto best = std::min_element(candidates.begin(), candidates.end(), closer);
  return best == candidates.end() ? "" : *best;
}

std::string unknown(const std::string &what, const std::string &word,
                    const std::vector<std::string> &candidates) {
  const std::string text = "unknown " + what + " " + in_quotes(word);
  if (candidates.empty()) return text + "; none is known here";
  return text + "; did you mean " + in_quotes(nearest(word, candidates)) + "? (known: " +
         listed(candidates) + ")";
}

std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string text_of(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

const char *kind_name(int32_t kind) {
  switch (kind) {
    case HYB_REAL32: return "real32";
    case HYB_REAL64: return "real64";
    case HYB_INT32: return "int32";
    case HYB_LOGICAL32: return "logical";
    default: return "an unknown kind";
  }
}

const char *role_name(int32_t role) {
  switch (role) {
    case HYB_STATE: return "state";
    case HYB_TENDENCY: return "tendency";
    case HYB_INCREMENT: return "increment";
    case HYB_FLAG: return "flag";
    case HYB_NOISE: return "noise";
    default: return "an unknown role";
  }
}

std::vector<std::string> role_names() {
  std::vector<std::string> names;
  for (int32_t role = HYB_STATE; role <= HYB_NOISE; ++role) names.push_back(role_name(role));
  return names;
}

int32_t role_of(const std::string &name) {
  for (int32_t role = HYB_STATE; role <= HYB_NOISE; ++role)
    if (name == role_name(role)) return role;
  return 0;
}

}  // namespace hyb
