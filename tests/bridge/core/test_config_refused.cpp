// SPDX-License-Identifier: BSD-3-Clause
// Configuration texts that are refused, with a message that says why.
#include "fixture.hpp"

static void refuses(const std::string &toml, std::initializer_list<const char *> words, int line) {
  hyb_domain *domain = nullptr;
  const int32_t status = hyb_domain_create_text(toml.c_str(), nullptr, nullptr, &domain);
  check_refused(status, HYB_ERROR_CONFIG, words, line);
  CHECK(!domain);
  if (domain) hyb_domain_destroy(domain);
}
#define REFUSES(toml, ...) refuses(toml, {__VA_ARGS__}, __LINE__)

static std::string scheme(const std::string &table) { return "[scheme.radiation]\n" + table; }

static void unknown_keys_name_the_nearest() {
  REFUSES("[shceme.radiation]", "unknown key 'shceme'", "did you mean 'scheme'");
  REFUSES("[domain]\nlogg = \"x\"", "'logg'", "did you mean 'log'", "line 2");
  REFUSES(scheme("mod = \"native\""), "'mod'", "did you mean 'mode'", "line 2", "radiation");
  REFUSES(scheme("[scheme.radiation.batch]\ncolumn = 16"), "did you mean 'columns'", "batch");
  REFUSES(scheme("[scheme.radiation.python]\nenviron = \"\""), "did you mean 'environment'");
  REFUSES(scheme("[scheme.radiation.record]\ntile = 0.1"), "did you mean 'tiles'", "record");
  REFUSES(scheme("[scheme.radiation.replay]\npaths = \"x\""), "did you mean 'path'", "replay");
  REFUSES(scheme("[scheme.radiation.field.t]\nunits = \"K\""), "did you mean 'unit'", "field.t");
}

static void unknown_words_name_the_nearest() {
  REFUSES(scheme("mode = \"emulated\""), "unknown mode 'emulated'", "did you mean 'emulate'");
  REFUSES(scheme("[scheme.radiation.record]\npolicy = \"halt\""), "unknown policy", "'stop'");
  REFUSES(scheme("[scheme.radiation.record]\nkind = \"real64\""), "unknown kind", "'real32'");
  REFUSES(scheme("precision = \"bf16\""), "unknown precision 'bf16'", "'tf32'");
}

static void values_have_their_type() {
  REFUSES("domain = 3", "domain", "expected a table", "found integer 3");
  REFUSES("scheme = \"x\"", "scheme", "expected a table", "found string");
  REFUSES("[scheme]\nradiation = true", "radiation", "expected a table", "found boolean true");
  REFUSES("[domain]\nlog = 1", "log", "expected a string", "found integer 1");
  REFUSES("domain = [0.1, { a = 0.1 }]", "domain: expected a table, found array");
  REFUSES(scheme("device = { a = 0.1 }"), "device: expected a string, found table");
  REFUSES("[domain]\nstatistics = [1]", "statistics", "expected a string", "found array");
  REFUSES("[domain]\nplugins = 1.5", "plugins", "expected a string", "found floating-point 1.5");
  REFUSES(scheme("mode = 2"), "mode", "expected a string", "found integer 2");
  REFUSES(scheme("emulator = 2"), "emulator", "expected a string");
  REFUSES(scheme("backend = 2"), "backend", "expected a string");
  REFUSES(scheme("device = 0"), "device", "expected a string");
  REFUSES(scheme("batch = 16"), "batch", "expected a table", "found integer 16");
  REFUSES(scheme("python = 16"), "python", "expected a table");
  REFUSES(scheme("record = true"), "record", "expected a table", "found boolean");
  REFUSES(scheme("replay = \"x\""), "replay", "expected a table", "found string");
  REFUSES(scheme("field = \"x\""), "field", "expected a table");
  REFUSES(scheme("field.t = \"K\""), "radiation.field.t", "expected a table");
  REFUSES(scheme("field.t.unit = 1"), "unit", "expected a string");
  REFUSES(scheme("unused = \"x\""), "unused", "expected a list of strings", "found string");
  REFUSES(scheme("unused = [1]"), "unused", "expected a list of strings");
  REFUSES(scheme("batch.columns = \"64\""), "columns", "expected an integer", "found string");
  REFUSES(scheme("batch.threads = 1.0"), "threads", "expected an integer", "floating-point");
  REFUSES(scheme("record.steps = \"all\""), "steps", "expected a number from 0 to 1");
  REFUSES(scheme("replay.path = 1"), "path", "expected a string");
  REFUSES(scheme("replay = { path = \"x\", check = 1 }"), "check", "expected true or false");
}

