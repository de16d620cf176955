// SPDX-License-Identifier: BSD-3-Clause
// The low-level interface: matrices straight into the network.
#include "fixture.hpp"

constexpr int64_t nfeature = 4, noutput = 4;

struct Emulator {
  hyb_emulator *handle = nullptr;
  explicit Emulator(const std::string &path, const char *options = nullptr) {
    CHECK_OK(hyb_emulator_open(path.c_str(), options, &handle));
  }
  ~Emulator() { CHECK_OK(hyb_emulator_close(handle)); }
};

// Samples fastest, at an address that is a multiple of 64 bytes, rows `ld` apart.
template <class T>
struct Matrix {
  int64_t nsample, ld;
  T *data;
  Matrix(int64_t samples, int64_t rows, int64_t leading)
      : nsample(samples),
        ld(leading),
        data(static_cast<T *>(std::aligned_alloc(
            64, (static_cast<size_t>(leading * rows) * sizeof(T) + 63) / 64 * 64))) {
    for (int64_t i = 0; i < leading * rows; ++i) data[i] = static_cast<T>(i * 7 % 31);
  }
  ~Matrix() { std::free(data); }
  T at(int64_t sample, int64_t row) const { return data[row * ld + sample]; }
  hyb_view view(int64_t rows = nfeature) const {
    hyb_view view = view_of(data, {nsample, rows});
    view.stride[1] = ld * static_cast<int64_t>(sizeof(T));
    return view;
  }
};

template <class T>
static bool is_right(const Matrix<T> &x, const Matrix<T> &y) {
  for (int64_t s = 0; s < x.nsample; ++s)
    for (int64_t j = 0; j < noutput; ++j) {
      T sum = 0;
      for (int64_t i = 0; i < nfeature; ++i)
        sum += static_cast<T>(network_weight(i, j)) * x.at(s, i);
      if (y.at(s, j) != sum) return false;
    }
  return true;
}

template <class T>
static void any_number_of_samples_runs(const Emulator &emulator, int64_t extra) {
  for (const int64_t n : {0, 1, 15, 16, 17, 48, 64, 500, 512, 513, 528, 1024, 1500}) {
    const int64_t ld = extra > 0 ? n + extra : (n + 15) / 16 * 16;
    const Matrix<T> x(n, nfeature, ld), y(n, noutput, ld);
    const auto xv = x.view(), yv = y.view();
    CHECK_OK(hyb_emulator_run(emulator.handle, &xv, &yv));
    CHECK(is_right(x, y));
  }
}

static void samples_may_be_slowest() {
  const Emulator emulator(write_emulator(column_card));
  const std::vector<float> x(20 * nfeature, 2);
  std::vector<float> y(20 * noutput);
  hyb_view xv = view_of(x, {20, nfeature}), yv = view_of(y, {20, noutput});
  for (hyb_view *view : {&xv, &yv}) view->stride[0] = 16, view->stride[1] = 4;
  CHECK_OK(hyb_emulator_run(emulator.handle, &xv, &yv));
  for (int64_t j = 0; j < noutput; ++j) {
    float sum = 0;
    for (int64_t i = 0; i < nfeature; ++i) sum += static_cast<float>(2 * network_weight(i, j));
    CHECK_EQ(y[static_cast<size_t>(19 * noutput + j)], sum);
  }
}

static void matrices_are_checked() {
  const Emulator emulator(write_emulator(column_card));
  const std::vector<float> x(100, 1);
  const std::vector<double> d(100, 1);
  const auto refuses = [&](hyb_view xv, hyb_view yv, int32_t status,
                           std::initializer_list<const char *> words, int line) {
    check_refused(hyb_emulator_run(emulator.handle, &xv, &yv), status, words, line);
  };
  const hyb_view good = view_of(x, {10, 4});
  refuses(view_of(x, {10, 5}), good, HYB_ERROR_SHAPE, {"x", "expected 4 (card)", "found 5"},
          __LINE__);
  refuses(good, view_of(x, {10, 3}), HYB_ERROR_SHAPE, {"y", "expected 4 (card)", "found 3"},
          __LINE__);
  refuses(good, view_of(x, {9, 4}), HYB_ERROR_SHAPE, {"y: samples", "expected 10", "found 9"},
          __LINE__);
  refuses(view_of(d, {10, 4}), good, HYB_ERROR_FIELD, {"x", "expected real32", "found real64"},
          __LINE__);
  refuses(view_of(x, {10}), good, HYB_ERROR_SHAPE, {"x", "rank", "expected 2", "found 1"},
          __LINE__);
  refuses(view_of(x, {10, 4, 1}), good, HYB_ERROR_SHAPE, {"x", "rank", "expected 2", "found 3"},
          __LINE__);
  hyb_view zero = good, old = good;
  zero.stride[0] = 0;
  old.size = 8;
  refuses(good, zero, HYB_ERROR_SHAPE, {"y", "stride", "expected none of 0"}, __LINE__);
  refuses(old, good, HYB_ERROR_ARGUMENT, {"size of hyb_view", "expected", "found 8"}, __LINE__);
}

