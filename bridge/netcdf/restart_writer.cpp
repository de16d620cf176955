// SPDX-License-Identifier: BSD-3-Clause
#include "restart_writer.hpp"

#include <netcdf.h>

#include <algorithm>
#include <vector>

#include "definitions.hpp"
#include "error.hpp"
#include "file.hpp"
#include "restart_layout.hpp"

namespace hybrid_netcdf {
namespace {

// Values that HDF5 reads together, and checks.
constexpr int64_t chunk_values = 1 << 19;
// What HDF5 may need beside the data: object headers, indices of chunks.
constexpr int64_t metadata_bytes = 1024 * 1024, metadata_bytes_of_array = 16 * 1024;

class RestartWriter {
 public:
  RestartWriter(const std::string &path, const hyb_restart &restart)
      : file_(path, File::Readers::kept), restart_(restart) {}

  void write() {
    file_.reserve(bytes_needed());
    put_text(file_.id(), NC_GLOBAL, "Conventions", restart_format);
    put_text(file_.id(), NC_GLOBAL, "title", "restart of pyhybrid");
    put_text(file_.id(), NC_GLOBAL, "pyhybrid_version", HYB_VERSION);
    put_columns();
    for (int32_t i = 0; i < restart_.narray; ++i) put(restart_.array[i]);
    file_.close_and_publish();
  }

 private:
  int64_t values_of(const hyb_restart_array &array) const {
    return array.nrow * (array.by_column ? restart_.ncolumn : 1);
  }

  int64_t bytes_needed() const {
    int64_t values = restart_.ncolumn;
    for (int32_t i = 0; i < restart_.narray; ++i) values += values_of(restart_.array[i]);
    return values * static_cast<int64_t>(sizeof(double)) + metadata_bytes +
           restart_.narray * metadata_bytes_of_array;
  }

  void put_columns() {
    column_ = new_dimension(file_.id(), column_name, restart_.ncolumn);
    int variable = -1;
    check(nc_def_var(file_.id(), column_name, NC_INT64, 1, &column_, &variable), column_name);
    static_assert(sizeof(long long) == sizeof(int64_t), "netCDF's int64 is a long long");
    if (restart_.ncolumn > 0)
      check(nc_put_var(file_.id(), variable, restart_.column), column_name);
  }

  std::vector<int> dimensions(const hyb_restart_array &array, int in, const std::string &name) {
    if (array.by_column) return {new_dimension(in, name + "_row", array.nrow), column_};
    if (array.nrow == 1) return {};
    return {new_dimension(in, name + "_length", array.nrow)};
  }

  // With checksums, so that a damaged file is found out.
  void protect(const hyb_restart_array &array, int in, int variable) {
    if (values_of(array) == 0) return;
    std::vector<size_t> chunk;
    if (array.by_column) chunk = {1};
    const int64_t last = array.by_column ? restart_.ncolumn : array.nrow;
    chunk.push_back(static_cast<size_t>(std::min(last, chunk_values)));
    check(nc_def_var_chunking(in, variable, NC_CHUNKED, chunk.data()), array.name);
    check(nc_def_var_fletcher32(in, variable, NC_FLETCHER32), array.name);
  }

  void put(const hyb_restart_array &array) {
    const auto [in, name] = named(file_.id(), array.name);
    int variable = -1;
    const std::vector<int> over = dimensions(array, in, name);
    const int rank = static_cast<int>(over.size());
    const std::string what = std::string("'") + array.name + "'";
    check(nc_def_var(in, name.c_str(), NC_DOUBLE, rank, over.data(), &variable), what);
    check(nc_def_var_fill(in, variable, NC_NOFILL, nullptr), what);
    if (rank > 0) protect(array, in, variable);
    errno = 0;
    if (values_of(array) > 0) check(nc_put_var(in, variable, array.data), what);
  }

  File file_;
  const hyb_restart &restart_;
  int column_ = -1;
};

}  // namespace

void write_restart(const std::string &path, const hyb_restart &restart) {
  RestartWriter(path, restart).write();
}

}  // namespace hybrid_netcdf
