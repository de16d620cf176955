// SPDX-License-Identifier: BSD-3-Clause
#include "table_writer.hpp"

#include <netcdf.h>

#include <array>
#include <limits>
#include <string>

#include "definitions.hpp"
#include "error.hpp"
#include "file.hpp"
#include "plugin_arguments.hpp"
#include "worker.hpp"

namespace hybrid_netcdf {
namespace {

using hybrid_plugin::guarded;

// What HDF5 may need beside the data: object headers of groups, dimensions and variables.
constexpr int64_t metadata_bytes = 1024 * 1024, metadata_bytes_of_variable = 8 * 1024;

int64_t values_of(const hyb_table_variable &variable) {
  int64_t values = 1;
  for (int32_t i = 0; i < variable.rank; ++i) values *= variable.extent[i];
  return values;
}

class TableWriter {
 public:
  TableWriter(const std::string &path, const hyb_table &table)
      : file_(path, File::Readers::kept), table_(table) {}

  void write() {
    file_.reserve(bytes_needed());
    for (int32_t i = 0; i < table_.nattribute; ++i)
      put_text(file_.id(), NC_GLOBAL, table_.attribute[i].name, table_.attribute[i].text);
    for (int32_t i = 0; i < table_.nvariable; ++i) put(table_.variable[i]);
    file_.close_and_publish();
  }

 private:
  int64_t bytes_needed() const {
    int64_t values = 0;
    for (int32_t i = 0; i < table_.nvariable; ++i) values += values_of(table_.variable[i]);
    return values * static_cast<int64_t>(sizeof(double)) + metadata_bytes +
           table_.nvariable * metadata_bytes_of_variable;
  }

  // That of the group or of one above it, made where it is missing.
  static int dimension(int group, const std::string &name, int64_t length) {
    int id = -1;
    size_t found = 0;
    if (nc_inq_dimid(group, name.c_str(), &id) == NC_NOERR) {
      check(nc_inq_dimlen(group, id, &found), name);
      if (static_cast<int64_t>(found) == length) return id;
    }
    return new_dimension(group, name, length);
  }

  int define(const hyb_table_variable &one, const Named &place) {
    std::array<int, 2> over{};
    for (int32_t i = 0; i < one.rank; ++i)
      over[static_cast<size_t>(i)] = dimension(place.group, one.dimension[i], one.extent[i]);
    int id = -1;
    const nc_type type = one.kind == HYB_REAL64 ? NC_DOUBLE : NC_CHAR;
    check(nc_def_var(place.group, place.name.c_str(), type, one.rank, over.data(), &id), one.name);
    const double missing = std::numeric_limits<double>::quiet_NaN();
    if (type == NC_DOUBLE) check(nc_def_var_fill(place.group, id, NC_FILL, &missing), one.name);
    if (*one.unit) put_text(place.group, id, "units", one.unit);
    if (*one.about) put_text(place.group, id, "long_name", one.about);
    return id;
  }

  void put(const hyb_table_variable &one) {
    if (one.rank < 0 || one.rank > 2)
      refuse(std::string("'") + one.name + "': rank", "0 to 2", std::to_string(one.rank));
    const Named place = named(file_.id(), one.name);
    const int id = define(one, place);
    errno = 0;
    if (values_of(one) > 0) check(nc_put_var(place.group, id, one.data), one.name);
  }

  File file_;
  const hyb_table &table_;
};

void write(const std::string &path, const hyb_table &table) {
  try {
    TableWriter(path, table).write();
  } catch (...) {
    Worker::instance().expect_leftovers();
    throw;
  }
}

}  // namespace

int32_t save_table(const char *path, const hyb_table *table, hyb_message *message) {
  return guarded(message, [&] {
    need({path, table});
    try {
      Worker::instance().run([&] { write(path, *table); });
    } catch (const Failure &failure) {
      refuse("table '" + std::string(path) + "': " + failure.what());
    }
  });
}

}  // namespace hybrid_netcdf
