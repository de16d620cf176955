// SPDX-License-Identifier: BSD-3-Clause
// The backend "null": an emulator that is nothing but its card (.json) and whose outputs are zero.
// It measures what the bridge itself costs, and lets a host be wired up before there is a network.
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "plugin/contents.hpp"
#include "plugin/failure.hpp"

namespace {

struct Network {
  std::string card;
  int64_t unit = 0;
  int64_t noutput = 0;
};

std::string contents(const char *path, const char *source) {
  std::ifstream file(source);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    hybrid_plugin::mismatch(HYB_ERROR_FILE, path, "a card",
                            "a file that cannot be read or is empty");
  return text.str();
}

int32_t open(const char *path, const hyb_backend_options *options, void **network,
             const char **card, hyb_message *message) {
  return hybrid_plugin::guarded(message, [&] {
    auto opened = std::make_unique<Network>();
    opened->card = contents(path, hybrid_plugin::contents_of(path, *options));
    *card = opened->card.c_str();
    *network = opened.release();
  });
}

int32_t prepare(void *network, const hyb_signature *signature, hyb_plan *plan,
                hyb_message *) {
  auto *self = static_cast<Network *>(network);
  self->unit = signature->kind == HYB_REAL64 ? sizeof(double) : sizeof(float);
  self->noutput = signature->noutput;
  plan->batch_invariant = 1;
  return HYB_OK;
}

int32_t run(void *network, const hyb_matrices *matrices, hyb_message *) {
  const auto *self = static_cast<const Network *>(network);
  const int64_t unit = self->unit;
  for (int64_t row = 0; row < self->noutput; ++row)
    std::memset(static_cast<char *>(matrices->y) + row * matrices->ld * unit, 0,
                static_cast<size_t>(matrices->nsample * unit));
  return HYB_OK;
}

void close(void *network) { delete static_cast<Network *>(network); }

const hyb_backend table = {
    {sizeof(hyb_backend), HYB_PLUGIN_VERSION, HYB_PLUGIN_BACKEND, "null", HYB_VERSION},
    open, prepare, run, close, nullptr, nullptr, nullptr, nullptr};

}  // namespace

extern "C" const hyb_plugin_table *hyb_plugin(void) { return &table.head; }
