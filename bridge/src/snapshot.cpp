// SPDX-License-Identifier: BSD-3-Clause
#include "snapshot.hpp"

#include <algorithm>
#include <map>

#include "error.hpp"
#include "on_all_ranks.hpp"
#include "reproducible_sums.hpp"
#include "text.hpp"

namespace hyb {
namespace {

int64_t total(const Snapshot &snapshot, bool by_column) {
  int64_t sum = 0;
  for (const StateArray &array : snapshot.arrays)
    if (array.by_column == by_column) sum += array.nrow;
  return sum;
}

class Taken final : public State {
 public:
  explicit Taken(int64_t ncol) : ncol_(ncol) {}

  void shared(const std::string &name, std::vector<double> &values) override {
    add({name, false, static_cast<int64_t>(values.size()), values});
  }
  void counters(const std::string &name, std::vector<double> &values) override {
    add({name, false, static_cast<int64_t>(values.size()), values, true});
  }
  void columns(const std::string &name, std::vector<double> &values) override {
    const int64_t n = static_cast<int64_t>(values.size());
    if (ncol_ == 0 ? n != 0 : n % ncol_ != 0)
      mismatch(HYB_ERROR_INTERNAL, "state " + in_quotes(name),
               "rows of " + std::to_string(ncol_) + " columns", std::to_string(n) + " values");
    add({name, true, ncol_ == 0 ? 0 : n / ncol_, values});
  }

  Snapshot snapshot;

 private:
  void add(StateArray array) {
    for (const StateArray &other : snapshot.arrays)
      if (other.name == array.name)
        mismatch(HYB_ERROR_INTERNAL, "state " + in_quotes(array.name), "one of that name", "two");
    snapshot.arrays.push_back(std::move(array));
  }

  const int64_t ncol_;
};

void agree_on_number(const Snapshot &snapshot, const Communicator &communicator) {
  const int64_t n = static_cast<int64_t>(snapshot.arrays.size());
  int64_t most_and_least[] = {n, -n};
  communicator.max(most_and_least, 2);
  if (most_and_least[0] != -most_and_least[1])
    mismatch(HYB_ERROR_INTERNAL, "state", "the same arrays on all ranks",
             std::to_string(-most_and_least[1]) + " on one and " +
                 std::to_string(most_and_least[0]) + " on another");
}

// Ranks may have counted different things so far: the longest list counts.
void add_up_counters(Snapshot &snapshot, const Communicator &communicator) {
  for (StateArray &array : snapshot.arrays) {
    if (!array.counts) continue;
    array.values = reproducible_sums(communicator, array.values);
    array.nrow = static_cast<int64_t>(array.values.size());
  }
}

void agree_on_rows(Snapshot &snapshot, const Communicator &communicator, int64_t ncol) {
  agree_on_number(snapshot, communicator);
  std::vector<int64_t> rows;
  for (const StateArray &array : snapshot.arrays) rows.push_back(array.nrow);
  communicator.max(rows.data(), static_cast<int64_t>(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    StateArray &array = snapshot.arrays[i];
    if (!array.by_column) continue;
    array.nrow = rows[i];
    array.values.resize(static_cast<size_t>(array.nrow * ncol), 0.0);
  }
}

// Gives a snapshot back to those it was taken of.
class Given final : public State {
 public:
  // `counts`: this process gets what was counted.
  Given(const Snapshot &snapshot, bool counts) : counts_(counts) {
    for (const StateArray &array : snapshot.arrays) waiting_[array.name] = &array;
  }
  void shared(const std::string &name, std::vector<double> &values) override {
    give(name, false, values);
  }
  void counters(const std::string &name, std::vector<double> &values) override {
    give(name, false, values);
    if (!counts_) std::fill(values.begin(), values.end(), 0.0);
  }
  void columns(const std::string &name, std::vector<double> &values) override {
    give(name, true, values);
  }
  void check_all_given() const {
    if (!waiting_.empty())
      mismatch(HYB_ERROR_STATE, "state", "none but that of this configuration",
               in_quotes(waiting_.begin()->first));
  }

 private:
  void give(const std::string &name, bool by_column, std::vector<double> &values) {
    const auto found = waiting_.find(name);
    if (found == waiting_.end())
      mismatch(HYB_ERROR_STATE, "state", in_quotes(name) + " of this configuration",
               waiting_.empty() ? "no more" : "none of that name, but " +
                                                  in_quotes(waiting_.begin()->first));
    if (found->second->by_column != by_column)
      mismatch(HYB_ERROR_STATE, "state " + in_quotes(name),
               by_column ? "values by column" : "values that are not by column", "others");
    values = found->second->values;
    waiting_.erase(found);
  }

  const bool counts_;
  std::map<std::string, const StateArray *> waiting_;
};

void give(const Snapshot &snapshot, const Visit &visit, bool counts) {
  Given given(snapshot, counts);
  visit(given);
  given.check_all_given();
}

}  // namespace

int64_t Snapshot::nshared() const { return total(*this, false); }

int64_t Snapshot::nrow() const { return total(*this, true); }

Snapshot snapshot_of(const Visit &visit, const Communicator &communicator, int64_t ncol) {
  Taken taken(ncol);
  on_all_ranks(communicator, [&] { visit(taken); });
  agree_on_rows(taken.snapshot, communicator, ncol);
  add_up_counters(taken.snapshot, communicator);
  return std::move(taken.snapshot);
}

Snapshot own_snapshot(const Visit &visit, int64_t ncol) {
  Taken taken(ncol);
  visit(taken);
  return std::move(taken.snapshot);
}

void restore(const Snapshot &wanted, const Visit &visit, const Communicator &communicator,
             int64_t ncol) {
  Snapshot before;
  on_all_ranks(communicator, [&] { before = own_snapshot(visit, ncol); });
  try {
    on_all_ranks(communicator, [&] { give(wanted, visit, communicator.leads()); });
  } catch (...) {
    give(before, visit, true);
    throw;
  }
}

}  // namespace hyb
