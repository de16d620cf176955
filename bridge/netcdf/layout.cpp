// SPDX-License-Identifier: BSD-3-Clause
//
// dimensions: sample (unlimited), date_length = 32, level_<n> and species_<n> for each extent n
// variables:  step(sample), column(sample), date(sample, date_length), lat, lon, area (sample)
// groups:     input, native, after, emulated, each variable (sample[, level_<n>][, species_<n>])
#include "layout.hpp"

#include <netcdf.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "error.hpp"

namespace hybrid_netcdf {
namespace {

// A chunk is what a reader has to read at least; a block is what is written in one go.
constexpr size_t chunk_bytes = 128 * 1024;
constexpr size_t block_bytes = 4 * 1024 * 1024;
constexpr size_t most_rows = 8192;

struct Type {
  nc_type type;
  size_t size;
};

Type type_of(int32_t kind, const std::string &name) {
  switch (kind) {
    case HYB_REAL32: return {NC_FLOAT, 4};
    case HYB_REAL64: return {NC_DOUBLE, 8};
    case HYB_INT32:
    case HYB_LOGICAL32: return {NC_INT, 4};
  }
  refuse("variable '" + name + "'", "a kind from 1 to 4", std::to_string(kind));
}

// Of netCDF's rules those that a name may break; the last word is netCDF's.
const char *fault_of(const std::string &name) {
  const auto may_begin = [](unsigned char c) { return c >= 0x80 || c == '_' || std::isalnum(c); };
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (name.empty()) return "a name";
  if (name.size() > NC_MAX_NAME) return "a name of at most 256 bytes";
  if (name.find('/') != std::string::npos) return "a name without '/'";
  if (std::any_of(name.begin(), name.end(), control)) return "a name without control characters";
  if (!may_begin(static_cast<unsigned char>(name.front())))
    return "a name that begins with a letter, a digit or '_'";
  if (name.back() == ' ') return "a name without a space at its end";
  return nullptr;
}

void check_name(const std::string &name) {
  if (const char *expected = fault_of(name))
    refuse("variable '" + name + "'", expected, name.empty() ? "none" : "'" + name + "'");
}

void check_group(const std::string &name, const std::string &group) {
  for (const char *known : {"input", "native", "after", "emulated"})
    if (group == known) return;
  refuse("variable '" + name + "'", "the group input, native, after or emulated",
         "'" + group + "'");
}

// The largest power of two up to n, so that chunks divide blocks.
size_t power_of_two(size_t n) {
  size_t power = 1;
  while (power * 2 <= n) power *= 2;
  return power;
}

// The emulator and its noise are missing where it did not run. Other variables are complete, and
// without the attribute readers keep whole numbers whole.
bool may_miss(const hyb_variable &variable) {
  const std::string group = variable.group, role = variable.role ? variable.role : "";
  return group == "emulated" || (group == "input" && role == "noise");
}

class Definer {
 public:
  Definer(int root, const hyb_recording_options &options) : root_(root), options_(options) {}

  Layout define();

 private:
  void text(int group, int variable, const char *name, const char *value);
  void fill_value(const Series &series);
  int dimension(const std::string &name, size_t length);
  int group(const std::string &name);
  void axis(std::vector<int> &dims, const std::string &name, int64_t extent);
  Series &add(Source source, int group, const std::string &name, Type type,
              const std::vector<int> &dims);
  void field(int32_t number);
  void fields();
  void about_sample();
  void place(Source source, const char *name, const char *standard_name, const char *units);
  void date();
  void storage(Series &series);

