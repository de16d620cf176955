// SPDX-License-Identifier: BSD-3-Clause
// Variables of any NetCDF file: their shapes, units and values; packed and missing ones; refusals.
#include <fcntl.h>
#include <netcdf.h>
#include <unistd.h>

#include <cmath>
#include <fstream>

#include "storage.hpp"

namespace {

void ok(int status) { REQUIRE(status == NC_NOERR); }

constexpr double missing = -999;

// (time, level, lat): 100 time + 10 level + lat; the second value is missing.
void define(int id, const char *name, nc_type type, const std::vector<int> &dimensions) {
  int variable = -1;
  ok(nc_def_var(id, name, type, static_cast<int>(dimensions.size()), dimensions.data(), &variable));
  ok(nc_put_att_text(id, variable, "units", 1, "K"));
}

std::string written(const Folder &folder, int format) {
  const std::string path = folder / "file" + std::to_string(format) + ".nc";
  int id = -1, variable = -1, time = -1, level = -1, lat = -1;
  ok(nc_create(path.c_str(), format, &id));
  ok(nc_def_dim(id, "time", NC_UNLIMITED, &time));
  ok(nc_def_dim(id, "level", 3, &level));
  ok(nc_def_dim(id, "lat", 4, &lat));
  define(id, "t", NC_FLOAT, {time, level, lat});
  define(id, "packed", NC_SHORT, {lat});
  define(id, "scalar", NC_DOUBLE, {});
  define(id, "text", NC_CHAR, {lat});
  define(id, "unwritten", NC_DOUBLE, {lat});
  define(id, "wide", NC_INT, {time, level, lat, lat, lat});
  define(id, "odd", NC_INT, {lat});
  const double scale = 0.5, offset = 100, two[] = {1, 2};
  ok(nc_inq_varid(id, "t", &variable));
  const float fill = static_cast<float>(missing);
  ok(nc_put_att_float(id, variable, "_FillValue", NC_FLOAT, 1, &fill));
  ok(nc_put_att_text(id, variable, "calendar", 6, "noleap"));
  ok(nc_inq_varid(id, "packed", &variable));
  ok(nc_put_att_double(id, variable, "scale_factor", NC_DOUBLE, 1, &scale));
  ok(nc_put_att_double(id, variable, "add_offset", NC_DOUBLE, 1, &offset));
  ok(nc_put_att_double(id, variable, "missing_value", NC_SHORT, 1, &missing));
  ok(nc_inq_varid(id, "odd", &variable));
  ok(nc_put_att_double(id, variable, "scale_factor", NC_DOUBLE, 2, two));
  ok(nc_enddef(id));
  std::vector<double> values;
  for (int i = 0; i < 24; ++i)
    values.push_back(i == 1 ? missing : 100 * (i / 12) + 10 * (i / 4 % 3) + i % 4);
  const size_t start[] = {0, 0, 0}, count[] = {2, 3, 4};
  ok(nc_inq_varid(id, "t", &variable));
  ok(nc_put_vara_double(id, variable, start, count, values.data()));
  const double packed[] = {1, missing, 3, -4}, scalar = 7;
  ok(nc_inq_varid(id, "packed", &variable));
  ok(nc_put_var_double(id, variable, packed));
  ok(nc_inq_varid(id, "scalar", &variable));
  ok(nc_put_var_double(id, variable, &scalar));
  ok(nc_close(id));
  return path;
}

struct Opened {
  Opened(const std::string &path, const char *name) {
    hyb_message message{};
    REQUIRE(storage().open_array(path.c_str(), name, &file, &array, &message) == HYB_OK);
  }
  ~Opened() { storage().close_array(file); }
  std::vector<double> read(std::vector<int64_t> start, std::vector<int64_t> count, size_t n) {
    std::vector<double> values(n);
    hyb_message message{};
    start.resize(4);
    count.resize(4);
    CHECK_EQ(storage().read_array(file, start.data(), count.data(), values.data(), &message),
             HYB_OK);
    return values;
  }
  void *file = nullptr;
  const hyb_array *array = nullptr;
};

void are_read(const std::string &path) {
  Opened t(path, "t");
  CHECK_EQ(t.array->rank, 3);
  CHECK_EQ(std::string(t.array->dimension[2]), "lat");
  CHECK_EQ(t.array->extent[0], 2);
  CHECK_EQ(t.array->extent[1], 3);
  CHECK_EQ(std::string(t.array->unit), "K");
  CHECK_EQ(std::string(t.array->calendar), "noleap");
  CHECK(t.read({1, 2, 1}, {1, 1, 3}, 3) == std::vector<double>({121, 122, 123}));
  const std::vector<double> first = t.read({0, 0, 0}, {1, 1, 4}, 4);
  CHECK(first[0] == 0 && std::isnan(first[1]) && first[2] == 2);
  Opened packed(path, "packed");
  CHECK_EQ(std::string(packed.array->calendar), "");
  const std::vector<double> values = packed.read({0}, {4}, 4);
  CHECK(values[0] == 100.5 && std::isnan(values[1]) && values[3] == 98);
  Opened scalar(path, "scalar");
  CHECK_EQ(scalar.array->rank, 0);
  CHECK(scalar.read({}, {}, 1) == std::vector<double>({7}));
  for (const double value : Opened(path, "unwritten").read({0}, {4}, 4)) CHECK(std::isnan(value));
}

void refuses(const std::string &path, const char *name, const char *why) {
  hyb_message message{};
  void *file = &file;
  const hyb_array *array = nullptr;
  CHECK_EQ(storage().open_array(path.c_str(), name, &file, &array, &message), HYB_ERROR_FILE);
  CHECK(!file);
  CHECK_HAS(message.text, path.c_str());
  CHECK_HAS(message.text, why);
}

void are_refused(const Folder &folder, const std::string &path) {
  refuses(folder / "none.nc", "t", "No such file");
  refuses(folder.path(), "t", "expected a NetCDF file that can be read");
  refuses(path, "u", "variable 'u': expected one of that name, found none");
  refuses(path, "text", "expected numbers, found netCDF type 2");
  refuses(path, "wide", "expected at most 4 dimensions, found 5");
  refuses(path, "odd", "attribute scale_factor: expected one number");
  const std::string broken = folder / "broken.nc";
  std::ofstream(broken) << "CDF, but not really";
  refuses(broken, "t", "expected a NetCDF file that can be read");
}

void reads_are_checked(const std::string &path) {
  Opened t(path, "t");
  double values[24];
  hyb_message message{};
  const auto status = [&](std::vector<int64_t> start, std::vector<int64_t> count) {
    return storage().read_array(t.file, start.data(), count.data(), values, &message);
  };
  CHECK_EQ(status({2, 0, 0}, {1, 3, 4}), HYB_ERROR_FILE);
  CHECK_HAS(message.text, "time: expected places within 2, found 2 and 1 more");
  CHECK_EQ(status({0, -1, 0}, {1, 3, 4}), HYB_ERROR_FILE);
  CHECK_EQ(status({0, 0, 0}, {1, 3, INT64_MAX}), HYB_ERROR_FILE);
  CHECK_EQ(storage().read_array(nullptr, nullptr, nullptr, values, &message), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().open_array(nullptr, "t", &t.file, &t.array, nullptr), HYB_ERROR_ARGUMENT);
  storage().close_array(nullptr);
}

// netCDF was used by this thread first, as a host may: HDF5 must not complain on another one.
void are_read_in_silence(const Folder &folder, const std::string &path) {
  const std::string log = folder / "stderr";
  std::fflush(stderr);
  const int kept = dup(2), to = open(log.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  dup2(to, 2);
  { const Opened t(path, "t"); }
  std::fflush(stderr);
  dup2(kept, 2);
  close(kept);
  close(to);
  CHECK_EQ(std::filesystem::file_size(log), 0);
}

}  // namespace

int main() {
  const Folder folder;
  are_read_in_silence(folder, written(folder, NC_NETCDF4));
  for (const int format : {NC_NETCDF4, NC_64BIT_OFFSET, 0}) {
    const std::string path = written(folder, format);
    are_read(path);
    are_refused(folder, path);
    reads_are_checked(path);
  }
  return check_failures();
}
