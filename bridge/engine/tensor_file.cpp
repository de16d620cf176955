// SPDX-License-Identifier: BSD-3-Clause
#include "tensor_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "failure.hpp"
#include "json_text.hpp"
#include "tensor_header.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

constexpr char metadata_key[] = "__metadata__";
constexpr size_t length_bytes = 8;
constexpr uint64_t longest_header = 100'000'000;  // of the format's own reader
constexpr uint64_t longest_file = uint64_t{1} << 32;  // a sparse one of any length costs nothing

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

constexpr char advice[] = "; write it with pyhybrid.export";

uint64_t header_length(const std::string &path, const std::string &bytes) {
  if (bytes.size() < length_bytes)
    refuse(path, "a .safetensors file", std::to_string(bytes.size()) + " bytes");
  if (bytes.compare(0, 4, "PK\3\4") == 0)
    refuse(path, "a .safetensors file",
           std::string("a zip archive, as of torch.save or .pt") + advice);
  uint64_t length = 0;
  for (size_t i = length_bytes; i-- > 0;)
    length = length << 8 | static_cast<unsigned char>(bytes[i]);
  const uint64_t most = std::min<uint64_t>(bytes.size() - length_bytes, longest_header);
  if (length > most)
    refuse(path + ": length of the header", "at most " + std::to_string(most),
           std::to_string(length));
  return length;
}

// The tensor of an entry with its numbers; adds their place to `ranges`.
Tensor filled_tensor(const std::string &what, const std::string &name, const Json &entry,
                     std::string_view data, std::vector<ByteRange> &ranges) {
  Tensor tensor = read_tensor(what, name, entry);
  const ByteRange range = read_range(what, entry, data.size(), tensor);
  const uint64_t bytes = range.end - range.begin;
  tensor.storage.resize((bytes + sizeof(double) - 1) / sizeof(double));
  if (bytes > 0) std::memcpy(tensor.storage.data(), data.data() + range.begin, bytes);
  ranges.push_back(range);
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
  const std::string_view data = std::string_view(bytes).substr(length_bytes + length);
  std::vector<ByteRange> ranges;
  for (const auto &[name, entry] : header.items()) {
    const std::string what = path + ": tensor " + in_quotes(name);
    try {
      if (name == metadata_key)
        texts_ = entry.get<std::map<std::string, std::string>>();
      else
        tensors_.emplace(name, filled_tensor(what, name, entry, data, ranges));
    } catch (const Json::exception &error) {
      refuse(what, "dtype, shape and data_offsets", error.what());
    }
  }
  check_covered(path, std::move(ranges), data.size());
}

const std::string &TensorFile::text(const std::string &key) const {
  const auto found = texts_.find(key);
  if (found == texts_.end())
    refuse(path_, "a text " + in_quotes(key) + " in the header's __metadata__",
           std::string("none") + advice);
  return found->second;
}

const Tensor *TensorFile::find(const std::string &name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

}  // namespace hybrid_builtin
