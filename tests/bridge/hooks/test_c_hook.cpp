// SPDX-License-Identifier: BSD-3-Clause
// A hook in C: what it is shown, what it adds, what it learns, and its state.
#include "../allocations.hpp"
#include "hooks.hpp"

using test::Block;
using test::Sampled;

namespace {

const std::string after = R"(
kind = "c"
library = "libtest_hook.so"
fields = ["heating_rate"]
)";
const std::string before = R"(
kind = "c"
library = "libtest_hook.so"
phase = "before"
)";

double expected(int64_t column, int64_t level, double strength) {
  return strength * (test::temperature(column, level) - 250.0) + 0.0 +
         1e-3 * static_cast<double>(101 + 3 * column) +
         1e-6 * (-80.0 + 4.0 * static_cast<double>(column)) + 1e-9 * 600.0;
}

bool is_expected(Block &block, double strength) {
  bool same = true;
  for (int64_t level = 0; level < test::nlevel; ++level)
    for (int64_t i = 0; i < block.values.ncol; ++i)
      same &= block.increment.at(level, i) == expected(block.values.first - 1 + i, level, strength);
  return same;
}

void it_adds_by_column_whatever_the_block() {
  const auto hook = test::make(after + "strength = 0.5");
  for (const int64_t ncol : {int64_t{1}, int64_t{7}, test::ncolumn})
    for (int64_t first = 1; first + ncol - 1 <= test::ncolumn; first += ncol) {
      Block block(ncol, first);
      block.apply(*hook);
      CHECK(is_expected(block, 0.5));
    }
}

void a_block_without_columns_is_left_alone() {
  const auto hook = test::make(after + "fails = \"apply\"");
  Block block(0);
  block.apply(*hook);
  CHECK(block.is_zero());
}

void rejected_columns_get_nothing() {
  const auto hook = test::make(after + "strength = 1\nfails = \"rejected\"");
  Block block;
  block.values.rejected[5] = 1;
  block.apply(*hook);
  for (int64_t level = 0; level < test::nlevel; ++level)
    CHECK_EQ(block.increment.at(level, 5), 0.0);
  CHECK_EQ(block.increment.at(1, 6), expected(6, 1, 1.0));
}

void it_vetoes_before() {
  const auto hook = test::make(before + "hottest = 223.0");
  Block block;
  block.increments.clear();
  block.apply(*hook);
  for (int64_t i = 0; i < test::ncolumn; ++i)
    CHECK_EQ(block.veto[static_cast<size_t>(i)] != 0, test::temperature(i, 0) > 223.0);
}

void many_threads_get_the_bits_of_one() {
  const auto hook = test::make(after + "strength = 0.25");
  CHECK(test::all_in_parallel(400, [&](int number) {
    Block block(1 + number % 11, 1 + number % 29);
    block.apply(*hook);
    return is_expected(block, 0.25);
  }));
}

void nothing_is_allocated_after_the_first_call() {
  const auto hook = test::make(after + "strength = 0.25");
  Block block;
  block.apply(*hook);
  const long allocated = allocations;
  for (int i = 0; i < 10; ++i) block.apply(*hook);
  CHECK_EQ(allocations - allocated, 0);
}

std::vector<int64_t> every(int64_t stride) {
  std::vector<int64_t> columns;
  for (int64_t column = 0; column < test::ncolumn; column += stride) columns.push_back(column);
  return columns;
}

// 0, 2 ... 38: their mean is 19.
void it_learns_the_mean_of_what_was_wanted() {
  const auto hook = test::make(after);
  test::learn(*hook, Sampled(every(2)));
  const test::Saved saved(*hook);
  CHECK_EQ(saved.kept.size(), 4u);
  CHECK_EQ(saved.kept[0], 1.0);
  for (size_t level = 0; level < 3; ++level) {
    const double mean = 1e-6 * static_cast<double>(level + 1) + 19e-8;
    CHECK(std::abs(saved.kept[level + 1] - mean) < 4e-16 * 1e-6 * 20);  // roundings of 20 values
  }
}

void two_ranks_learn_what_one_does() {
  const auto whole = test::make(after), left = test::make(after), right = test::make(after);
  const std::vector<int64_t> all = every(1);
  const Sampled both(all), lower({all.begin(), all.begin() + 11}),
      upper({all.begin() + 11, all.end()});
  test::learn(*whole, both);
  const std::vector<double> totals =
      test::totals_over({left.get(), right.get()}, {&lower, &upper});
  for (hyb::Hook *hook : {left.get(), right.get()}) {
    hook->update(test::step_end(), totals);
    CHECK(test::same_bits(test::Saved(*hook).kept, test::Saved(*whole).kept));
  }
}

void a_restart_goes_on_with_the_same_bits() {
  const auto first = test::make(after), second = test::make(after);
  test::learn(*first, Sampled(every(3)));
  test::Saved saved(*first);
  saved.load(*second);
  Block a, b;
  a.apply(*first);
  b.apply(*second);
  CHECK(test::same_bits(a.increment.memory, b.increment.memory));
  CHECK(a.increment.memory[0] != expected(0, 0, 0.0));
}

void its_fields_are_asked_for() {
  hyb::ValueFields all = test::fields();
  all.input("specific_humidity");
  const auto hook = test::make(after + "strength = 1", all);
  CHECK_EQ(all.inputs.size(), 2u);
  CHECK_EQ(all.inputs[1].name, std::string("air_temperature"));
  Block block;
  block.values.inputs = {hyb::FieldValues{}, block.air.values};
  block.apply(*hook);
  CHECK(is_expected(block, 1.0));
}

}  // namespace

int main() {
  it_adds_by_column_whatever_the_block();
  a_block_without_columns_is_left_alone();
  rejected_columns_get_nothing();
  it_vetoes_before();
  many_threads_get_the_bits_of_one();
  if (every_kind_is_counted()) nothing_is_allocated_after_the_first_call();
  it_learns_the_mean_of_what_was_wanted();
  two_ranks_learn_what_one_does();
  a_restart_goes_on_with_the_same_bits();
  its_fields_are_asked_for();
  return check_failures();
}