  const int root_;
  const hyb_recording_options &options_;
  int sample_ = -1;
  std::map<std::string, int> dimensions_, groups_;
  std::set<std::string> names_;  // "group/name"
  Layout layout_;
};

void Definer::text(int group, int variable, const char *name, const char *value) {
  if (!name || !value) return;
  check(nc_put_att_text(group, variable, name, std::strlen(value), value),
        std::string("attribute '") + name + "'");
}

// As netCDF itself would fill it, told to readers that do not know its values.
void Definer::fill_value(const Series &series) {
  const double reals = NC_FILL_DOUBLE;
  const float narrow = NC_FILL_FLOAT;
  const int32_t whole = NC_FILL_INT;
  const void *value = &whole;
  if (series.kind == HYB_REAL64) value = &reals;
  if (series.kind == HYB_REAL32) value = &narrow;
  check(nc_def_var_fill(series.group, series.id, NC_FILL, value), "attribute '_FillValue'");
}

int Definer::dimension(const std::string &name, size_t length) {
  const auto [place, is_new] = dimensions_.try_emplace(name, -1);
  if (is_new) check(nc_def_dim(root_, name.c_str(), length, &place->second), "dimension " + name);
  return place->second;
}

int Definer::group(const std::string &name) {
  const auto [place, is_new] = groups_.try_emplace(name, -1);
  if (is_new) check(nc_def_grp(root_, name.c_str(), &place->second), "group " + name);
  return place->second;
}

void Definer::axis(std::vector<int> &dims, const std::string &name, int64_t extent) {
  if (extent > 0)
    dims.push_back(dimension(name + "_" + std::to_string(extent), static_cast<size_t>(extent)));
}

Series &Definer::add(Source source, int group, const std::string &name, Type type,
                     const std::vector<int> &dims) {
  Series series;
  series.source = source;
  series.group = group;
  series.size = type.size;
  check(nc_def_var(group, name.c_str(), type.type, static_cast<int>(dims.size()), dims.data(),
                   &series.id),
        "variable '" + name + "'");
  layout_.series.push_back(std::move(series));
  return layout_.series.back();
}

void Definer::field(int32_t number) {
  const hyb_variable &variable = options_.variable[number];
  const std::string name = variable.name ? variable.name : "";
  const std::string owner_name = variable.group ? variable.group : "";
  check_name(name);
  check_group(name, owner_name);
  if (!names_.insert(owner_name + "/" + name).second)
    refuse("variable '" + name + "'", "one of that name in group " + owner_name, "two");
  std::vector<int> dims = {sample_};
  axis(dims, "level", variable.nlevel);
  axis(dims, "species", variable.nspecies);
  const int owner = group(owner_name);
  Series &series = add(Source::field, owner, name, type_of(variable.kind, name), dims);
  series.kind = variable.kind;
  series.field = number;
  series.nlevel = static_cast<size_t>(std::max<int64_t>(variable.nlevel, 0));
  series.nspecies = static_cast<size_t>(std::max<int64_t>(variable.nspecies, 0));
  text(owner, series.id, "units", variable.unit);
  text(owner, series.id, "role", variable.role);
  if (may_miss(variable)) fill_value(series);
  if (variable.kind == HYB_LOGICAL32) text(owner, series.id, "kind", "logical");
}

void Definer::fields() {
  for (int32_t number = 0; number < options_.nvariable; ++number) field(number);
}

void Definer::place(Source source, const char *name, const char *standard_name,
                    const char *units) {
  const Series &series = add(source, root_, name, {NC_DOUBLE, 8}, {sample_});
  text(root_, series.id, "standard_name", standard_name);
  text(root_, series.id, "units", units);
}

void Definer::date() {
  const int length = dimension("date_length", date_length);
  Series &series = add(Source::date, root_, "date", {NC_CHAR, 1}, {sample_, length});
  series.nlevel = date_length;
  text(root_, series.id, "long_name", "date of the model, ISO 8601 in its calendar");
  text(root_, series.id, "_Encoding", "utf-8");
}

void Definer::about_sample() {
  date();
  const Series &column = add(Source::column, root_, "column", {NC_INT64, 8}, {sample_});
  text(root_, column.id, "long_name", "global index of the column, from 1");
  if (options_.has_lat) place(Source::lat, "lat", "latitude", "degrees_north");
  if (options_.has_lon) place(Source::lon, "lon", "longitude", "degrees_east");
  if (options_.has_area) place(Source::area, "area", "cell_area", "m2");
  const Series &step = add(Source::step, root_, "step", {NC_INT64, 8}, {sample_});
  text(root_, step.id, "long_name", "time step");
}

// No chunk cache (netCDF takes 0 for its default): blocks are made of whole chunks, and what HDF5
// does not hold back it cannot fail to write later.
void Definer::storage(Series &series) {
  series.chunk = std::min(layout_.rows, power_of_two(chunk_bytes / series.row_bytes()));
  std::vector<size_t> shape = {series.chunk};
  if (series.nlevel) shape.push_back(series.nlevel);
  if (series.nspecies) shape.push_back(series.nspecies);
  check(nc_def_var_chunking(series.group, series.id, NC_CHUNKED, shape.data()), "chunks");
  check(nc_set_var_chunk_cache(series.group, series.id, 1, 1, 1.0F), "chunk cache");
  if (options_.compression > 0)
    check(nc_def_var_deflate(series.group, series.id, 1, 1, options_.compression), "compression");
  series.rows.resize(layout_.rows * series.row_bytes());
}

Layout Definer::define() {
  text(root_, NC_GLOBAL, "Conventions", (std::string("CF-1.11, ") + format_name).c_str());
  for (int32_t i = 0; i < options_.nattribute; ++i)
    text(root_, NC_GLOBAL, options_.attribute[i].name, options_.attribute[i].text);
  sample_ = dimension("sample", NC_UNLIMITED);
  fields();
  about_sample();
  size_t row = 0;
  for (const Series &series : layout_.series) row += series.row_bytes();
  layout_.rows = power_of_two(std::min(most_rows, block_bytes / row));
  for (Series &series : layout_.series) storage(series);
  check(nc_enddef(root_), "the definitions");
  return std::move(layout_);
}

}  // namespace

Layout define_layout(int id, const hyb_recording_options &options) {
  return Definer(id, options).define();
}

}  // namespace hybrid_netcdf
