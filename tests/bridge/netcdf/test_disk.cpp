// SPDX-License-Identifier: BSD-3-Clause
// A disk that is full, limited, broken or gone: a message, no crash, and what was written before
// can be read.
#include <sys/mount.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "disk.hpp"
#include "reading.hpp"

namespace {

// Appends until the recording fails; returns the message.
std::string append_until_failure(void *file, int64_t steps = 20000) {
  hyb_message message{};
  for (int64_t step = 1; step <= steps; ++step)
    if (append(file, step, 1, 32, 1, &message) != HYB_OK) return message.text;
  CHECK(!"the recording never failed");
  return "";
}

// The failure stays, captures are released, and the file holds what the message says.
void check_failed(void *file, const std::string &path, const std::string &why) {
  const std::string text = append_until_failure(file);
  CHECK_HAS(text.c_str(), path.c_str());
  CHECK_HAS(text.c_str(), why.c_str());
  hyb_message message{};
  CHECK_EQ(storage().state(file, &message), HYB_ERROR_RECORD);
  CHECK_EQ(message.text == text, true);
  CHECK_EQ(storage().flush(file, &message), HYB_ERROR_RECORD);
  CHECK_EQ(append(file, 1, 1, 32), HYB_ERROR_RECORD);
  CHECK_EQ(storage().close(file, &message), HYB_ERROR_RECORD);
  CHECK_EQ(message.text == text, true);
  CHECK_EQ(held_captures, 0);
  disk.room = std::numeric_limits<long>::max();
  const size_t place = text.find("the first ");
  if (place == std::string::npos)
    CHECK_HAS(text.c_str(), "the file may be damaged");
  else if (std::filesystem::exists(path))
    CHECK_EQ(check_file(path), std::atol(text.c_str() + place + 10));
}

void check_limit(const Folder &folder) {
  const std::string path = folder / "limit.nc";
  struct rlimit before, limit;
  getrlimit(RLIMIT_FSIZE, &before);
  limit = before;
  limit.rlim_cur = 20 << 20;
  void *file = created(path);
  setrlimit(RLIMIT_FSIZE, &limit);
  check_failed(file, path, "File too large");
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(check_file(path) > 10000);
}

// The limit of the kernel is hit inside HDF5: no SIGXFSZ, which kills, must arrive.
void check_signal(const Folder &folder) {
  const std::string path = folder / "signal.nc";
  void *file = created(path);
  disk.error = EFBIG;
  disk.room = 9 << 20;
  check_failed(file, path, "File too large");
}

void check_tmpfs(const Folder &folder) {
  const std::string mount_point = folder / "small";
  std::filesystem::create_directory(mount_point);
  if (mount("tmpfs", mount_point.c_str(), "tmpfs", 0, "size=24m") != 0) {
    std::fprintf(stderr, "skipped: no right to mount a small disk\n");
    return;
  }
  const std::string path = mount_point + "/full.nc";
  check_failed(created(path), path, "No space left on device");
  CHECK(check_file(path) > 10000);
  void *file = nullptr;
  hyb_message message{};
  std::ofstream(mount_point + "/rest") << std::string(24 << 20, 'x');
  const hyb_recording_options o = options();
  CHECK_EQ(storage().create((mount_point + "/b.nc").c_str(), &o, &file, &message),
           HYB_ERROR_RECORD);
  CHECK_HAS(message.text, "No space left on device");
  check_kept(path, check_file(path), o, "No space left on device");
  CHECK_EQ(umount(mount_point.c_str()), 0);  // nothing is left open there
}

// A write fails inside HDF5: in the data, or (a little less than 4 MB in) in its indices.
void check_broken(const Folder &folder, int32_t compression, long room) {
  const std::string path = folder / "broken.nc";
  hyb_recording_options o = options();
  o.compression = compression;
  void *file = created(path, o);
  disk.error = EIO;
  disk.room = room;
  check_failed(file, path, "Input/output error");
  void *next = created(folder / "next.nc");  // HDF5 still works
  CHECK_EQ(append(next, 1, 1, 32), HYB_OK);
  CHECK_EQ(storage().close(next, nullptr), HYB_OK);
  CHECK_EQ(check_file(folder / "next.nc"), 32);
  std::filesystem::remove(path);  // after damage HDF5 may hold it for ever
}

// Nothing of the old file is lost if the new one cannot be begun, wherever that fails.
void check_begin(const Folder &folder) {
  const std::string path = folder / "begin.nc";
  void *file = created(path);
  CHECK_EQ(append(file, 1, 1, 32), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  for (const long room : {0L, 100L, 2000L, 6000L}) {
    disk.error = ENOSPC;
    disk.room = room;
    check_kept(path, 32, options(), "No space left on device");
    disk.room = std::numeric_limits<long>::max();
  }
}

// A program whose only recording cannot be begun ends in silence.
int fail_to_begin(const char *path) {
  disk.room = 2000;
  const hyb_recording_options o = options();
  void *file = nullptr;
  CHECK_EQ(storage().create(path, &o, &file, nullptr), HYB_ERROR_RECORD);
  return check_failures();
}

void check_silence(const Folder &folder, const char *program) {
  const std::string errors = folder / "errors";
  const std::string command = std::string(program) + " " + (folder / "a.nc") + " 2> " + errors;
  CHECK_EQ(std::system(command.c_str()), 0);
  std::ifstream stream(errors);
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  CHECK(text.find("HDF5: ") == std::string::npos);  // a sanitizer may say what it suppressed
  CHECK(!std::filesystem::exists(folder / "a.nc"));
}

void check_vanished(const Folder &folder) {
  const std::string directory = folder / "gone", path = directory + "/a.nc";
  std::filesystem::create_directory(directory);
  void *file = created(path);
  CHECK_EQ(append(file, 1, 1, 32), HYB_OK);
  CHECK_EQ(storage().flush(file, nullptr), HYB_OK);
  std::filesystem::remove_all(directory);
  check_failed(file, path, "the file was removed");
}

// The failure of one recording is not that of another.
void check_neighbour(const Folder &folder) {
  void *good = created(folder / "good.nc");
  CHECK_EQ(append(good, 1, 1, 32), HYB_OK);
  check_vanished(folder);
  CHECK_EQ(append(good, 2, 1, 32), HYB_OK);
  CHECK_EQ(storage().close(good, nullptr), HYB_OK);
  CHECK_EQ(check_file(folder / "good.nc"), 64);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc > 1) return fail_to_begin(argv[1]);
  const Folder folder;
  check_limit(folder);
  check_signal(folder);
  check_tmpfs(folder);
  for (const int32_t compression : {0, 1})
    for (const long room : {0L, 3000L, 3880000L, 3900000L, 5000000L})
      check_broken(folder, compression, room);
  check_begin(folder);
  check_silence(folder, argv[0]);
  check_neighbour(folder);
  return check_failures();
}
