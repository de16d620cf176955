// SPDX-License-Identifier: BSD-3-Clause
// Snapshots of one process, as plain arrays: exact, refused where they are another configuration's
// or damaged, and then nothing has changed.
#include <cmath>

#include "environment.hpp"
#include "error.hpp"
#include "stateful.hpp"
#include "state_arrays.hpp"

using hyb::Snapshot;

static const hyb::Communicator &alone() {
  static const hyb::Communicator one{hyb_host{}};
  return one;
}

static const std::vector<int64_t> columns = {1, 2, 3, 4, 5};
static constexpr int64_t ncol = 5;

struct Arrays {
  std::vector<double> shared, by_column;

  explicit Arrays(const Snapshot &snapshot)
      : shared(static_cast<size_t>(hyb::described_length(snapshot))),
        by_column(static_cast<size_t>(snapshot.nrow() * ncol)) {
    hyb::write_arrays(snapshot, shared.data(), by_column.data());
  }
  Snapshot read() const {
    return hyb::read_arrays(shared.data(), static_cast<int64_t>(shared.size()), by_column.data(),
                            static_cast<int64_t>(by_column.size()) / ncol, ncol);
  }
};

static Snapshot snapshot_of(Stateful &thing) {
  return hyb::snapshot_of(thing.visit(), alone(), ncol);
}

// The status of giving `snapshot` to `thing`, whose message has `word`.
static int32_t refused(const Snapshot &snapshot, Stateful &thing, const char *word) {
  const Stateful before = thing;
  int32_t status = HYB_OK;
  try {
    hyb::restore(snapshot, thing.visit(), alone(), ncol);
  } catch (const hyb::Error &error) {
    status = error.status();
    CHECK_HAS(error.what(), word);
    CHECK_HAS(error.what(), "expected");
  }
  CHECK(thing.same_as(before));
  return status;
}

static void arrays_keep_every_bit() {
  Stateful saved = learned(columns), loaded;
  const Arrays arrays(snapshot_of(saved));
  hyb::restore(arrays.read(), loaded.visit(), alone(), ncol);
  CHECK(loaded.same_as(saved));
  CHECK_EQ(snapshot_of(loaded).nrow(), 2);
}

static void nothing_is_a_state_too() {
  const Snapshot none = hyb::snapshot_of([](hyb::State &) {}, alone(), 0);
  std::vector<double> shared(static_cast<size_t>(hyb::described_length(none)));
  hyb::write_arrays(none, shared.data(), nullptr);
  const auto read = hyb::read_arrays(shared.data(), static_cast<int64_t>(shared.size()), nullptr,
                                     0, 0);
  CHECK(read.arrays.empty());
}

static void another_configuration_is_refused() {
  Stateful saved = learned(columns), other = learned(columns);
  const Snapshot snapshot = snapshot_of(saved);
  other.weight = 7;
  other.last = "other";
  CHECK_EQ(refused(snapshot, other, "(mean)/other"), HYB_ERROR_STATE);
  Snapshot more = snapshot, fewer = snapshot, shared = snapshot, longer = snapshot;
  more.arrays.push_back({"scheme/x", false, 1, {1.0}});
  CHECK_EQ(refused(more, saved, "found 'scheme/x'"), HYB_ERROR_STATE);
  fewer.arrays.pop_back();
  CHECK_EQ(refused(fewer, saved, "found no more"), HYB_ERROR_STATE);
  shared.arrays[2].by_column = false;
  CHECK_EQ(refused(shared, saved, "values by column"), HYB_ERROR_STATE);
  longer.arrays[0] = {"clock/count", false, 2, {1.0, 2.0}};
  CHECK_EQ(refused(longer, saved, "1 value, found 2"), HYB_ERROR_STATE);
}

