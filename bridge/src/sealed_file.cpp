// SPDX-License-Identifier: BSD-3-Clause
#include "sealed_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "error.hpp"
#include "sha256.hpp"
#include "text.hpp"

namespace hyb {
namespace {

// A sparse file costs whoever puts it there nothing, its copy would cost memory.
constexpr uint64_t longest = uint64_t{1} << 32;

[[noreturn]] void refuse(const std::string &path, const std::string &expected,
                         const std::string &found) {
  mismatch(HYB_ERROR_FILE, "emulator " + in_quotes(path), expected, found);
}

void check_length(const std::string &path, uint64_t length) {
  if (length > longest)
    refuse(path, "at most " + std::to_string(longest) + " bytes", std::to_string(length));
}

// Gives `take` all bytes, piece by piece.
template <class Take>
void read_all(const std::string &path, Take &&take) {
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "a readable file", std::strerror(errno));
  std::vector<char> piece(1 << 20);
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    take(piece.data(), static_cast<size_t>(file.gcount()));
  }
  if (file.bad()) refuse(path, "a readable file", "one that cannot be read to its end");
}

void write_all(int descriptor, const char *data, size_t count, const std::string &path) {
  while (count > 0) {
    const ssize_t written = write(descriptor, data, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse(path, "memory for a sealed copy", std::strerror(errno));
    data += written;
    count -= static_cast<size_t>(written);
  }
}

int memory_file(const std::string &path) {
  const int descriptor = memfd_create("pyhybrid emulator", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) refuse(path, "memory for a sealed copy", std::strerror(errno));
  return descriptor;
}

}  // namespace

std::string sha256_of(const std::string &path) {
  Sha256 sum;
  read_all(path, [&](const char *data, size_t count) { sum.add(data, count); });
  return sum.digest();
}

SealedFile::SealedFile(const std::string &path, const std::string &expected)
    : descriptor_(memory_file(path)), copy_("/proc/self/fd/" + std::to_string(descriptor_)) {
  try {
    fill(path, expected);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

SealedFile::~SealedFile() { close(descriptor_); }

void SealedFile::fill(const std::string &path, const std::string &expected) {
  check_length(path, std::filesystem::file_size(path));
  Sha256 sum;
  uint64_t length = 0;
  read_all(path, [&](const char *data, size_t count) {
    check_length(path, length += count);  // it may grow
    sum.add(data, count);
    write_all(descriptor_, data, count, path);
  });
  const std::string found = sum.digest();
  if (found != expected)
    mismatch(HYB_ERROR_FILE, "emulator " + in_quotes(path) + ": SHA-256", expected, found);
  constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  if (fcntl(descriptor_, F_ADD_SEALS, seals) != 0 || access(copy_.c_str(), R_OK) != 0)
    refuse(path, "a sealed copy at " + copy_, std::strerror(errno));
}

}  // namespace hyb
