// SPDX-License-Identifier: BSD-3-Clause
// Restarts through the plug-in's table: exact, whole or not at all, and refused where damaged.
#include <netcdf.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>

#include "disk.hpp"
#include "storage.hpp"

namespace {

// A restart whose arrays live here.
class Content {
 public:
  explicit Content(double first = 1.5) : column_{2, 3, 7, 1000000007} {
    add("clock/step", false, {first});
    add("scheme/radiation/hook 1 (mean)/totals", false,
        {-0.0, std::nan("5"), 5e-324, std::numeric_limits<double>::max(), -INFINITY});
    add("scheme/radiation/columns", true, {1, 2, 3, 4, -0.0, std::nan("9"), 7, first});
    add("scheme/radiation/empty", false, {});
    add("scheme/\xc3\xa9t\xc3\xa9/no rows", true, {});
  }
  hyb_restart restart() const {
    return {sizeof(hyb_restart), static_cast<int32_t>(arrays_.size()), arrays_.data(),
            static_cast<int64_t>(column_.size()), column_.data()};
  }
  void add(const std::string &name, bool by_column, std::vector<double> values) {
    names_.push_back(std::make_unique<std::string>(name));
    values_.push_back(std::make_unique<std::vector<double>>(std::move(values)));
    const int64_t n = static_cast<int64_t>(values_.back()->size());
    arrays_.push_back({names_.back()->c_str(), by_column,
                       by_column ? n / static_cast<int64_t>(column_.size()) : n,
                       values_.back()->data()});
  }