static void values_are_in_their_range() {
  REFUSES(scheme("batch.columns = 15"), "columns", "from 16 to", "15");
  REFUSES(scheme("batch.columns = 1048577"), "columns", "1048576", "found integer 1048577");
  REFUSES(scheme("batch.threads = 0"), "threads", "from 1 to", "0");
  REFUSES(scheme("record.steps = 1.5"), "steps", "0 to 1", "1.5");
  REFUSES(scheme("record.tiles = -0.1"), "tiles", "0 to 1", "-0.1");
  REFUSES(scheme("record.tiles = nan"), "tiles", "0 to 1", "nan");
  REFUSES(scheme("record.tile_columns = 0"), "tile_columns", "from 1", "0");
  REFUSES(scheme("record.seed = -1"), "seed", "from 0", "-1");
  REFUSES(scheme("record.buffer_MiB = 0"), "buffer_MiB", "from 1");
  REFUSES(scheme("record.compression = 10"), "compression", "from 0 to 9", "10");
  REFUSES(scheme("record.patience_s = 0"), "patience_s", "from 1");
  for (const char *wrong : {"", "CUDA", "cuda:", "cuda:x", "cuda:12345", "cuda:-1", "cpu:0",
                            "auto:1", "cuda 1", ":1", "cuda:1:2", "0"})
    REFUSES(scheme("device = \"" + std::string(wrong) + "\""), "device", "expected 'cpu', 'auto'",
            "found '");
}

static void what_belongs_together_is_there_together() {
  REFUSES(scheme("mode = \"emulate\""), "'emulate'", "expected an emulator", "found nothing");
  REFUSES(scheme("mode = \"shadow\""), "'shadow'", "expected an emulator", "found nothing");
  REFUSES(scheme("mode = \"replay\""), "'replay'", "expected a table replay", "found nothing");
  REFUSES(scheme("mode = \"replay\"\n[scheme.radiation.replay]"), "path", "expected", "nothing");
  REFUSES(scheme("record = { steps = 0.1, tiles = 0.1 }"), "expected", "steps or of tiles", "both");
}

static void two_schemes_do_not_write_one_file() {
  REFUSES("scheme.a = { mode = \"record\", record = { path = \"x.nc\" } }\n"
          "scheme.b = { mode = \"record\", record = { path = \"x.nc\" } }",
          "'x.nc'", "expected one scheme", "found two, 'a' and 'b'");
}

// FILE, line: path of the key: expected, found.
static void messages_begin_with_the_place() {
  REFUSES(scheme("\n[scheme.radiation.batch]\ncolumns = 5"),
          "configuration text, line 4: scheme.radiation.batch.columns: expected an integer");
  REFUSES(scheme("batch = { columns = \"5\" }"),
          "configuration text, line 2: scheme.radiation.batch.columns: expected an integer");
  REFUSES(scheme("device = \"GPU\""),
          "configuration text, line 2: scheme.radiation.device: expected 'cpu', 'auto' or");
  REFUSES(scheme("mode = \"emulat\""),
          "configuration text, line 2: scheme.radiation: unknown mode 'emulat'; did you mean");
  REFUSES(scheme("moed = \"native\""),
          "configuration text, line 2: scheme.radiation: unknown key 'moed'; did you mean 'mode'");
  REFUSES("\n[shceme.a]", "configuration text, line 2: unknown key 'shceme'");
  REFUSES("[domain]\n\n" + scheme("mode = \"emulate\""),
          "configuration text, line 3: scheme.radiation: mode 'emulate': expected an emulator");
  REFUSES(scheme("mode = \"replay\"\n[scheme.radiation.replay]\n"),
          "configuration text, line 3: scheme.radiation.replay.path: expected the files");
}

static void text_that_is_not_toml_is_refused_with_its_line() {
  REFUSES("[domain]\n\nlog = = 1", "line 3", "expected TOML", "found");
  REFUSES("[scheme.a\n", "line 1", "expected TOML");
  REFUSES("a = 1e999999999999", "expected");
  REFUSES("a = 1\na = 2", "line 2", "expected TOML");
  REFUSES("a = \"\xff\"", "expected TOML");
  REFUSES("a = " + std::string(100000, '['), "expected TOML");
}

static void sums_have_64_digits() {
  const std::string sum(64, 'a');
  REFUSES(scheme("sha256 = 5"), "scheme.radiation.sha256", "expected a string", "found integer 5");
  REFUSES(scheme("sha256 = \"\""), "line 2", "expected 64 hexadecimal digits", "found ''");
  REFUSES(scheme("sha256 = \"" + sum.substr(1) + "\""), "expected 64 hexadecimal digits");
  REFUSES(scheme("sha256 = \"" + sum + "a\""), "expected 64 hexadecimal digits");
  REFUSES(scheme("sha256 = \"g" + sum.substr(1) + "\""), "expected 64 hexadecimal digits", "'ga");
  REFUSES("[domain]\nrequire_sha256 = 1", "require_sha256", "expected true or false");
}

static void a_domain_can_require_sums() {
  const std::string domain = "[domain]\nrequire_sha256 = true\n";
  for (const char *mode : {"shadow", "emulate", "blend", "correct"})
    REFUSES(domain + scheme("emulator = \"x.pt\"\nmode = \"" + std::string(mode) + "\""),
            "scheme.radiation: mode '", mode, "expected a key sha256, as domain.require_sha256",
            "found nothing");
}

int main() {
  sums_have_64_digits();
  a_domain_can_require_sums();
  unknown_keys_name_the_nearest();
  unknown_words_name_the_nearest();
  values_have_their_type();
  values_are_in_their_range();
  what_belongs_together_is_there_together();
  two_schemes_do_not_write_one_file();
  messages_begin_with_the_place();
  text_that_is_not_toml_is_refused_with_its_line();
  return check_failures();
}
