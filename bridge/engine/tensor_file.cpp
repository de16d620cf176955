// SPDX-License-Identifier: BSD-3-Clause
#include "tensor_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

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

// A file that is read piece by piece, each to where it stays.
class Bytes {
 public:
  Bytes(const std::string &path, const std::string &source) : path_(path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(source, ignored)) refuse(path, "a file", "none");
    size_ = std::filesystem::file_size(source);
    if (size_ > longest_file)
      refuse(path, "at most " + std::to_string(longest_file) + " bytes", std::to_string(size_));
    file_.open(source, std::ios::binary);
    if (!file_) refuse(path, "a readable file", std::strerror(errno));
  }

  uint64_t size() const { return size_; }

  void read(uint64_t begin, void *to, uint64_t count) {
    file_.seekg(static_cast<std::streamoff>(begin));
    file_.read(static_cast<char *>(to), static_cast<std::streamsize>(count));
    if (!file_) refuse(path_, std::to_string(size_) + " bytes", "a shorter file");
  }

 private:
  const std::string &path_;
  std::ifstream file_;
  uint64_t size_ = 0;
};

constexpr char advice[] = "; write it with pyhybrid.export";

// Checked before anything else is read.
uint64_t header_length(const std::string &path, Bytes &bytes) {
  if (bytes.size() < length_bytes)
    refuse(path, "a .safetensors file", std::to_string(bytes.size()) + " bytes");
  unsigned char little_endian[length_bytes];
  bytes.read(0, little_endian, length_bytes);
  if (std::memcmp(little_endian, "PK\3\4", 4) == 0)
    refuse(path, "a .safetensors file",
           std::string("a zip archive, as of torch.save or .pt") + advice);
  uint64_t length = 0;
  for (size_t i = length_bytes; i-- > 0;) length = length << 8 | little_endian[i];
  const uint64_t most = std::min<uint64_t>(bytes.size() - length_bytes, longest_header);
  if (length > most)
    refuse(path + ": length of the header",
           "at most " + std::to_string(most) + " in a whole .safetensors file",
           std::to_string(length));
  return length;
}

Json read_header(const std::string &path, Bytes &bytes, uint64_t length) {
  std::string text(length, '\0');
  bytes.read(length_bytes, text.data(), length);
  return parsed_object(path + ": header", text);
}

std::map<std::string, std::string> read_texts(const std::string &path, const Json &entry) {
  const std::string what = path + ": header: " + metadata_key;
  if (!entry.is_object()) refuse(what, "an object of texts", entry.type_name());
  std::map<std::string, std::string> texts;
  for (const auto &[key, text] : entry.items()) {
    if (!text.is_string()) refuse(what + ": " + in_quotes(key), "a text", text.type_name());
    texts.emplace(key, text.get<std::string>());
  }
  return texts;
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

TensorFile::TensorFile(const std::string &path, const std::string &source) : path_(path) {
  Bytes bytes(path_, source);
  const uint64_t length = header_length(path_, bytes), begin = length_bytes + length;
  const std::vector<ByteRange> ranges =
      read_entries(read_header(path_, bytes, length), bytes.size() - begin);
  check_covered(path_, ranges, bytes.size() - begin);
  for (const ByteRange &range : ranges) {
    Tensor &tensor = tensors_.at(range.name);
    const uint64_t count = range.end - range.begin;
    tensor.storage.resize((count + sizeof(double) - 1) / sizeof(double));
    bytes.read(begin + range.begin, tensor.storage.data(), count);
  }
}

std::vector<ByteRange> TensorFile::read_entries(const Json &header, uint64_t size) {
  std::vector<ByteRange> ranges;
  for (const auto &[name, entry] : header.items()) {
    if (name == metadata_key) {
      texts_ = read_texts(path_, entry);
      continue;
    }
    const std::string what = path_ + ": tensor " + in_quotes(name);
    try {
      const Tensor tensor = read_tensor(what, name, entry);
      ranges.push_back(read_range(what, entry, size, tensor));
      tensors_.emplace(name, tensor);
    } catch (const Json::exception &error) {
      refuse(what, "dtype, shape and data_offsets", error.what());
    }
  }
  return ranges;
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
