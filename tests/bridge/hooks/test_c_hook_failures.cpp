// SPDX-License-Identifier: BSD-3-Clause
// Hooks in C that are refused, and functions of a hook that fail: the message, and that nothing of
// the failed step remains.
#include "hooks.hpp"

using test::Block;
using test::Sampled;

namespace {

std::string lines(const std::string &library, const std::string &more = "") {
  return "kind = \"c\"\nlibrary = \"" + library + "\"\nfields = [\"heating_rate\"]\n" + more;
}

std::string failing(const std::string &function) {
  return lines("libtest_hook.so", "strength = 1\nfails = \"" + function + "\"");
}

std::string broken(const std::string &kind) { return lines("libbroken_hook_" + kind + ".so"); }

void broken_libraries_are_refused() {
  CHECK_ERROR(test::make(broken("wrong_version")), HYB_ERROR_PLUGIN, "plug-in version", "expected",
              "found 3");
  CHECK_ERROR(test::make(broken("too_small")), HYB_ERROR_PLUGIN, "size of its table");
  CHECK_ERROR(test::make(broken("no_symbol")), HYB_ERROR_PLUGIN,
              "expected a function hyb_hook_plugin, found none");
  CHECK_ERROR(test::make(broken("wrong_type")), HYB_ERROR_PLUGIN, "type: expected 3, found 1");
  CHECK_ERROR(test::make(broken("null_table")), HYB_ERROR_PLUGIN, "expected a table", "found null");
  CHECK_ERROR(test::make(broken("no_apply")), HYB_ERROR_PLUGIN, "scheme.test.hook",
              "expected open, close and apply, found null");
  CHECK_ERROR(test::make(broken("half_state")), HYB_ERROR_PLUGIN, "both state and restore");
  CHECK_ERROR(test::make(broken("half_sums")), HYB_ERROR_PLUGIN, "both sums and collect");
  CHECK_ERROR(test::make(broken("no_update")), HYB_ERROR_PLUGIN, "update, as it has sums");
}

void files_that_are_no_hook_are_refused() {
  const test::Folder folder;
  std::ofstream(folder / "text.so") << "no library";
  CHECK_ERROR(test::make(lines(folder / "text.so")), HYB_ERROR_PLUGIN,
              "expected a loadable plug-in");
  CHECK_ERROR(test::make(lines("missing.so")), HYB_ERROR_PLUGIN, "missing.so",
              "expected a file in one of '.'", "found none");
  CHECK_ERROR(test::make(lines("no/such/libtest_hook.so")), HYB_ERROR_PLUGIN, "found none");
}

void tables_that_say_too_little_or_too_much_are_refused() {
  CHECK_ERROR(test::make("kind = \"c\"\nfields = [\"heating_rate\"]"), HYB_ERROR_CONFIG, "library",
              "expected a text, found nothing");
  CHECK_ERROR(test::make("kind = \"c\"\nlibrary = 3\nfields = [\"heating_rate\"]"),
              HYB_ERROR_CONFIG, "library: expected a text, found 3");
  CHECK_ERROR(test::make("kind = \"c\"\nlibrary = \"libtest_hook.so\""), HYB_ERROR_CONFIG,
              "fields: expected the outputs that the hook adds to, found none");
  CHECK_ERROR(test::make(lines("libtest_hook.so", "phase = \"before\"")), HYB_ERROR_CONFIG,
              "fields: expected none in phase 'before', found 'heating_rate'");
  CHECK_ERROR(test::make("kind = \"c\"\nlibrary = \"libtest_hook.so\"\nfields = [\"heating\"]"),
              HYB_ERROR_CONFIG, "unknown output 'heating'", "did you mean 'heating_rate'");
  CHECK_ERROR(test::make("kind = \"c\"\nlibrary = \"libtest_hook.so\"\n"
                         "fields = [\"heating_rate\", \"heating_rate\"]"),
              HYB_ERROR_CONFIG, "fields: expected each once, found 'heating_rate' twice");
  CHECK_ERROR(test::make(lines("libtest_hook.so", "strenght = 1\nhottest = 1")), HYB_ERROR_CONFIG,
              "scheme.test.hook", "unknown key 'strenght'");
  CHECK_ERROR(test::make("kind = \"fortran\"\nfields = [\"heating_rate\"]"), HYB_ERROR_CONFIG,
              "unknown kind 'fortran'");
}

void creation_that_fails_is_told() {
  CHECK_ERROR(test::make(failing("open")), HYB_ERROR_BACKEND, "scheme.test.hook",
              "open: expected a switch off, found it on");
  CHECK_ERROR(test::make(failing("fields")), HYB_ERROR_BACKEND, "fields: no fields today");
}

void a_block_of_which_apply_fails_gets_nothing() {
  for (const auto &[function, words] :
       {std::pair("apply", "apply: too hot"),
        std::pair("silent", "apply: status: expected 0 or a message, found 77")}) {
    const auto hook = test::make(failing(function));
    Block block;
    CHECK_ERROR(block.apply(*hook), HYB_ERROR_GUARD, "scheme.test.hook", words);
    CHECK(block.is_zero());
  }
}

void a_veto_that_fails_is_none() {
  const auto hook = test::make(
      "kind = \"c\"\nlibrary = \"libtest_hook.so\"\nphase = \"before\"\nfails = \"apply\"");
  Block block;
  block.increments.clear();
  CHECK_ERROR(block.apply(*hook), HYB_ERROR_GUARD, "too hot");
  CHECK(block.is_zero());
}

// On the rank where it fails, and on one where nothing did.
void samples_that_fail_are_nobodys() {
  for (const auto &[function, words] :
       {std::pair("sums", "collect: no sums today"),
        std::pair("count", "collect: sums: expected 0 to"),
        std::pair("collect", "collect: no samples today"),
        std::pair("range", "collect: sum: expected 0 to 3, found 4"),
        std::pair("null", "found a null pointer")}) {
    const auto bad = test::make(failing(function)), good = test::make(lines("libtest_hook.so"));
    const Sampled sampled({1, 2});
    const std::vector<double> totals =
        test::totals_over({bad.get(), good.get()}, {&sampled, &sampled});
    CHECK_ERROR(bad->update(test::step_end(), totals), HYB_ERROR_GUARD, "scheme.test.hook", words);
    CHECK_ERROR(good->update(test::step_end(), totals), HYB_ERROR_GUARD,
                "expected success on every rank, found a failure on another");
    for (hyb::Hook *hook : {bad.get(), good.get()}) CHECK_EQ(test::Saved(*hook).kept[0], 0.0);
    test::learn(*good, sampled);
    CHECK_EQ(test::Saved(*good).kept[0], 1.0);
  }
}

void a_column_that_is_not_finite_is_no_sample() {
  for (const double value : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    const auto hook = test::make(lines("libtest_hook.so"));
    const auto other = test::make(lines("libtest_hook.so"));
    Sampled sampled({3, 4, 5});
    sampled.wanted.at(1, 4) = value;
    test::learn(*hook, sampled);
    test::learn(*other, Sampled({3, 5}));
    CHECK(test::same_bits(test::Saved(*hook).kept, test::Saved(*other).kept));
  }
}

void a_sum_that_is_not_finite_is_told() {
  const auto hook = test::make(lines("libtest_hook.so"));
  Sampled sampled({3, 4});
  sampled.wanted.at(1, 3) = sampled.wanted.at(1, 4) = 1.5e308;
  CHECK_ERROR(test::learn(*hook, sampled), HYB_ERROR_GUARD, "total of sum 2", "finite");
  CHECK_EQ(test::Saved(*hook).kept[0], 0.0);
}

void an_update_that_fails_changes_nothing() {
  const auto hook = test::make(failing("update"));
  CHECK_ERROR(test::learn(*hook, Sampled({3})), HYB_ERROR_GUARD, "update: no update today");
  CHECK(test::same_bits(test::Saved(*hook).kept, {0, 0, 0, 0}));
}

void a_state_of_another_hook_is_refused() {
  const auto hook = test::make(lines("libtest_hook.so"));
  test::Saved saved(*hook);
  saved.kept = {1, 2};
  CHECK_ERROR(saved.load(*hook), HYB_ERROR_STATE, "restore: state: expected 4 numbers");
  CHECK_EQ(test::Saved(*hook).kept[0], 0.0);
  const auto bad = test::make(failing("state"));
  CHECK_ERROR(test::Saved(*bad).visits, HYB_ERROR_STATE, "state: no state today");
}

// Against the contract, but nothing may remain even so.
void exceptions_do_not_leave_increments() {
  static const hyb_hook table = {
      {sizeof(hyb_hook), HYB_PLUGIN_VERSION, HYB_PLUGIN_HOOK, "throws", ""},
      [](const hyb_hook_setup *, void **, hyb_message *) -> int32_t { return HYB_OK; },
      [](void *) { CHECK(false); },  // there is nothing to close
      [](void *, const hyb_block *block, hyb_message *) -> int32_t {
        block->increment[0].data[0] = 1;
        throw std::runtime_error("out of range");
      },
      nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  hyb::ValueFields all = test::fields();
  hyb::PluginHook hook(table, test::config_of(lines("")), {}, all);
  Block block;
  CHECK_ERROR(block.apply(hook), HYB_ERROR_GUARD, "apply: out of range");
  CHECK(block.is_zero());
  CHECK_EQ(hook.sums(Sampled({1}).samples), 0u);
  hook.update(test::step_end(), {});
}

}  // namespace

int main() {
  broken_libraries_are_refused();
  files_that_are_no_hook_are_refused();
  tables_that_say_too_little_or_too_much_are_refused();
  creation_that_fails_is_told();
  a_block_of_which_apply_fails_gets_nothing();
  a_veto_that_fails_is_none();
  samples_that_fail_are_nobodys();
  a_column_that_is_not_finite_is_no_sample();
  a_sum_that_is_not_finite_is_told();
  an_update_that_fails_changes_nothing();
  a_state_of_another_hook_is_refused();
  exceptions_do_not_leave_increments();
  return check_failures();
}
