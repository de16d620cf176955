// SPDX-License-Identifier: BSD-3-Clause
// Network files for the tests of the engine, and how they are run without the core.
#pragma once

#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "network.hpp"

constexpr int64_t test_features = 24;

inline std::string escaped(const std::string &text) {
  std::string result;
  for (const char c : text) result += c == '"' ? std::string("\\\"") : std::string(1, c);
  return result;
}

// Tensors of a file one after the other, with made-up numbers.
class FileText {
 public:
  void reals(const std::string &name, const std::string &shape, size_t count) {
    std::vector<float> numbers(count);
    for (size_t i = 0; i < count; ++i)
      numbers[i] = 0.25f * static_cast<float>((7 * i + name.size()) % 11) - 1.125f;
    add(name, "F32", shape, numbers.data(), 4 * count);
  }
  void indices(const std::string &name, const std::vector<int32_t> &rows) {
    add(name, "I32", "[" + std::to_string(rows.size()) + "]", rows.data(), 4 * rows.size());
  }
  std::string with(const std::string &network) const {
    const std::string header = "{\"__metadata__\": {\"card\": \"{}\", \"network\": \"" +
                               escaped(network) + "\"}" + entries_ + "}";
    const uint64_t length = header.size();
    return std::string(reinterpret_cast<const char *>(&length), 8) + header + data_;
  }

 private:
  void add(const std::string &name, const char *dtype, const std::string &shape, const void *data,
           size_t bytes) {
    entries_ += ", \"" + name + "\": {\"dtype\": \"" + dtype + "\", \"shape\": " + shape +
                ", \"data_offsets\": [" + std::to_string(data_.size()) + ", " +
                std::to_string(data_.size() + bytes) + "]}";
    data_.append(static_cast<const char *>(data), bytes);
  }
  std::string entries_, data_;
};

// Every operation of the page, some fused, some not; 24 rows in.
inline std::string every_operation() {
  FileText file;
  file.reals("w", "[3, 4]", 12);
  file.reals("b", "[3]", 3);
  file.reals("cw", "[6, 2, 3]", 36);
  file.reals("cb", "[6]", 6);
  file.reals("gw", "[9, 4]", 36);
  file.reals("gs", "[9, 3]", 27);
  file.reals("g", "[9]", 9);
  file.reals("lw", "[12, 4]", 48);
  file.reals("ls", "[12, 3]", 36);
  file.reals("n", "[4]", 4);
  file.indices("i", {23, 0, -1, 5, 6, 7, 8, 9, 10, 11, 12, 13});
  file.indices("s", {0, 2, 1, -1, 0, 2, 1, 1, 0, 2, 2, 2});
  std::string operations;
  int value = 0;
  const auto add = [&](const std::string &op, const std::string &in, const std::string &more = "") {
    operations += (operations.empty() ? "" : ", ") + ("{\"op\": \"" + op + "\", \"name\": \"t\", \"in\": [" +
                  in + "]" + (more.empty() ? "" : ", " + more) + "}");
    ++value;
  };
  add("dense", "0", "\"weight\": \"w\", \"bias\": \"b\"");
  add("tanh", "1");
  add("convolution", "0",
      "\"weight\": \"cw\", \"bias\": \"cb\", \"channels\": 4, \"groups\": 2, \"padding\": [2, 1]");
  add("gru", "0", "\"input_weight\": \"gw\", \"state_weight\": \"gs\", \"input_bias\": \"g\", "
                  "\"state_bias\": \"g\", \"reverse\": true");
  add("lstm", "0, {\"value\": 1, \"first\": 0, \"rows\": 3}, {\"value\": 0, \"first\": 2, \"rows\": 3}",
      "\"input_weight\": \"lw\", \"state_weight\": \"ls\", \"reverse\": false");
  add("gather", "0", "\"index\": \"i\", \"fill\": 0.5");
  add("scatter_add", std::to_string(value), "\"index\": \"s\", \"rows\": 3");
  add("constant", "", "\"tensor\": \"n\"");
  add("layer_norm", "0", "\"size\": 4, \"weight\": \"n\", \"epsilon\": 0.001");
#define TEST_WORD(name, word) word,
  const char *unary[] = {HYBRID_UNARY(TEST_WORD)}, *binary[] = {HYBRID_BINARY(TEST_WORD)},
             *over[] = {HYBRID_OVER_GROUPS(TEST_WORD)};
#undef TEST_WORD
  for (const std::string word : unary) {
    const std::string more = word == "leaky_relu" ? "\"slope\": 0.1"
                             : word == "elu"      ? "\"alpha\": 0.5"
                             : word == "softplus" ? "\"beta\": 1.0, \"threshold\": 20.0"
                             : word == "clamp"    ? "\"lower\": -0.5, \"upper\": 0.5"
                                                  : "";
    if (word != "identity") add(word, "1", more);
  }
  for (const std::string word : binary) add(word, "2, {\"value\": 0, \"first\": 3, \"rows\": 1}");
  for (const std::string word : over) add(word, "0", "\"size\": 4");
  add("where", "0, 0.5, {\"value\": 0, \"first\": 1, \"rows\": 1}");
  add("cast", "1", "\"kind\": \"real64\"");
  add("multiply", std::to_string(value) + ", 1.5");
  add("cast", std::to_string(value), "\"kind\": \"real32\"");
  // The first row of every value; those of real64 come as what they were cast to.
  const int last = value;
  std::string joined;
  for (int i = 1; i <= last; ++i)
    if (i != last - 1 && i != last - 2)
      joined += (joined.empty() ? "" : ", ") + ("{\"value\": " + std::to_string(i)) + ", \"first\": 0, \"rows\": 1}";
  std::vector<int32_t> all;
  for (int32_t i = 0; i < last - 2; ++i) all.push_back(i);
  file.indices("all", all);
  add("gather", joined, "\"index\": \"all\"");
  return file.with("{\"format\": \"pyhybrid network\", \"version\": 1, \"operations\": [" + operations +
                   "], \"output\": " + std::to_string(value) + "}");
}

// Rows of what every_operation() hands back.
inline int64_t rows_of_every_operation() {
#define TEST_ONE(name, word) +1
  return 0 HYBRID_UNARY(TEST_ONE) - 1 HYBRID_BINARY(TEST_ONE) HYBRID_OVER_GROUPS(TEST_ONE) + 9 + 2;
#undef TEST_ONE
}

// A file for as long as the process does not write another.
inline std::string written(const std::string &bytes) {
  static const std::string path = "engine_test_" + std::to_string(getpid()) + ".safetensors";
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

inline void prepare(hybrid_builtin::Network &network, int64_t features, int64_t outputs,
                    int64_t samples) {
  hyb_signature signature{};
  signature.kind = HYB_REAL32;
  signature.packed = 1;
  signature.nfeature = features;
  signature.noutput = outputs;
  signature.samples = &samples;
  signature.nsamples = 1;
  hyb_plan plan{};
  network.prepare(signature, plan);
}

inline void run(hybrid_builtin::Network &network, const float *x, float *y, int64_t nsample,
                int64_t ld) {
  hyb_matrices matrices{};
  matrices.size = sizeof matrices;
  matrices.nsample = nsample;
  matrices.ld = ld;
  matrices.x = x;
  matrices.y = y;
  network.run(matrices);
}
