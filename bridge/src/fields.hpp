// SPDX-License-Identifier: BSD-3-Clause
// The fields of a scheme: what host, configuration and card say of each, found by name.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "axes.hpp"
#include "card.hpp"

namespace hyb {

// Facts about one field. The first array that arrives settles kind and extents; after that every
// array must agree, so a recording and a packed batch have one shape.
struct Field : FieldShape {
  int32_t id;
  std::string name;
  uint64_t hash;      // of the name
  std::string unit;   // as declared; "" if not
  int32_t role = 0;   // likewise; 0
  Axes axes{};        // likewise
  const CardField *input = nullptr, *output = nullptr;
  int32_t kept = -1;  // its place among the inputs that operators read

  std::atomic<bool> settled{false};
  int32_t kind = 0;

  // What was declared, else what the card says, else state and no unit.
  int32_t effective_role() const;
  const std::string &effective_unit() const;
};

class Fields {
 public:
  static constexpr size_t capacity = 1024;

  // `card` is null in modes that have none; a recording needs the unit of every field.
  Fields(const Card *card, std::string emulator, bool recorded)
      : card_(card), emulator_(std::move(emulator)), recorded_(recorded) {}

  // Declares; a second declaration must agree with the first. A failure declares nothing.
  void declare(const std::string &name, const std::string &unit, int32_t role,
               const std::string &dims);

  // Lock-free for names seen before. Names that nobody declared are added.
  Field &find(std::string_view name);

  // Settles or compares the array's facts.
  void settle(Field &field, const HostArray &array);

  size_t count() const { return count_.load(std::memory_order_acquire); }
  Field &at(size_t id) const { return *by_id_[id]; }

 private:
  Field *lookup(std::string_view name, uint64_t hash) const;
  Field &add(const std::string &name, uint64_t hash);
  void compare(const Field &field, const std::string &unit, int32_t role,
               const CardField &card) const;
  void compare_array(const Field &field, const CardField &card, const HostArray &array) const;
  void settle_first(Field &field, const HostArray &array);

  const Card *card_;
  std::string emulator_;
  bool recorded_;
  std::mutex mutex_;
  std::atomic<size_t> count_{0};
  std::array<std::unique_ptr<Field>, capacity / 2> by_id_;
  std::array<std::atomic<Field *>, capacity> by_name_{};
};

}  // namespace hyb
