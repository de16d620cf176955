// SPDX-License-Identifier: BSD-3-Clause
#include "operation_reader.hpp"

#include <cmath>

#include "failure.hpp"
#include "json_text.hpp"

namespace hybrid_builtin {
namespace {

using Json = nlohmann::json;

Dtype dtype_of(Kind kind) { return kind == Kind::real32 ? Dtype::real32 : Dtype::real64; }

std::string spelled(const std::vector<int64_t> &shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + (shape[i] < 0 ? "any" : std::to_string(shape[i]));
  return text + ")";
}

bool fits(const std::vector<int64_t> &wanted, const std::vector<int64_t> &found) {
  if (wanted.size() != found.size()) return false;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] >= 0 && wanted[i] != found[i]) return false;
  return true;
}

// Looked at before its parts are: the operand that is the output has nobody who catches.
bool is_part(const Json &entry) {
  return entry.is_object() && entry.size() == 3 && entry.contains("value") &&
         entry.contains("first") && entry.contains("rows");
}

}  // namespace

OperationReader::OperationReader(const TensorFile &file, const Json &table, size_t number,
                                 const std::vector<ValueInfo> &values)
    : file_(file), table_(table), number_(number), values_(values), kind_(values[0].kind) {
  if (!table.is_object()) refuse(about("entry"), "an object", table.type_name());
  op_ = word("op");
  name_ = word("name");
  const Json &operands = need("in");
  if (!operands.is_array()) refuse(about("in"), "a list", operands.type_name());
  bool any = false;
  for (const Json &entry : operands) {
    in_.push_back(read_operand(entry));
    const auto *rows = std::get_if<Rows>(&in_.back());
    if (!rows) continue;
    const Kind found = values_[static_cast<size_t>(rows->value)].kind;
    if (any && found != kind_)
      refuse(about("kind of operand " + std::to_string(in_.size())), kind_name(kind_),
             kind_name(found));
    kind_ = found;
    any = true;
  }
}

std::string OperationReader::about(const std::string &what) const {
  return file_.path() + ": operation " + std::to_string(number_) + " " + in_quotes(op_) + " (" +
         printable(name_) + "): " + what;
}

const Json *OperationReader::find(const std::string &key) {
  used_.insert(key);
  const auto found = table_.find(key);
  return found == table_.end() ? nullptr : &*found;
}

const Json &OperationReader::need(const std::string &key) {
  const Json *found = find(key);
  if (!found) refuse(about("attribute " + in_quotes(key)), "a value", "none");
  return *found;
}

Rows OperationReader::read_rows(const Json &entry, bool whole) {
  const Json &number = whole ? entry : entry.at("value");
  const int64_t value = whole_number(about("value"), number);
  const int64_t count = static_cast<int64_t>(values_.size());
  if (value < 0 || value >= count)
    refuse(about("value"), "one made before, 0 to " + std::to_string(count - 1),
           std::to_string(value));
  const int64_t all = values_[static_cast<size_t>(value)].rows;
  if (whole) return {static_cast<int>(value), 0, all};
  const int64_t first = whole_number(about("first"), entry.at("first"));
  const int64_t rows = whole_number(about("rows"), entry.at("rows"));
  if (first < 0 || rows < 1 || first > all || rows > all - first)
    refuse(about("rows of value " + std::to_string(value)),
           "within its " + std::to_string(all),
           std::to_string(rows) + " from " + std::to_string(first));
  return {static_cast<int>(value), first, rows};
}

Operand OperationReader::read_operand(const Json &entry) {
  if (entry.is_number_integer()) return read_rows(entry, true);
  if (is_part(entry)) return read_rows(entry, false);
  if (entry.is_number()) return entry.get<double>();
  if (entry.is_string()) return named("operand", entry.get<std::string>());
  refuse(about("operand"), "a value, rows of one, the name of a tensor, or a real number",
         entry.dump());
}

void OperationReader::need_operands(size_t least, size_t most) const {
  if (in_.size() < least || in_.size() > most)
    refuse(about("operands"),
           least == most ? std::to_string(least)
                         : std::to_string(least) + " to " + std::to_string(most),
           std::to_string(in_.size()));
}

Rows OperationReader::rows(size_t operand) const {
  const auto *rows = std::get_if<Rows>(&in_[operand]);
  if (!rows) refuse(about("operand " + std::to_string(operand + 1)), "a value", "a constant");
  return *rows;
}

