// SPDX-License-Identifier: BSD-3-Clause
// The start of the interpreter, and of the modules that live in it.
#include <Python.h>

#include <cstdlib>
#include <mutex>
#include <string>

#include "failure.hpp"
#include "functions.h"
#include "sources.h"

extern "C" PyObject *PyInit__hybrid_python(void);

namespace hybrid_python {
namespace {

void check(const PyStatus &status) {
  if (PyStatus_Exception(status))
    mismatch(HYB_ERROR_PLUGIN, "start of Python", "success",
             status.err_msg ? status.err_msg : "a failure");
}

// Isolated: no environment variables, no signal handlers, no locale, no stdio of the host's. UTF-8
// whatever the locale, which is "C" in most models.
void preinitialize() {
  PyPreConfig config;
  PyPreConfig_InitIsolatedConfig(&config);
  config.utf8_mode = 1;
  check(Py_PreInitialize(&config));
}

class Config {
 public:
  explicit Config(const char *executable) {
    PyConfig_InitIsolatedConfig(&config_);
    config_.install_signal_handlers = 0;
    config_.pathconfig_warnings = 0;
    config_.use_hash_seed = 1;  // the order of a set of names is the same in every run
    config_.hash_seed = 0;
    check(PyConfig_SetBytesString(&config_, &config_.program_name, executable));
  }
  ~Config() { PyConfig_Clear(&config_); }
  void start() { check(Py_InitializeFromConfig(&config_)); }

 private:
  PyConfig config_;
};

void start_interpreter(const char *executable) {
  preinitialize();
  Config(executable).start();
  PyEval_SaveThread();  // any thread may be the next
}

class GlobalLock {
 public:
  GlobalLock() : state_(PyGILState_Ensure()) {}
  ~GlobalLock() { PyGILState_Release(state_); }

 private:
  const PyGILState_STATE state_;
};

// A Python object of this scope. A null one is the exception that Python has set.
class Object {
 public:
  Object(PyObject *object, const std::string &what) : object_(object) {
    if (!object_) throw Failure(HYB_ERROR_PLUGIN, what + ": " + raised());
  }
  ~Object() { Py_DECREF(object_); }
  Object(const Object &) = delete;
  Object &operator=(const Object &) = delete;
  PyObject *get() const { return object_; }

 private:
  static std::string raised() {
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    PyObject *const words = value ? PyObject_Repr(value) : nullptr;
    const char *text = words ? PyUnicode_AsUTF8(words) : nullptr;
    const std::string copy = text ? text : "an exception";
    for (PyObject *object : {type, value, trace, words}) Py_XDECREF(object);
    return copy;
  }

  PyObject *const object_;
};

std::string prefix() {
  const char *text = PyUnicode_AsUTF8(PySys_GetObject("prefix"));
  return text ? text : "";
}

void import(const std::string &name) {
  const std::string what = "Python environment " + prefix() + ": expected the module " + name +
                           ", found";
  const Object module(PyImport_ImportModule(name.c_str()), what);
}

// OpenBLAS reads its number of threads once, when NumPy loads it. Threads of its own would compete
// with the host's. What the user has set stays.
class BlasThreads {
 public:
  explicit BlasThreads(int32_t threads) : chosen_(std::getenv(variable) != nullptr) {
    if (!chosen_) setenv(variable, std::to_string(threads).c_str(), 1);
  }
  ~BlasThreads() {
    if (!chosen_) unsetenv(variable);
  }

 private:
  static constexpr char variable[] = "OPENBLAS_NUM_THREADS";
  const bool chosen_;
};

void import_numpy(int32_t threads) {
  const BlasThreads limited(threads);
  import("numpy");
}

void add_module(const Source &source) {
  const Object code(Py_CompileString(source.text, source.file, Py_file_input), source.file);
  const Object module(PyImport_ExecCodeModuleEx(source.module, code.get(), source.file),
                      source.file);
}

// As an import would: the module is linked into this library, and found under its name.
void add_bindings() {
  const Object module(PyInit__hybrid_python(), "_hybrid_python");
  PyDict_SetItemString(PyImport_GetModuleDict(), "_hybrid_python", module.get());
}

void add_modules() {
  static bool done = false;
  if (done) return;
  add_bindings();
  for (const Source &source : sources) add_module(source);
  done = true;
}

void close(void *network) { hyb_python_close(network); }
void close_hook(void *hook) { hyb_python_hook_close(hook); }

const hyb_backend backend_functions = {{}, hyb_python_open, hyb_python_prepare, hyb_python_run,
                                       close, nullptr, nullptr, nullptr, nullptr};
const hyb_hook hook_functions = {{},
                                 hyb_python_hook_open,
                                 close_hook,
                                 hyb_python_hook_apply,
                                 hyb_python_hook_fields,
                                 hyb_python_hook_sums,
                                 hyb_python_hook_collect,
                                 hyb_python_hook_update,
                                 hyb_python_hook_state,
                                 hyb_python_hook_restore};

}  // namespace
}  // namespace hybrid_python

int32_t hyb_python_start(const char *executable, int32_t threads, const char **prefix,
                         const hyb_backend **backend, const hyb_hook **hook,
                         hyb_message *message) {
  using namespace hybrid_python;
  return guarded(message, [&] {
    const bool ours = executable && !Py_IsInitialized();
    if (ours) start_interpreter(executable);
    const GlobalLock lock;
    if (executable) import_numpy(threads);
    for (const char *name : {"numpy", "_cffi_backend"}) import(name);
    add_modules();
    static const std::string found = hybrid_python::prefix();
    *prefix = found.c_str();
    *backend = &backend_functions;
    *hook = &hook_functions;
  }, HYB_ERROR_PLUGIN);
}
