// SPDX-License-Identifier: BSD-3-Clause
// What is refused, when, and in which words.
#include <algorithm>

#include "fields.hpp"

using test::Network;

namespace {

const hyb_backend *backend;

std::string file(const char *name) { return std::string(test::variable("NETWORKS")) + "/" + name; }

void check_open(const char *name, int32_t status, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), status);
  CHECK_HAS(network.message.text, words);
  CHECK(network.handle == nullptr && network.card == nullptr);
}

void check_prepare(const char *name, int32_t status, const char *words) {
  Network network(backend);
  CHECK_EQ(network.open(file(name)), HYB_OK);
  CHECK_EQ(network.prepare({3, 3}), status);
  CHECK_HAS(network.message.text, words);
  CHECK(!strstr(network.message.text, "Exception raised from"));
}

void check_files() {
  check_open("missing.pt", HYB_ERROR_FILE, "expected a TorchScript file, found none");
  check_open("", HYB_ERROR_FILE, "found a folder");
  check_open("empty.pt", HYB_ERROR_FILE, "expected a TorchScript file, found");
  check_open("truncated.pt", HYB_ERROR_FILE, "expected a TorchScript file, found");
  check_open("not_torch.pt", HYB_ERROR_FILE, "expected a TorchScript file, found");
  check_open("corrupt.pt", HYB_ERROR_FILE, "checksum of data/0: expected");
  check_open("no_card.pt", HYB_ERROR_CARD, "a card in its extra file card.json, found none");
}

void check_results() {
  check_prepare("transposed.pt", HYB_ERROR_BACKEND, "real32 (16, 3), found real32 (3, 16)");
  check_prepare("wide.pt", HYB_ERROR_BACKEND, "expected real32 (16, 3), found real32 (16, 4)");
  check_prepare("one_row.pt", HYB_ERROR_BACKEND, "expected real32 (16, 3), found real32 (1, 3)");
  check_prepare("double.pt", HYB_ERROR_BACKEND, "real32 (16, 3), found real64 (16, 3)");
  check_prepare("affine64.pt", HYB_ERROR_BACKEND, "real32 (16, 3), found real64 (16, 3)");
  check_prepare("pair.pt", HYB_ERROR_BACKEND, "expected real32 (16, 3), found a tuple of 2");
  check_prepare("two_arguments.pt", HYB_ERROR_CARD, "expected 1 by the card, found 2");
  check_prepare("misfit.pt", HYB_ERROR_BACKEND, "cannot be multiplied");
  check_prepare("random.pt", HYB_ERROR_BACKEND, "expected the same bits twice");
  check_prepare("mixing.pt", HYB_ERROR_BACKEND, "independent of the other samples");
  check_prepare("in_place.pt", HYB_ERROR_BACKEND, "changed in place");
}

void check_device() {
  Network network(backend);
  hyb_backend_options options = test::default_options;
  options.device = "cuda";
  CHECK_EQ(network.open(file("affine.pt"), options), HYB_ERROR_CONFIG);
  CHECK_HAS(network.message.text, "expected cpu or auto");
}

void check_tuple() {
  const hyb_slice slice[] = {{"a", 0, 3, 3, 0}, {"b", 3, 3, 3, 0}, {"c", 6, 3, 3, 0}};
  const hyb_slice input[] = {slice[0]};
  Network network(backend);
  CHECK_EQ(network.open(file("pair.pt")), HYB_OK);
  CHECK_EQ(network.prepare_with(test::signature_of_fields(3, 9, input, slice)), HYB_ERROR_BACKEND);
  CHECK_HAS(network.message.text, "expected a tuple of 3, found a tuple of 2");
}

// A failure leaves y as it was, and the next run works.
void check_raising() {
  Network network(backend);
  CHECK_EQ(network.open(file("raising.pt")), HYB_OK);
  std::vector<float> x(3 * 16, 20.0f), y(3 * 16, -1.0f);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_ERROR_PHASE);
  CHECK_EQ(network.prepare({3, 3}), HYB_OK);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_ERROR_BACKEND);
  CHECK_HAS(network.message.text, "ValueError: too hot");
  CHECK_HAS(network.message.text, "make_networks.py");
  CHECK_EQ(y[0], -1.0f);
  std::fill(x.begin(), x.end(), 1.0f);
  CHECK_EQ(network.run(x, y, 16, 16), HYB_OK);
  CHECK(x == y);
}

}  // namespace

int main() {
  backend = test::load_backend(test::variable("BACKEND"));
  check_files();
  check_results();
  check_device();
  check_tuple();
  check_raising();
  return check_failures();
}
