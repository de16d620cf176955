// SPDX-License-Identifier: BSD-3-Clause
// What cannot be created or read is refused with what was expected and what was found.
#include <netcdf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "reading.hpp"

namespace {

void check_create(const std::string &path, const std::string &why) {
  const hyb_recording_options o = options();
  hyb_message message{};
  void *file = &file;
  CHECK_EQ(storage().create(path.c_str(), &o, &file, &message), HYB_ERROR_RECORD);
  CHECK(!file);
  CHECK_HAS(message.text, path.c_str());
  CHECK_HAS(message.text, why.c_str());
}

void check_open(const std::string &path, const std::string &expected, const std::string &found) {
  hyb_message message{};
  void *file = &file;
  CHECK_EQ(storage().open(path.c_str(), &file, &message), HYB_ERROR_RECORD);
  CHECK(!file);
  CHECK_HAS(message.text, path.c_str());
  CHECK_HAS(message.text, ("expected " + expected).c_str());
  CHECK_HAS(message.text, found.c_str());
}

// Root may write anywhere; nobody may not.
void check_permission(const Folder &folder) {
  const std::string locked = folder / "locked";
  CHECK_EQ(mkdir(locked.c_str(), 0500), 0);
  const bool root = geteuid() == 0;
  if (root) CHECK_EQ(seteuid(65534), 0);
  check_create(locked + "/a.nc", "ermission denied");
  if (root) CHECK_EQ(seteuid(0), 0);
}

// Neither the old file nor a temporary one shows that a create has failed.
void check_names(const Folder &folder) {
  const std::string path = folder / "names.nc";
  void *file = created(path);
  CHECK_EQ(append(file, 1, 1, 5), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  const std::pair<std::string, const char *> bad[] = {
      {"a/b", "variable 'a/b': expected a name without '/', found 'a/b'"},
      {"", "expected a name, found none"},
      {"tab\t", "expected a name without control characters, found 'tab\t'"},
      {"-x", "expected a name that begins with a letter, a digit or '_', found '-x'"},
      {"x ", "expected a name without a space at its end, found 'x '"},
      {std::string(300, 'x'), "expected a name of at most 256 bytes, found"},
      {"\xff\xfe", "illegal characters"},
  };
  for (const auto &[name, why] : bad) {
    hyb_variable list[2] = {{"input", "good", "1", "state", HYB_REAL64, 0, 0},
                            {"input", name.c_str(), "1", "state", HYB_REAL64, 0, 0}};
    hyb_recording_options o = options();
    o.variable = list;
    o.nvariable = 2;
    check_kept(path, 5, o, why);
    list[1].name = "good";
    check_kept(path, 5, o, "expected one of that name in group input, found two");
    list[1].group = "output";
    check_kept(path, 5, o, "expected the group input, native, after or emulated, found 'output'");
  }
}

// Names that are also those of dimensions, or not ASCII.
void check_good_names(const Folder &folder) {
  const char *names[] = {"sample", "level_10", "t\u00e4glich", "2m temperature", "x.y-z+(1)"};
  std::vector<hyb_variable> list;
  for (const char *name : names) list.push_back({"after", name, "1", "flag", HYB_REAL32, 10, 0});
  hyb_recording_options o = options();
  o.variable = list.data();
  o.nvariable = 5;
  CHECK_EQ(storage().close(created(folder / "odd.nc", o), nullptr), HYB_OK);
  const Reading reading(folder / "odd.nc");
  CHECK_EQ(reading.count, 5);
  for (size_t i = 0; i < 5; ++i) check_same(reading.variable[i], list[i]);
}

// A link stays one, and a file that may not be written is not replaced.
void check_links(const Folder &folder) {
  namespace fs = std::filesystem;
  fs::create_directory(folder / "far");
  fs::create_symlink("far/real.nc", folder / "link.nc");
  for (int64_t count : {3, 4}) {  // dangling at first
    void *file = created(folder / "link.nc");
    CHECK_EQ(append(file, 1, 1, count), HYB_OK);
    CHECK_EQ(storage().close(file, nullptr), HYB_OK);
    CHECK(fs::is_symlink(folder / "link.nc"));
    CHECK_EQ(check_file(folder / "far/real.nc"), count);
  }
  fs::create_symlink("loop.nc", folder / "loop.nc");
  check_create(folder / "loop.nc", "symbolic links");
}

void check_dates(const Folder &folder) {
  const std::string longest(32, '1'), path = folder / "dates.nc";
  void *file = created(path);
  Block block(1, 1, 4);
  hyb_capture capture = block.capture();
  capture.release = nullptr;
  hyb_message message{};
  const std::string date = longest + "Z";
  capture.date = date.c_str();
  CHECK_EQ(storage().append(file, &capture, &message), HYB_ERROR_RECORD);
  CHECK_HAS(message.text, ("date '" + date + "': expected at most 32 bytes, found 33").c_str());
  CHECK_EQ(storage().state(file, nullptr), HYB_OK);
  capture.date = longest.c_str();
  CHECK_EQ(storage().append(file, &capture, nullptr), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(check_file(path), 4);
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  CHECK(bytes.find(longest + longest + longest + longest) != std::string::npos);
}

void check_variables(const Folder &folder) {
  hyb_variable variable = {"input", "x/y", "1", "state", HYB_REAL64, 0, 0};
  hyb_recording_options o = options();
  o.variable = &variable;
  o.nvariable = 1;
  hyb_message message{};
  void *file = nullptr;
  const std::string path = folder / "variables.nc";
  CHECK_EQ(storage().create(path.c_str(), &o, &file, &message), HYB_ERROR_RECORD);
  CHECK_HAS(message.text, "x/y");
  variable.name = "x";
  variable.kind = 9;
  CHECK_EQ(storage().create(path.c_str(), &o, &file, &message), HYB_ERROR_RECORD);
  CHECK_HAS(message.text, "expected a kind from 1 to 4, found 9");
  variable.kind = HYB_REAL64;
  CHECK_EQ(storage().create(path.c_str(), &o, &file, &message), HYB_OK);  // nothing was left open
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
}

void check_same_file(const Folder &folder) {
  void *file = created(folder / "twice.nc");
  CHECK_EQ(append(file, 1, 1, 5), HYB_OK);
  CHECK_EQ(storage().flush(file, nullptr), HYB_OK);
  check_create(folder / "twice.nc", "is it open already");
  CHECK_EQ(append(file, 2, 1, 5), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  CHECK_EQ(check_file(folder / "twice.nc"), 10);
}

std::string a_recording(const Folder &folder) {
  const std::string path = folder / "good.nc";
  void *file = created(path);
  for (int64_t step = 1; step <= 100; ++step) CHECK_EQ(append(file, step, 1, 32), HYB_OK);
  CHECK_EQ(storage().close(file, nullptr), HYB_OK);
  return path;
}

void check_damaged(const Folder &folder, const std::string &good) {
  const std::string text = folder / "text.nc", empty = folder / "empty.nc";
  std::ofstream(text) << "once upon a time\n";
  std::ofstream(empty).flush();
  check_open(folder / "missing.nc", "a complete NetCDF-4 file", "No such file");
  check_open(folder.path(), "a complete NetCDF-4 file", "found");
  check_open(text, "a complete NetCDF-4 file", "Unknown file format");
  check_open(empty, "a complete NetCDF-4 file", "found");
  const uintmax_t size = std::filesystem::file_size(good);
  for (const uintmax_t part : {size - 1, size / 2, size / 100}) {
    std::filesystem::copy_file(good, folder / "cut.nc",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(folder / "cut.nc", part);
    check_open(folder / "cut.nc", "a complete NetCDF-4 file", "found");
  }
}

void check_other_format(const Folder &folder) {
  const std::string path = folder / "other.nc";
  int id = 0;
  CHECK_EQ(nc_create(path.c_str(), NC_NETCDF4, &id), NC_NOERR);
  CHECK_EQ(nc_close(id), NC_NOERR);
  check_open(path, "'pyhybrid-recording-1'", "found none");
}

void check_bounds(const std::string &good) {
  void *file = nullptr;
  hyb_message message{};
  double data[nlevel] = {};
  CHECK_EQ(storage().open(good.c_str(), &file, &message), HYB_OK);
  CHECK_EQ(storage().read(file, 99, 0, 1, data, &message), HYB_ERROR_RECORD);
  CHECK_HAS(message.text, "found 99");
  CHECK_EQ(storage().read(file, 0, 3200, 1, data, &message), HYB_ERROR_RECORD);
  CHECK_EQ(storage().read(file, 0, -1, 1, data, &message), HYB_ERROR_RECORD);
  CHECK_EQ(storage().read(file, 0, 3199, 1, data, &message), HYB_OK);
  CHECK_EQ(storage().read(file, 0, 0, 1, nullptr, &message), HYB_ERROR_ARGUMENT);
  storage().close_reader(file);
  storage().close_reader(nullptr);
}

void check_null() {
  hyb_message message{};
  const hyb_recording_options o = options();
  void *file = nullptr;
  CHECK_EQ(storage().create(nullptr, &o, &file, &message), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().create("x", nullptr, &file, &message), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().append(nullptr, nullptr, &message), HYB_ERROR_ARGUMENT);
  CHECK_EQ(append(nullptr, 1, 1, 1), HYB_ERROR_ARGUMENT);
  CHECK_EQ(held_captures, 0);  // released all the same
  CHECK_EQ(storage().state(nullptr, nullptr), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().flush(nullptr, nullptr), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().close(nullptr, nullptr), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().open(nullptr, &file, nullptr), HYB_ERROR_ARGUMENT);
  CHECK_EQ(storage().contents(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr),
           HYB_ERROR_ARGUMENT);
}

}  // namespace

int main() {
  const Folder folder;
  check_create(folder / "nowhere/a.nc", "No such file or directory");
  check_create(folder.path(), "s a directory");
  check_create("/dev/null", "expected a regular file, found something else");
  check_permission(folder);
  check_names(folder);
  check_good_names(folder);
  check_links(folder);
  check_dates(folder);
  check_variables(folder);
  check_same_file(folder);
  const std::string good = a_recording(folder);
  check_damaged(folder, good);
  check_other_format(folder);
  check_bounds(good);
  check_null();
  return check_failures();
}
