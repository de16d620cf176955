// SPDX-License-Identifier: BSD-3-Clause
#include "tensor_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "failure.hpp"
#include "json_text.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

constexpr char metadata_key[] = "__metadata__";
constexpr size_t length_bytes = 8;
constexpr uint64_t longest_header = 100'000'000;  // of the format's own reader
constexpr uint64_t longest_file = uint64_t{1} << 32;  // a sparse one of any length costs nothing

struct Range {
  uint64_t begin, end;
  std::string name;
};

std::string contents(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) refuse(path, "a file", "none");
  const uint64_t size = std::filesystem::file_size(path);
  if (size > longest_file)
    refuse(path, "at most " + std::to_string(longest_file) + " bytes", std::to_string(size));
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "a readable file", std::strerror(errno));
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

uint64_t header_length(const std::string &path, const std::string &bytes) {
  if (bytes.size() < length_bytes)
    refuse(path, "a .safetensors file", std::to_string(bytes.size()) + " bytes");
  uint64_t length = 0;
  for (size_t i = length_bytes; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  const uint64_t most = std::min<uint64_t>(bytes.size() - length_bytes, longest_header);
  if (length > most)
    refuse(path + ": length of the header", "at most " + std::to_string(most),
             std::to_string(length));
  return length;
}

size_t size_of(Dtype dtype) { return dtype == Dtype::real64 ? 8 : 4; }

Dtype dtype_of(const std::string &what, const std::string &name) {
  if (name == "F32") return Dtype::real32;
  if (name == "F64") return Dtype::real64;
  if (name == "I32") return Dtype::int32;
  refuse(what + ": dtype", "F32, F64 or I32", in_quotes(name));
}

int64_t number_of_elements(const std::string &what, const std::vector<int64_t> &shape) {
  constexpr int64_t most = int64_t{1} << 40;
  int64_t count = 1;
  for (const int64_t extent : shape) {
    if (extent < 0) refuse(what + ": extent", "0 or more", std::to_string(extent));
    if (extent > 0 && count > most / extent)
      refuse(what + ": shape", "at most 2^40 elements", "more");
    count *= extent;
  }
  return count;
}

std::vector<int64_t> whole_numbers(const std::string &what, const Json &entry) {
  if (!entry.is_array()) refuse(what, "a list", entry.type_name());
  std::vector<int64_t> numbers;
  for (const Json &number : entry) numbers.push_back(whole_number(what, number));
  return numbers;
}

Range range_of(const std::string &what, const Json &offsets, uint64_t size, const Tensor &tensor) {
  const std::vector<int64_t> pair = whole_numbers(what + ": data_offsets", offsets);
  if (pair.size() != 2) refuse(what + ": data_offsets", "2 numbers", std::to_string(pair.size()));
  const auto begin = static_cast<uint64_t>(pair[0]), end = static_cast<uint64_t>(pair[1]);
  const uint64_t wanted = static_cast<uint64_t>(tensor.count) * size_of(tensor.dtype);
  if (begin > end || end > size)
    refuse(what + ": data_offsets", "within the " + std::to_string(size) + " bytes of data",
             std::to_string(begin) + " to " + std::to_string(end));
  if (end - begin != wanted)
    refuse(what + ": bytes",
             std::to_string(wanted) + " of " + described(tensor.dtype, tensor.shape),
             std::to_string(end - begin));
  return {begin, end, tensor.name};
}

// The format has neither overlaps nor holes.
void check_covered(const std::string &path, std::vector<Range> ranges, uint64_t size) {
  std::sort(ranges.begin(), ranges.end(), [](const Range &a, const Range &b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t end = 0;
  for (const Range &range : ranges) {
    if (range.begin != end)
      refuse(path + ": tensor " + in_quotes(range.name) + ": begin", std::to_string(end),
               std::to_string(range.begin));
    end = range.end;
  }
  if (end != size)
    refuse(path + ": bytes of data", std::to_string(end), std::to_string(size));
}

Tensor read_tensor(const std::string &what, const std::string &name, const Json &entry) {
  Tensor tensor;
  tensor.name = name;
  tensor.dtype = dtype_of(what, entry.at("dtype").get<std::string>());
  tensor.shape = whole_numbers(what + ": shape", entry.at("shape"));
  tensor.count = number_of_elements(what, tensor.shape);
  return tensor;
}

}  // namespace

const char *dtype_name(Dtype dtype) {
  switch (dtype) {
    case Dtype::real32: return "real32";
    case Dtype::real64: return "real64";
    default: return "int32";
  }
}

std::string described(Dtype dtype, const std::vector<int64_t> &shape) {
  std::string text = std::string(dtype_name(dtype)) + " (";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

TensorFile::TensorFile(const std::string &path) : path_(path) {
  const std::string bytes = contents(path);
  const uint64_t length = header_length(path, bytes);
  const Json header = parsed_object(path + ": header", bytes.substr(length_bytes, length));
  const char *data = bytes.data() + length_bytes + length;
  const uint64_t size = bytes.size() - length_bytes - length;
  std::vector<Range> ranges;
  for (const auto &[name, entry] : header.items()) {
    const std::string what = path + ": tensor " + in_quotes(name);
    try {
      if (name == metadata_key) {
        texts_ = entry.get<std::map<std::string, std::string>>();
        continue;
      }
      Tensor tensor = read_tensor(what, name, entry);
      const Range range = range_of(what, entry.at("data_offsets"), size, tensor);
      tensor.storage.resize((range.end - range.begin + sizeof(double) - 1) / sizeof(double));
      if (range.end > range.begin)
        std::memcpy(tensor.storage.data(), data + range.begin, range.end - range.begin);
      ranges.push_back(range);
      tensors_.emplace(name, std::move(tensor));
    } catch (const Json::exception &error) {
      refuse(what, "dtype, shape and data_offsets", error.what());
    }
  }
  check_covered(path, std::move(ranges), size);
}

const std::string &TensorFile::text(const std::string &key) const {
  const auto found = texts_.find(key);
  if (found == texts_.end())
    refuse(path_, "a text " + in_quotes(key) + " in the header's __metadata__", "none");
  return found->second;
}

const Tensor *TensorFile::find(const std::string &name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

}  // namespace hybrid_builtin
