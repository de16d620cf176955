// SPDX-License-Identifier: BSD-3-Clause
#include "tensor_header.hpp"

#include <algorithm>

#include "failure.hpp"
#include "json_text.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

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
    if (extent > most || (extent > 0 && count > most / extent))  // also beside a 0
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

void check_bytes(const std::string &what, const Tensor &tensor, uint64_t found) {
  const uint64_t wanted = static_cast<uint64_t>(tensor.count) * size_of(tensor.dtype);
  if (found != wanted)
    refuse(what + ": bytes",
           std::to_string(wanted) + " of " + described(tensor.dtype, tensor.shape),
           std::to_string(found));
}

}  // namespace

Tensor read_tensor(const std::string &what, const std::string &name, const Json &entry) {
  Tensor tensor;
  tensor.name = name;
  tensor.dtype = dtype_of(what, entry.at("dtype").get<std::string>());
  tensor.shape = whole_numbers(what + ": shape", entry.at("shape"));
  tensor.count = number_of_elements(what, tensor.shape);
  return tensor;
}

ByteRange read_range(const std::string &what, const Json &entry, uint64_t size,
                     const Tensor &tensor) {
  const std::vector<int64_t> pair =
      whole_numbers(what + ": data_offsets", entry.at("data_offsets"));
  if (pair.size() != 2) refuse(what + ": data_offsets", "2 numbers", std::to_string(pair.size()));
  const ByteRange range = {static_cast<uint64_t>(pair[0]), static_cast<uint64_t>(pair[1]),
                           tensor.name};
  if (range.begin > range.end || range.end > size)
    refuse(what + ": data_offsets", "within the " + std::to_string(size) + " bytes of data",
           std::to_string(range.begin) + " to " + std::to_string(range.end));
  check_bytes(what, tensor, range.end - range.begin);
  return range;
}

void check_covered(const std::string &path, std::vector<ByteRange> ranges, uint64_t size) {
  std::sort(ranges.begin(), ranges.end(), [](const ByteRange &a, const ByteRange &b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t end = 0;
  for (const ByteRange &range : ranges) {
    if (range.begin != end)
      refuse(path + ": tensor " + in_quotes(range.name) + ": begin", std::to_string(end),
             std::to_string(range.begin));
    end = range.end;
  }
  if (end != size)
    refuse(path + ": bytes of data", std::to_string(end), std::to_string(size));
}

}  // namespace hybrid_builtin
