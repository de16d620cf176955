// SPDX-License-Identifier: BSD-3-Clause
#include "array.hpp"

#include <netcdf.h>

#include <algorithm>
#include <array>
#include <limits>

#include "attributes.hpp"
#include "error.hpp"
#include "plugin/quotes.hpp"

namespace hybrid_netcdf {
namespace {

using hybrid_plugin::in_quotes;

constexpr int most_rank = 4;

// What a file holds where nothing was ever written.
double default_fill(nc_type type) {
  switch (type) {
    case NC_FLOAT: return static_cast<double>(NC_FILL_FLOAT);
    case NC_DOUBLE: return NC_FILL_DOUBLE;
    case NC_SHORT: return NC_FILL_SHORT;
    case NC_INT: return NC_FILL_INT;
  }
  return std::numeric_limits<double>::quiet_NaN();  // equal to nothing
}

}  // namespace

Array::Array(const std::string &path, const std::string &name)
    : what_("file " + in_quotes(path)) {
  try {
    open(path);
    what_ += ": variable " + in_quotes(name);
    if (nc_inq_varid(id_, name.c_str(), &variable_) != NC_NOERR)
      refuse(what_, "one of that name", "none");
    find_shape();
    find_packing();
    find_missing();
  } catch (...) {
    close();
    throw;
  }
}

Array::~Array() { close(); }

void Array::close() {
  if (id_ >= 0) nc_close(id_);
  id_ = -1;
}

void Array::open(const std::string &path) {
  errno = 0;
  const int status = nc_open(path.c_str(), NC_NOWRITE, &id_);
  if (status == NC_NOERR) return;
  id_ = -1;
  const bool system = status == NC_EHDFERR && errno != 0;
  refuse(what_, "a NetCDF file that can be read",
         system ? std::strerror(errno) : nc_strerror(status));
}

void Array::find_shape() {
  std::array<int, NC_MAX_VAR_DIMS> dimensions{};
  check(nc_inq_varndims(id_, variable_, &shape_.rank), what_);
  if (shape_.rank > most_rank)
    refuse(what_, "at most 4 dimensions", std::to_string(shape_.rank));
  check(nc_inq_vardimid(id_, variable_, dimensions.data()), what_);
  for (int i = 0; i < shape_.rank; ++i) {
    std::array<char, NC_MAX_NAME + 1> name{};
    size_t length = 0;
    check(nc_inq_dim(id_, dimensions[i], name.data(), &length), what_);
    dimensions_[i] = name.data();
    shape_.dimension[i] = dimensions_[i].c_str();
    shape_.extent[i] = static_cast<int64_t>(length);
  }
  shape_.size = sizeof shape_;
  unit_ = text_of(id_, variable_, "units");
  calendar_ = text_of(id_, variable_, "calendar");
  shape_.unit = unit_.c_str();
  shape_.calendar = calendar_.c_str();
}

double Array::number(const char *attribute, double otherwise) const {
  size_t length = 0;
  nc_type type = NC_NAT;
  if (nc_inq_att(id_, variable_, attribute, &type, &length) != NC_NOERR) return otherwise;
  if (length != 1 || type == NC_CHAR || type == NC_STRING)
    refuse(what_ + ": attribute " + attribute, "one number", "something else");
  double value = otherwise;
  check(nc_get_att_double(id_, variable_, attribute, &value), what_);
  return value;
}

void Array::find_packing() {
  scale_ = number("scale_factor", 1);
  offset_ = number("add_offset", 0);
}

void Array::find_missing() {
  nc_type type = NC_NAT;
  check(nc_inq_vartype(id_, variable_, &type), what_);
  if (type == NC_CHAR || type > NC_UINT64)
    refuse(what_, "numbers", "netCDF type " + std::to_string(type));
  missing_ = {number("_FillValue", default_fill(type))};
  missing_.push_back(number("missing_value", missing_[0]));
}

double Array::unpacked(double stored) const {
  if (std::find(missing_.begin(), missing_.end(), stored) != missing_.end())
    return std::numeric_limits<double>::quiet_NaN();
  return stored * scale_ + offset_;
}

void Array::read(const int64_t *start, const int64_t *count, double *data) {
  std::array<size_t, most_rank> from{}, extent{};
  size_t n = 1;
  for (int i = 0; i < shape_.rank; ++i) {
    if (start[i] < 0 || count[i] < 0 || start[i] > shape_.extent[i] - count[i])
      refuse(what_ + ": " + shape_.dimension[i],
             "places within " + std::to_string(shape_.extent[i]),
             std::to_string(start[i]) + " and " + std::to_string(count[i]) + " more");
    from[i] = static_cast<size_t>(start[i]);
    extent[i] = static_cast<size_t>(count[i]);
    n *= extent[i];
  }
  errno = 0;
  check(nc_get_vara_double(id_, variable_, from.data(), extent.data(), data),
        what_ + " cannot be read");
  std::transform(data, data + n, data, [this](double stored) { return unpacked(stored); });
}

}  // namespace hybrid_netcdf
