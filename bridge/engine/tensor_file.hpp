// SPDX-License-Identifier: BSD-3-Clause
// A .safetensors file, read and checked as a whole: nothing in it is executed, and no offset leads
// outside of it.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace hybrid_builtin {

enum class Dtype { real32, real64, int32 };

const char *dtype_name(Dtype dtype);

struct Tensor {
  std::string name;
  Dtype dtype = Dtype::real32;
  std::vector<int64_t> shape;
  int64_t count = 0;
  std::vector<double> storage;  // for the alignment; count elements of dtype

  template <class T>
  const T *as() const {
    return reinterpret_cast<const T *>(storage.data());
  }
};

// "real32 (256, 124)"
std::string described(Dtype dtype, const std::vector<int64_t> &shape);

// Of the data behind the header.
struct ByteRange {
  uint64_t begin, end;
  std::string name;  // of the tensor
};

class TensorFile {
 public:
  // Its bytes are read at `source`, messages name `path`.
  TensorFile(const std::string &path, const std::string &source);

  const std::string &path() const { return path_; }
  // A text of the header's __metadata__. Fails if it is not there.
  const std::string &text(const std::string &key) const;
  // Null if there is none of that name.
  const Tensor *find(const std::string &name) const;

 private:
  // Tensors without their numbers, texts; where the numbers are in the `size` bytes of data.
  std::vector<ByteRange> read_entries(const nlohmann::json &header, uint64_t size);

  std::string path_;
  std::map<std::string, std::string> texts_;
  std::map<std::string, Tensor> tensors_;
};

}  // namespace hybrid_builtin
