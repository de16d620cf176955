// SPDX-License-Identifier: BSD-3-Clause
#include "archive.hpp"

#include <caffe2/serialize/crc_alt.h>
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "failure.hpp"
#include "guarded.hpp"

namespace hybrid_torch {
namespace {

struct Record {
  std::string name;  // without the folder that Torch puts around all records
  uint32_t checksum;
};

std::string bytes_of(const File &file, const std::string &expected) {
  std::error_code error;
  if (!std::filesystem::exists(file.contents, error))
    mismatch(HYB_ERROR_FILE, file.path, expected, "none");
  if (std::filesystem::is_directory(file.contents, error))
    mismatch(HYB_ERROR_FILE, file.path, expected, "a folder");
  std::ifstream stream(file.contents, std::ios::binary);
  if (!stream) mismatch(HYB_ERROR_FILE, file.path, "a readable file", std::strerror(errno));
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Little-endian, as all of a zip archive. Out of range is a truncated or damaged directory.
uint32_t number(const std::string &bytes, size_t place, size_t size) {
  uint32_t value = 0;
  for (size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes.at(place + i));
  return value;
}

// The central directory at the end of the archive (APPNOTE.TXT of PKWARE, 4.3.12 and 4.3.16).
std::vector<Record> directory(const std::string &bytes) {
  const size_t end = bytes.rfind("PK\5\6");
  if (end == std::string::npos) throw std::out_of_range("no directory");
  size_t place = number(bytes, end + 16, 4);
  std::vector<Record> records;
  for (uint32_t left = number(bytes, end + 10, 2); left > 0; --left) {
    const size_t length = number(bytes, place + 28, 2);
    const std::string name = bytes.substr(place + 46, length);
    records.push_back({name.substr(name.find('/') + 1), number(bytes, place + 16, 4)});
    place += 46 + length + number(bytes, place + 30, 2) + number(bytes, place + 32, 2);
  }
  return records;
}

// A checked archive may still be unpacked by a tool that trusts its names.
void check_name(const std::string &path, const std::string &name) {
  const std::filesystem::path parts(name);
  const bool leaves = parts.is_absolute() || name.find('\\') != std::string::npos ||
                      std::find(parts.begin(), parts.end(), "..") != parts.end();
  if (leaves) mismatch(HYB_ERROR_FILE, path, "names of records inside the file", name);
}

void check_records(const File &file, const std::vector<Record> &records) {
  caffe2::serialize::PyTorchStreamReader reader(file.contents);
  for (const Record &record : records) {
    check_name(file.path, record.name);
    const auto [data, size] = reader.getRecord(record.name);
    const uint32_t found = crc32_fast(data.get(), size);
    if (found != record.checksum)
      mismatch(HYB_ERROR_FILE, file.path + ": checksum of " + record.name,
               std::to_string(record.checksum), std::to_string(found) + " (a damaged file)");
  }
}

}  // namespace

std::vector<std::string> check_archive(const File &file, const std::string &expected) try {
  std::vector<std::string> names;
  const std::vector<Record> records = directory(bytes_of(file, expected));
  check_records(file, records);
  for (const Record &record : records) names.push_back(record.name);
  return names;
} catch (const std::out_of_range &) {
  mismatch(HYB_ERROR_FILE, file.path, expected, "no zip archive, or a part of one");
} catch (const c10::Error &error) {
  mismatch(HYB_ERROR_FILE, file.path, expected, short_text(error.what_without_backtrace()));
}

std::string record_of(const File &file, const std::string &name) {
  caffe2::serialize::PyTorchStreamReader reader(file.contents);
  if (!reader.hasRecord(name)) mismatch(HYB_ERROR_FILE, file.path, "a record " + name, "none");
  const auto [data, size] = reader.getRecord(name);
  return {static_cast<const char *>(data.get()), size};
}

}  // namespace hybrid_torch
