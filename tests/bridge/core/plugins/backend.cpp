// SPDX-License-Identifier: BSD-3-Clause
// A backend for tests. Its emulator file is the card, after an optional first line of switches:
//   # flights=2 fail-submit fail-wait no-memory-above=BYTES tile=64 step=16 tell-options
//     fail-above=N fail-large fail-open fail-prepare fail-run variant slow dirty nan finite no-card
//     long-message odd-status tamper
// It checks that the core keeps its side of hybrid_plugin.h and fails if not.
#include <xmmintrin.h>

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "hybrid_plugin.h"
#include "network.hpp"

namespace {

struct Network {
  std::string switches, card;
  int32_t kind = 0;
  int64_t nfeature = 0, noutput = 0;
  std::vector<int64_t> samples;
  int64_t tile = 0, step = 0, flights = 0;
  std::atomic<int64_t> flying{0};
  std::mutex mutex;
  std::map<const char *, size_t> memory;  // reserved: start and size

  bool owns(const void *address, int64_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex);
    const char *first = static_cast<const char *>(address);
    auto at = memory.upper_bound(first);
    return at != memory.begin() && first + bytes <= (--at)->first + at->second;
  }

  // The number after a switch that ends with "=", or 0.
  int64_t number(const char *name) const {
    const size_t at = switches.find(name);
    return at == std::string::npos ? 0 : std::atoll(switches.c_str() + at + std::strlen(name));
  }
  bool has(const char *name) const { return switches.find(name) != std::string::npos; }
};

std::atomic<int64_t> opened, prepared, run_count, closed, submitted, waited, reserved;

int32_t fail(hyb_message *message, int32_t status, const std::string &text) {
  std::strncpy(message->text, text.c_str(), sizeof message->text - 1);
  return status;
}

int32_t breach(hyb_message *message, const char *what) {
  return fail(message, HYB_ERROR_INTERNAL, std::string("the core broke the contract: ") + what);
}

bool environment_is_default() {
  return (_mm_getcsr() & ~0x3fu) == 0x1f80 && std::fegetround() == FE_TONEAREST;
}

void make_environment_dirty() {
  std::fesetround(FE_UPWARD);
  std::feraiseexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  _mm_setcsr(_mm_getcsr() | 0x8040);
}

int32_t tell(const hyb_backend_options &options, hyb_message *message) {
  std::ostringstream text;
  text << "options: expected none, found " << options.backend << ' ' << options.device << ' '
       << options.precision << ' ' << options.environment << ' ' << options.function << ' '
       << options.threads << ' ' << options.local_rank;
  return fail(message, HYB_ERROR_FILE, text.str());
}

// Somebody who may write all files, while the network is being loaded.
void tamper(const char *path) {
  std::ofstream(path, std::ios::in | std::ios::out) << std::string(200, 'x');
}

int32_t open(const char *path, const hyb_backend_options *options, void **network,
             const char **card, hyb_message *message) {
  ++opened;
  auto *opening = new Network;
  const char *contents = options->contents ? options->contents : path;
  std::ifstream file(contents);
  if (file.peek() == '#') std::getline(file, opening->switches);
  if (opening->has("tamper")) {
    for (const char *writable : {path, contents}) tamper(writable);
    file.close();
    file.open(contents);
    std::getline(file, opening->switches);
  }
  std::ostringstream rest;
  rest << file.rdbuf();
  opening->card = rest.str();
  if (opening->has("tell-options") || opening->has("fail-open")) {
    const bool tells = opening->has("tell-options");
    delete opening;
    if (tells) return tell(*options, message);
    return fail(message, HYB_ERROR_FILE, "open: expected a network, found a switch");
  }
  *network = opening;
  *card = opening->has("no-card") ? nullptr : opening->card.c_str();
  return HYB_OK;
}