 private:
  std::vector<int64_t> column_;
  std::vector<std::unique_ptr<std::string>> names_;
  std::vector<std::unique_ptr<std::vector<double>>> values_;
  std::vector<hyb_restart_array> arrays_;
};

int32_t save(const std::string &path, const Content &content, hyb_message &message) {
  const hyb_restart restart = content.restart();
  return storage().save_restart(path.c_str(), &restart, &message);
}

void save(const std::string &path, const Content &content) {
  hyb_message message{};
  const int32_t status = save(path, content, message);
  if (status != HYB_OK) std::fprintf(stderr, "save: %s\n", message.text);
  CHECK_EQ(status, HYB_OK);
}

struct Loaded {
  int32_t status = HYB_OK;
  std::string text;  // of the failure
  bool same = true;  // as the content
};

const hyb_restart_array *find(const hyb_restart &restart, const char *name, int32_t &number) {
  for (number = 0; number < restart.narray; ++number)
    if (!std::strcmp(restart.array[number].name, name)) return &restart.array[number];
  return nullptr;
}

// Compares everything, arrays by column row by row.
void compare(void *file, const hyb_restart &found, const hyb_restart &wanted, Loaded &loaded) {
  loaded.same = found.narray == wanted.narray && found.ncolumn == wanted.ncolumn &&
                !std::memcmp(found.column, wanted.column,
                             static_cast<size_t>(wanted.ncolumn) * sizeof(int64_t));
  for (int32_t i = 0; loaded.same && i < wanted.narray; ++i) {
    const hyb_restart_array &array = wanted.array[i];
    int32_t number = 0;
    const hyb_restart_array *other = find(found, array.name, number);
    loaded.same = other && other->by_column == array.by_column && other->nrow == array.nrow;
    const int64_t length = array.by_column ? wanted.ncolumn : array.nrow;
    const int64_t count = array.by_column ? 1 : array.nrow;
    std::vector<double> part(static_cast<size_t>(length));
    for (int64_t r = 0; loaded.same && r < array.nrow; r += count) {
      hyb_message message{};
      loaded.status = storage().read_restart(file, number, r, count, part.data(), &message);
      loaded.text = message.text;
      loaded.same = loaded.status == HYB_OK &&
                    !std::memcmp(part.data(), array.data + r * length, part.size() * 8);
    }
  }
}

Loaded load(const std::string &path, const Content &content) {
  Loaded loaded;
  void *file = nullptr;
  hyb_message message{};
  hyb_restart found{};
  found.size = sizeof found;
  loaded.status = storage().open_restart(path.c_str(), &file, &found, &message);
  loaded.text = message.text;
  loaded.same = false;
  if (loaded.status == HYB_OK) compare(file, found, content.restart(), loaded);
  storage().close_restart(file);
  return loaded;
}

void check_loads(const std::string &path, const Content &content) {
  const Loaded loaded = load(path, content);
  CHECK_EQ(loaded.text, "");
  CHECK(loaded.status == HYB_OK && loaded.same);
}

void check_refused(const std::string &path, const char *word) {
  const Loaded loaded = load(path, Content());
  CHECK_EQ(loaded.status, HYB_ERROR_STATE);
  CHECK_HAS(loaded.text.c_str(), path.c_str());
  CHECK_HAS(loaded.text.c_str(), word);
}

std::string bytes_of(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_roundtrip(const Folder &folder) {
  const Content content;
  save(folder / "a.nc", content);
  check_loads(folder / "a.nc", content);
  const Content none(2);
  save(folder / "a.nc", none);  // takes the place of the former
  check_loads(folder / "a.nc", none);
  CHECK_EQ(names_in(folder.path()).size(), 1u);
}

void check_no_columns(const Folder &folder) {
  const double value = 4;
  const hyb_restart_array array = {"clock/step", 0, 1, &value};
  const hyb_restart restart = {sizeof restart, 1, &array, 0, nullptr};
  hyb_message message{};
  CHECK_EQ(storage().save_restart((folder / "none.nc").c_str(), &restart, &message), HYB_OK);
  void *file = nullptr;
  hyb_restart found{};
  found.size = sizeof found;
  CHECK_EQ(storage().open_restart((folder / "none.nc").c_str(), &file, &found, &message), HYB_OK);
  CHECK(found.narray == 1 && found.ncolumn == 0);
  storage().close_restart(file);
}

// More than one chunk in both directions.
void check_large(const Folder &folder) {
  Content content;
  std::vector<double> many(600000);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i) / 7;
  content.add("scheme/large", false, many);
  many.resize(400);
  content.add("scheme/rows", true, many);
  save(folder / "large.nc", content);
  check_loads(folder / "large.nc", content);
}

// Wherever a file ends too soon, or a byte is another.
void check_damage(const Folder &folder) {
  const Content content;
  save(folder / "whole.nc", content);
  const std::string bytes = bytes_of(folder / "whole.nc"), path = folder / "damaged.nc";
  for (size_t n = 0; n < bytes.size(); n += n < 600 ? 37 : bytes.size() / 97) {
    std::ofstream(path, std::ios::binary) << bytes.substr(0, n);
    const Loaded loaded = load(path, content);
    CHECK_EQ(loaded.status, HYB_ERROR_STATE);
    CHECK_HAS(loaded.text.c_str(), path.c_str());
  }
  std::ofstream(path, std::ios::binary) << bytes.substr(0, bytes.size() - 1);
  check_refused(path, "complete NetCDF-4 file");
}

// A value that changed on disk is found by its checksum.
void check_checksum(const Folder &folder) {
  Content content;
  content.add("scheme/marked", false, {1234567.25, 7654321.75});
  save(folder / "sum.nc", content);
  std::string bytes = bytes_of(folder / "sum.nc");
  const double mark = 1234567.25;
  const size_t at = bytes.find(std::string(reinterpret_cast<const char *>(&mark), sizeof mark));
  REQUIRE(at != std::string::npos);
  bytes[at + 3] ^= 1;
  std::ofstream(folder / "sum.nc", std::ios::binary) << bytes;
  const Loaded loaded = load(folder / "sum.nc", content);
  CHECK_EQ(loaded.status, HYB_ERROR_STATE);
  CHECK_HAS(loaded.text.c_str(), "'scheme/marked' cannot be read");
}

void check_foreign(const Folder &folder) {
  check_refused(folder / "missing.nc", "expected a file, found none");
  check_refused(folder.path(), "something else");
  std::ofstream(folder / "text.nc") << "no NetCDF";
  check_refused(folder / "text.nc", "complete NetCDF-4 file");
  void *recording = created(folder / "recording.nc");
  CHECK_EQ(storage().close(recording, nullptr), HYB_OK);
  check_refused(folder / "recording.nc", "'pyhybrid-restart-1', found 'CF-");
  save(folder / "a.nc", Content());
  void *file = nullptr;
  hyb_message message{};
  CHECK_EQ(storage().open((folder / "a.nc").c_str(), &file, &message), HYB_ERROR_RECORD);
}

// A restart by the format's name, but with other things inside.
void check_odd(const Folder &folder, int type, int rank, const char *word) {
  const std::string path = folder / "odd.nc";
  int file = -1, group = -1, column = -1, other = -1, variable = -1;
  nc_create(path.c_str(), NC_NETCDF4, &file);
  nc_put_att_text(file, NC_GLOBAL, "Conventions", 18, "pyhybrid-restart-1");
  nc_def_dim(file, "column", 2, &column);
  nc_def_dim(file, "other", 2, &other);
  nc_def_var(file, "column", NC_INT64, 1, &column, &variable);
  nc_def_grp(file, "scheme", &group);
  const int over[] = {other, other, other};
  nc_def_var(group, "x", type, rank, over, &variable);
  CHECK_EQ(nc_close(file), NC_NOERR);
  check_refused(path, word);
}

void check_arguments(const Folder &folder) {
  hyb_message message{};
  const Content content;
  const hyb_restart restart = content.restart();
  CHECK_EQ(storage().save_restart(nullptr, &restart, &message), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().save_restart("x.nc", nullptr, &message), HYB_ERROR_ARGUMENT);
  void *file = nullptr;
  hyb_restart found{};
  found.size = sizeof found;
  CHECK_EQ(storage().open_restart(nullptr, &file, &found, &message), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().open_restart("x.nc", nullptr, &found, &message), HYB_ERROR_ARGUMENT);
  save(folder / "a.nc", content);
  REQUIRE(storage().open_restart((folder / "a.nc").c_str(), &file, &found, &message) == HYB_OK);
  double value = 0;
  CHECK_EQ(storage().read_restart(file, found.narray, 0, 1, &value, &message), HYB_ERROR_STATE);
  CHECK_EQ(storage().read_restart(file, -1, 0, 1, &value, &message), HYB_ERROR_STATE);
  CHECK_EQ(storage().read_restart(file, 0, 1, 1, &value, &message), HYB_ERROR_STATE);
  CHECK_HAS(message.text, "rows within 0 and 1");
  CHECK_EQ(storage().read_restart(file, 0, 0, 1, nullptr, &message), HYB_ERROR_ARGUMENT);
  storage().close_restart(file);
  storage().close_restart(nullptr);
}

// What stands in the way of writing: a message, the former restart, and nothing beside it.
void check_unwritable(const Folder &folder) {
  const Content former(1), content(2);
  const std::string path = folder / "kept.nc";
  hyb_message message{};
  save(path, former);
  for (const long room : {0L, 100L, 3000L, 9000L}) {
    disk.room = room;
    CHECK_EQ(save(path, content, message), HYB_ERROR_STATE);
    CHECK_HAS(message.text, path.c_str());
    disk.room = std::numeric_limits<long>::max();
    check_loads(path, former);
  }
  struct rlimit before, limit;
  getrlimit(RLIMIT_FSIZE, &before);
  limit = before;
  limit.rlim_cur = 5000;
  setrlimit(RLIMIT_FSIZE, &limit);
  CHECK_EQ(save(path, content, message), HYB_ERROR_STATE);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK_HAS(message.text, "limit is 5000 bytes");
  CHECK_EQ(save(folder / "no/folder.nc", content, message), HYB_ERROR_STATE);
  CHECK_HAS(message.text, "No such file or directory");
  Content twice;
  twice.add("clock/step", false, {1});
  CHECK_EQ(save(path, twice, message), HYB_ERROR_STATE);
  CHECK_HAS(message.text, "'clock/step'");
  check_loads(path, former);
  CHECK_EQ(names_in(folder.path()).size(), 1u);
}

// A run that is killed while it writes.
void check_killed(const Folder &folder) {
  const Content former(1);
  const std::string path = folder / "kept.nc";
  save(path, former);
  const std::string before = bytes_of(path);
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "test", path.c_str(), std::to_string(ready[1]).c_str(), nullptr);
    _exit(1);
  }
  close(ready[1]);
  char byte;
  CHECK_EQ(read(ready[0], &byte, 1), 1);  // it writes now
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status));
  CHECK(bytes_of(path) == before);
  check_loads(path, former);
}

