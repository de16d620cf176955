// SPDX-License-Identifier: BSD-3-Clause
// A hook in Python: what it is shown, what it adds, what it learns, and its state.
#include "python_hook.hpp"

using test::Block;
using test::PythonBlock;
using test::Sampled;
using test::python;

namespace {

// Fails in Python, with its words, if the block is not what it has to be.
const char sees_all[] = R"(
class Hook:
    inputs = ["air_temperature"]

    def apply(self, block):
        n = block.ncol
        local = np.arange(n) + block.first - 1
        assert block.clock == (7, "2001-02-30T06:00:00", 600.0, 4200.0, 21600.0), block.clock
        assert block.clock.dt == 600.0 and not block.bottom_up
        assert (block.column == 101 + 3 * local).all() and block.column.dtype == np.int64
        assert (block.lat == -80 + 4 * local).all() and (block.lon == 9 * local).all()
        assert (block.area == 1e9).all() and block.rejected.dtype == bool
        assert (block.rejected == (local == 3)).all()
        air = block.inputs["air_temperature"]
        assert (air == 220 + 10 * np.arange(3) + 0.125 * local[:, None]).all()
        assert list(block.outputs) == ["heating_rate", "rainfall_flux"]
        assert block.outputs["rainfall_flux"].shape == (n,)
        assert air.dtype == np.float64 and not air.flags.writeable
        return {"heating_rate": 2 * air, "rainfall_flux": np.full(n, 0.5)}
)";

void it_sees_the_block_and_adds() {
  const auto hook = test::make(python(sees_all));
  for (const int64_t ncol : {int64_t{40}, int64_t{5}, int64_t{1}}) {
    PythonBlock block(ncol);
    if (ncol > 3) block.values.rejected[3] = 1;
    block.apply(*hook);
    for (int64_t i = 0; i < ncol; ++i)
      for (int64_t level = 0; level < test::nlevel; ++level)
        CHECK_EQ(block.increment.at(level, i), i == 3 ? 0.0 : 2 * test::temperature(i, level));
    CHECK_EQ(block.rain_increment.at(0, 0), 0.5);
  }
}

// (column, level, species), from and to [species][level][column].
void species_are_the_last_axis() {
  const auto hook = test::make(python(test::applying(
      "return {'heating_rate': np.arange(40.)[:, None, None] + 100 * np.arange(3.)[:, None] + "
      "1000 * np.arange(2.) + 0 * block.outputs['heating_rate']}")));
  PythonBlock block;
  test::Values wide(6, test::ncolumn);
  wide.values.nlevel = 3;
  wide.values.nspecies = 2;
  block.values.outputs[0] = block.increments[0] = wide.values;
  block.apply(*hook);
  for (int64_t species = 0; species < 2; ++species)
    for (int64_t level = 0; level < 3; ++level)
      CHECK_EQ(wide.values.row(species, level)[7],
               static_cast<double>(7 + 100 * level + 1000 * species));
}

void targets_that_are_left_out_get_nothing() {
  const auto hook = test::make(python(test::applying("return {}")));
  PythonBlock block;
  block.apply(*hook);
  CHECK(block.is_zero());
}

// An input that the call does not have, a grid that is not known.
void what_is_not_known_is_none() {
  const auto hook = test::make(python(test::applying(
      "assert block.inputs == {} and block.lat is None and block.area is None; "
      "assert block.clock.time_of_day is None and block.column[0] == 1; return {}")));
  const hyb::Grid unknown(nullptr);
  const hyb::Clock undated = {1, "", 60.0, 0.0};
  PythonBlock block;
  block.values.inputs[0] = {};
  block.values.grid = &unknown;
  block.values.clock = &undated;
  block.apply(*hook);
}

