// SPDX-License-Identifier: BSD-3-Clause
// A NetCDF file that is being written, and the disk below it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hybrid_netcdf {

// HDF5 does not survive a failed write: what it cannot flush keeps the file open inside the
// library, nc_close fails and prints, and shutdown at exit may crash. So this class
//  - reserves the blocks on disk before HDF5 writes into them: a full disk, a quota or a limit is
//    found while HDF5 is in good order;
//  - on failure turns HDF5's descriptor to memory first, so that closing succeeds and what the
//    last sync left on disk stays as it is: a consistent file.
// Used on the worker's thread only.
class File {
 public:
  // Who reads the file that is replaced: nobody may, or they keep the old one.
  enum class Readers { refused, kept };

  // Begins a new file beside `path`, under a temporary name.
  explicit File(const std::string &path, Readers readers = Readers::refused);
  ~File();  // abandons what was not closed
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  int id() const { return id_; }

  // Puts the new file in the place of `path`, whose file, if any, has been untouched so far.
  void publish();
  // Makes sure that `bytes` more can be written.
  void reserve(int64_t bytes);
  // Hands everything to the operating system: the file is consistent afterwards.
  void sync();
  // Waits for the disk.
  void persist();
  void close();
  // Both at once: the complete file, on disk, takes the place of `path`.
  void close_and_publish();
  // Closes without writing; the file is again what it was after the last sync, or gone if it was
  // never published. Is that on disk?
  bool abandon() noexcept;
  // Did a sync fail half-way? HDF5 changes its indices in place: the file may be damaged.
  bool torn() const { return torn_; }
  // In a child of fork: what HDF5 does at its end must not reach the parent's files.
  static void let_go_of_all() noexcept;

 private:
  void begin();
  void open_temporary();
  void check_replaceable() const;
  void check_unread(int old) const;
  void move_into_place();
  void complete();
  void let_go();
  static std::vector<File *> &all();
  void check_alive() const;
  void check_limit(int64_t end) const;
  void find_twin();
  void redirect() noexcept;
  int close_netcdf() noexcept;

  const std::string path_;  // not a link
  const Readers readers_;
  std::string temporary_;   // empty once published
  int id_ = -1;
  int descriptor_ = -1;  // ours
  int twin_ = -1;        // HDF5's, of the same file
  int64_t synced_ = -1;  // bytes after the last sync
  bool torn_ = false, stuck_ = false;
};

}  // namespace hybrid_netcdf
