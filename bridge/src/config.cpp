// SPDX-License-Identifier: BSD-3-Clause
#include "config.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "config_table.hpp"
#include "error.hpp"
#include "text.hpp"

namespace hyb {
namespace {

const std::vector<std::string> mode_names = {"native", "record",  "shadow", "replay",
                                             "emulate", "blend", "correct"};

const std::vector<std::string> precisions = {"float32", "tf32"};

// A word, and for all but "cpu" and "auto" a number after a colon. Whether there is such a device
// is the backend's matter. "cpu:async" goes an accelerator's way on the CPU, for tests.
bool is_device(const std::string &text) {
  if (text == "cpu:async") return true;
  const size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  const auto only = [](const std::string &part, char least, char most) {
    return !part.empty() && std::all_of(part.begin(), part.end(),
                                        [&](char c) { return c >= least && c <= most; });
  };
  if (!only(name, 'a', 'z')) return false;
  if (colon == std::string::npos) return true;
  const std::string number = text.substr(colon + 1);
  return only(number, '0', '9') && number.size() < 5 && name != "cpu" && name != "auto";
}

// "" where the key is absent; lower case, as digests are.
std::string read_sha256(ConfigTable &table) {
  std::string text;
  table.read("sha256", text);
  for (char &digit : text)
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  const bool digits = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (table.has("sha256") && (!digits || text.size() != 64))
    mismatch(HYB_ERROR_CONFIG, table.where("sha256"), "64 hexadecimal digits, as of sha256sum",
             in_quotes(text));
  return text;
}

void read_emulator(ConfigTable &table, EmulatorConfig &config) {
  config.sha256 = read_sha256(table);
  table.read("backend", config.backend);
  table.read("device", config.device);
  if (!is_device(config.device))
    mismatch(HYB_ERROR_CONFIG, table.where("device"),
             "'cpu', 'auto' or an accelerator such as 'cuda' or 'cuda:1'",
             in_quotes(config.device));
  config.precision = precisions[table.read_word("precision", precisions, 0)];
  ConfigTable batch = table.table("batch");
  config.columns_declared = batch.has("columns");
  batch.read("columns", config.columns, 16, 1 << 20);
  int64_t threads = config.threads;
  batch.read("threads", threads, 1, 1024);
  config.threads = static_cast<int32_t>(threads);
  batch.finish();
  ConfigTable python = table.table("python");
  python.read("environment", config.environment);
  python.read("function", config.function);
  python.finish();
}

RecordConfig read_record(ConfigTable table) {
  RecordConfig config;
  table.read("path", config.path);
  config.sample = read_sample(table);
  table.read("replace", config.replace);
  config.real32 = table.read_word("kind", {"host", "real32"}, 0) == 1;
  int64_t mebibytes = config.buffer >> 20;
  table.read("buffer_MiB", mebibytes, 1, 1 << 20);
  config.buffer = mebibytes << 20;
  config.stop = table.read_word("policy", {"continue", "stop"}, 0) == 1;
  int64_t compression = config.compression;
  table.read("compression", compression, 0, 9);
  config.compression = static_cast<int32_t>(compression);
  table.read("patience_s", config.patience, 1, 86400);
  table.finish();
  return config;
}

ReplayConfig read_replay(ConfigTable table) {
  ReplayConfig config;
  table.read("path", config.path);
  table.read("check", config.check);
  table.finish();
  if (config.path.empty())
    mismatch(HYB_ERROR_CONFIG, table.where("path"), "the files of a recording", "nothing");
  return config;
}

std::vector<FieldConfig> read_fields(ConfigTable table) {
  std::vector<FieldConfig> fields;
  for (const std::string &name : table.keys()) {
    FieldConfig field{name, "", "", ""};
    ConfigTable entry = table.table(name.c_str());
    entry.read("unit", field.unit);
    entry.read("role", field.role);
    entry.read("dims", field.dims);
    entry.finish();
    fields.push_back(field);
  }
  return fields;
}

void require(bool present, const ConfigTable &table, Mode mode, const char *what) {
  if (!present)
    mismatch(HYB_ERROR_CONFIG, table.where() + ": mode " + in_quotes(mode_name(mode)), what,
             "nothing");
}

SchemeConfig read_scheme(const std::string &name, ConfigTable table, bool require_sha256) {
  SchemeConfig config;
  config.name = name;
  config.mode = static_cast<Mode>(table.read_word("mode", mode_names, 0));
  table.read("emulator", config.emulator.path);
  read_emulator(table, config.emulator);
  if (table.has("record") || config.mode == Mode::record)
    config.record = read_record(table.table("record"));
  if (table.has("replay")) config.replay = read_replay(table.table("replay"));
  config.guard = read_guards(table.table("guard"));
  config.blend = read_blend(table.table("blend"));
  if (table.has("audit")) config.audit = read_audit(table.table("audit"));
  config.constraints = read_constraints(table);
  config.hooks = read_hooks(table);
  table.read("coupled", config.coupled);
  table.read("seed", config.seed, 0, INT64_MAX);
  config.noise_is_put = table.read_word("noise", {"drawn", "put"}, 0) == 1;
  config.fields = read_fields(table.table("field"));
  table.read("unused", config.unused);
  for (const char *known : {"record", "replay", "audit"}) table.table(known);  // also where absent
  table.finish();
  require(!infers(config.mode) || !config.emulator.path.empty(), table, config.mode, "an emulator");
  require(!infers(config.mode) || !require_sha256 || !config.emulator.sha256.empty(), table,
          config.mode, "a key sha256, as domain.require_sha256 is true");
  require(config.mode != Mode::replay || config.replay.has_value(), table, config.mode,
          "a table replay with a path");
  return config;
}

// One file for two schemes would lose what the first one wrote.
void check_recordings(const DomainConfig &config) {
  std::map<std::string, std::string> writers;
  for (const auto &[name, scheme] : config.schemes) {
    if (!scheme.record || scheme.mode == Mode::native || scheme.mode == Mode::replay) continue;
    const std::string path = replaced(scheme.record->path, "{scheme}", name);
    const auto [writer, alone] = writers.emplace(path, name);
    if (!alone)
      mismatch(HYB_ERROR_CONFIG, "recording " + in_quotes(path), "one scheme that writes it",
               "two, " + in_quotes(writer->second) + " and " + in_quotes(name));
  }
}

DomainConfig read_domain(const toml::table &root, const std::string &source) {
  DomainConfig config;
  ConfigTable table(root, source);
  ConfigTable domain(table.table("domain"));
  domain.read("log", config.log);
  domain.read("statistics", config.statistics);
  domain.read("require_sha256", config.require_sha256);
  domain.read("report_steps", config.report_steps, 0, INT64_MAX);
  domain.read("plugins", config.plugins);
  config.restart_adapts = domain.read_word("restart", {"same", "adapt"}, 0) == 1;
  domain.finish();
  ConfigTable schemes = table.table("scheme");
  for (const std::string &name : schemes.keys())
    config.schemes[name] = read_scheme(name, schemes.table(name.c_str()), config.require_sha256);
  table.finish();
  check_recordings(config);
  return config;
}

toml::table parsed(const std::string &source, const std::string &text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error &error) {
    std::ostringstream message;
    message << source << ", line " << error.source().begin.line << ": expected TOML, found "
            << error.description();
    fail(HYB_ERROR_CONFIG, message.str());
  }
}

std::string contents(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    mismatch(HYB_ERROR_CONFIG, "configuration " + in_quotes(path), "a file", "none");
  std::ifstream file(path, std::ios::binary);
  const bool opened = file.is_open();
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!opened || file.bad())
    mismatch(HYB_ERROR_CONFIG, "configuration " + in_quotes(path), "a readable file",
             "one that cannot be read");
  return text;
}

}  // namespace

bool infers(Mode mode) {
  return mode == Mode::shadow || mode == Mode::emulate || mode == Mode::blend ||
         mode == Mode::correct;
}

const char *mode_name(Mode mode) { return mode_names[static_cast<size_t>(mode)].c_str(); }

DomainConfig read_config(const std::string &path) {
  return read_domain(parsed(path, contents(path)), path);
}

DomainConfig parse_config(const std::string &text) {
  return read_domain(parsed("configuration text", text), "configuration text");
}

EmulatorConfig parse_emulator_options(const std::string &text) {
  const toml::table root = parsed("emulator options", text);
  ConfigTable table(root, "emulator options");
  EmulatorConfig config;
  read_emulator(table, config);
  table.finish();
  return config;
}

}  // namespace hyb