bool contiguous(const hyb_slice *slice, int32_t n, int64_t total) {
  int64_t offset = 0;
  for (int32_t i = 0; i < n; ++i) {
    const int64_t count = std::max<int64_t>(slice[i].nlevel, 1) *
                          std::max<int64_t>(slice[i].nspecies, 1);
    if (slice[i].offset != offset || slice[i].count != count) return false;
    offset += count;
  }
  return offset == total;
}

int32_t prepare(void *opaque, const hyb_signature *told, hyb_plan *plan,
                hyb_message *message) {
  ++prepared;
  Network &network = *static_cast<Network *>(opaque);
  if (network.has("fail-prepare"))
    return fail(message, HYB_ERROR_BACKEND, "prepare: expected a warm-up, found a switch");
  if (told->size != sizeof *told || !contiguous(told->input, told->ninput, told->nfeature) ||
      !contiguous(told->result, told->nresult, told->noutput))
    return breach(message, "a signature");
  network.kind = told->kind;
  network.nfeature = told->nfeature;
  network.noutput = told->noutput;
  network.samples.assign(told->samples, told->samples + told->nsamples);
  plan->batch_invariant = network.has("variant") ? 0 : 1;
  plan->tile = network.number("tile=");
  plan->step = network.number("step=");
  plan->in_flight = static_cast<int32_t>(network.flights = network.number("flights="));
  if (network.has("about=")) plan->about = "products by \"hand\"";
  plan->about_level = static_cast<int32_t>(network.number("about="));
  network.tile = plan->tile > 0 ? plan->tile : network.samples.back();
  network.step = plan->batch_invariant ? plan->step : network.tile;
  if (told->tolerance != static_cast<double>(network.number("tolerance=")))
    return breach(message, "the tolerance");
  return HYB_OK;
}

// A network whose results depend on the size of its batch adds that size to them. False if a
// result is not finite where the file says that all are, padding included.
template <class T>
bool infer(const Network &network, const hyb_matrices &matrices) {
  const T *x = static_cast<const T *>(matrices.x);
  T *y = static_cast<T *>(matrices.y);
  const T extra = network.has("variant") ? static_cast<T>(matrices.nsample) : T{0};
  for (int64_t j = 0; j < network.noutput; ++j)
    for (int64_t s = 0; s < matrices.nsample; ++s) {
      T sum = extra;
      for (int64_t i = 0; i < network.nfeature; ++i)
        sum += static_cast<T>(network_weight(i, j)) * x[i * matrices.ld + s];
      if (network.has("finite") && !std::isfinite(sum)) return false;
      if (network.has("nan") && s % 2 == 0) sum = std::numeric_limits<T>::quiet_NaN();
      y[j * matrices.ld + s] = sum;
    }
  return true;
}

// Of the first feature, real32.
int64_t largest(const Network &network, const hyb_matrices &matrices) {
  const float *x = static_cast<const float *>(matrices.x);
  return network.kind == HYB_REAL32
             ? static_cast<int64_t>(*std::max_element(x, x + matrices.nsample))
             : 0;
}

int32_t check_run(const Network &network, const hyb_matrices &matrices, hyb_message *message) {
  if (!environment_is_default()) return breach(message, "the floating-point environment");
  const int64_t n = matrices.nsample;
  if (matrices.size != sizeof matrices || matrices.ld != n) return breach(message, "the matrices");
  const bool known = std::find(network.samples.begin(), network.samples.end(), n) !=
                     network.samples.end();
  if (n < 1 || n > network.tile || (network.step > 0 ? n % network.step != 0 : !known))
    return breach(message, "a number of samples that was not agreed on");
  if (reinterpret_cast<uintptr_t>(matrices.x) % 64 || reinterpret_cast<uintptr_t>(matrices.y) % 64)
    return breach(message, "the alignment");
  return HYB_OK;
}

