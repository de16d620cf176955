// SPDX-License-Identifier: BSD-3-Clause
#include "restart.hpp"

#include <algorithm>

#include "column_map.hpp"
#include "error.hpp"
#include "on_all_ranks.hpp"
#include "plugin.hpp"
#include "text.hpp"

namespace hyb {
namespace {

const hyb_storage &storage_of(const std::string &plugins) {
  return *load_plugin<hyb_storage>("netcdf", HYB_PLUGIN_STORAGE, plugins);
}

// Where a restart goes, and the ranks that share it.
struct Place {
  std::string path;
  Communicator ranks;

  Place(const std::string &given, const Communicator &communicator)
      : path(replaced(given, "{rank}", std::to_string(communicator.rank()))),
        ranks(path == given ? communicator : Communicator(hyb_host{})) {
    if (path == given && !communicator.reduces())
      mismatch(HYB_ERROR_STATE, "restart " + in_quotes(given),
               "{rank} in the path, as there is no communicator for one file",
               "none (" + communicator.why() + ")");
  }
};

// All values on the rank that writes.
class Gathered {
 public:
  Gathered(const Snapshot &snapshot, const ColumnMap &map, bool keeps) : map_(map), keeps_(keeps) {
    values_.reserve(snapshot.arrays.size());
    for (const StateArray &array : snapshot.arrays) add(array);
  }
  hyb_restart restart() const {
    return {sizeof(hyb_restart), static_cast<int32_t>(arrays_.size()), arrays_.data(),
            static_cast<int64_t>(map_.columns().size()), map_.columns().data()};
  }

 private:
  void add(const StateArray &array) {
    values_.push_back(array.by_column ? rows_of(array) : array.values);
    arrays_.push_back({array.name.c_str(), array.by_column, array.nrow, values_.back().data()});
  }
  std::vector<double> rows_of(const StateArray &array) const {
    const size_t own = array.nrow ? array.values.size() / static_cast<size_t>(array.nrow) : 0;
    std::vector<double> rows;
    for (int64_t row = 0; row < array.nrow; ++row) {
      const auto all = map_.gathered(array.values.data() + static_cast<size_t>(row) * own);
      if (keeps_) rows.insert(rows.end(), all.begin(), all.end());
    }
    return rows;
  }

  const ColumnMap &map_;
  const bool keeps_;
  std::vector<std::vector<double>> values_;
  std::vector<hyb_restart_array> arrays_;
};

// A restart that is open for reading.
class RestartFile {
 public:
  RestartFile(const hyb_storage &storage, const std::string &path) : storage_(storage) {
    hyb_message message{};
    contents_.size = sizeof contents_;
    check_plugin(storage.open_restart(path.c_str(), &file_, &contents_, &message), message);
  }
  ~RestartFile() { storage_.close_restart(file_); }
  RestartFile(const RestartFile &) = delete;
  RestartFile &operator=(const RestartFile &) = delete;

  std::vector<int64_t> columns() const {
    return {contents_.column, contents_.column + contents_.ncolumn};
  }
  int32_t narray() const { return contents_.narray; }
  StateArray array(int32_t number, const ColumnMap &map, int64_t ncol) const {
    const hyb_restart_array &found = contents_.array[number];
    StateArray array{found.name, found.by_column != 0, found.nrow, {}};
    array.values.resize(static_cast<size_t>(array.by_column ? found.nrow * ncol : found.nrow));
    if (!array.by_column)
      read(number, 0, found.nrow, array.values.data());
    else if (ncol > 0)
      read_own(number, map, ncol, array);
    return array;
  }

 private:
  void read_own(int32_t number, const ColumnMap &map, int64_t ncol, StateArray &array) const {
    std::vector<double> all(map.columns().size());
    for (int64_t row = 0; row < array.nrow; ++row) {
      read(number, row, 1, all.data());
      map.take(all.data(), array.values.data() + row * ncol);
    }
  }
  void read(int32_t array, int64_t first, int64_t count, double *data) const {
    if (count == 0) return;
    hyb_message message{};
    check_plugin(storage_.read_restart(file_, array, first, count, data, &message), message);
  }

  const hyb_storage &storage_;
  void *file_ = nullptr;
  hyb_restart contents_{};
};

// "without column 7", of the first place where two ascending lists part.
std::string first_difference(const std::vector<int64_t> &wanted,
                             const std::vector<int64_t> &found) {
  size_t i = 0;
  while (i < wanted.size() && i < found.size() && wanted[i] == found[i]) ++i;
  const bool lacks = i < wanted.size() && (i == found.size() || wanted[i] < found[i]);
  return (lacks ? "without column " : "with column ") +
         std::to_string(lacks ? wanted[i] : found[i]);
}

void check_columns(const std::string &path, const std::vector<int64_t> &wanted,
                   const std::vector<int64_t> &found) {
  if (wanted != found)
    mismatch(HYB_ERROR_STATE, "restart " + in_quotes(path) + ": columns",
             "the " + std::to_string(wanted.size()) + " of the domain",
             std::to_string(found.size()) + " (" + first_difference(wanted, found) + ")");
}

}  // namespace

void save_restart(const std::string &path, const Snapshot &snapshot,
                  const Communicator &communicator, const Grid &grid,
                  const std::string &plugins) {
  const Place place(path, communicator);
  const ColumnMap map(place.ranks, grid);
  const bool writes = place.path != path || communicator.rank() == 0 || communicator.size() == 1;
  const Gathered gathered(snapshot, map, writes);
  on_all_ranks(communicator, [&] {
    if (!writes) return;
    const hyb_restart restart = gathered.restart();
    hyb_message message{};
    check_plugin(storage_of(plugins).save_restart(place.path.c_str(), &restart, &message),
                 message);
  });
}

Snapshot load_restart(const std::string &path, const Communicator &communicator, const Grid &grid,
                      const std::string &plugins) {
  const Place place(path, communicator);
  const ColumnMap map(place.ranks, grid);
  Snapshot snapshot;
  on_all_ranks(communicator, [&] {
    const RestartFile file(storage_of(plugins), place.path);
    check_columns(place.path, map.columns(), file.columns());
    for (int32_t i = 0; i < file.narray(); ++i)
      snapshot.arrays.push_back(file.array(i, map, grid.ncol()));
  });
  return snapshot;
}

}  // namespace hyb
