// SPDX-License-Identifier: BSD-3-Clause
// What is written is what is read.
#include <netcdf.h>

#include <algorithm>

#include "reading.hpp"

namespace {

void check_table() {
  CHECK_EQ(storage().head.size, sizeof(hyb_storage));
  CHECK_EQ(storage().head.version, HYB_PLUGIN_VERSION);
  CHECK_EQ(storage().head.type, HYB_PLUGIN_STORAGE);
  CHECK(!std::strcmp(storage().head.name, "netcdf"));
  CHECK(!std::strcmp(storage().head.release, HYB_VERSION));
}

void check_blocks(const Folder &folder, int32_t compression) {
  const std::string path = folder / "blocks.nc";
  hyb_recording_options o = options();
  o.compression = compression;
  void *file = created(path, o);
  for (int64_t step = 1; step <= 40; ++step) {
    for (int64_t first = 1; first <= 161; first += 32)
      CHECK_EQ(append(file, step, first, 32, first % 3 ? 1 : 2), HYB_OK);
    if (step % 7 == 0) CHECK_EQ(storage().flush(file, nullptr), HYB_OK);  // odd block lengths
  }
  CHECK_EQ(storage().state(file, nullptr), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(held_captures, 0);
  CHECK_EQ(check_file(path), 40 * (4 * 32 + 2 * 16));
}

// A capture longer than several blocks, one without rows, and a file without samples.
void check_extremes(const Folder &folder) {
  const std::string path = folder / "extremes.nc";
  void *file = created(path, options(1));
  CHECK_EQ(append(file, 1, 1, 50000), HYB_OK);
  CHECK_EQ(append(file, 2, 1, 0), HYB_OK);
  CHECK_EQ(append(file, 3, 1, 1), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(check_file(path), 50001);
  file = created(path);  // replaces
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(check_file(path), 0);
}

// What reserving took beyond the end is given back.
void check_size(const Folder &folder) {
  const std::string path = folder / "size.nc";
  void *file = created(path);
  CHECK_EQ(append(file, 1, 1, 8), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK(std::filesystem::file_size(path) < 2000000);
}

template <class T>
bool all_are(const std::vector<char> &bytes, int64_t first, int64_t count, T value) {
  const T *values = reinterpret_cast<const T *>(bytes.data());
  return std::all_of(values + first, values + first + count, [&](T one) { return one == value; });
}

// Columns without a value have the fill value of their kind; those before and after have their own.
void check_missing(const Folder &folder) {
  const std::string path = folder / "missing.nc";
  void *file = created(path);
  const std::vector<void *> nothing(variables().size(), nullptr);
  CHECK_EQ(append(file, 1, 1, 4), HYB_OK);
  hyb_capture empty = (new Block(2, 1, 5000))->capture();  // more than a block of the file
  empty.data = nothing.data();
  CHECK_EQ(storage().append(file, &empty, nullptr), HYB_OK);
  CHECK_EQ(append(file, 3, 1, 4), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(held_captures, 0);
  const Reading reading(path);
  CHECK_EQ(reading.nsample, 5008);
  for (size_t v = 0; v < variables().size(); ++v) {
    const hyb_variable &variable = variables()[v];
    const std::vector<char> data = reading.read(v);
    const int64_t width = width_of(variable), first = 4 * width, count = 5000 * width;
    if (variable.kind == HYB_REAL64) CHECK(all_are(data, first, count, NC_FILL_DOUBLE));
    if (variable.kind == HYB_REAL32) CHECK(all_are(data, first, count, NC_FILL_FLOAT));
    if (variable.kind >= HYB_INT32) CHECK(all_are(data, first, count, int32_t{NC_FILL_INT}));
    CHECK_EQ(read_value(variable, data.data(), 5004 * width), value_at(v, 3, 1, 0, 0));
  }
}

void *created_with_one_variable(const std::string &path) {
  const hyb_variable variable = {"input", "x", "1", "state", HYB_REAL64, 0, 0};
  hyb_recording_options o = options();
  o.variable = &variable;
  o.nvariable = 1;
  o.has_lat = 0;
  return created(path, o);
}

// A signalling NaN, an infinity, a denormal and a negative NaN stay what they are.
void check_bits(const Folder &folder) {
  void *file = created_with_one_variable(folder / "bits.nc");
  const uint64_t bits[4] = {0x7ff0000000000001U, 0x7ff0000000000000U, 1U, 0xfff8000000000000U};
  const int64_t row[4] = {0, 1, 2, 3}, column[4] = {1, 2, 3, 4};
  void *data = const_cast<uint64_t *>(bits);
  hyb_capture capture{};
  capture.size = sizeof capture;
  capture.nrow = capture.ld = 4;
  capture.row = row;
  capture.column = column;
  capture.data = &data;
  CHECK_EQ(storage().append(file, &capture, nullptr), HYB_OK);  // no date, nothing to release
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  const std::vector<char> found = Reading(folder / "bits.nc").read(0);
  CHECK_EQ(std::memcmp(bits, found.data(), sizeof bits), 0);
}

// Two files at a time, of which one is read while the other is written.
void check_two_files(const Folder &folder) {
  void *one = created(folder / "one.nc"), *two = created(folder / "two.nc");
  for (int64_t step = 1; step <= 10; ++step) {
    CHECK_EQ(append(one, step, 1, 16), HYB_OK);
    CHECK_EQ(append(two, step, 17, 8), HYB_OK);
  }
  CHECK_EQ(storage().close(one, nullptr), HYB_OK);
  CHECK_EQ(check_file(folder / "one.nc"), 160);
  CHECK_EQ(storage().close(two, nullptr), HYB_OK);
  CHECK_EQ(check_file(folder / "two.nc"), 80);
}

}  // namespace

int main() {
  const Folder folder;
  check_table();
  check_blocks(folder, 0);
  check_blocks(folder, 4);
  check_extremes(folder);
  check_missing(folder);
  check_size(folder);
  check_bits(folder);
  check_two_files(folder);
  return check_failures();
}