int32_t run(void *opaque, const hyb_matrices *matrices, hyb_message *message) {
  const Network &network = *static_cast<const Network *>(opaque);
  ++run_count;
  const int32_t status = check_run(network, *matrices, message);
  if (status != HYB_OK) return status;
  if (network.has("slow")) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  if (network.has("dirty")) make_environment_dirty();
  if (network.has("fail-large") && matrices->nsample > 16)
    return fail(message, HYB_ERROR_BACKEND, "run: expected a small batch, found a large one");
  if (network.has("fail-above=") && largest(network, *matrices) > network.number("fail-above="))
    return fail(message, HYB_ERROR_BACKEND, "run: expected ordinary values, found a large one");
  if (network.has("fail-run"))
    return fail(message, HYB_ERROR_BACKEND, "run: expected a result, found a switch");
  if (network.has("long-message")) {
    std::memset(message->text, 'x', sizeof message->text);
    return HYB_ERROR_BACKEND;
  }
  if (network.has("odd-status")) return fail(message, 4711, "expected a status, found another");
  const bool well = network.kind == HYB_REAL64 ? infer<double>(network, *matrices)
                                               : infer<float>(network, *matrices);
  return well ? HYB_OK : breach(message, "values that are not finite");
}

void close(void *network) {
  ++closed;
  delete static_cast<Network *>(network);
}

// A batch on a device: done by a thread of its own, some time later.
struct Flight {
  std::thread thread;
  int32_t status = HYB_OK;
  hyb_message message{};
};

int32_t submit(void *opaque, const hyb_matrices *matrices, void **batch, hyb_message *message) {
  Network &network = *static_cast<Network *>(opaque);
  const int64_t size = network.kind == HYB_REAL64 ? 8 : 4, n = matrices->nsample * size;
  if (!environment_is_default()) return breach(message, "the floating-point environment");
  if (!network.owns(matrices->x, n * network.nfeature) ||
      !network.owns(matrices->y, n * network.noutput))
    return breach(message, "memory that was not reserved");
  if (network.has("fail-submit"))
    return fail(message, HYB_ERROR_BACKEND, "submit: expected room, found none");
  if (++network.flying > network.flights) return breach(message, "too many batches in flight");
  auto *flight = new Flight;
  const int64_t number = ++submitted;
  flight->thread = std::thread([=, copy = *matrices] {
    std::this_thread::sleep_for(std::chrono::microseconds(number * 7919 % 500));
    flight->status = run(opaque, &copy, &flight->message);
  });
  *batch = flight;
  return HYB_OK;
}

int32_t wait(void *opaque, void *batch, hyb_message *message) {
  Network &network = *static_cast<Network *>(opaque);
  const std::unique_ptr<Flight> flight(static_cast<Flight *>(batch));
  flight->thread.join();
  ++waited;
  --network.flying;
  *message = flight->message;
  if (network.has("fail-wait"))
    return fail(message, HYB_ERROR_BACKEND, "wait: expected a device, found it lost");
  return flight->status;
}

void *reserve(void *opaque, size_t bytes) {
  Network &network = *static_cast<Network *>(opaque);
  const int64_t most = network.number("no-memory-above=");
  if (most > 0 && static_cast<int64_t>(bytes) > most) return nullptr;
  void *memory = std::aligned_alloc(64, bytes);
  const std::lock_guard<std::mutex> lock(network.mutex);
  network.memory[static_cast<char *>(memory)] = bytes;
  ++reserved;
  return memory;
}

void release(void *opaque, void *memory) {
  Network &network = *static_cast<Network *>(opaque);
  const std::lock_guard<std::mutex> lock(network.mutex);
  if (network.memory.erase(static_cast<char *>(memory)) == 1) --reserved;
  std::free(memory);
}

}  // namespace

extern "C" {

HYB_API const hyb_plugin_table *hyb_plugin(void) {
  static const hyb_backend table = {{sizeof(hyb_backend), HYB_PLUGIN_VERSION, HYB_PLUGIN_BACKEND,
                                     "torch", HYB_VERSION},
                                    open, prepare, run, close, submit, wait, reserve, release};
  return &table.head;
}

HYB_API PluginCounts test_counts(void) {
  return {opened, prepared, run_count, closed, submitted, waited, reserved};
}
}
