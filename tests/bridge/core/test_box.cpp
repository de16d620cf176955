// SPDX-License-Identifier: BSD-3-Clause
// Emulators whose sample is a box: one column and level. Fields without levels are repeated.
#include "fixture.hpp"

static const std::string box_card = R"({"format": "pyhybrid card", "version": 1, "name": "box",
  "sample": "box", "kind": "real32", "inputs": [
    {"name": "pressure", "unit": "Pa", "role": "state", "kind": "real", "dims": ["column"]},
    {"name": "temperature", "unit": "K", "role": "state", "kind": "real",
     "dims": ["column", "level"], "levels": 7},
    {"name": "aerosol", "unit": "m-3", "role": "increment", "kind": "real",
     "dims": ["column", "level", "species"], "levels": 7, "species": 2}],
  "outputs": [
    {"name": "aerosol", "unit": "m-3", "role": "increment", "kind": "real",
     "dims": ["column", "level", "species"], "levels": 7, "species": 2}]})";

constexpr int64_t ncol = 5;

struct Boxes {
  int64_t nlevel;
  std::vector<double> pressure, temperature, aerosol, before;

  explicit Boxes(int64_t levels) : nlevel(levels) {
    for (int64_t i = 0; i < ncol; ++i) pressure.push_back(static_cast<double>(10 + i));
    for (int64_t i = 0; i < ncol * levels; ++i)
      temperature.push_back(static_cast<double>(i * 7 % 23));
    for (int64_t i = 0; i < 2 * ncol * levels; ++i)
      aerosol.push_back(static_cast<double>(i * 5 % 13));
    before = aerosol;
  }
  hyb_view of(const std::vector<double> &values) const {
    if (&values == &pressure) return view_of(values, {ncol});
    return &values == &temperature ? view_of(values, {ncol, nlevel})
                                   : view_of(values, {ncol, nlevel, 2});
  }
  bool is_right() const {
    for (int64_t box = 0; box < ncol * nlevel; ++box)
      for (int64_t s = 0; s < 2; ++s) {
        const size_t b = static_cast<size_t>(box), n = static_cast<size_t>(ncol * nlevel);
        const double added = static_cast<double>(network_weight(0, s)) * pressure[b % ncol] +
                             static_cast<double>(network_weight(1, s)) * temperature[b] +
                             static_cast<double>(network_weight(2, s)) * before[b] +
                             static_cast<double>(network_weight(3, s)) * before[n + b];
        const size_t at = static_cast<size_t>(s) * n + b;
        if (aerosol[at] != before[at] + added) return false;
      }
    return true;
  }
  void infer(const Scheme &scheme, std::vector<const char *> order) {
    const Call call(scheme, ncol);
    for (const char *name : order)
      CHECK_OK(call.put(name, of(*name == 'p' ? pressure : *name == 't' ? temperature : aerosol)));
    CHECK_OK(call.run());
    CHECK_OK(call.get("aerosol", of(aerosol)));
    CHECK_OK(call.close());
  }
};

static void boxes_may_be_put_in_any_order(int32_t orientation) {
  const Scheme scheme(emulate(write_emulator(box_card)), orientation);
  for (const std::vector<const char *> &order :
       {std::vector<const char *>{"pressure", "temperature", "aerosol"},
        {"temperature", "pressure", "aerosol"},
        {"aerosol", "temperature", "pressure"}}) {
    Boxes boxes(7);
    boxes.infer(scheme, order);
    CHECK(boxes.is_right());
  }
}

static const std::string open_card = replaced(replaced(replaced(box_card, ", \"levels\": 7", ""),
  ", \"levels\": 7", ""), ", \"levels\": 7", "");

static void any_number_of_levels_will_do() {
  for (const std::string &card : {box_card, open_card})
    for (const int64_t nlevel : {1, 7, 60}) {
      const Scheme scheme(emulate(write_emulator(card)));
      Boxes boxes(nlevel);
      boxes.infer(scheme, {"pressure", "temperature", "aerosol"});
      CHECK(boxes.is_right());
    }
}

static void a_card_without_levels_says_so() {
  const Scheme scheme(emulate(write_emulator(open_card)));
  const Call call(scheme, ncol);
  Boxes boxes(7);
  CHECK_REFUSED(call.put("temperature", boxes.of(boxes.pressure)), HYB_ERROR_CARD,
                "expected column level (any number) (card), found column (host)");
}

// An array of `ld` columns whose first ones are those of `values`; the others are -1.
static std::vector<double> widened(const std::vector<double> &values, int64_t ld) {
  std::vector<double> wide(values.size() / ncol * static_cast<size_t>(ld), -1);
  for (size_t i = 0; i < values.size(); ++i)
    wide[i / ncol * static_cast<size_t>(ld) + i % ncol] = values[i];
  return wide;
}

