// SPDX-License-Identifier: BSD-3-Clause
// Hooks written in Python, as the core sees them.
#include <cstring>
#include <memory>

#include "failure.hpp"
#include "host_threads.hpp"
#include "hybrid_plugin.h"
#include "interpreter.hpp"

namespace hybrid_python {
namespace {

struct Hook {
  const hyb_hook &python;
  void *object;
};

const Hook &of(void *hook) { return *static_cast<Hook *>(hook); }

// A hook works on the columns of one of the host's threads.
constexpr int one_thread = 1;

const char *environment_of(const hyb_hook_setup &setup) {
  for (int32_t i = 0; i < setup.noption; ++i)
    if (std::strcmp(setup.option[i].name, "environment") == 0) return setup.option[i].text;
  return nullptr;
}

int32_t open(const hyb_hook_setup *setup, void **hook, hyb_message *message) {
  *hook = nullptr;
  return guarded(message, [&] {
    const HostThreads host(one_thread);
    const hyb_hook &functions = *python(environment_of(*setup), one_thread).hook;
    auto opened = std::make_unique<Hook>(Hook{functions, nullptr});
    const int32_t status = functions.open(setup, &opened->object, message);
    if (status == HYB_OK) *hook = opened.release();
    return status;
  }, HYB_ERROR_PLUGIN);
}

void close(void *hook) {
  const std::unique_ptr<Hook> opened(static_cast<Hook *>(hook));
  opened->python.close(opened->object);
}

// The function of the table that is written in Python, under the threads that a hook may use.
template <auto function, class... Arguments>
int32_t forward(void *hook, Arguments... arguments) {
  const HostThreads host(one_thread);
  return (of(hook).python.*function)(of(hook).object, arguments...);
}

const hyb_hook table = {
    {sizeof(hyb_hook), HYB_PLUGIN_VERSION, HYB_PLUGIN_HOOK, "python", HYB_VERSION},
    open,
    close,
    forward<&hyb_hook::apply>,
    forward<&hyb_hook::fields>,
    forward<&hyb_hook::sums>,
    forward<&hyb_hook::collect>,
    forward<&hyb_hook::update>,
    forward<&hyb_hook::state>,
    forward<&hyb_hook::restore>};

}  // namespace
}  // namespace hybrid_python

const hyb_plugin_table *hyb_hook_plugin(void) { return &hybrid_python::table.head; }