// Of the process that is killed: the disk hangs after a while.
int write_for_ever(const std::string &path, int ready) {
  Content content(2);
  content.add("scheme/large", false, std::vector<double>(1 << 20));
  const hyb_restart restart = content.restart();
  hyb_message message{};
  std::thread writer([&] { storage().save_restart(path.c_str(), &restart, &message); });
  while (disk.writes < 3) std::this_thread::yield();
  disk.hangs = true;
  CHECK_EQ(write(ready, "x", 1), 1);
  writer.join();
  return 0;
}

// Somebody looks at the former restart, with a lock.
void check_readers(const Folder &folder) {
  const std::string path = folder / "read.nc";
  save(path, Content(1));
  void *file = nullptr;
  hyb_message message{};
  hyb_restart found{};
  found.size = sizeof found;
  REQUIRE(storage().open_restart(path.c_str(), &file, &found, &message) == HYB_OK);
  save(path, Content(2));
  double value = 0;
  CHECK_EQ(storage().read_restart(file, 0, 0, 1, &value, &message), HYB_OK);
  CHECK_EQ(value, 1);
  storage().close_restart(file);
  check_loads(path, Content(2));
}

template <class Test>
void in_own_folder(Test test) {
  const Folder folder;
  test(folder);
}

}  // namespace

int main(int argc, char **argv) {
  if (argc == 3) return write_for_ever(argv[1], std::atoi(argv[2]));
  in_own_folder(check_roundtrip);
  in_own_folder(check_no_columns);
  in_own_folder(check_large);
  in_own_folder(check_damage);
  in_own_folder(check_checksum);
  in_own_folder(check_foreign);
  in_own_folder([](const Folder &folder) {
    check_odd(folder, NC_FLOAT, 1, "'scheme/x': expected real64");
    check_odd(folder, NC_DOUBLE, 3, "rank 0 to 2");
    check_odd(folder, NC_DOUBLE, 2, "the dimension column");
  });
  in_own_folder(check_arguments);
  in_own_folder(check_readers);
  in_own_folder(check_unwritable);
  in_own_folder(check_killed);
  return check_failures();
}
