// SPDX-License-Identifier: BSD-3-Clause
#include "environment.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "failure.hpp"
#include "own_folder.hpp"
#include "python_build.h"

namespace fs = std::filesystem;

namespace hybrid_python {
namespace {

constexpr char python_x_y[] = "python" HYBRID_PYTHON_VERSION;
constexpr char libpython_file[] = "libpython" HYBRID_PYTHON_VERSION ".so.1.0";

// A wheel lies in <prefix>/lib/pythonX.Y/site-packages/pyhybrid/lib.
std::string environment_around(const fs::path &folder) {
  const fs::path inside = fs::path("lib") / python_x_y / "site-packages" / "pyhybrid" / "lib";
  fs::path prefix = folder;
  for (auto part = inside.begin(); part != inside.end(); ++part) prefix = prefix.parent_path();
  return prefix / inside == folder ? prefix.string() : "";
}

std::string pythons_in(const fs::path &folder) {
  std::string found;
  std::error_code error;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("python", 0) == 0) found += (found.empty() ? "" : ", ") + name;
  }
  return found.empty() ? "none" : found;
}

void check_version(const fs::path &prefix) {
  std::error_code error;
  if (!fs::is_directory(prefix / "lib" / python_x_y, error))
    mismatch(HYB_ERROR_CONFIG, "Python environment " + prefix.string(),
             std::string("lib/") + python_x_y, "in lib: " + pythons_in(prefix / "lib"));
}

fs::path executable_of(const fs::path &prefix) {
  for (const char *name : {python_x_y, "python3", "python"}) {
    std::error_code error;
    const fs::path path = prefix / "bin" / name;
    if (fs::exists(path, error)) return path;
  }
  mismatch(HYB_ERROR_CONFIG, "Python environment " + prefix.string(), "bin/python3", "none");
}

// A virtual environment names the folder of its Python in pyvenv.cfg: "home = /usr/bin".
fs::path base_of(const fs::path &prefix) {
  std::ifstream file(prefix / "pyvenv.cfg");
  std::string key, equals, value;
  while (file >> key >> equals && std::getline(file >> std::ws, value))
    if (key == "home") return fs::path(value).parent_path();
  return prefix;
}

fs::path libpython_of(const fs::path &base) {
  std::error_code error;
  const fs::path own = base / "lib" / libpython_file;
  if (fs::exists(own, error)) return own;
  const fs::path built = fs::path(HYBRID_PYTHON_LIBRARY_DIR) / libpython_file;
  const bool same_base = fs::equivalent(base, HYBRID_PYTHON_BASE, error);
  if (same_base && fs::exists(built, error)) return built;
  mismatch(HYB_ERROR_PLUGIN, "Python " + base.string(), "its " + own.string(),
           "none (a Python built without a shared library cannot be embedded)");
}

}  // namespace

std::string chosen_environment(const char *configured) {
  std::string prefix = configured ? configured : "";
  const char *active = std::getenv("VIRTUAL_ENV");
  if (prefix.empty() && active) prefix = active;
  if (prefix.empty()) prefix = environment_around(own_folder());
  if (prefix.empty()) prefix = HYBRID_PYTHON_PREFIX;
  std::error_code error;
  if (!fs::is_directory(prefix, error))
    mismatch(HYB_ERROR_CONFIG, "Python environment " + prefix, "a folder", "none");
  return fs::canonical(prefix).string();
}

Environment::Environment(const std::string &prefix) {
  check_version(prefix);
  executable = executable_of(prefix).string();
  libpython = libpython_of(base_of(prefix)).string();
}

}  // namespace hybrid_python