void options_come_by_keyword() {
  const auto hook = test::make(python(R"(
class Warmer:
    def __init__(self, rate, *, levels=(1, 2), name="x", deep=None):
        assert (levels, name, deep) == ([2, 3], "ä\n", {"on": True})
        self.rate = rate
    def apply(self, block):
        return {"rainfall_flux": np.full(block.ncol, self.rate)}
)", "class = \"Warmer\"\nrate = 0.25\nlevels = [2, 3]\nname = \"ä\\n\"\ndeep = { on = true }"));
  PythonBlock block;
  block.apply(*hook);
  CHECK_EQ(block.rain_increment.at(0, 9), 0.25);
}

void a_function_is_a_hook_too() {
  const auto hook = test::make(python(R"(
inputs = ["air_temperature"]
def warm(block, rate=0.0):
    return {"heating_rate": rate * block.inputs["air_temperature"]}
)", "function = \"warm\"\nrate = 0.5"));
  PythonBlock block;
  block.apply(*hook);
  CHECK_EQ(block.increment.at(2, 8), 0.5 * test::temperature(8, 2));
}

void it_vetoes_before() {
  const auto hook = test::make(python(R"(
inputs = ["air_temperature"]
def hot(block):
    assert block.outputs == {}
    return block.inputs["air_temperature"].max(axis=1) > 243.0
)", "phase = \"before\"\nfunction = \"hot\""));
  Block block;
  block.increments.clear();
  block.apply(*hook);
  for (int64_t i = 0; i < test::ncolumn; ++i)
    CHECK_EQ(block.veto[static_cast<size_t>(i)] == 1, test::temperature(i, 2) > 243.0);
}

// What a hook keeps after the call is its own, and keeps its values.
void arrays_may_be_kept() {
  const auto hook = test::make(python(R"(
kept = []
def keep(block):
    kept.append(block)
    for one in kept:
        assert one.outputs["heating_rate"][0, 0] == 1e-5 + 1e-7 * (one.first - 1)
    return {}
)", "function = \"keep\""));
  for (int64_t first = 1; first < 30; ++first) {
    PythonBlock block(4, first);
    block.apply(*hook);
  }
}

void many_threads_get_the_bits_of_one() {
  const auto hook = test::make(python(test::applying(
      "return {'heating_rate': block.inputs['air_temperature'] / 3}")));
  CHECK(test::all_in_parallel(200, [&](int number) {
    PythonBlock block(1 + number % 11, 1 + number % 29);
    block.apply(*hook);
    bool same = true;
    for (int64_t i = 0; i < block.values.ncol; ++i)
      same &= block.increment.at(1, i) == test::temperature(number % 29 + i, 1) / 3;
    return same;
  }));
}

const char learns[] = R"(
class Hook:
    inputs = ["air_temperature"]

    def __init__(self):
        self.state = {"bias": np.zeros(0), "seen": 0.0}

    def apply(self, block):
        shape = block.outputs["heating_rate"].shape
        return {"heating_rate": np.broadcast_to(self.state["bias"], shape).copy()}

    def collect(self, samples):
        assert samples.lat.shape == (samples.ncol,) and samples.wanted.shape == (samples.ncol, 3)
        assert (samples.lat == -80 + 4 * (samples.column - 101) / 3).all()
        local = (samples.column - 101) / 3
        assert (samples.inputs["air_temperature"][:, 1] == 230 + 0.125 * local).all()
        assert not samples.wanted.flags.writeable
        return {"wanted": samples.wanted, "n": np.ones(samples.ncol)}

    def update(self, totals, clock):
        assert clock.step == 7 and totals["n"] >= 1
        self.state["bias"] = totals["wanted"] / totals["n"]
        self.state["seen"] = self.state["seen"] + totals["n"]
)";

bool same_state(hyb::Hook &a, hyb::Hook &b) {
  return test::same_bits(test::Saved(a).kept, test::Saved(b).kept);
}

