// SPDX-License-Identifier: BSD-3-Clause
// A host with floating-point traps, directed rounding and flush-to-zero, and threads of its own:
// hooks leave it as it is, and are not disturbed by it.
#include <omp.h>

#include "../core/environment.hpp"
#include "python_hook.hpp"

using test::PythonBlock;
using test::Sampled;

namespace {

const char learns[] = R"(
class Hook:
    inputs = ["air_temperature"]
    def __init__(self):
        self.state = {"third": 1.0}
    def apply(self, block):
        denormal = 5e-324 * np.ones(block.ncol)
        with np.errstate(all="ignore"):
            assert np.isnan(np.zeros(3) / 0).all() and (np.exp(np.full(3, 1e4)) == np.inf).all()
        assert (denormal > 0).all()
        third = self.state["third"] / 3 + 0 * block.inputs["air_temperature"]
        return {"heating_rate": third, "rainfall_flux": denormal}
    def collect(self, samples):
        return {"n": np.ones(samples.ncol) / 3}
    def update(self, totals, clock):
        self.state["third"] = totals["n"]
)";

// One hook in a step, with NaN in a column that does not count.
struct Used {
  std::unique_ptr<hyb::Hook> hook;
  PythonBlock block;
  Sampled sampled{{1, 2, 3}};
  std::vector<double> totals;

  explicit Used(const std::string &table) : hook(test::make(table)) {
    block.values.rejected[4] = 1;
    block.air.at(1, 4) = std::nan("");
    totals = test::totals_over({hook.get()}, {&sampled});
  }
  int32_t step() {
    block.apply(*hook);
    hook->sums(sampled.samples);
    hook->update(test::step_end(), totals);
    return HYB_OK;
  }
};

void the_environment_stays(const std::string &table) {
  Used calm(table), strict(table);
  const hyb::HookConfig config = test::config_of(table);
  hyb::ValueFields all = test::fields();
  calm.step();
  {
    const LegacyHost legacy;
    UNCHANGED(strict.step());
    UNCHANGED((test::Saved(*strict.hook), HYB_OK));
    UNCHANGED((hyb::make_plugin_hook(config, all, test::variable("HOOKS"), ""), HYB_OK));
  }
  CHECK(test::same_bits(strict.block.increment.memory, calm.block.increment.memory));
  CHECK(test::same_bits(test::Saved(*strict.hook).kept, test::Saved(*calm.hook).kept));
}

void failures_restore_it_too(const std::string &table) {
  const auto hook = test::make(table);
  PythonBlock block;
  const LegacyHost legacy;
  UNCHANGED((CHECK_ERROR(block.apply(*hook), HYB_ERROR_GUARD, "heating_rate"), HYB_OK));
}

void the_number_of_threads_stays() {
  const auto hook = test::make(test::python(R"(
import ctypes
def f(block):
    ctypes.CDLL(None).omp_set_num_threads(7)
    return {}
)", "function = \"f\""));
  omp_set_num_threads(3);
  PythonBlock block;
  block.apply(*hook);
  CHECK_EQ(omp_get_max_threads(), 3);
}

}  // namespace

int main() {
  the_environment_stays(test::python(learns));
  the_environment_stays("kind = \"c\"\nlibrary = \"libtest_hook.so\"\nstrength = 0.1\n"
                        "fields = [\"heating_rate\", \"rainfall_flux\"]");
  failures_restore_it_too(test::python(
      test::applying("return {'heating_rate': np.full((40, 2), np.nan)}")));
  the_number_of_threads_stays();
  return check_failures();
}
