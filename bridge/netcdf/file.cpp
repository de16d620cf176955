// SPDX-License-Identifier: BSD-3-Clause
#include "file.hpp"

#include <fcntl.h>
#include <netcdf.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <utility>

#include "error.hpp"

namespace hybrid_netcdf {
namespace {

// HDF5 may grow a file at its end without writing there: those bytes have no blocks yet.
constexpr int64_t tail = 64 * 1024;
// What an empty file with its definitions takes.
constexpr int64_t first_bytes = 1024 * 1024;

struct stat status_of(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) fail_errno("the file is lost", errno);
  return status;
}

bool same_file(int one, int other) {
  struct stat a, b;
  if (fstat(one, &a) != 0 || fstat(other, &b) != 0) return false;
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Closes a descriptor at the end of a block.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int number() const { return number_; }

 private:
  const int number_;
};

// A link stays one: what it points to is replaced.
std::string behind_links(std::filesystem::path path) {
  constexpr int most = 40;  // as in the kernel
  std::error_code error;
  for (int i = 0; i < most && std::filesystem::is_symlink(path, error); ++i)
    path = path.parent_path() / std::filesystem::read_symlink(path, error);
  return path.string();
}

// In the same folder, for only there can it be renamed into place; hidden, and unlike any pattern
// for recordings; short, whatever the length of the name.
std::string temporary_beside(const std::string &path) {
  std::random_device random;
  char name[48];
  std::snprintf(name, sizeof name, ".hybrid-recording-%08x%08x.tmp", random(), random());
  return (std::filesystem::path(path).parent_path() / name).string();
}

int memory_file() {
#ifdef MFD_CLOEXEC
  return memfd_create("hybrid_netcdf", MFD_CLOEXEC);
#else
  return -1;
#endif
}

// File systems without fallocate (NFS 3, some parallel ones) are at least asked what is free, if
// they know their size.
void check_free(int descriptor, int64_t bytes) {
  struct statvfs disk;
  if (fstatvfs(descriptor, &disk) != 0) fail_errno("the file system is lost", errno);
  if (disk.f_blocks == 0) return;
  if (static_cast<int64_t>(disk.f_bavail) * static_cast<int64_t>(disk.f_frsize) < bytes)
    fail_errno("no room for " + std::to_string(bytes) + " more bytes", ENOSPC);
}

void allocate(int descriptor, int64_t offset, int64_t bytes) {
#ifdef FALLOC_FL_KEEP_SIZE
  if (fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, bytes) == 0) return;
  if (errno != EOPNOTSUPP && errno != ENOSYS)
    fail_errno("no room for " + std::to_string(bytes) + " more bytes", errno);
#endif
  check_free(descriptor, bytes);
}

}  // namespace

File::File(const std::string &path, Readers readers)
    : path_(behind_links(path)), readers_(readers) {
  try {
    begin();
    all().push_back(this);
  } catch (...) {
    abandon();
    throw;
  }
}

File::~File() {
  abandon();
  all().erase(std::remove(all().begin(), all().end(), this), all().end());
}

std::vector<File *> &File::all() {
  static auto *const files = new std::vector<File *>;  // outlives exit, as the worker does
  return *files;
}

void File::begin() {
  check_replaceable();
  open_temporary();
  reserve(first_bytes);
  errno = 0;
  const int status = nc_create(temporary_.c_str(), NC_NETCDF4 | NC_CLOBBER, &id_);
  if (status != NC_NOERR) id_ = -1;
  stuck_ = status != NC_NOERR;
  if (status == EACCES && errno != 0) fail_errno("cannot be created", errno);  // for any reason
  check(status, "cannot be created");
  find_twin();
}

