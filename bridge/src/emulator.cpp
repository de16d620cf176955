// SPDX-License-Identifier: BSD-3-Clause
#include "emulator.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "axes.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

struct Backend {
  const char *name, *suffix, *plugin;
};

constexpr Backend backends[] = {
    {"builtin", ".safetensors", "builtin"},
    {"torchscript", ".pt", "torch"},
    {"python", ".py", "python"},
    {"null", ".json", "null"},
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

hyb_backend_options options_of(const EmulatorConfig &config) {
  return {sizeof(hyb_backend_options), config.device.c_str(), "float32",
          config.environment.c_str(), config.function.c_str(), config.threads, 0};
}

void check_readable(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    mismatch(HYB_ERROR_FILE, "emulator " + in_quotes(path), "a file", "none");
}

std::vector<hyb_slice> slices_of(const std::vector<CardField> &fields, bool box) {
  std::vector<hyb_slice> slices;
  for (const CardField &field : fields)
    slices.push_back({field.name.c_str(), field.offset, field.count,
                      field.has_level && !box ? field.nlevel : 0,
                      field.has_species ? field.nspecies : 0});
  return slices;
}

// Doubling from 16: below that, results depend on the batch.
std::vector<int64_t> sizes_up_to(int64_t columns) {
  constexpr int64_t least = 16;
  const int64_t tile = (columns + least - 1) / least * least;
  std::vector<int64_t> sizes;
  for (int64_t size = least; size < tile; size *= 2) sizes.push_back(size);
  sizes.push_back(tile);
  return sizes;
}

}  // namespace

Emulator::Emulator(const EmulatorConfig &config, const std::string &plugin_folders)
    : path_(config.path), sizes_(sizes_up_to(config.columns)) {
  const Backend &backend = backend_of(config);
  check_readable(path_);
  backend_ = load_plugin<hyb_backend>(backend.plugin, HYB_PLUGIN_BACKEND, plugin_folders);
  const hyb_backend_options options = options_of(config);
  hyb_message message{};
  const char *card = nullptr;
  const FloatingPointGuard guard;
  check_plugin(backend_->open(path_.c_str(), &options, &network_, &card, &message), message);
  try {
    if (!card) mismatch(HYB_ERROR_CARD, path_ + ": card", "JSON", "nothing");
    card_ = parse_card(card, path_);
    prepare();
  } catch (...) {
    backend_->close(network_);
    throw;
  }
}

Emulator::~Emulator() {
  const FloatingPointGuard guard;
  backend_->close(network_);
}

void Emulator::prepare() {
  const std::vector<hyb_slice> inputs = slices_of(card_.inputs, card_.box);
  const std::vector<hyb_slice> results = slices_of(card_.outputs, card_.box);
  const hyb_signature signature = {
      sizeof(hyb_signature), card_.kind, card_.packed ? 1 : 0, card_.nfeature, card_.noutput,
      static_cast<int32_t>(inputs.size()), static_cast<int32_t>(results.size()),
      inputs.data(), results.data(), sizes_.data(), static_cast<int32_t>(sizes_.size()), 0.0};
  hyb_message message{};
  hyb_plan plan = {sizeof(hyb_plan), 0, 0, 0, 0};
  check_plugin(backend_->prepare(network_, &signature, &plan, &message), message);
  if (!plan.batch_invariant) sizes_ = {tile()};
}

int64_t Emulator::size_for(int64_t nsample) const {
  return *std::lower_bound(sizes_.begin(), sizes_.end(), std::min(nsample, tile()));
}

int64_t Emulator::padded(int64_t nsample) const {
  const int64_t rest = nsample % tile();
  return nsample - rest + (rest > 0 ? size_for(rest) : 0);
}

void Emulator::run(const void *x, void *y, int64_t ld, int64_t nsample) const {
  const FloatingPointGuard guard;
  for (int64_t begin = 0; begin < nsample; begin += tile())
    run_tile(x, y, ld, begin, size_for(nsample - begin));
}

void Emulator::run_tile(const void *x, void *y, int64_t ld, int64_t begin, int64_t count) const {
  const int64_t skipped = begin * size_of_kind(card_.kind);
  const hyb_matrices matrices = {sizeof(hyb_matrices), count, ld,
                                 static_cast<const char *>(x) + skipped,
                                 static_cast<char *>(y) + skipped};
  hyb_message message{};
  check_plugin(backend_->run(network_, &matrices, &message), message);
}

}  // namespace hyb