// Parts of one array, by how many elements they are apart.
static void x_and_y_have_their_own_memory() {
  const Emulator emulator(write_emulator(column_card));
  std::vector<float> all(400, 1);
  const auto run = [&](int64_t apart, int64_t stride, int64_t row_stride) {
    hyb_view xv = view_of(all, {20, 4}), yv = xv;
    yv.data = all.data() + apart;
    xv.stride[0] = yv.stride[0] = 4 * stride;
    xv.stride[1] = yv.stride[1] = 4 * row_stride;
    return hyb_emulator_run(emulator.handle, &xv, &yv);
  };
  for (const int64_t apart : {0, 1, 20, 79})
    CHECK_REFUSED(run(apart, 1, 20), HYB_ERROR_ARGUMENT, "y: memory", "expected none", "found some");
  CHECK_OK(run(80, 1, 20));
  CHECK_OK(run(20, 1, 40));  // every second row
  CHECK_OK(run(1, 2, 40));   // every second sample
  CHECK_OK(run(4, 8, 1));    // columns of a table
  CHECK_REFUSED(run(3, 8, 1), HYB_ERROR_ARGUMENT, "y: memory", "expected none", "found some");
  CHECK_REFUSED(run(40, 1, 20), HYB_ERROR_ARGUMENT, "y: memory", "expected none", "found some");
}

static void the_card_is_given_out() {
  const Emulator emulator(write_emulator(column_card));
  const char *json = nullptr;
  CHECK_OK(hyb_emulator_card(emulator.handle, &json));
  CHECK_EQ(std::string(json), column_card);
}

static void the_backend_tells_of_itself() {
  const char *json = nullptr;
  const Emulator silent(write_emulator(column_card));
  CHECK_OK(hyb_emulator_about(silent.handle, &json));
  CHECK_EQ(std::string(json), R"({"about":"","backend":"torchscript"})");
  const Emulator told(write_emulator(column_card, "about=0"), "backend = \"aoti\"");
  CHECK_OK(hyb_emulator_about(told.handle, &json));
  CHECK_EQ(std::string(json), R"({"about":"products by \"hand\"","backend":"aoti"})");
}

static void options_are_checked() {
  const std::string path = write_emulator(column_card);
  hyb_emulator *emulator = nullptr;
  CHECK_REFUSED(hyb_emulator_open(path.c_str(), "mode = 1", &emulator), HYB_ERROR_CONFIG,
                "emulator options", "unknown key 'mode'");
  CHECK_REFUSED(hyb_emulator_open(path.c_str(), "\"a\\u001bb\" = 1", &emulator), HYB_ERROR_CONFIG,
                "emulator options", "unknown key 'a\\x1bb'");
  CHECK_REFUSED(hyb_emulator_open(path.c_str(), "batch.columns = 1", &emulator), HYB_ERROR_CONFIG,
                "columns", "expected", "found integer 1");
  CHECK_REFUSED(hyb_emulator_open(path.c_str(), "= 1", &emulator), HYB_ERROR_CONFIG,
                "expected TOML");
  CHECK_REFUSED(hyb_emulator_open("/no/such.pt", nullptr, &emulator), HYB_ERROR_FILE,
                "/no/such.pt", "expected a file", "found none");
  CHECK(!emulator);
  const Emulator good(path, "backend = \"torchscript\"\nbatch = { columns = 100, threads = 2 }");
}

static void a_failure_while_running_is_reported() {
  const Emulator emulator(write_emulator(column_card, "fail-run"));
  const std::vector<float> x(40, 1);
  std::vector<float> y(40, -1);
  const hyb_view xv = view_of(x, {10, 4}), yv = view_of(y, {10, 4});
  CHECK_REFUSED(hyb_emulator_run(emulator.handle, &xv, &yv), HYB_ERROR_BACKEND,
                "expected a result", "found");
  CHECK_EQ(y, std::vector<float>(40, -1));
}

int main() {
  const Emulator real32(write_emulator(column_card)),
      real64(write_emulator(replaced(column_card, "real32", "real64")), "batch.columns = 48");
  for (const int64_t extra : {0, 1, 16}) {
    any_number_of_samples_runs<float>(real32, extra);
    any_number_of_samples_runs<double>(real64, extra);
  }
  samples_may_be_slowest();
  matrices_are_checked();
  x_and_y_have_their_own_memory();
  the_card_is_given_out();
  the_backend_tells_of_itself();
  options_are_checked();
  a_failure_while_running_is_reported();
  return check_failures();
}
