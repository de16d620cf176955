// SPDX-License-Identifier: BSD-3-Clause
// Hooks in Python that are refused, and methods that fail: the message, and that nothing of the
// failed step remains.
#include "python_hook.hpp"

using test::Block;
using test::PythonBlock;
using test::Sampled;
using test::applying;
using test::python;

namespace {

const std::string idle = applying("return {}");

// A class that adds nothing, with further members.
std::string with(const std::string &members) { return idle + members; }

void files_are_refused() {
  CHECK_ERROR(test::make("kind = \"python\"\nfields = [\"heating_rate\"]"), HYB_ERROR_CONFIG,
              "scheme.test.hook", "file: expected a text, found None");
  CHECK_ERROR(test::make("kind = \"python\"\nfile = 3\nfields = [\"heating_rate\"]"),
              HYB_ERROR_CONFIG, "file: expected a text, found 3");
  CHECK_ERROR(test::make("kind = \"python\"\nfile = \"missing.py\"\nfields = [\"heating_rate\"]"),
              HYB_ERROR_FILE, "missing.py: expected a Python file, found FileNotFoundError");
  CHECK_ERROR(test::make(python("class Hook\n")), HYB_ERROR_FILE, "SyntaxError");
  CHECK_ERROR(test::make(python("import a_module_that_is_not_there\n")), HYB_ERROR_CONFIG,
              "No module named 'a_module_that_is_not_there'");
  CHECK_ERROR(test::make(python("raise SystemExit(3)\n")), HYB_ERROR_CONFIG, "SystemExit: 3");
}

void classes_are_refused() {
  CHECK_ERROR(test::make(python("x = 1\n")), HYB_ERROR_CONFIG,
              "expected a class 'Hook', found none");
  CHECK_ERROR(test::make(python("Hook = 1\n")), HYB_ERROR_CONFIG, "found int");
  CHECK_ERROR(test::make(python(idle, "class = 1")), HYB_ERROR_CONFIG, "class: expected a text");
  CHECK_ERROR(test::make(python(idle, "function = \"f\"")), HYB_ERROR_CONFIG,
              "expected a function 'f', found none");
  CHECK_ERROR(test::make(python(idle, "class = \"Hook\"\nfunction = \"f\"")), HYB_ERROR_CONFIG,
              "expected a class or a function, found both");
  CHECK_ERROR(test::make(python("class Hook: pass\n")), HYB_ERROR_CONFIG,
              "expected a method 'apply', found none");
  CHECK_ERROR(test::make(python(with("    update = 3\n"))), HYB_ERROR_CONFIG,
              "expected a method 'update', found int");
  CHECK_ERROR(test::make(python(with("    def collect(self, samples): return {}\n"))),
              HYB_ERROR_CONFIG, "expected a method 'update' beside 'collect', found none");
  CHECK_ERROR(test::make(python(with("    inputs = 'air_temperature'\n"))), HYB_ERROR_CONFIG,
              "inputs: expected a list of names, found 'air_temperature'");
  CHECK_ERROR(test::make(python(with("    inputs = [3]\n"))), HYB_ERROR_CONFIG, "found [3]");
  CHECK_ERROR(test::make(python(with("    def __init__(self): raise ValueError('no data')\n"))),
              HYB_ERROR_CONFIG, "ValueError: no data", "in __init__");
}

void options_are_refused() {
  const std::string rated = with("    def __init__(self, rate): pass\n");
  CHECK_ERROR(test::make(python(rated, "rate = 1\nraet = 2")), HYB_ERROR_CONFIG,
              "unexpected keyword argument 'raet'");
  CHECK_ERROR(test::make(python(rated)), HYB_ERROR_CONFIG, "missing", "'rate'");
  CHECK_ERROR(test::make(python(idle, "rate = 1")), HYB_ERROR_CONFIG, "Hook() takes no arguments");
  CHECK_ERROR(test::make(python("def f(block, rate=1): return {}\n", "function = \"f\"\nraet = 2")),
              HYB_ERROR_CONFIG, "unexpected keyword argument 'raet'");
  CHECK_ERROR(test::make(python("def f(): return {}\n", "function = \"f\"")), HYB_ERROR_CONFIG,
              "too many positional arguments");
  CHECK_ERROR(test::make(python(idle, "environment = \"/no/such/folder\"")), HYB_ERROR_CONFIG,
              "/no/such/folder: expected a folder, found none");
}

void the_environment_of_the_scheme_counts_where_the_hook_names_none() {
  const auto made = [](const std::string &keys, const char *environment) {
    hyb::ValueFields all = test::fields();
    hyb::make_plugin_hook(test::config_of(python(idle, keys)), all, "", environment);
  };
  CHECK_ERROR(made("", "/no/such/scheme"), HYB_ERROR_CONFIG, "/no/such/scheme: expected a folder");
  CHECK_ERROR(made("environment = \"/no/such/hook\"", "/no/such/scheme"), HYB_ERROR_CONFIG,
              "/no/such/hook: expected a folder");
  CHECK_ERROR(made("environment = 3", ""), HYB_ERROR_CONFIG, "environment: expected a text");
}

void check_apply(const std::string &body, std::initializer_list<const char *> words, int line) {
  const auto hook = test::make(python(applying(body)));
  PythonBlock block;
  test::check_error([&] { block.apply(*hook); }, HYB_ERROR_GUARD, words, line);
  test::check_error([&] { block.apply(*hook); }, HYB_ERROR_GUARD, {"scheme.test.hook", "apply: "},
                    line);
  CHECK(block.is_zero());
  for (const double one : block.rain_increment.memory) CHECK_EQ(one, 0.0);
}
#define CHECK_APPLY(body, ...) check_apply(body, {__VA_ARGS__}, __LINE__)

// The first target is right in each.
void results_of_apply_are_refused() {
  const std::string start = "right = np.ones((40, 3)); return ";
  CHECK_APPLY(start + "None",
              "expected a dict of ['heating_rate', 'rainfall_flux'], found NoneType");
  CHECK_APPLY(start + "right", "found float64 (40, 3)");
  CHECK_APPLY(start + "{'heating_rate': right, 'rain': right}",
              "found a dict of ['heating_rate', 'rain']");
  CHECK_APPLY(start + "{3: right}", "found a dict of [3]");
  const auto rain = [&](const std::string &value) {
    return start + "{'heating_rate': right, 'rainfall_flux': " + value + "}";
  };
  CHECK_APPLY(rain("np.ones((40, 1))"), "increment of 'rainfall_flux'",
              "expected float64 (40,), found float64 (40, 1)");
  CHECK_APPLY(rain("np.ones(39)"), "found float64 (39,)");
  CHECK_APPLY(rain("np.ones(40, np.float32)"), "found float32 (40,)");
  CHECK_APPLY(rain("np.ones(40, int)"), "found int64 (40,)");
  CHECK_APPLY(rain("1.0"), "found float");
  CHECK_APPLY(rain("np.ma.ones(40)"), "found numpy.ma");
  CHECK_APPLY(rain("[1.0] * 40"), "found list");
}

void exceptions_of_apply_are_told() {
  CHECK_APPLY("raise ValueError('too hot')", "ValueError: too hot\n  File", "line 5, in apply");
  CHECK_APPLY("import sys; sys.exit(1)", "SystemExit: 1");
  CHECK_APPLY("raise KeyboardInterrupt", "KeyboardInterrupt");
  CHECK_APPLY("return {'heating_rate': block.inputs['humidity']}", "KeyError: 'humidity'");
  CHECK_APPLY("block.inputs['air_temperature'] += 1", "read-only");
  CHECK_APPLY("block.outputs['heating_rate'][...] = 0", "read-only");
  CHECK_APPLY("block.inputs['air_temperature'].flags.writeable = True; "
              "block.inputs['air_temperature'][...] = 0; raise ValueError('mine')", "mine");
  CHECK_APPLY("block.ncol = 3", "FrozenInstanceError");
  CHECK_APPLY("1 / 0", "ZeroDivisionError");
  CHECK_APPLY("raise ValueError('ä' * 100000)", "ValueError: ää");
}

// Not even one that makes its arrays writeable reaches the model's.
void inputs_are_out_of_reach() {
  const auto hook = test::make(python(applying(
      "a = block.inputs['air_temperature']; a.flags.writeable = True; a[...] = 0; return {}")));
  PythonBlock block;
  block.apply(*hook);
  CHECK_EQ(block.air.at(1, 5), test::temperature(5, 1));
}

void vetoes_are_refused() {
  for (const auto &[value, words] :
       {std::pair("np.ones(40)", "expected bool (40,), found float64 (40,)"),
        std::pair("np.ones(3, bool)", "found bool (3,)"), std::pair("True", "found bool"),
        std::pair("None", "found NoneType"), std::pair("{}", "found a dict of []")}) {
    const auto hook = test::make(python("def f(block): return " + std::string(value) + "\n",
                                        "phase = \"before\"\nfunction = \"f\""));
    Block block;
    block.increments.clear();
    CHECK_ERROR(block.apply(*hook), HYB_ERROR_GUARD, "veto of the hook", words);
    CHECK(block.is_zero());
  }
}

// A hook whose state is how often it was updated.
std::string collecting(const std::string &collect, const std::string &update = "pass") {
  return with("    def __init__(self): self.state = {'updates': 0.0}\n"
              "    def collect(self, samples):\n        " + collect + "\n"
              "    def update(self, totals, clock):\n"
              "        self.state['updates'] += 1\n        " + update + "\n");
}

void check_collect(const std::string &collect, const std::string &update, const char *words,
                   int line) {
  const auto hook = test::make(python(collecting(collect, update)));
  const std::vector<double> before = test::Saved(*hook).kept;
  test::check_error([&] { test::learn(*hook, Sampled({1, 2})); }, HYB_ERROR_GUARD, {words}, line);
  CHECK(test::same_bits(test::Saved(*hook).kept, before));
}
#define CHECK_COLLECT(collect, words) check_collect(collect, "pass", words, __LINE__)
#define CHECK_UPDATE(update, words) \
  check_collect("return {'n': np.ones(samples.ncol)}", update, words, __LINE__)

void sums_are_refused() {
  CHECK_COLLECT("return None", "expected a dict of arrays by name, found NoneType");
  CHECK_COLLECT("return {3: np.ones(2)}", "found a dict of [3]");
  CHECK_COLLECT("return {'n': 1}", "result of collect 'n': expected a float64 array, found int");
  CHECK_COLLECT("return {'n': np.ones(2, bool)}", "found bool (2,)");
  CHECK_COLLECT("return {'n': np.ma.ones(2)}", "found numpy.ma");
  CHECK_COLLECT("return {'n': np.ones(3)}", "expected float64 (2, ...), found float64 (3,)");
  CHECK_COLLECT("return {'n': 1.0}", "expected float64 (2, ...), found float64 ()");
  CHECK_COLLECT("return {'n': np.array([1, np.nan])}", "expected a finite number, found NaN");
  CHECK_COLLECT("raise ValueError('no samples')", "collect: ValueError: no samples");
  CHECK_COLLECT("samples.wanted[...] = 0", "read-only");
}

void updates_that_fail_change_nothing() {
  CHECK_UPDATE("raise ValueError('no idea')", "update: ValueError: no idea");
  CHECK_UPDATE("totals['m']", "KeyError: 'm'");
  CHECK_UPDATE("self.state['updates'] = 'many'; raise ValueError('x')", "ValueError: x");
  CHECK_UPDATE("self.state['updates'] = 1", "state of the hook 'updates': expected a float64");
  CHECK_UPDATE("self.state['more'] = 1.0", "expected ['updates'], found ['more', 'updates']");
  CHECK_UPDATE("self.state['updates'] = np.ones(3)", "expected (), found (3,)");
}

// Each rank alone would be right.
void ranks_that_differ_are_told() {
  for (const char *other : {"{'m': np.ones(2)}", "{'n': np.ones((2, 1))}", "{}",
                            "{'n': np.ones(2), 'o': np.ones(2)}"}) {
    const auto one = test::make(python(collecting("return {'n': np.ones(2)}")));
    const auto two = test::make(python(collecting(std::string("return ") + other)));
    const Sampled sampled({1, 2});
    const auto totals = test::totals_over({one.get(), one.get(), two.get()},
                                          {&sampled, &sampled, &sampled});
    for (hyb::Hook *hook : {one.get(), two.get()})
      CHECK_ERROR(hook->update(test::step_end(), totals), HYB_ERROR_GUARD,
                  "expected the same names and shapes on every rank, found others");
  }
}

void states_are_refused() {
  const auto having = [](const char *state) {
    return with(std::string("    state = ") + state + "\n");
  };
  CHECK_ERROR(test::make(python(having("3"))), HYB_ERROR_CONFIG, "expected a dict of arrays");
  CHECK_ERROR(test::make(python(having("{'a': 3}"))), HYB_ERROR_CONFIG, "'a'", "found int");
  CHECK_ERROR(test::make(python(having("{'a': np.ones(3, int)}"))), HYB_ERROR_CONFIG,
              "found int64");
  const auto donor = test::make(python(having("{'a': np.ones(3)}")));
  const auto load = [](const char *state, const std::vector<double> &numbers) {
    const auto hook = test::make(python(with(std::string("    state = ") + state + "\n")));
    test::Saved saved(*hook);
    saved.kept = numbers;
    saved.load(*hook);
  };
  const std::vector<double> good = test::Saved(*donor).kept;
  load("{'a': np.zeros(0)}", good);
  CHECK_ERROR(load("{'b': np.ones(3)}", good), HYB_ERROR_STATE, "expected ['b'], found ['a']");
  CHECK_ERROR(load("{'a': np.ones(4)}", good), HYB_ERROR_STATE, "state 'a'",
              "expected (4,), found (3,)");
  CHECK_ERROR(load("{}", good), HYB_ERROR_STATE, "expected [], found ['a']");
  const double nan = std::nan("");
  for (const std::vector<double> &bad :
       {std::vector<double>{}, {nan}, {-5}, {1e300}, {0, 1}, {1, 65}, {1, nan}, {2, 91, 93, 7},
        {2, 500, 93}, {1, 51}})
    CHECK_ERROR(load("{'a': np.ones(3)}", bad), HYB_ERROR_STATE,
                "expected arrays as a Python hook saves them");
  for (size_t length = 1; length < good.size(); ++length)
    CHECK_ERROR(load("{'a': np.ones(3)}", {good.begin(), good.begin() + static_cast<long>(length)}),
                HYB_ERROR_STATE, "state of the hook");
}

}  // namespace

int main() {
  files_are_refused();
  classes_are_refused();
  options_are_refused();
  the_environment_of_the_scheme_counts_where_the_hook_names_none();
  results_of_apply_are_refused();
  exceptions_of_apply_are_told();
  inputs_are_out_of_reach();
  vetoes_are_refused();
  sums_are_refused();
  updates_that_fail_change_nothing();
  ranks_that_differ_are_told();
  states_are_refused();
  return check_failures();
}
