// SPDX-License-Identifier: BSD-3-Clause
#include "restart_reader.hpp"

#include <netcdf.h>

#include <array>
#include <filesystem>

#include "error.hpp"
#include "restart_layout.hpp"

namespace hybrid_netcdf {
namespace {

std::string conventions_of(int file) {
  size_t length = 0;
  nc_type type = NC_NAT;
  if (nc_inq_att(file, NC_GLOBAL, "Conventions", &type, &length) != NC_NOERR || type != NC_CHAR)
    return "";
  std::string text(length, ' ');
  check(nc_get_att_text(file, NC_GLOBAL, "Conventions", text.data()), "attribute Conventions");
  return text;
}

int64_t length_of(int group, int dimension, const std::string &what) {
  size_t length = 0;
  check(nc_inq_dimlen(group, dimension, &length), what);
  return static_cast<int64_t>(length);
}

}  // namespace

RestartReader::RestartReader(const std::string &path) {
  try {
    open(path);
    read_columns();
    find_arrays(id_, "");
  } catch (...) {
    if (id_ >= 0) nc_close(id_);
    throw;
  }
}

RestartReader::~RestartReader() { nc_close(id_); }

void RestartReader::open(const std::string &path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    refuse("it cannot be opened", "a file",
           std::filesystem::exists(path, error) ? "something else" : "none");
  errno = 0;
  const int status = nc_open(path.c_str(), NC_NOWRITE, &id_);
  if (status != NC_NOERR) {
    id_ = -1;
    const bool system = status == NC_EHDFERR && errno != 0;
    refuse("it cannot be opened", "a complete NetCDF-4 file",
           system ? std::strerror(errno) : nc_strerror(status));
  }
  const std::string conventions = conventions_of(id_);
  if (conventions != restart_format)
    refuse("attribute Conventions", "'" + std::string(restart_format) + "'",
           conventions.empty() ? "none" : "'" + conventions + "'");
}

void RestartReader::read_columns() {
  int variable = -1, rank = 0;
  nc_type type = NC_NAT;
  check(nc_inq_varid(id_, column_name, &variable), column_name);
  check(nc_inq_var(id_, variable, nullptr, &type, &rank, nullptr, nullptr), column_name);
  if (rank != 1 || type != NC_INT64) refuse(column_name, "int64 of rank 1", "something else");
  check(nc_inq_vardimid(id_, variable, &column_dimension_), column_name);
  columns_.resize(static_cast<size_t>(length_of(id_, column_dimension_, column_name)));
  if (!columns_.empty()) check(nc_get_var(id_, variable, columns_.data()), column_name);
}

void RestartReader::find_arrays(int group, const std::string &prefix) {
  int nvariable = 0, ngroup = 0;
  check(nc_inq_varids(group, &nvariable, nullptr), prefix);
  std::vector<int> variables(static_cast<size_t>(nvariable));
  check(nc_inq_varids(group, &nvariable, variables.data()), prefix);
  for (const int variable : variables)
    if (group != id_) find_array({group, variable}, prefix);
  check(nc_inq_grps(group, &ngroup, nullptr), prefix);
  std::vector<int> groups(static_cast<size_t>(ngroup));
  check(nc_inq_grps(group, &ngroup, groups.data()), prefix);
  for (const int inner : groups) {
    std::array<char, NC_MAX_NAME + 1> name{};
    check(nc_inq_grpname(inner, name.data()), prefix);
    find_arrays(inner, prefix + name.data() + "/");
  }
}

void RestartReader::find_array(Place place, const std::string &prefix) {
  std::array<char, NC_MAX_NAME + 1> name{};
  check(nc_inq_varname(place.group, place.variable, name.data()), prefix);
  names_.push_back(prefix + name.data());
  arrays_.push_back(described(place, names_.back()));
  places_.push_back(place);
}

hyb_restart_array RestartReader::described(Place place, const std::string &name) const {
  int rank = 0;
  nc_type type = NC_NAT;
  std::array<int, 2> over = {-1, -1};
  check(nc_inq_var(place.group, place.variable, nullptr, &type, &rank, nullptr, nullptr), name);
  if (type != NC_DOUBLE || rank > 2)
    refuse("'" + name + "'", "real64 of rank 0 to 2", "something else");
  check(nc_inq_vardimid(place.group, place.variable, over.data()), name);
  if (rank == 2 && over[1] != column_dimension_)
    refuse("'" + name + "'", "the dimension column", "another");
  const int64_t nrow = rank == 0 ? 1 : length_of(place.group, over[0], name);
  return {name.c_str(), rank == 2, nrow, nullptr};
}

hyb_restart RestartReader::contents() const {
  return {sizeof(hyb_restart), static_cast<int32_t>(arrays_.size()), arrays_.data(),
          static_cast<int64_t>(columns_.size()), columns_.data()};
}

void RestartReader::read(int32_t array, int64_t first, int64_t count, double *data) const {
  if (array < 0 || static_cast<size_t>(array) >= arrays_.size())
    refuse("an array", "one below " + std::to_string(arrays_.size()), std::to_string(array));
  const hyb_restart_array &shape = arrays_[static_cast<size_t>(array)];
  const Place place = places_[static_cast<size_t>(array)];
  const std::string what = std::string("'") + shape.name + "'";
  if (first < 0 || count < 0 || first > shape.nrow - count)
    refuse(what, "rows within 0 and " + std::to_string(shape.nrow),
           std::to_string(first) + " and " + std::to_string(count) + " more");
  const std::array<size_t, 2> from = {static_cast<size_t>(first), 0};
  const std::array<size_t, 2> extent = {static_cast<size_t>(count), columns_.size()};
  errno = 0;
  check(nc_get_vara_double(place.group, place.variable, from.data(), extent.data(), data),
        what + " cannot be read");
}

}  // namespace hybrid_netcdf
