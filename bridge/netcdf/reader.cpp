// SPDX-License-Identifier: BSD-3-Clause
#include "reader.hpp"

#include <netcdf.h>

#include <array>
#include <utility>

#include "attributes.hpp"
#include "error.hpp"
#include "layout.hpp"

namespace hybrid_netcdf {
namespace {

bool starts_with(const std::string &text, const std::string &start) {
  return text.compare(0, start.size(), start) == 0;
}

}  // namespace

Reader::Reader(const std::string &path) : path_(path) {
  try {
    open();
  } catch (const Failure &error) {
    if (id_ >= 0) nc_close(id_);
    refuse("recording '" + path_ + "': " + error.what());
  }
}

Reader::~Reader() {
  if (id_ >= 0) nc_close(id_);
}

void Reader::open() {
  errno = 0;
  const int status = nc_open(path_.c_str(), NC_NOWRITE, &id_);
  if (status != NC_NOERR) {
    id_ = -1;
    const bool system = status == NC_EHDFERR && errno != 0;
    refuse("it cannot be opened", "a complete NetCDF-4 file",
           system ? std::strerror(errno) : nc_strerror(status));
  }
  check_format();
  read_samples();
  for (const char *group : {"input", "native", "after", "emulated"}) find_group(group);
}

const char *Reader::attribute(const char *name) { return keep(text_of(id_, NC_GLOBAL, name)); }

void Reader::check_format() {
  const std::string conventions = text_of(id_, NC_GLOBAL, "Conventions");
  if (conventions.find(format_name) == std::string::npos)
    refuse("attribute Conventions", "'" + std::string(format_name) + "'",
           conventions.empty() ? "none" : "'" + conventions + "'");
}

std::vector<int64_t> Reader::integers(const char *name) {
  int variable = -1, dimension = -1, rank = 0;
  size_t length = 0;
  nc_type type = NC_NAT;
  const std::string what = std::string("variable ") + name;
  check(nc_inq_varid(id_, name, &variable), what);
  check(nc_inq_var(id_, variable, nullptr, &type, &rank, nullptr, nullptr), what);
  if (rank != 1 || type != NC_INT64) refuse(what, "int64 of rank 1", "something else");
  check(nc_inq_vardimid(id_, variable, &dimension), what);
  check(nc_inq_dimlen(id_, dimension, &length), what);
  std::vector<int64_t> values(length);
  static_assert(sizeof(long long) == sizeof(int64_t), "netCDF's int64 is a long long");
  check(nc_get_var(id_, variable, values.data()), what);
  return values;
}

// `step` is written last: at the end of a file whose process was killed it may be missing.
void Reader::read_samples() {
  step_ = integers("step");
  column_ = integers("column");
  while (!step_.empty() && step_.back() == NC_FILL_INT64) step_.pop_back();
  if (column_.size() < step_.size())
    refuse("variable column", std::to_string(step_.size()) + " samples",
           std::to_string(column_.size()));
  column_.resize(step_.size());
}

void Reader::find_group(const char *name) {
  Place place{-1, -1};
  if (nc_inq_ncid(id_, name, &place.group) != NC_NOERR) return;
  int count = 0;
  check(nc_inq_nvars(place.group, &count), name);
  for (place.id = 0; place.id < count; ++place.id) find_variable(name, place);
}

const char *Reader::keep(std::string text) {
  texts_.push_back(std::move(text));
  return texts_.back().c_str();
}

int32_t Reader::kind_of(Place place, const std::string &name) {
  nc_type type = NC_NAT;
  check(nc_inq_vartype(place.group, place.id, &type), name);
  switch (type) {
    case NC_FLOAT: return HYB_REAL32;
    case NC_DOUBLE: return HYB_REAL64;
    case NC_INT:
      return text_of(place.group, place.id, "kind") == "logical" ? HYB_LOGICAL32 : HYB_INT32;
  }
  refuse("variable " + name, "float, double or int", "netCDF type " + std::to_string(type));
}

void Reader::axis(const std::string &dimension, int64_t extent, hyb_variable &variable) {
  if (starts_with(dimension, "level_"))
    variable.nlevel = extent;
  else if (starts_with(dimension, "species_"))
    variable.nspecies = extent;
  else
    refuse(std::string("variable ") + variable.name, "dimensions sample, level_*, species_*",
           dimension);
}

void Reader::extents(Place place, hyb_variable &variable) {
  int rank = 0;
  check(nc_inq_varndims(place.group, place.id, &rank), variable.name);
  if (rank < 1 || rank > 3)
    refuse(std::string("variable ") + variable.name, "rank 1 to 3", std::to_string(rank));
  std::array<int, 3> dimensions{};
  check(nc_inq_vardimid(place.group, place.id, dimensions.data()), variable.name);
  for (int i = 1; i < rank; ++i) {
    std::array<char, NC_MAX_NAME + 1> name{};
    size_t length = 0;
    check(nc_inq_dim(place.group, dimensions[i], name.data(), &length), variable.name);
    axis(name.data(), static_cast<int64_t>(length), variable);
  }
}

void Reader::find_variable(const char *group, Place place) {
  std::array<char, NC_MAX_NAME + 1> name{};
  check(nc_inq_varname(place.group, place.id, name.data()), group);
  hyb_variable variable{};
  variable.group = group;
  variable.name = keep(name.data());
  variable.unit = keep(text_of(place.group, place.id, "units"));
  variable.role = keep(text_of(place.group, place.id, "role"));
  variable.kind = kind_of(place, variable.name);
  extents(place, variable);
  variables_.push_back(variable);
  places_.push_back(place);
}

void Reader::read(int32_t variable, int64_t start, int64_t count, void *data) {
  const int64_t nsample = static_cast<int64_t>(step_.size());
  const std::string what = "recording '" + path_ + "'";
  if (variable < 0 || static_cast<size_t>(variable) >= variables_.size())
    refuse(what, "a variable below " + std::to_string(variables_.size()),
           std::to_string(variable));
  if (start < 0 || count < 0 || start > nsample - count)
    refuse(what, "samples within 0 and " + std::to_string(nsample),
           std::to_string(start) + " and " + std::to_string(count) + " more");
  const hyb_variable &shape = variables_[variable];
  const std::array<size_t, 3> from = {static_cast<size_t>(start), 0, 0};
  std::array<size_t, 3> extent = {static_cast<size_t>(count), static_cast<size_t>(shape.nlevel),
                                  static_cast<size_t>(shape.nspecies)};
  if (shape.nlevel == 0) extent[1] = extent[2];
  errno = 0;
  check(nc_get_vara(places_[variable].group, places_[variable].id, from.data(), extent.data(),
                    data),
        what + ": variable " + shape.name + " cannot be read");
}

}  // namespace hybrid_netcdf
