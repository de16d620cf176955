// SPDX-License-Identifier: BSD-3-Clause
#include "whole_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace hyb {
namespace {

namespace fs = std::filesystem;

// Only in the same folder can a file be renamed into place; a link stays one.
fs::path target_of(const std::string &path, std::error_code &error) {
  const fs::path target = fs::weakly_canonical(path, error);
  return target.empty() ? fs::path(path) : target;
}

bool written(const fs::path &path, const std::string &text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  return static_cast<bool>(file.flush());
}

}  // namespace

bool write_whole_file(const std::string &path, const std::string &text) {
  std::error_code error;
  const fs::path target = target_of(path, error);
  if (fs::exists(target, error) && !fs::is_regular_file(target, error)) return false;
  const fs::path temporary = target.string() + "." + std::to_string(getpid()) + ".tmp";
  if (written(temporary, text)) {
    fs::rename(temporary, target, error);
    if (!error) return true;
  }
  fs::remove(temporary, error);
  return false;
}

}  // namespace hyb
