// SPDX-License-Identifier: BSD-3-Clause
#include "state_arrays.hpp"

#include <algorithm>
#include <cmath>

#include "error.hpp"
#include "spelling.hpp"
#include "text.hpp"

namespace hyb {
namespace {

constexpr double largest = 281474976710655;  // 2^48 - 1

// What every first array begins with: a name of this format and its version.
double mark() { return spelled("hybrs1")[0]; }

// Mark, length of all, number of arrays; for each: by column, rows, letters of its name, its name.
std::vector<double> description(const Snapshot &snapshot) {
  std::vector<double> numbers = {mark(), 0, static_cast<double>(snapshot.arrays.size())};
  for (const StateArray &array : snapshot.arrays) {
    numbers.push_back(array.by_column);
    numbers.push_back(static_cast<double>(array.nrow));
    numbers.push_back(static_cast<double>(array.name.size()));
    const std::vector<double> name = spelled(array.name);
    numbers.insert(numbers.end(), name.begin(), name.end());
  }
  numbers[1] = static_cast<double>(numbers.size()) + static_cast<double>(snapshot.nshared());
  return numbers;
}

// Reads the first array from its beginning.
class Reader {
 public:
  Reader(const double *values, int64_t n) : values_(values), n_(n) {}

  int64_t left() const { return n_ - at_; }
  const double *take(int64_t n) {
    if (n > left())
      mismatch(HYB_ERROR_STATE, "shared values of the state",
               std::to_string(n) + " more after the first " + std::to_string(at_),
               std::to_string(left()));
    at_ += n;
    return values_ + at_ - n;
  }
  int64_t whole_number(const char *what) {
    const double value = *take(1);
    if (!(value >= 0 && value <= largest && value == std::floor(value)))
      mismatch(HYB_ERROR_STATE, std::string("shared values of the state: ") + what,
               "a whole number", std::to_string(value));
    return static_cast<int64_t>(value);
  }
  std::string name() {
    std::string text(static_cast<size_t>(length()), ' ');
    for (size_t first = 0; first < text.size(); first += letters_per_number) {
      int64_t number = whole_number("letters of a name");
      for (size_t i = std::min(text.size(), first + letters_per_number); i-- > first;) {
        text[i] = static_cast<char>(number % 256);
        number /= 256;
      }
    }
    return text;
  }

 private:
  int64_t length() {
    const int64_t letters = whole_number("letters of a name");
    if (letters / static_cast<int64_t>(letters_per_number) > left())
      mismatch(HYB_ERROR_STATE, "shared values of the state: letters of a name",
               "as many as there are", std::to_string(letters));
    return letters;
  }

  const double *values_;
  int64_t n_, at_ = 0;
};

void check_beginning(Reader &reader, int64_t nshared) {
  const double found = *reader.take(1);
  if (found != mark())
    mismatch(HYB_ERROR_STATE, "shared values of the state",
             "what hyb_domain_state_get gave, in real64",
             "others, the first of them " + std::to_string(found));
  const int64_t length = reader.whole_number("their number");
  if (length != nshared)
    mismatch(HYB_ERROR_STATE, "number of shared values of the state", std::to_string(length),
             std::to_string(nshared));
}

StateArray described_array(Reader &reader) {
  StateArray array;
  array.by_column = reader.whole_number("by column") != 0;
  array.nrow = reader.whole_number("rows");
  array.name = reader.name();
  return array;
}

void check_rows(const Snapshot &snapshot, int64_t nrow) {
  if (snapshot.nrow() != nrow)
    mismatch(HYB_ERROR_STATE, "rows of the state by column", std::to_string(snapshot.nrow()),
             std::to_string(nrow));
}

}  // namespace

int64_t described_length(const Snapshot &snapshot) {
  return static_cast<int64_t>(description(snapshot).size()) + snapshot.nshared();
}

void write_arrays(const Snapshot &snapshot, double *shared, double *columns) {
  const std::vector<double> head = description(snapshot);
  shared = std::copy(head.begin(), head.end(), shared);
  for (const StateArray &array : snapshot.arrays) {
    double *&to = array.by_column ? columns : shared;
    to = std::copy(array.values.begin(), array.values.end(), to);
  }
}

Snapshot read_arrays(const double *shared, int64_t nshared, const double *columns, int64_t nrow,
                     int64_t ncol) {
  Reader reader(shared, nshared);
  check_beginning(reader, nshared);
  Snapshot snapshot;
  for (int64_t n = reader.whole_number("number of arrays"); n > 0; --n)
    snapshot.arrays.push_back(described_array(reader));
  check_rows(snapshot, nrow);
  for (StateArray &array : snapshot.arrays) {
    const int64_t n = array.by_column ? array.nrow * ncol : array.nrow;
    const double *from = array.by_column ? columns : reader.take(n);
    array.values.assign(from, from + n);
    if (array.by_column) columns += n;
  }
  if (reader.left() > 0)
    mismatch(HYB_ERROR_STATE, "shared values of the state", "none after the last array",
             std::to_string(reader.left()));
  return snapshot;
}

}  // namespace hyb
