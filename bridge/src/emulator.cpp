// SPDX-License-Identifier: BSD-3-Clause
#include "emulator.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "axes.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "plugin.hpp"
#include "rank.hpp"
#include "sealed_file.hpp"
#include "text.hpp"

namespace hyb {
namespace {

struct Backend {
  const char *name, *suffix, *plugin;
  bool accelerated;  // can run on anything but the CPU, in the precision that it is told
  bool threaded;     // can run one inference on several threads
  bool python;       // runs a function of Python
};

constexpr Backend backends[] = {
    {"builtin", ".safetensors", "builtin", false, false, false},
    {"aoti", ".pt2", "torch", true, true, false},
    {"torchscript", ".pt", "torch", true, true, false},
    {"python", ".py", "python", false, true, true},
    {"null", ".json", "null", false, false, false},
};

const Backend &backend_of(const EmulatorConfig &config) {
  const std::string suffix = std::filesystem::path(config.path).extension().string();
  std::vector<std::string> known;
  for (const Backend &backend : backends) {
    const bool wanted = config.backend.empty() ? suffix == backend.suffix
                                               : config.backend == backend.name;
    if (wanted) return backend;
    known.push_back(config.backend.empty() ? backend.suffix : backend.name);
  }
  if (config.backend.empty())
    mismatch(HYB_ERROR_CONFIG, "emulator " + in_quotes(config.path) + ": suffix",
             "one of " + listed(known), in_quotes(suffix));
  fail(HYB_ERROR_CONFIG, unknown("backend", config.backend, known));
}

// What a backend could not do is refused, not passed over in silence. A function of Python may use
// what it likes, but the library does not tell it to.
void check_options(const Backend &backend, const EmulatorConfig &config) {
  const auto require = [&](bool honoured, const char *key, const char *expected,
                           const std::string &found) {
    if (!honoured)
      mismatch(HYB_ERROR_CONFIG, key + (" of the backend " + in_quotes(backend.name)), expected,
               found);
  };
  require(backend.accelerated || config.device == "cpu" || config.device == "auto", "device",
          "'cpu' or 'auto'", in_quotes(config.device));
  require(backend.accelerated || config.precision == "float32", "precision", "'float32'",
          in_quotes(config.precision));
  require(backend.threaded || config.threads == 1, "batch.threads", "1",
          std::to_string(config.threads));
  require(backend.python || config.environment.empty(), "python.environment", "none",
          in_quotes(config.environment));
  require(backend.python || config.function == EmulatorConfig().function, "python.function",
          "none", in_quotes(config.function));
}

hyb_backend_options options_of(const EmulatorConfig &config, const Backend &backend) {
  return {sizeof(hyb_backend_options), backend.name, config.device.c_str(),
          config.precision.c_str(), config.environment.c_str(), config.function.c_str(),
          config.threads, local_rank(), nullptr};
}

void check_readable(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    mismatch(HYB_ERROR_FILE, "emulator " + in_quotes(path), "a file",
             std::filesystem::path(path).is_absolute()
                 ? "none"
                 : "none at " + std::filesystem::absolute(path, ignored).string());
}

// Null where any file will do.
std::unique_ptr<const SealedFile> sealed_file(const EmulatorConfig &config) {
  if (config.sha256.empty()) return nullptr;
  return std::make_unique<const SealedFile>(config.path, config.sha256);
}

// Of a device. Asked for rarely, by whatever thread.
class DeviceMemory : public Memory {
 public:
  DeviceMemory(const hyb_backend &backend, void *network) : backend_(backend), network_(network) {}
  void *reserve(size_t bytes) override {
    const FloatingPointGuard guard;
    return backend_.reserve(network_, bytes);
  }
  void release(void *memory) noexcept override {
    const FloatingPointGuard guard;
    backend_.release(network_, memory);
  }

