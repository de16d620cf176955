// SPDX-License-Identifier: BSD-3-Clause
// Throughput: three days of 32 steps, 64 blocks of 32 columns, 60 real64 features of a column.
#include <chrono>

#include "storage.hpp"

namespace {

constexpr int64_t nstep = 96, nblock = 64, ncol = 32, nfeature = 60;

// The features as `nvariable` variables, all blocks alike.
struct Run {
  explicit Run(int64_t nvariable) {
    const int64_t levels = nfeature / nvariable;
    for (int64_t v = 0; v < nvariable; ++v) names.push_back("x" + std::to_string(v));
    for (int64_t v = 0; v < nvariable; ++v) {
      list.push_back({"input", names[static_cast<size_t>(v)].c_str(), "1", "state", HYB_REAL64,
                      levels > 1 ? levels : 0, 0});
      pointers.push_back(values.data() + v * levels * ncol);
    }
    for (int64_t i = 0; i < ncol; ++i) row.push_back(i);
  }

  hyb_capture capture(int64_t step) {
    hyb_capture c{};
    c.size = sizeof c;
    c.step = step;
    c.date = "2001-01-01T00:00:00";
    c.nrow = c.ld = ncol;
    c.row = c.column = row.data();
    c.data = pointers.data();
    c.bytes = nfeature * ncol * 8;
    return c;
  }

  std::vector<double> values = std::vector<double>(static_cast<size_t>(nfeature * ncol), 273.15);
  std::vector<std::string> names;
  std::vector<hyb_variable> list;
  std::vector<int64_t> row;
  std::vector<void *> pointers;
};

double seconds(const std::string &path, int64_t nvariable, int32_t compression) {
  Run run(nvariable);
  hyb_recording_options o = options(64 << 20);
  o.variable = run.list.data();
  o.nvariable = static_cast<int32_t>(nvariable);
  o.has_lat = 0;
  o.compression = compression;
  const auto start = std::chrono::steady_clock::now();
  void *file = created(path, o);
  for (int64_t i = 0; i < nstep * nblock; ++i) {
    const hyb_capture capture = run.capture(1 + i / nblock);
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
