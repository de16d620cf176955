// SPDX-License-Identifier: BSD-3-Clause
// The SHA-256 of a file, and a copy of it that nobody can change any more: what was compared is
// what is loaded, whatever happens to the file in between.
#pragma once

#include <string>

namespace hyb {

// Which file it was.
struct FileIdentity {
  std::string path, sha256;  // "": none
};

// Of the file as it is now.
std::string sha256_of(const std::string &path);

class SealedFile {
 public:
  // Fails if the file's SHA-256 is not the expected one.
  SealedFile(const std::string &path, const std::string &expected);
  ~SealedFile();
  SealedFile(const SealedFile &) = delete;
  SealedFile &operator=(const SealedFile &) = delete;

  // Where this process reads the copy, as long as this lives.
  const std::string &path() const { return copy_; }

 private:
  void fill(const std::string &path, const std::string &expected);

  int descriptor_;
  std::string copy_;
};

}  // namespace hyb
