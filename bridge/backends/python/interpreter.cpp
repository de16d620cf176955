// SPDX-License-Identifier: BSD-3-Clause
#include "interpreter.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "environment.hpp"
#include "failure.hpp"
#include "functions.h"
#include "own_folder.hpp"
#include "python_build.h"

namespace hybrid_python {
namespace {

template <class Function>
Function symbol(void *library, const char *name) {
  return reinterpret_cast<Function>(dlsym(library, name));
}

// NumPy's extension modules look for Python's symbols among the global ones. A libpython that the
// host loaded privately is the same file, and becomes global by this.
void *load(const std::string &path, int scope) {
  void *library = dlopen(path.c_str(), RTLD_NOW | scope);
  if (!library) mismatch(HYB_ERROR_PLUGIN, path, "a loadable library", dlerror());
  return library;
}

bool process_runs_python() {
  const auto initialized = symbol<int (*)()>(RTLD_DEFAULT, "Py_IsInitialized");
  return initialized && initialized() != 0;
}

void check_version() {
  const std::string wanted = HYBRID_PYTHON_VERSION ".";
  const std::string found = symbol<const char *(*)()>(RTLD_DEFAULT, "Py_GetVersion")();
  if (found.compare(0, wanted.size(), wanted) != 0)
    mismatch(HYB_ERROR_PLUGIN, "Python of this process", HYBRID_PYTHON_VERSION,
             found.substr(0, found.find(' ')));
}

// The half of this plug-in that needs Python's symbols.
decltype(&hyb_python_start) starter() {
  const std::string path = own_folder() + "/libhybrid_python_interpreter.so";
  return symbol<decltype(&hyb_python_start)>(load(path, RTLD_LOCAL), "hyb_python_start");
}

Interpreter started(const char *executable, int32_t threads) {
  check_version();
  Interpreter interpreter;
  hyb_message message{};
  const int32_t status =
      starter()(executable, threads, &interpreter.prefix, &interpreter.backend, &interpreter.hook,
                &message);
  if (status != HYB_OK) throw Failure(status, message.text);
  return interpreter;
}

Interpreter of_host(int32_t threads) { return started(nullptr, threads); }

Interpreter of_environment(const std::string &prefix, int32_t threads) {
  const Environment environment(prefix);
  load(environment.libpython, RTLD_GLOBAL);
  return started(environment.executable.c_str(), threads);
}

void check_environment(const std::string &wanted, const char *prefix) {
  std::error_code error;
  if (!std::filesystem::equivalent(wanted, prefix, error))
    mismatch(HYB_ERROR_CONFIG, "Python environment of this process", std::string(prefix) +
             " (one per process, in use already)", wanted);
}

}  // namespace

const Interpreter &python(const char *environment, int32_t threads) {
  static std::mutex mutex;
  static std::unique_ptr<Interpreter> interpreter;
  static const bool hosted = process_runs_python();
  const std::lock_guard<std::mutex> lock(mutex);
  const bool any = hosted && (!environment || !*environment);
  const std::string wanted = any ? "" : chosen_environment(environment);
  if (!interpreter)
    interpreter = std::make_unique<Interpreter>(hosted ? of_host(threads)
                                                       : of_environment(wanted, threads));
  if (!any) check_environment(wanted, interpreter->prefix);
  return *interpreter;
}

}  // namespace hybrid_python