// Whoever has state may refuse it for reasons of its own, after others have taken theirs.
static void a_refusal_at_the_end_undoes_all() {
  Stateful saved = learned(columns), other;
  const Snapshot snapshot = snapshot_of(saved);
  other.weight = 3;
  const hyb::Visit visit = [&](hyb::State &all) {
    other.state(all);
    if (other.weight != 3) hyb::fail(HYB_ERROR_CARD, "weight: expected 3, found another");
  };
  int32_t status = HYB_OK;
  try {
    hyb::restore(snapshot, visit, alone(), ncol);
  } catch (const hyb::Error &error) {
    status = error.status();
  }
  CHECK_EQ(status, HYB_ERROR_CARD);
  CHECK(other.weight == 3 && other.count == 0 && other.totals.empty());
}

static int32_t damaged(const Arrays &arrays, const char *word) {
  try {
    arrays.read();
  } catch (const hyb::Error &error) {
    CHECK_HAS(error.what(), word);
    return error.status();
  }
  return HYB_OK;
}

static void damaged_arrays_are_refused() {
  Stateful saved = learned(columns);
  const Arrays whole(snapshot_of(saved));
  for (size_t n = 0; n < whole.shared.size(); ++n) {
    Arrays shorter = whole;
    shorter.shared.resize(n);
    CHECK_EQ(damaged(shorter, "shared values"), HYB_ERROR_STATE);
  }
  Arrays longer = whole, narrow = whole, rows = whole;
  longer.shared.push_back(0);
  CHECK_EQ(damaged(longer, "number of shared values"), HYB_ERROR_STATE);
  for (double &value : narrow.shared) value = static_cast<double>(static_cast<float>(value));
  CHECK_EQ(damaged(narrow, "in real64"), HYB_ERROR_STATE);
  rows.by_column.resize(rows.by_column.size() - ncol);
  CHECK_EQ(damaged(rows, "rows of the state by column: expected 2, found 1"), HYB_ERROR_STATE);
}

// Whatever number of the description is replaced by whatever: a state that is refused, by the
// arrays or by the thing, or the same again.
static void any_number_may_be_wrong() {
  Stateful saved = learned(columns);
  const Arrays whole(snapshot_of(saved));
  const size_t head = whole.shared.size() - 7;  // two numbers and five totals follow
  for (size_t i = 0; i < head; ++i)
    for (const double value : {-1.0, 0.5, 3e14, 1e300, std::nan(""), 4.0, 2.8e14 * 256}) {
      Arrays wrong = whole;
      wrong.shared[i] = value;
      Stateful thing;
      try {
        hyb::restore(wrong.read(), thing.visit(), alone(), ncol);
        const bool by_column = whole.shared[i] == 1 && value == 4;
        CHECK(whole.shared[i] == value || by_column);
      } catch (const hyb::Error &error) {
        CHECK_EQ(error.status(), HYB_ERROR_STATE);
        CHECK(thing.same_as(Stateful()));
      }
    }
}

static void a_defect_is_told() {
  const auto twice = [](hyb::State &state) {
    double value = 0;
    state.number("x", value);
    state.number("x", value);
  };
  const auto ragged = [](hyb::State &state) {
    std::vector<double> values(7);
    state.columns("x", values);
  };
  for (const hyb::Visit &visit : {hyb::Visit(twice), hyb::Visit(ragged)}) {
    int32_t status = HYB_OK;
    try {
      hyb::snapshot_of(visit, alone(), ncol);
    } catch (const hyb::Error &error) {
      status = error.status();
    }
    CHECK_EQ(status, HYB_ERROR_INTERNAL);
  }
}

// ---- The C functions, whose clock is state

struct Shape {
  int64_t nshared = -1, nrow = -1, ncol = -1;
};

static Shape shape_of(const Domain &domain) {
  Shape shape;
  CHECK_OK(hyb_domain_state_shape(domain.handle, &shape.nshared, &shape.nrow, &shape.ncol));
  return shape;
}

static hyb_grid grid_of(int64_t n) {
  hyb_grid grid{};
  grid.size = sizeof grid;
  grid.ncol = n;
  return grid;
}