 private:
  const hyb_backend &backend_;
  void *network_;
};

std::vector<hyb_slice> slices_of(const std::vector<CardField> &fields, bool box) {
  std::vector<hyb_slice> slices;
  for (const CardField &field : fields)
    slices.push_back({field.name.c_str(), field.offset, field.count,
                      field.has_level && !box ? field.nlevel : 0,
                      field.has_species ? field.nspecies : 0});
  return slices;
}

// Below this number of samples results depend on the batch, and rows would not be aligned.
constexpr int64_t least = 16;

// A quarter of a power of two apart: a block is padded by a quarter of it at most, beyond 16.
std::vector<int64_t> sizes_up_to(int64_t columns) {
  const int64_t tile = (columns + least - 1) / least * least;
  std::vector<int64_t> sizes;
  int64_t power = least;
  for (int64_t size = least; size < tile; size += std::max(least, power / 4)) {
    sizes.push_back(size);
    while (2 * power <= size) power *= 2;
  }
  sizes.push_back(tile);
  return sizes;
}

[[noreturn]] void refuse_plan(const char *what, const std::string &expected, int64_t found) {
  mismatch(HYB_ERROR_PLUGIN, std::string("plan of the backend: ") + what, expected,
           std::to_string(found));
}

void check_plan(const hyb_plan &plan, const std::vector<int64_t> &sizes) {
  if (plan.tile < 0 || plan.tile > sizes.back() || plan.tile % least != 0)
    refuse_plan("tile", "0 or a multiple of 16 up to " + std::to_string(sizes.back()), plan.tile);
  const int64_t tile = plan.tile > 0 ? plan.tile : sizes.back();
  if (plan.step < 0 || plan.step % least != 0 || (plan.step > 0 && tile % plan.step != 0))
    refuse_plan("step", "0 or a multiple of 16 that divides " + std::to_string(tile), plan.step);
  if (plan.step == 0 && !std::binary_search(sizes.begin(), sizes.end(), tile))
    refuse_plan("tile without step", "one of the numbers of samples it was told of", tile);
}

void check_flights(const hyb_plan &plan, const hyb_backend &backend) {
  const bool can = backend.submit && backend.wait && backend.reserve && backend.release;
  if (plan.in_flight < 0 || plan.in_flight > 1024 || (plan.in_flight > 0 && !can))
    refuse_plan("in_flight", can ? "0 to 1024" : "0, as it has no submit, wait, reserve, release",
                plan.in_flight);
}

}  // namespace

Emulator::Emulator(const EmulatorConfig &config, const std::string &plugin_folders)
    : path_(config.path), required_sha256_(config.sha256), sizes_(sizes_up_to(config.columns)) {
  const Backend &backend = backend_of(config);
  check_options(backend, config);
  check_readable(path_);
  const std::unique_ptr<const SealedFile> sealed = sealed_file(config);
  backend_name_ = backend.name;
  backend_ = load_plugin<hyb_backend>(backend.plugin, HYB_PLUGIN_BACKEND, plugin_folders);
  hyb_backend_options options = options_of(config, backend);
  if (sealed) options.contents = sealed->path().c_str();
  hyb_message message{};
  const char *card = nullptr;
  const FloatingPointGuard guard;
  check_plugin(backend_->open(path_.c_str(), &options, &network_, &card, &message), message);
  try {
    if (!card) mismatch(HYB_ERROR_CARD, path_ + ": card", "JSON", "nothing");
    card_ = parse_card(card, path_);
    prepare(config.columns_declared ? config.columns : 0);
  } catch (...) {
    backend_->close(network_);
    throw;
  }
}

Emulator::~Emulator() {
  const FloatingPointGuard guard;
  backend_->close(network_);
}

std::string Emulator::sha256() const {
  return required_sha256_.empty() ? sha256_of(path_) : required_sha256_;
}

void Emulator::prepare(int64_t declared) {
  const std::vector<hyb_slice> inputs = slices_of(card_.inputs, card_.box);
  const std::vector<hyb_slice> results = slices_of(card_.outputs, card_.box);
  const hyb_signature signature = {
      sizeof(hyb_signature), card_.kind, card_.packed ? 1 : 0, card_.nfeature, card_.noutput,
      static_cast<int32_t>(inputs.size()), static_cast<int32_t>(results.size()),
      inputs.data(), results.data(), sizes_.data(), static_cast<int32_t>(sizes_.size()),
      card_.tolerance, declared};
  hyb_message message{};
  hyb_plan plan{};
  plan.size = sizeof plan;
  check_plugin(backend_->prepare(network_, &signature, &plan, &message), message);
  check_plan(plan, sizes_);
  check_flights(plan, *backend_);
  take(plan);
}

void Emulator::take(const hyb_plan &plan) {
  tile_ = plan.tile > 0 ? plan.tile : sizes_.back();
  in_flight_ = plan.in_flight;
  about_ = plan.about ? plan.about : "";
  about_level_ = plan.about_level;
  if (in_flight_ > 0) memory_ = std::make_unique<DeviceMemory>(*backend_, network_);
  step_ = plan.batch_invariant ? plan.step : tile_;
  sizes_.erase(std::upper_bound(sizes_.begin(), sizes_.end(), tile_), sizes_.end());
}

int64_t Emulator::padded(int64_t nsample) const {
  if (step_ > 0) return (nsample + step_ - 1) / step_ * step_;
  return *std::lower_bound(sizes_.begin(), sizes_.end(), nsample);
}

Tiles Emulator::tiles(int64_t nrow, int64_t nsample) const {
  const int64_t full = std::max<int64_t>(nsample - 1, 0) / tile_ * tile_;
  return {nrow, tile_, full, padded(nsample - full)};
}

void Emulator::run(const void *x, void *y, int64_t nsample) const {
  const FloatingPointGuard guard;
  const Tiles tiles = this->tiles(0, nsample);
  for (int64_t begin = 0; begin < nsample; begin += tile_) {
    run_tile(static_cast<const char *>(x), static_cast<char *>(y), begin, tiles.ld(begin));
    batch_sizes_.count(std::min(tile_, nsample - begin));
  }
}

void *Emulator::submit(const void *x, void *y, int64_t nsample) const {
  const FloatingPointGuard guard;
  const int64_t count = padded(nsample);
  const hyb_matrices matrices = {sizeof(hyb_matrices), count, count, x, y};
  hyb_message message{};
  void *batch = nullptr;
  check_plugin(backend_->submit(network_, &matrices, &batch, &message), message);
  batch_sizes_.count(nsample);
  return batch;
}

void Emulator::wait(void *batch) const {
  const FloatingPointGuard guard;
  hyb_message message{};
  check_plugin(backend_->wait(network_, batch, &message), message);
}

void Emulator::run_tile(const char *x, char *y, int64_t begin, int64_t count) const {
  const int64_t skipped = begin * size_of_kind(card_.kind);
  const hyb_matrices matrices = {sizeof(hyb_matrices), count, count, x + card_.nfeature * skipped,
                                 y + card_.noutput * skipped};
  hyb_message message;  // 4 KB that need not be zeroed in every call
  message.text[0] = message.text[sizeof message.text - 1] = '\0';
  check_plugin(backend_->run(network_, &matrices, &message), message);
}

}  // namespace hyb
