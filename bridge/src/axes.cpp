// SPDX-License-Identifier: BSD-3-Clause
#include "axes.hpp"

#include <algorithm>
#include <vector>

#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

struct AxisName {
  const char *name;
  int32_t axis;
};

constexpr AxisName axis_names[] = {
    {"column", HYB_AXIS_COLUMN}, {"level", HYB_AXIS_LEVEL}, {"species", HYB_AXIS_SPECIES},
    {"x", HYB_AXIS_X},           {"y", HYB_AXIS_Y},         {"z", HYB_AXIS_LEVEL},
};

int32_t axis_of(std::string_view word) {
  for (const AxisName &entry : axis_names)
    if (word == entry.name) return entry.axis;
  std::vector<std::string> known;
  for (const AxisName &entry : axis_names) known.push_back(entry.name);
  fail(HYB_ERROR_SHAPE, unknown("axis", std::string(word), known) + "; blanks separate axes");
}

// The next word of `text`, which is cut off it; "" at the end.
std::string_view next_word(std::string_view &text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

void check_axes(const Axes &axes) {
  for (int32_t i = 0; i < rank_of(axes); ++i) {
    if (axes[i] < HYB_AXIS_COLUMN || axes[i] > HYB_AXIS_Y)
      mismatch(HYB_ERROR_SHAPE, "axis", "a hyb_axis", std::to_string(axes[i]));
    if (std::count(axes.begin(), axes.end(), axes[i]) > 1)
      mismatch(HYB_ERROR_SHAPE, "dims", "each axis once", in_quotes(axes_text(axes)));
  }
  const bool x = has_axis(axes, HYB_AXIS_X), y = has_axis(axes, HYB_AXIS_Y);
  if (x != y || (x && has_axis(axes, HYB_AXIS_COLUMN)))
    mismatch(HYB_ERROR_SHAPE, "dims", "either column, or x and y together",
             in_quotes(axes_text(axes)));
}

std::string label(const char *name) { return "field " + in_quotes(name); }

void check_head(const hyb_view &view, const char *name) {
  if (view.size != sizeof(hyb_view))
    mismatch(HYB_ERROR_ARGUMENT, label(name) + ": size of hyb_view",
             std::to_string(sizeof(hyb_view)), std::to_string(view.size));
  if (view.kind < HYB_REAL32 || view.kind > HYB_LOGICAL32)
    mismatch(HYB_ERROR_FIELD, label(name) + ": kind", "real32, real64, int32 or logical",
             std::to_string(view.kind));
  if (view.device != HYB_CPU)
    mismatch(HYB_ERROR_ARGUMENT, label(name) + ": device", "host memory (0)",
             std::to_string(view.device) + " (device memory is not supported yet)");
  if (view.rank < 0 || view.rank > 4)
    mismatch(HYB_ERROR_SHAPE, label(name) + ": rank", "0 to 4", std::to_string(view.rank));
}

Axes axes_of_view(const hyb_view &view, const Axes &declared, const char *name) {
  Axes axes;
  std::copy(view.axes, view.axes + 4, axes.begin());
  if (axes[0] == HYB_AXIS_DEFAULT)
    axes = rank_of(declared) > 0 ? declared : default_axes(view.rank);
  else
    check_axes(axes);
  if (rank_of(axes) != view.rank)
    mismatch(HYB_ERROR_SHAPE, label(name) + ": rank",
             std::to_string(rank_of(axes)) + " (" + axes_text(axes) + ")",
             std::to_string(view.rank));
  return axes;
}

void take_axis(HostArray &array, int32_t axis, int64_t extent, int64_t stride) {
  switch (axis) {
    case HYB_AXIS_COLUMN:
    case HYB_AXIS_X: array.has_column = true, array.nx = extent, array.sx = stride; break;
    case HYB_AXIS_Y: array.ny = extent, array.sy = stride; break;
    case HYB_AXIS_LEVEL:
      array.has_level = true, array.nlevel = extent, array.slevel = stride;
      break;
    case HYB_AXIS_SPECIES:
      array.has_species = true, array.nspecies = extent, array.sspecies = stride;
      break;
    default: break;  // check_axes refuses all others
  }
}

}  // namespace

