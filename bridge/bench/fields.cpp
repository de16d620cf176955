// SPDX-License-Identifier: BSD-3-Clause
#include "fields.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

namespace hybrid_bench {
namespace {

using nlohmann::json;

const std::map<std::string, int32_t> roles = {{"state", HYB_STATE},
                                              {"tendency", HYB_TENDENCY},
                                              {"increment", HYB_INCREMENT},
                                              {"flag", HYB_FLAG},
                                              {"noise", HYB_NOISE}};

const std::map<std::string, int32_t> kinds = {
    {"real", HYB_REAL64}, {"integer", HYB_INT32}, {"logical", HYB_LOGICAL32}};

Field field_of(const json &job) {
  return {job.at("name"),         job.at("unit"),           job.at("dims"),
          roles.at(job.at("role")), kinds.at(job.at("kind")), job.at("levels"),
          job.at("species"),      job.value("low", -1.0),   job.value("high", 1.0),
          job.value("offset", std::vector<double>{}),
          job.value("scale", std::vector<double>{})};
}

int64_t size_of(int32_t kind) { return kind == HYB_REAL64 ? 8 : 4; }

// By the axes of `dims`, in their order: the column is one row's element, the others count rows.
void add_axis(hyb_view &view, int64_t extent, int64_t stride) {
  view.extent[view.rank] = extent;
  view.stride[view.rank++] = stride;
}

}  // namespace

int64_t Field::rows() const { return std::max<int64_t>(levels, 1) * std::max<int64_t>(species, 1); }

int64_t rows_of(const std::vector<Field> &fields) {
  int64_t rows = 0;
  for (const Field &field : fields) rows += field.rows();
  return rows;
}

std::vector<Field> fields_of(const json &jobs) {
  std::vector<Field> fields;
  for (const json &job : jobs) fields.push_back(field_of(job));
  return fields;
}

Network network_of(const json &job) {
  const bool bottom_up = job.value("orientation", "") == "bottom_up";
  return {job.at("name"), fields_of(job.at("inputs")), fields_of(job.at("outputs")),
          bottom_up ? HYB_BOTTOM_UP : HYB_TOP_DOWN};
}

HostArrays::HostArrays(const std::vector<Field> &fields, int64_t ncol, int64_t block)
    : fields_(fields),
      ncol_(ncol),
      block_(block),
      rows_(rows_of(fields)),
      values_(static_cast<size_t>(rows_ * ((ncol + block - 1) / block) * block)) {
  int64_t row = 0;
  for (const Field &field : fields) {
    start_.push_back(row);
    row += field.rows();
  }
}

// From what the network sees of a field, [row][column].
void HostArrays::to_physical(const Field &field, double *values) const {
  for (size_t row = 0; row < field.scale.size(); ++row)
    for (int64_t column = 0; column < ncol_; ++column, ++values)
      *values = *values * field.scale[row] + field.offset[row];
}

void HostArrays::draw() {
  std::mt19937_64 random(1);
  for (size_t i = 0; i < fields_.size(); ++i) {
    std::uniform_real_distribution<double> values(fields_[i].low, fields_[i].high);
    double *start = data() + start_[i] * ncol_, *end = start + fields_[i].rows() * ncol_;
    if (fields_[i].kind == HYB_REAL64) std::generate(start, end, [&] { return values(random); });
    to_physical(fields_[i], start);
  }
}

char *HostArrays::address(size_t field, int64_t row, int64_t column) {
  double *block = data() + column / block_ * rows_ * block_;
  return reinterpret_cast<char *>(block + (start_[field] + row) * block_) +
         column % block_ * size_of(fields_[field].kind);
}

void HostArrays::copy(const HostArrays &other) {
  HostArrays &from = const_cast<HostArrays &>(other);  // `address` serves both
  const int64_t run = std::min(block_, other.block_);
  for (size_t i = 0; i < fields_.size(); ++i)
    for (int64_t row = 0; row < fields_[i].rows(); ++row)
      for (int64_t column = 0; column < ncol_; column += run)
        std::memcpy(address(i, row, column), from.address(i, row, column),
                    static_cast<size_t>(std::min(run, ncol_ - column) * size_of(fields_[i].kind)));
}

void HostArrays::set(size_t field, int64_t column, double value) {
  for (int64_t row = 0; row < fields_[field].rows(); ++row)
    std::memcpy(address(field, row, column), &value, sizeof value);
}

hyb_view HostArrays::view(size_t field, int64_t first, int64_t ncol) {
  const Field &one = fields_[field];
  const int64_t row = block_ * int64_t{sizeof(double)};
  hyb_view view{};
  view.size = sizeof view;
  view.data = address(field, 0, first);
  view.kind = one.kind;
  view.truth = 1;
  if (!one.dims.empty()) add_axis(view, ncol, size_of(one.kind));
  if (one.levels) add_axis(view, one.levels, row);
  if (one.species) add_axis(view, one.species, row * std::max<int64_t>(one.levels, 1));
  return view;
}

}  // namespace hybrid_bench
