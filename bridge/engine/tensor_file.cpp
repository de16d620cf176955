// SPDX-License-Identifier: BSD-3-Clause
#include "tensor_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "failure.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

constexpr char metadata_key[] = "__metadata__";
constexpr size_t length_bytes = 8;
constexpr uint64_t longest_header = 100'000'000;  // of the format's own reader

struct Range {
  uint64_t begin, end;
  std::string name;
};

std::string contents(const std::string &path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) refuse(path, "a file", "none");
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "a readable file", std::strerror(errno));
  return {std::istreambuf_iterator<char>(file), {}};
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

// A name that occurs twice would hide the first.
Json parsed(const std::string &path, const std::string &text) {
  std::vector<std::set<std::string>> names;
  const auto check = [&](int, Json::parse_event_t event, Json &value) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end) names.pop_back();
    if (event == Json::parse_event_t::key && !names.back().insert(value.get<std::string>()).second)
      refuse(path + ": header", "every name once", in_quotes(value.get<std::string>()) + " twice");
    return true;
  };
  try {
    Json header = Json::parse(text, check);
    if (!header.is_object()) refuse(path + ": header", "an object", header.type_name());
    return header;
  } catch (const Json::exception &error) {
    refuse(path + ": header", "JSON", error.what());
  }
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

Range range_of(const std::string &what, const Json &offsets, uint64_t size, const Tensor &tensor) {
  const auto [begin, end] = offsets.get<std::pair<uint64_t, uint64_t>>();
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
  tensor.shape = entry.at("shape").get<std::vector<int64_t>>();
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
  const Json header = parsed(path, bytes.substr(length_bytes, length));
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