static void a_domain_goes_on_where_it_was() {
  const hyb_grid grid = grid_of(ncol);
  const Domain one("", &grid), other("", &grid);
  for (int64_t step = 1; step <= 3; ++step)
    CHECK_OK(hyb_domain_step(one.handle, step, nullptr, 0.1));
  const Shape shape = shape_of(one);
  CHECK(shape.nrow == 0 && shape.ncol == ncol);
  std::vector<double> shared(static_cast<size_t>(shape.nshared)), again = shared;
  CHECK_OK(hyb_domain_state_get(one.handle, shared.data(), shape.nshared, nullptr, 0, ncol));
  CHECK_OK(hyb_domain_state_set(other.handle, shared.data(), shape.nshared, nullptr, 0, ncol));
  CHECK_OK(hyb_domain_step(one.handle, 4, nullptr, 0.1));
  CHECK_OK(hyb_domain_step(other.handle, 4, nullptr, 0.1));
  CHECK_OK(hyb_domain_state_get(one.handle, shared.data(), shape.nshared, nullptr, 0, ncol));
  CHECK_OK(hyb_domain_state_get(other.handle, again.data(), shape.nshared, nullptr, 0, ncol));
  CHECK(same_bits(shared, again));
}

static void wrong_shapes_are_refused() {
  const hyb_grid grid = grid_of(ncol);
  const Domain domain("", &grid);
  const int64_t n = shape_of(domain).nshared;
  std::vector<double> shared(static_cast<size_t>(n) + 1, 1.5);
  double *const at = shared.data();
  const std::vector<double> before = shared;
  CHECK_REFUSED(hyb_domain_state_get(domain.handle, at, n + 1, nullptr, 0, ncol), HYB_ERROR_SHAPE,
                "length of shared: expected");
  CHECK_REFUSED(hyb_domain_state_get(domain.handle, at, n, at, 1, ncol), HYB_ERROR_SHAPE,
                "rows of columns: expected 0, found 1");
  CHECK_REFUSED(hyb_domain_state_get(domain.handle, at, n, nullptr, 0, ncol + 1), HYB_ERROR_SHAPE,
                "columns of the domain: expected 5, found 6");
  CHECK_REFUSED(hyb_domain_state_get(domain.handle, nullptr, n, nullptr, 0, ncol),
                HYB_ERROR_ARGUMENT, "shared: expected an address");
  CHECK(same_bits(shared, before));
  CHECK_REFUSED(hyb_domain_state_set(domain.handle, at, n, nullptr, 0, ncol), HYB_ERROR_STATE,
                "found others");
  CHECK_REFUSED(hyb_domain_state_set(domain.handle, at, -1, nullptr, 0, ncol), HYB_ERROR_ARGUMENT,
                "0 or more", "-1");
  CHECK_REFUSED(hyb_domain_state_set(domain.handle, nullptr, 0, nullptr, 0, ncol),
                HYB_ERROR_STATE, "1 more after the first 0");
  CHECK_REFUSED(hyb_domain_state_set(domain.handle, at, n, nullptr, 0, 0), HYB_ERROR_SHAPE,
                "columns of the domain");
}

static void the_environment_is_left_alone() {
  const Domain domain("");
  const LegacyHost host;
  int64_t n = 0, nrow = 0, none = 0;
  CHECK_OK(UNCHANGED(hyb_domain_state_shape(domain.handle, &n, &nrow, &none)));
  std::vector<double> shared(static_cast<size_t>(n));
  CHECK_OK(UNCHANGED(hyb_domain_state_get(domain.handle, shared.data(), n, nullptr, 0, 0)));
  CHECK_OK(UNCHANGED(hyb_domain_state_set(domain.handle, shared.data(), n, nullptr, 0, 0)));
}

int main() {
  arrays_keep_every_bit();
  nothing_is_a_state_too();
  another_configuration_is_refused();
  a_refusal_at_the_end_undoes_all();
  damaged_arrays_are_refused();
  any_number_may_be_wrong();
  a_defect_is_told();
  a_domain_goes_on_where_it_was();
  wrong_shapes_are_refused();
  the_environment_is_left_alone();
  return check_failures();
}
