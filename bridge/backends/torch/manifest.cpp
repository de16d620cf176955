// SPDX-License-Identifier: BSD-3-Clause
#include "manifest.hpp"

#include <torch/headeronly/version.h>

#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "machine.hpp"

namespace hybrid_torch {
namespace {

using nlohmann::json;

void check(bool holds, const std::string &what, const std::string &expected,
           const std::string &found) {
  if (!holds) mismatch(HYB_ERROR_FILE, what, expected, found);
}

// The extent and the distance between rows are the number of samples, null in the manifest.
PackageMatrix parsed_matrix(const json &table, const std::string &what) {
  const json shape = table.at("shape"), stride = table.at("stride");
  const json samples = nullptr;
  const bool matrix = shape.is_array() && shape.size() == 2 && shape[0].is_number_integer();
  check(matrix && shape[1] == samples, what + ": shape", "[rows, samples (null)]",
        shape.dump());
  check(stride == json::array({samples, 1}), what + ": stride", "[samples (null), 1]",
        stride.dump());
  const std::string kind = table.at("kind");
  check(kind == "real32" || kind == "real64", what + ": kind", "real32 or real64", kind);
  return {kind == "real64" ? at::kDouble : at::kFloat, shape[0].get<int64_t>()};
}

Manifest parsed(const json &table, const std::string &path) {
  check(table.at("format") == "pyhybrid package" && table.at("version") == 1, path + ": format",
        "\"pyhybrid package\" 1", table.at("format").dump() + " " + table.at("version").dump());
  Manifest manifest;
  manifest.code = table.at("code");
  manifest.torch = table.at("torch");
  manifest.device = table.at("device");
  manifest.architecture = table.at("architecture");
  manifest.features = table.at("features").get<std::vector<std::string>>();
  manifest.input = parsed_matrix(table.at("input"), path + ": input");
  manifest.result = parsed_matrix(table.at("result"), path + ": result");
  return manifest;
}

std::string listed(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string described(const PackageMatrix &matrix) {
  return std::to_string(matrix.nrow) + (matrix.dtype == at::kDouble ? " real64" : " real32");
}

}  // namespace

Manifest parse_manifest(const std::string &text, const std::string &path) try {
  return parsed(json::parse(text), path);
} catch (const json::exception &error) {
  mismatch(HYB_ERROR_FILE, path + ": its manifest", "JSON with the keys of a package",
           error.what());
}

void check_machine(const Manifest &manifest, const std::string &path) {
  check(manifest.torch == TORCH_VERSION, path + ": compiled for Torch", TORCH_VERSION,
        manifest.torch);
  check(manifest.device == "cpu", path + ": compiled for device", "cpu", manifest.device);
  const Machine &machine = this_machine();
  check(manifest.architecture == machine.architecture, path + ": architecture",
        manifest.architecture, machine.architecture);
  const auto missing = missing_features(manifest.features, machine);
  check(missing.empty(), path, "a CPU with " + listed(missing),
        machine.architecture + " without (export it here, or for a more general CPU)");
}

void check_card(const Manifest &manifest, const hyb_signature &signature,
                const std::string &path) {
  const at::ScalarType dtype = signature.kind == HYB_REAL64 ? at::kDouble : at::kFloat;
  const PackageMatrix input{dtype, signature.nfeature}, result{dtype, signature.noutput};
  if (described(manifest.input) != described(input))
    mismatch(HYB_ERROR_CARD, path + ": features", described(input) + " by the card",
             described(manifest.input));
  if (described(manifest.result) != described(result))
    mismatch(HYB_ERROR_CARD, path + ": outputs", described(result) + " by the card",
             described(manifest.result));
}

}  // namespace hybrid_torch
