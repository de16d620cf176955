// SPDX-License-Identifier: BSD-3-Clause
// What a backend is told when it opens a file.
#include "fixture.hpp"

static void tells(const std::string &options, std::initializer_list<const char *> words,
                  int line) {
  hyb_emulator *emulator = nullptr;
  const std::string path = write_emulator(column_card, "tell-options");
  check_refused(hyb_emulator_open(path.c_str(), options.c_str(), &emulator), HYB_ERROR_FILE, words,
                line);
}

static void configured_values_arrive() {
  tells("", {"found torchscript cpu float32  emulate 1 0"}, __LINE__);
  tells("device = \"auto\"\nprecision = \"tf32\"", {"torchscript auto tf32 "}, __LINE__);
  tells("device = \"cuda:1\"\nbatch.threads = 3", {" cuda:1 float32  emulate 3 0"}, __LINE__);
  tells("device = \"xpu:0\"", {" xpu:0 float32  "}, __LINE__);
}

static void refuses(const char *backend, const std::string &option,
                    std::initializer_list<const char *> words, int line) {
  hyb_emulator *emulator = nullptr;
  const std::string options = option + "\nbackend = \"" + backend + "\"";
  check_refused(hyb_emulator_open(write_emulator(column_card).c_str(), options.c_str(), &emulator),
                HYB_ERROR_CONFIG, words, line);
}

static void options_are_for_those_that_can() {
  for (const char *backend : {"builtin", "python", "null"}) {
    refuses(backend, "device = \"cuda\"",
            {"device of the backend", backend, "expected 'cpu' or 'auto', found 'cuda'"}, __LINE__);
    refuses(backend, "precision = \"tf32\"",
            {"precision of the backend", backend, "expected 'float32', found 'tf32'"}, __LINE__);
  }
  for (const char *backend : {"builtin", "null"})
    refuses(backend, "batch.threads = 4",
            {"batch.threads of the backend", backend, "expected 1, found 4"}, __LINE__);
  for (const char *backend : {"builtin", "null", "torchscript", "aoti"}) {
    refuses(backend, "python.environment = \"/v\"",
            {"python.environment of the backend", backend, "expected none, found '/v'"}, __LINE__);
    refuses(backend, "python.function = \"f\"",
            {"python.function of the backend", backend, "expected none, found 'f'"}, __LINE__);
  }
}

// One table for several backends may spell out what is the default anyway.
static void defaults_are_for_all() {
  hyb_emulator *emulator = nullptr;
  for (const char *backend : {"builtin", "null", "python"}) {
    const std::string options =
        std::string("backend = \"") + backend +
        "\"\ndevice = \"cpu\"\nprecision = \"float32\"\nbatch.threads = 1\n"
        "python.environment = \"\"\npython.function = \"emulate\"";
    const std::string path = write_emulator(column_card);
    CHECK_REFUSED(hyb_emulator_open(path.c_str(), options.c_str(), &emulator), HYB_ERROR_PLUGIN,
                  "plug-in libhybrid_");  // not beside this test
  }
}

// Two backends live in one plug-in.
static void a_backend_may_be_named() {
  tells("backend = \"aoti\"", {"found aoti cpu"}, __LINE__);
  hyb_emulator *emulator = nullptr;
  const std::string path = write_emulator(column_card);
  CHECK_REFUSED(hyb_emulator_open(path.c_str(), "backend = \"aot\"", &emulator),
                HYB_ERROR_CONFIG, "unknown backend 'aot'", "did you mean 'aoti'", "builtin");
}

static void suffixes_choose_a_backend() {
  hyb_emulator *emulator = nullptr;
  const std::string package = folder().write("x.pt2", "# tell-options\n" + column_card);
  CHECK_REFUSED(hyb_emulator_open(package.c_str(), nullptr, &emulator), HYB_ERROR_FILE,
                "found aoti cpu");
  const std::string tensors = folder().write("x.safetensors", "");
  CHECK_REFUSED(hyb_emulator_open(tensors.c_str(), nullptr, &emulator), HYB_ERROR_PLUGIN,
                "libhybrid_builtin.so");
  const std::string other = folder().write("x.onnx", "");
  CHECK_REFUSED(hyb_emulator_open(other.c_str(), nullptr, &emulator), HYB_ERROR_CONFIG, "suffix",
                "'.safetensors'", "'.pt2'", "found '.onnx'");
}

static void launchers_tell_the_local_rank() {
  const char *const names[] = {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID",
                               "PMI_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_RANK",
                               "PALS_LOCAL_RANKID"};
  for (const char *name : names) {
    setenv(name, "5", 1);
    tells("", {"emulate 1 5"}, __LINE__);
    unsetenv(name);
  }
}

static void the_card_tells_a_tolerance() {
  const std::string card =
      replaced(column_card, "\"version\": 1", "\"version\": 1, \"tolerance\": 3");
  hyb_emulator *emulator = nullptr;
  CHECK_OK(hyb_emulator_open(write_emulator(card, "tolerance=3").c_str(), nullptr, &emulator));
  CHECK_OK(hyb_emulator_close(emulator));
  CHECK_REFUSED(hyb_emulator_open(write_emulator(card).c_str(), nullptr, &emulator),
                HYB_ERROR_INTERNAL, "the tolerance");
}

int main() {
  for (const char *name : {"OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID",
                           "PMI_LOCAL_RANK", "MV2_COMM_WORLD_LOCAL_RANK", "PALS_LOCAL_RANKID"})
    unsetenv(name);
  configured_values_arrive();
  options_are_for_those_that_can();
  defaults_are_for_all();
  a_backend_may_be_named();
  suffixes_choose_a_backend();
  launchers_tell_the_local_rank();
  the_card_tells_a_tolerance();
  return check_failures();
}
