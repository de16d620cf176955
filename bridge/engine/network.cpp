// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "failure.hpp"
#include "plugin/contents.hpp"

namespace hybrid_builtin {
namespace {

constexpr size_t alignment = 64;

struct Free {
  void operator()(char *memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<char, Free>;

Memory reserve(int64_t bytes) {
  const size_t size = (static_cast<size_t>(bytes) + alignment) / alignment * alignment;
  Memory memory(static_cast<char *>(std::aligned_alloc(alignment, size)));
  if (!memory) throw std::bad_alloc();
  return memory;
}

void check_options(const hyb_backend_options &options) {
  const std::string device = options.device ? options.device : "cpu";
  if (device != "cpu" && device != "auto")
    refuse("device of the builtin backend", "'cpu' or 'auto'", in_quotes(device),
           HYB_ERROR_CONFIG);
}

// What makes the matrix products, and a level to log it at: a warning where they are slower than
// this machine could have them.
int32_t tell_products(const Plan &plan, std::string &about) {
  const GemmLibrary &library = gemm_library();
  KernelCount count;
  for (const auto &step : plan.steps) step->count(count);
  about = std::string("matrix products by ") + library.name;
  if (library.why) {
    about += std::string(" code, not libxsmm: ") + library.why;
    return library.is_surprise ? HYB_LOG_WARNING : HYB_LOG_INFO;
  }
  if (count.portable == 0) return 0;
  about += ", " + std::to_string(count.portable) + " of " + std::to_string(count.all) +
           " kernels by portable code, where libxsmm's bits depend on the batch";
  if (count.portable == count.all) return HYB_LOG_WARNING;
  about += " (normal)";
  return HYB_LOG_INFO;
}

// The same, and what the environment asks for in vain.
int32_t tell(const Plan &plan, std::string &about) {
  const int32_t level = tell_products(plan, about);
  if (unknown_cpu().empty()) return level;
  about += "; HYBRID_CPU: expected 'avx2' or 'baseline', found " + in_quotes(unknown_cpu());
  return HYB_LOG_WARNING;
}

Kind kind_of(const hyb_signature &signature) {
  return signature.kind == HYB_REAL64 ? Kind::real64 : Kind::real32;
}

bool aligned(const void *address) { return reinterpret_cast<uintptr_t>(address) % alignment == 0; }

template <class Real>
const Real *input_of(const hyb_matrices &matrices) {
  return static_cast<const Real *>(matrices.x);
}
template <class Real>
Real *output_of(const hyb_matrices &matrices) {
  return static_cast<Real *>(matrices.y);
}

}  // namespace

// What one run needs besides the network; kept for the next.
struct Network::Workspace {
  Memory arena, x, y;
};

class Network::Lease {
 public:
  explicit Lease(Network &network) : network_(network) {
    const std::lock_guard<std::mutex> lock(network_.mutex_);
    if (network_.idle_.empty()) return;
    workspace_ = std::move(network_.idle_.back());
    network_.idle_.pop_back();
  }
  ~Lease() {
    const std::lock_guard<std::mutex> lock(network_.mutex_);
    if (workspace_) network_.idle_.push_back(std::move(workspace_));  // there is room: made()
  }
  Lease(const Lease &) = delete;
  Lease &operator=(const Lease &) = delete;

  Workspace &workspace(int64_t value_bytes) {
    if (!workspace_) workspace_ = made(value_bytes);
    return *workspace_;
  }

 private:
  std::unique_ptr<Workspace> made(int64_t value_bytes) const {
    const int64_t tile = network_.plan_.tile;
    auto workspace = std::make_unique<Workspace>();
    workspace->arena = reserve(network_.plan_.column_bytes * tile);
    workspace->x = reserve(network_.graph_.features * value_bytes * tile);
    workspace->y = reserve(network_.graph_.output.rows * value_bytes * tile);
    const std::lock_guard<std::mutex> lock(network_.mutex_);
    network_.idle_.reserve(network_.made_ + 1);  // giving back cannot fail
    ++network_.made_;
    return workspace;
  }

  Network &network_;
  std::unique_ptr<Workspace> workspace_;
};

Network::Network(const char *path, const hyb_backend_options &options)
    : file_(path, hybrid_plugin::contents_of(path, options)) {
  check_options(options);
}

Network::~Network() = default;

void Network::prepare(const hyb_signature &signature, hyb_plan &plan) {
  if (!signature.packed)
    refuse(file_.path() + ": arguments of the card", "'packed'", "'fields'", HYB_ERROR_CARD);
  if (signature.nsamples < 1) refuse("prepare", "a number of samples", "none", HYB_ERROR_CARD);
  graph_ = read_graph(file_, signature.nfeature, signature.noutput, kind_of(signature));
  plan_ = make_plan(graph_, signature.samples[signature.nsamples - 1]);
  idle_.clear();  // of another tile, if it was prepared before
  made_ = 0;
  // Every column goes through the same operations in the same order, whatever is beside it.
  plan.batch_invariant = 1;
  plan.tile = plan_.tile;
  plan.step = column_step;
  if (plan.size < sizeof plan) return;  // a core that does not ask
  plan.about_level = tell(plan_, about_);
  plan.about = about_.c_str();
}

void Network::run(const hyb_matrices &matrices) {
  if (plan_.tile == 0) refuse("run of a network", "prepare before it", "none", HYB_ERROR_PHASE);
  if (graph_.kind == Kind::real32)
    run_as<float>(matrices);
  else
    run_as<double>(matrices);
}

// Tile by tile. Where the rows of a tile follow each other as the engine wants them, in place.
template <class Real>
void Network::run_as(const hyb_matrices &matrices) {
  Lease lease(*this);
  Workspace &workspace = lease.workspace(sizeof(Real));
  for (int64_t begin = 0; begin < matrices.nsample; begin += plan_.tile) {
    const int64_t count = std::min(plan_.tile, matrices.nsample - begin);
    const int64_t columns = (count + column_step - 1) / column_step * column_step;
    const Real *x = input_of<Real>(matrices) + begin;
    Real *y = output_of<Real>(matrices) + begin;
    const bool in_place = columns == matrices.ld && aligned(x) && aligned(y);
    Frame frame = {{workspace.arena.get(), workspace.x.get(), workspace.y.get()}, columns,
                   static_cast<size_t>(columns / column_step - 1)};
    if (in_place) {
      frame.memory[1] = const_cast<char *>(reinterpret_cast<const char *>(x));
      frame.memory[2] = reinterpret_cast<char *>(y);
    } else {
      copy_in(frame, x, matrices.ld, count);
    }
    for (const auto &step : plan_.steps) step->run(frame);
    if (!in_place) copy_out(frame, y, matrices.ld, count);
  }
}

// Columns beyond the last are copies of it.
template <class Real>
void Network::copy_in(const Frame &frame, const Real *x, int64_t ld, int64_t count) const {
  for (int64_t row = 0; row < graph_.features; ++row) {
    Real *to = frame.at<Real>({Base::input, 0}, row);
    std::copy_n(x + row * ld, count, to);
    std::fill(to + count, to + frame.columns, to[count - 1]);
  }
}

template <class Real>
void Network::copy_out(const Frame &frame, Real *y, int64_t ld, int64_t count) const {
  for (int64_t row = 0; row < graph_.output.rows; ++row)
    std::copy_n(frame.at<Real>({Base::output, 0}, row), count, y + row * ld);
}

}  // namespace hybrid_builtin