Operand OperationReader::operand(size_t operand) const {
  const auto *constant = std::get_if<const Tensor *>(&in_[operand]);
  if (constant && (*constant)->dtype != dtype_of(kind_))
    refuse(about("tensor " + in_quotes((*constant)->name)), kind_name(kind_),
           dtype_name((*constant)->dtype));
  return in_[operand];
}

int64_t OperationReader::rows_of(const Operand &operand) const {
  if (const auto *rows = std::get_if<Rows>(&operand)) return rows->rows;
  const auto *constant = std::get_if<const Tensor *>(&operand);
  return constant ? (*constant)->count : 1;
}

const Tensor *OperationReader::named(const std::string &what, const std::string &name) const {
  const Tensor *found = file_.find(name);
  if (!found) refuse(about(what), "a tensor of the file", in_quotes(name));
  return found;
}

const Tensor *OperationReader::shaped(const std::string &key, const std::string &name, Dtype dtype,
                                      const std::vector<int64_t> &shape) const {
  const Tensor *found = named(key, name);
  if (found->dtype != dtype || !fits(shape, found->shape))
    refuse(about(key + " " + in_quotes(name)),
           std::string(dtype_name(dtype)) + " " + spelled(shape),
           described(found->dtype, found->shape));
  return found;
}

const Tensor *OperationReader::tensor(const std::string &key, const std::vector<int64_t> &shape) {
  return shaped(key, word(key), dtype_of(kind_), shape);
}

const Tensor *OperationReader::optional_tensor(const std::string &key,
                                               const std::vector<int64_t> &shape) {
  return find(key) ? tensor(key, shape) : nullptr;
}

const Tensor *OperationReader::index(const std::string &key, int64_t count, int64_t least,
                                     int64_t most) {
  const Tensor *found = shaped(key, word(key), Dtype::int32, {count});
  for (int64_t i = 0; i < found->count; ++i) {
    const int32_t place = found->as<int32_t>()[i];
    if (place < least || place > most)
      refuse(about(key + " " + std::to_string(i)),
             std::to_string(least) + " to " + std::to_string(most), std::to_string(place));
  }
  return found;
}

int64_t OperationReader::integer(const std::string &key, int64_t least,
                                 std::optional<int64_t> absent) {
  const Json *found = find(key);
  if (!found && absent) return *absent;
  const Json &entry = found ? *found : need(key);
  const int64_t value = entry.is_number_integer() ? entry.get<int64_t>() : least - 1;
  if (value < least || value > most_rows)
    refuse(about(key), "a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most_rows), entry.dump());
  return value;
}

std::vector<int64_t> OperationReader::integers(const std::string &key, size_t count,
                                               int64_t least) {
  const Json &entry = need(key);
  std::vector<int64_t> values;
  if (entry.is_array())
    for (const Json &value : entry)
      if (value.is_number_integer() && value.get<int64_t>() >= least &&
          value.get<int64_t>() <= most_rows)
        values.push_back(value.get<int64_t>());
  if (values.size() != count || entry.size() != count)
    refuse(about(key), std::to_string(count) + " whole numbers from " + std::to_string(least),
           entry.dump());
  return values;
}

double OperationReader::real(const std::string &key, std::optional<double> absent) {
  const Json *found = find(key);
  if (!found && absent) return *absent;
  const Json &entry = found ? *found : need(key);
  if (!entry.is_number()) refuse(about(key), "a number", entry.dump());
  return entry.get<double>();
}

bool OperationReader::boolean(const std::string &key) {
  const Json &entry = need(key);
  if (!entry.is_boolean()) refuse(about(key), "true or false", entry.dump());
  return entry.get<bool>();
}

std::string OperationReader::word(const std::string &key) {
  const Json &entry = need(key);
  if (!entry.is_string()) refuse(about(key), "a text", entry.dump());
  return entry.get<std::string>();
}

void OperationReader::finish() const {
  for (const auto &[key, value] : table_.items())
    if (!used_.count(key)) refuse(about("attributes"), "those of its kind", in_quotes(key));
}

int64_t OperationReader::groups(const Rows &x, int64_t size) const {
  if (x.rows % size != 0)
    refuse(about("rows of its operand"), "a multiple of " + std::to_string(size),
           std::to_string(x.rows));
  return x.rows / size;
}

}  // namespace hybrid_builtin