void File::check_replaceable() const {
  const Descriptor old(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (old.number() < 0 && errno == ENOENT) return;
  if (old.number() < 0) fail_errno("cannot be created", errno);
  if (!S_ISREG(status_of(old.number()).st_mode))
    refuse("cannot be created", "a regular file", "something else");
  if (readers_ == Readers::refused) check_unread(old.number());
}

// HDF5 locks what it writes, in other processes too, if it is not told otherwise.
void File::check_unread(int old) const {
  bool open_already = flock(old, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  for (const File *file : all()) open_already = open_already || same_file(file->descriptor_, old);
  if (open_already) refuse("cannot be replaced: is it open already, or locked?");
}

// By us first: netCDF calls every failure "Permission denied".
void File::open_temporary() {
  std::string name = temporary_beside(path_);
  descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail_errno("cannot be created", errno);
  temporary_ = std::move(name);
}

// On disk before the name is: a crash of the machine leaves the old file or the new one.
void File::publish() {
  persist();
  move_into_place();
}

void File::move_into_place() {
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail_errno("cannot be created", errno);
  temporary_.clear();
  // The name too. Not every file system can do that to a folder.
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const Descriptor parent(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (parent.number() >= 0) fsync(parent.number());
}

void File::let_go_of_all() noexcept {
  for (File *file : all()) file->redirect();
}

void File::find_twin() {
  std::error_code ignored;
  for (const auto &entry : std::filesystem::directory_iterator("/dev/fd", ignored)) {
    const int number = std::atoi(entry.path().filename().c_str());
    if (number != descriptor_ && same_file(number, descriptor_)) twin_ = number;
  }
}

void File::check_alive() const {
  if (status_of(descriptor_).st_nlink == 0) refuse("the file was removed");
}

// The kernel applies this limit to writes, but not to reserving.
void File::check_limit(int64_t end) const {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  if (static_cast<uint64_t>(end) > limit.rlim_cur)
    fail_errno("the limit is " + std::to_string(limit.rlim_cur) + " bytes", EFBIG);
}

void File::reserve(int64_t bytes) {
  check_alive();
  const int64_t size = status_of(descriptor_).st_size;
  check_limit(size + bytes);
  const int64_t offset = std::max<int64_t>(0, size - tail);
  allocate(descriptor_, offset, size + bytes - offset);
}

void File::sync() {
  torn_ = true;
  errno = 0;
  check(nc_sync(id_), "cannot be written");
  torn_ = false;
  synced_ = status_of(descriptor_).st_size;
}

void File::persist() {
  check_alive();
  if (fdatasync(descriptor_) != 0) fail_errno("the disk did not take it", errno);
}

void File::complete() {
  sync();
  check(close_netcdf(), "cannot be closed");
  // Gives back what was reserved beyond the end.
  synced_ = status_of(descriptor_).st_size;
  if (ftruncate(descriptor_, synced_) != 0) fail_errno("cannot be trimmed", errno);
  persist();
}

void File::let_go() {
  ::close(descriptor_);
  descriptor_ = -1;
}

void File::close() {
  complete();
  let_go();
}

void File::close_and_publish() {
  complete();
  move_into_place();
  let_go();
}

// After a write that failed HDF5 cannot close the file and holds it for ever. It knows files by
// inode: ours stays open then, lest another file gets that inode and is taken for this one.
int File::close_netcdf() noexcept {
  if (id_ < 0) return NC_NOERR;
  errno = 0;
  const int status = nc_close(std::exchange(id_, -1));
  stuck_ = status != NC_NOERR;
  torn_ = torn_ || stuck_;
  if (stuck_) redirect();  // it will try again at the end of the process
  twin_ = -1;
  return status;
}

bool File::abandon() noexcept {
  if (descriptor_ < 0) return false;
  redirect();
  close_netcdf();
  if (!temporary_.empty()) unlink(temporary_.c_str());
  const bool restored = synced_ >= 0 && ftruncate(descriptor_, synced_) == 0;
  const bool lasting = restored && fdatasync(descriptor_) == 0;
  if (!stuck_) ::close(descriptor_);
  descriptor_ = -1;
  return lasting;
}

// HDF5 may have closed its descriptor and the host may have opened another file as that number.
void File::redirect() noexcept {
  if (twin_ < 0 || !same_file(twin_, descriptor_)) return;
  const int memory = memory_file();
  if (memory < 0) return;
  dup2(memory, twin_);
  ::close(memory);
  twin_ = -1;
}

}  // namespace hybrid_netcdf