static hyb_view within(const std::vector<double> &wide, int64_t ld, int64_t nlevel,
                       int64_t nspecies) {
  hyb_view view = nspecies > 1 ? view_of(wide, {ncol, nlevel, nspecies})
                               : view_of(wide, {ncol, nlevel});
  const int64_t bytes = sizeof(double);
  view.stride[1] = ld * bytes;
  view.stride[2] = nspecies > 1 ? ld * nlevel * bytes : 0;
  return view;
}

// A short last block: its levels do not follow each other as those of a whole one do.
static void blocks_of_larger_arrays_are_alike() {
  const int64_t nlevel = 7;
  const Scheme scheme(emulate(write_emulator(box_card)));
  for (const int64_t ld : {ncol, ncol + 3}) {
    Boxes boxes(nlevel);
    const std::vector<double> temperature = widened(boxes.temperature, ld);
    const std::vector<double> aerosol = widened(boxes.aerosol, ld);
    const Call call(scheme, ncol);
    CHECK_OK(call.put("pressure", boxes.of(boxes.pressure)));
    CHECK_OK(call.put("temperature", within(temperature, ld, nlevel, 1)));
    CHECK_OK(call.put("aerosol", within(aerosol, ld, nlevel, 2)));
    CHECK_OK(call.run());
    CHECK_OK(call.get("aerosol", within(aerosol, ld, nlevel, 2)));
    CHECK_OK(call.close());
    for (size_t i = 0; i < boxes.aerosol.size(); ++i)
      boxes.aerosol[i] = aerosol[i / ncol * static_cast<size_t>(ld) + i % ncol];
    CHECK(boxes.is_right());
    CHECK_EQ(aerosol, widened(boxes.aerosol, ld));
  }
}

static void the_levels_of_a_call_agree() {
  const Scheme scheme(emulate(write_emulator(box_card)));
  const Boxes seven(7), eight(8);
  const Call call(scheme, ncol);
  CHECK_OK(call.put("temperature", seven.of(seven.temperature)));
  CHECK_REFUSED(call.put("aerosol", eight.of(eight.aerosol)), HYB_ERROR_SHAPE, "levels",
                "expected 7", "found 8");
}

// Of outputs too: more levels than were computed would be read from beyond the matrix.
static void the_levels_of_an_output_agree_with_the_inputs() {
  const size_t at = box_card.rfind("\"aerosol\"");
  const std::string card =
      box_card.substr(0, at) +
      replaced(replaced(box_card.substr(at), "aerosol", "result"), "increment", "tendency");
  for (const std::string &table : {emulate(write_emulator(card)), shadow(write_emulator(card))}) {
    const Scheme scheme(table);
    const Boxes seven(7);
    const Boxes ten(10);
    const Call call(scheme, ncol);
    CHECK_OK(call.put("pressure", seven.of(seven.pressure)));
    CHECK_OK(call.put("temperature", seven.of(seven.temperature)));
    CHECK_OK(call.put("aerosol", seven.of(seven.aerosol)));
    CHECK_OK(call.run());
    CHECK_REFUSED(call.get("result", ten.of(ten.aerosol)), HYB_ERROR_SHAPE, "levels",
                  "expected 7 as in the inputs", "found 10");
    CHECK(ten.aerosol == ten.before);
  }
}

static void the_levels_of_flat_inputs_are_one() {
  const std::string card = R"({"format": "pyhybrid card", "version": 1, "name": "flat",
    "sample": "box", "kind": "real32", "inputs": [
      {"name": "a", "unit": "1", "role": "state", "kind": "real", "dims": ["column"]}],
    "outputs": [{"name": "b", "unit": "1", "role": "state", "kind": "real",
      "dims": ["column", "level"], "levels": 2}]})";
  const Scheme scheme(emulate(write_emulator(card)));
  const std::vector<double> a(ncol, 1);
  std::vector<double> b(2 * ncol, -1);
  const Call call(scheme, ncol);
  CHECK_OK(call.put("a", view_of(a, {ncol})));
  CHECK_OK(call.run());
  CHECK_REFUSED(call.get("b", view_of(b, {ncol, 2})), HYB_ERROR_SHAPE, "expected 1", "found 2");
  CHECK_EQ(b, std::vector<double>(2 * ncol, -1));
}

int main() {
  boxes_may_be_put_in_any_order(HYB_TOP_DOWN);
  boxes_may_be_put_in_any_order(HYB_BOTTOM_UP);
  any_number_of_levels_will_do();
  a_card_without_levels_says_so();
  blocks_of_larger_arrays_are_alike();
  the_levels_of_a_call_agree();
  the_levels_of_an_output_agree_with_the_inputs();
  the_levels_of_flat_inputs_are_one();
  return check_failures();
}