// One of them saw no column, and does not know what the others add up.
void ranks_learn_what_one_does() {
  const std::string table = python(learns);
  const auto whole = test::make(table), left = test::make(table), right = test::make(table),
             idle = test::make(table);
  const Sampled both({0, 5, 7, 30, 39}), lower({0, 5, 7}), upper({30, 39}), none({});
  test::learn(*whole, both);
  const std::vector<double> totals = test::totals_over({idle.get(), left.get(), right.get()},
                                                       {&none, &lower, &upper});
  for (hyb::Hook *hook : {idle.get(), left.get(), right.get()}) {
    hook->update(test::step_end(), totals);
    CHECK(same_state(*hook, *whole));
  }
  PythonBlock block;
  block.apply(*idle);
  const double mean = (0 + 5 + 7 + 30 + 39) / 5.0 * 1e-8;
  CHECK(std::abs(block.increment.at(2, 4) - (3e-6 + mean)) < 4e-21);  // roundings of 5 values
}

void a_step_without_samples_changes_nothing() {
  const auto hook = test::make(python(learns)), other = test::make(python(learns));
  test::learn(*hook, Sampled({}));
  CHECK(same_state(*hook, *other));
}

void a_hook_that_collects_nothing_is_updated() {
  const auto hook = test::make(python(R"(
class Hook:
    def __init__(self):
        self.state = {"steps": 0.0}
    def apply(self, block):
        return {"rainfall_flux": np.full(block.ncol, self.state["steps"])}
    def update(self, totals, clock):
        assert totals == {}
        self.state["steps"] += clock.dt
)"));
  for (int step = 0; step < 3; ++step) test::learn(*hook, Sampled({}));
  hook->update(test::step_end(), {});
  PythonBlock block;
  block.apply(*hook);
  CHECK_EQ(block.rain_increment.at(0, 0), 2400.0);
}

// Into a hook that does not know the number of levels yet.
void a_restart_goes_on_with_the_same_bits() {
  const auto first = test::make(python(learns)), second = test::make(python(learns));
  test::learn(*first, Sampled({1, 2, 3}));
  test::Saved saved(*first);
  saved.load(*second);
  CHECK(same_state(*first, *second));
  for (hyb::Hook *hook : {first.get(), second.get()}) test::learn(*hook, Sampled({9}));
  CHECK(same_state(*first, *second));
  CHECK(!test::same_bits(saved.kept, test::Saved(*second).kept));
}

// NaN and -0 too; a property with a setter.
void any_state_survives() {
  const std::string table = python(R"(
class Hook:
    def __init__(self, fill=False):
        a = np.array([[np.nan, -0.0], [np.inf, 5e-324]]) if fill else np.ones((2, 2))
        self.secret = {"é": a, "empty": np.zeros((0, 3))}
    @property
    def state(self):
        return dict(self.secret)
    @state.setter
    def state(self, given):
        self.secret.update(given)
    def apply(self, block):
        return {}
)");
  const auto first = test::make(table + "fill = true"), second = test::make(table);
  test::Saved saved(*first);
  CHECK(!same_state(*first, *second));
  saved.load(*second);
  CHECK(same_state(*first, *second));
}

void a_hook_without_state_has_an_empty_one() {
  const auto hook = test::make(python(test::applying("return {}")));
  test::Saved saved(*hook);
  saved.load(*hook);
  CHECK_EQ(saved.visits, 2);
}

}  // namespace

int main() {
  it_sees_the_block_and_adds();
  species_are_the_last_axis();
  targets_that_are_left_out_get_nothing();
  what_is_not_known_is_none();
  options_come_by_keyword();
  a_function_is_a_hook_too();
  it_vetoes_before();
  arrays_may_be_kept();
  many_threads_get_the_bits_of_one();
  ranks_learn_what_one_does();
  a_step_without_samples_changes_nothing();
  a_hook_that_collects_nothing_is_updated();
  a_restart_goes_on_with_the_same_bits();
  any_state_survives();
  a_hook_without_state_has_an_empty_one();
  return check_failures();
}