// Called with every put and get that names its dims: allocates nothing unless it fails.
Axes axes_of(std::string_view dims) {
  Axes axes{};
  std::string_view rest = dims;
  size_t n = 0;
  for (std::string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
    if (n == axes.size())
      mismatch(HYB_ERROR_SHAPE, "dims", "at most 4 axes", in_quotes(std::string(dims)));
    axes[n++] = axis_of(word);
  }
  check_axes(axes);
  return axes;
}

Axes default_axes(int32_t rank) {
  if (rank > 3) mismatch(HYB_ERROR_SHAPE, "an array of rank 4", "its dims", "none");
  Axes axes{};
  constexpr int32_t order[] = {HYB_AXIS_COLUMN, HYB_AXIS_LEVEL, HYB_AXIS_SPECIES};
  std::copy(order, order + rank, axes.begin());
  return axes;
}

// One of 0 repeats an element. Below an element's size it was meant to count elements.
void check_stride(const hyb_view &view, int32_t axis, const char *name) {
  const int64_t stride = view.stride[axis], size = size_of_kind(view.kind);
  if (view.extent[axis] > 1 && stride != 0 && stride > -size && stride < size)
    mismatch(HYB_ERROR_SHAPE, label(name) + ": stride", std::to_string(size) + " bytes or more",
             std::to_string(stride));
}

int32_t rank_of(const Axes &axes) {
  return static_cast<int32_t>(std::find(axes.begin(), axes.end(), HYB_AXIS_DEFAULT) - axes.begin());
}

bool has_axis(const Axes &axes, int32_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

std::string axes_text(const Axes &axes) {
  std::string text;
  for (int32_t i = 0; i < rank_of(axes); ++i)
    for (const AxisName &entry : axis_names)
      if (entry.axis == axes[i]) {
        text += (text.empty() ? "" : " ") + std::string(entry.name);
        break;
      }
  return text.empty() ? "scalar" : text;
}

HostArray host_array(const hyb_view &view, const Axes &declared, const char *name, int64_t ncol) {
  check_head(view, name);
  const Axes axes = axes_of_view(view, declared, name);
  HostArray array;
  array.data = static_cast<char *>(view.data);
  array.kind = view.kind;
  array.truth = view.truth;
  for (int32_t i = 0; i < view.rank; ++i) {
    if (view.extent[i] < 0 || view.extent[i] > most_extent)
      mismatch(HYB_ERROR_SHAPE, label(name) + ": extent", "0 to " + std::to_string(most_extent),
               std::to_string(view.extent[i]));
    check_stride(view, i, name);
    take_axis(array, axes[i], view.extent[i], view.stride[i]);
  }
  if (array.has_column && array.ncol() != ncol)
    mismatch(HYB_ERROR_SHAPE, label(name) + ": number of columns",
             std::to_string(ncol) + " (as opened)", std::to_string(array.ncol()));
  if (array.rows() > most_rows)
    mismatch(HYB_ERROR_SHAPE, label(name) + ": values per column",
             "at most " + std::to_string(most_rows), std::to_string(array.rows()));
  const bool empty = array.ncol() == 0 || array.rows() == 0;
  if (!array.data && !empty)
    mismatch(HYB_ERROR_ARGUMENT, label(name) + ": address", "an array", "null");
  return array;
}

void check_writable(const HostArray &array, const char *name) {
  const bool empty = array.ncol() * array.rows() == 0;  // its strides may be anything
  const bool repeats = (array.nx > 1 && array.sx == 0) || (array.ny > 1 && array.sy == 0) ||
                       (array.nlevel > 1 && array.slevel == 0) ||
                       (array.nspecies > 1 && array.sspecies == 0);
  if (repeats && !empty)
    mismatch(HYB_ERROR_SHAPE, label(name) + " as an output: strides", "none of 0", "0");
  if (array.kind == HYB_LOGICAL32 && (array.truth & 1) == 0)
    mismatch(HYB_ERROR_ARGUMENT, label(name) + ": truth", "bits of which the lowest is 1",
             std::to_string(array.truth));
}

int64_t size_of_kind(int32_t kind) { return kind == HYB_REAL64 ? 8 : 4; }

}  // namespace hyb
