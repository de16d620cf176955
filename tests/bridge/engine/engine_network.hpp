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
    const std::string header = R"({"__metadata__": {"card": "{}", "network": ")" +
                               escaped(network) + R"("})" + entries_ + "}";
    const uint64_t length = header.size();
    return std::string(reinterpret_cast<const char *>(&length), 8) + header + data_;
  }

 private:
  void add(const std::string &name, const char *dtype, const std::string &shape, const void *data,
           size_t bytes) {
    entries_ += R"(, ")" + name + R"(": {"dtype": ")" + dtype + R"(", "shape": )" + shape +
                R"(, "data_offsets": [)" + std::to_string(data_.size()) + ", " +
                std::to_string(data_.size() + bytes) + "]}";
    data_.append(static_cast<const char *>(data), bytes);
  }
  std::string entries_, data_;
};

// The operations of a network, one after the other; each makes one value, the first one value 1.
class OperationsText {
 public:
  void add(const std::string &op, const std::string &in, const std::string &more = "") {
    if (value_++ > 0) text_ += ", ";
    text_ += R"({"op": ")" + op + R"(", "name": "t", "in": [)" + in + "]";
    text_ += (more.empty() ? "" : ", " + more) + "}";
  }
  // Of the operation that came last.
  int value() const { return value_; }
  std::string network() const {
    return R"({"format": "pyhybrid network", "version": 1, "operations": [)" + text_ +
           R"(], "output": )" + std::to_string(value_) + "}";
  }

 private:
  std::string text_;
  int value_ = 0;
};

inline std::string rows_of(int value, int first, int rows) {
  return R"({"value": )" + std::to_string(value) + R"(, "first": )" + std::to_string(first) +
         R"(, "rows": )" + std::to_string(rows) + "}";
}

inline void add_tensors(FileText &file) {
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
}

inline void add_layers(OperationsText &all) {
  all.add("dense", "0", R"("weight": "w", "bias": "b")");
  all.add("tanh", "1");
  all.add("convolution", "0",
          R"("weight": "cw", "bias": "cb", "channels": 4, "groups": 2, "padding": [2, 1])");
  all.add("gru", "0",
          R"("input_weight": "gw", "state_weight": "gs", "input_bias": "g", "state_bias": "g", )"
          R"("reverse": true)");
  all.add("lstm", "0, " + rows_of(1, 0, 3) + ", " + rows_of(0, 2, 3),
          R"("input_weight": "lw", "state_weight": "ls", "reverse": false)");
  all.add("gather", "0", R"("index": "i", "fill": 0.5)");
  all.add("scatter_add", std::to_string(all.value()), R"("index": "s", "rows": 3)");
  all.add("constant", "", R"("tensor": "n")");
  all.add("layer_norm", "0", R"("size": 4, "weight": "n", "epsilon": 0.001)");
}

// What a word needs besides its operand.
inline std::string parameters_of(const std::string &word) {
  if (word == "leaky_relu") return R"("slope": 0.1)";
  if (word == "elu") return R"("alpha": 0.5)";
  if (word == "softplus") return R"("beta": 1.0, "threshold": 20.0)";
  if (word == "clamp") return R"("lower": -0.5, "upper": 0.5)";
  return "";
}

inline void add_words(OperationsText &all) {
#define TEST_WORD(name, word) word,
  const char *unary[] = {HYBRID_UNARY(TEST_WORD)}, *binary[] = {HYBRID_BINARY(TEST_WORD)},
             *over[] = {HYBRID_OVER_GROUPS(TEST_WORD)};
#undef TEST_WORD
  for (const std::string word : unary)
    if (word != "identity") all.add(word, "1", parameters_of(word));
  for (const std::string word : binary) all.add(word, "2, " + rows_of(0, 3, 1));
  for (const std::string word : over) all.add(word, "0", R"("size": 4)");
}

inline void add_choice_and_casts(OperationsText &all) {
  all.add("where", "0, 0.5, " + rows_of(0, 1, 1));
  all.add("cast", "1", R"("kind": "real64")");
  all.add("multiply", std::to_string(all.value()) + ", 1.5");
  all.add("cast", std::to_string(all.value()), R"("kind": "real32")");
}

// The first row of every value; the two of real64 come as what they were cast to.
inline void add_output(OperationsText &all, FileText &file) {
  const int last = all.value();
  std::string in;
  std::vector<int32_t> index;
  for (int value = 1; value <= last; ++value) {
    if (value == last - 1 || value == last - 2) continue;
    in += (in.empty() ? "" : ", ") + rows_of(value, 0, 1);
    index.push_back(static_cast<int32_t>(index.size()));
  }
  file.indices("all", index);
  all.add("gather", in, R"("index": "all")");
}

// Every operation of the page, some fused, some not; 24 rows in.
inline std::string every_operation() {
  FileText file;
  OperationsText all;
  add_tensors(file);
  add_layers(all);
  add_words(all);
  add_choice_and_casts(all);
  add_output(all, file);
  return file.with(all.network());
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
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
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
