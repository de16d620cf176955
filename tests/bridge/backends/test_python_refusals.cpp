// SPDX-License-Identifier: BSD-3-Clause
// What is refused of a Python emulator, when, and in which words.
#include <algorithm>

#include "fields.hpp"

using test::Network;

namespace {

const hyb_backend *backend;

std::string file(const char *name) { return std::string(test::variable("EMULATORS")) + "/" + name; }

void check_open(const char *name, int32_t status, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), status);
  CHECK_HAS(network.message.text, words);
  CHECK(network.handle == nullptr && network.card == nullptr);
}

void check_prepare(const char *name, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), HYB_ERROR_BACKEND);
  CHECK_HAS(network.message.text, words);
}

void check_run(const char *name, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  std::vector<float> x(3 * 16, 20.0f), y(3 * 16, -1.0f);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_ERROR_PHASE);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_ERROR_BACKEND);
  CHECK_HAS(network.message.text, words);
  CHECK_EQ(y[0], -1.0f);
  std::fill(x.begin(), x.end(), 1.0f);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_OK);
  CHECK(x == y);
}

void check_files() {
  check_open("missing.py", HYB_ERROR_FILE, "expected a Python file, found FileNotFoundError");
  check_open("", HYB_ERROR_FILE, "expected a Python file, found");
  check_open("syntax.py", HYB_ERROR_FILE, "SyntaxError");
  check_open("binary.py", HYB_ERROR_FILE, "null bytes");
  check_open("no_card.py", HYB_ERROR_CARD, "expected a card, a dict named card, found none");
  check_open("card_list.py", HYB_ERROR_CARD, "found list");
  check_open("card_array.py", HYB_ERROR_CARD, "ndarray is not JSON serializable");
  check_open("card_nan.py", HYB_ERROR_CARD, "expected JSON values");
  check_open("no_function.py", HYB_ERROR_CONFIG, "expected a function 'emulate', found int");
  check_open("bad_import.py", HYB_ERROR_BACKEND, "No module named 'a_module_that_is_not_there'");
}

void check_results() {
  check_prepare("transposed.py", "expected float32 (16, 3), found float32 (3, 16)");
  check_prepare("one_row.py", "expected float32 (16, 3), found float32 (1, 3)");
  check_prepare("double.py", "expected float32 (16, 3), found float64 (16, 3)");
  check_prepare("swapped.py", "expected float32 (16, 3), found >f4 (16, 3)");
  check_prepare("a_list.py", "expected float32 (16, 3), found list");
  check_prepare("nothing.py", "expected float32 (16, 3), found NoneType");
  check_prepare("in_place.py", "read-only");
  check_prepare("random.py", "expected the same bits twice");
  check_prepare("mixing.py", "independent of the other samples");
}

void check_exceptions() {
  check_run("raising.py", "ValueError: too hot\n  File \"");
  check_run("raising.py", "raising.py\", line 6, in emulate");
  check_run("exits.py", "SystemExit: 3");
  check_run("interrupted.py", "KeyboardInterrupt");
  check_run("long_message.py", "long_message.py\", line 6");
}

void check_names() {
  Network network(backend);
  CHECK_EQ(network.open(file("fields_unknown.py")), HYB_OK);
  CHECK_EQ(network.prepare_with(test::fields_signature()), HYB_ERROR_BACKEND);
  CHECK_HAS(network.message.text, "expected a dict of ['warm', 'humid']");
  CHECK_HAS(network.message.text, "found a dict of ['humid', 'wamr']");
}

}  // namespace

int main() {
  backend = test::load_backend(test::variable("BACKEND"));
  check_files();
  check_results();
  check_exceptions();
  check_names();
  return check_failures();
}
