// SPDX-License-Identifier: BSD-3-Clause
// Throughput: three days of 32 steps, 64 blocks of 32 columns, 60 real64 features of a column.
#include <chrono>
#include <memory>

#include "storage.hpp"

namespace {

constexpr int64_t nstep = 96, nblock = 64, ncol = 32, nfeature = 60;

struct Data {
  std::vector<double> values = std::vector<double>(static_cast<size_t>(nfeature * ncol), 273.15);
  std::vector<int64_t> row = std::vector<int64_t>(static_cast<size_t>(ncol));
  std::vector<void *> pointers;
};

hyb_capture capture_of(Data &data, int64_t step) {
  hyb_capture capture{};
  capture.size = sizeof capture;
  capture.step = step;
  capture.date = "2001-01-01T00:00:00";
  capture.nrow = capture.ld = ncol;
  capture.row = capture.column = data.row.data();
  capture.data = data.pointers.data();
  capture.bytes = nfeature * ncol * 8;
  return capture;
}

// The 60 features as `nvariable` variables.
double seconds(const std::string &path, int64_t nvariable, int32_t compression) {
  std::vector<std::string> names;
  for (int64_t v = 0; v < nvariable; ++v) names.push_back("x" + std::to_string(v));
  std::vector<hyb_variable> list;
  const int64_t levels = nfeature / nvariable;
  for (const std::string &name : names)
    list.push_back({"input", name.c_str(), "1", "state", HYB_REAL64, levels > 1 ? levels : 0, 0});
  hyb_recording_options o = options(64 << 20);
  o.variable = list.data();
  o.nvariable = static_cast<int32_t>(nvariable);
  o.has_lat = 0;
  o.compression = compression;
  Data data;
  for (int64_t i = 0; i < ncol; ++i) data.row[static_cast<size_t>(i)] = i;
  for (int64_t v = 0; v < nvariable; ++v)
    data.pointers.push_back(data.values.data() + v * levels * ncol);
  const auto start = std::chrono::steady_clock::now();
  void *file = created(path, o);
  for (int64_t i = 0; i < nstep * nblock; ++i) {
    const hyb_capture capture = capture_of(data, 1 + i / nblock);
    CHECK_EQ(storage().append(file, &capture, nullptr), HYB_OK);
  }
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char **argv) {
  const Folder folder(argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string());
  const double megabytes = nstep * nblock * ncol * nfeature * 8 / 1e6;
  for (const int64_t nvariable : {1, 6, 60})
    for (const int32_t compression : {0, 1})
      std::printf("%2ld variables, compression %d: %.0f MB/s\n", static_cast<long>(nvariable),
                  compression, megabytes / seconds(folder / "bench.nc", nvariable, compression));
  return check_failures();
}
