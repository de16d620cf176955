// SPDX-License-Identifier: BSD-3-Clause
#include "package.hpp"

#include <ATen/ops/from_blob.h>
#include <omp.h>
#include <torch/csrc/inductor/aoti_runner/model_container_runner_cpu.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "failure.hpp"
#include "guarded.hpp"

namespace hybrid_torch {
namespace {

constexpr char a_package[] = "an AOTInductor package with a card, as pyhybrid's export writes it";
constexpr char card_record[] = "extra/card.json";
constexpr char manifest_record[] = "extra/package.json";

// A folder of our own for as long as code is loaded from it, which a mapped file outlives.
class Folder {
 public:
  Folder() {
    std::error_code error;
    const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) mismatch(HYB_ERROR_FILE, "TMPDIR", "a folder to load code from", error.message());
    std::string name = (parent / "hybrid-XXXXXX").string();
    if (!mkdtemp(name.data()))
      mismatch(HYB_ERROR_FILE, name, "a folder to load code from, in TMPDIR", std::strerror(errno));
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder &) = delete;
  Folder &operator=(const Folder &) = delete;

  // Returns the path of a new file in it.
  std::string write(const std::string &name, const std::string &bytes) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file) mismatch(HYB_ERROR_FILE, path.string(), "room for it", std::strerror(errno));
    return path.string();
  }

 private:
  std::filesystem::path path_;
};

void check_has(const std::vector<std::string> &names, const std::string &name,
               const std::string &path) {
  if (std::find(names.begin(), names.end(), name) == names.end())
    mismatch(HYB_ERROR_FILE, path, a_package, "none with a record " + name);
}

// Torch's own loader unpacks all of the package by the names in it. Here it is one record under a
// name of ours. Each thread of the host that runs at the same time has an instance; they share
// the weights.
std::unique_ptr<torch::inductor::AOTIModelContainerRunner> loaded(const std::string &code,
                                                                  const std::string &path) try {
  const Folder folder;
  const auto instances = static_cast<size_t>(std::max(omp_get_num_procs(), 1));
  return std::make_unique<torch::inductor::AOTIModelContainerRunnerCpu>(
      folder.write("package.so", code), instances);
} catch (const c10::Error &error) {
  mismatch(HYB_ERROR_FILE, path, "code that can be loaded",
           short_text(error.what_without_backtrace()));
}

}  // namespace

Package::Package(const File &file, at::Device device) : path_(file.path) {
  if (!device.is_cpu())
    mismatch(HYB_ERROR_CONFIG, path_ + ": device of the backend aoti", "cpu", device.str());
  const std::vector<std::string> names = check_archive(file, a_package);
  for (const char *name : {card_record, manifest_record}) check_has(names, name, path_);
  card_ = record_of(file, card_record);
  manifest_ = parse_manifest(record_of(file, manifest_record), path_);
  check_machine(manifest_, path_);
  check_has(names, manifest_.code, path_);
  runner_ = loaded(record_of(file, manifest_.code), path_);
}

void Package::bind(const hyb_signature &signature) { check_card(manifest_, signature, path_); }

// The strides are compiled in and nobody looks at them there: what has gaps is copied. Instead of
// the stride of a single column, which has none, Torch's own is given.
at::Tensor Package::input(const hyb_matrices &matrices) const {
  const at::Tensor rows =
      at::from_blob(const_cast<void *>(matrices.x), {manifest_.input.nrow, matrices.nsample},
                    {matrices.ld, 1}, manifest_.input.dtype);
  return rows.contiguous();
}

void Package::check_result(const std::vector<at::Tensor> &results, int64_t nsample) const {
  const auto [dtype, nrow] = manifest_.result;
  const bool one = results.size() == 1 && results[0].dim() == 2 && results[0].device().is_cpu();
  if (!one || results[0].scalar_type() != dtype || results[0].size(0) != nrow ||
      results[0].size(1) != nsample)
    mismatch(HYB_ERROR_BACKEND, path_ + ": result",
             "a matrix (" + std::to_string(nrow) + ", " + std::to_string(nsample) + ") of " +
                 c10::toString(dtype),
             one ? c10::str(results[0].sizes(), " of ", results[0].scalar_type())
                 : std::to_string(results.size()) + " tensors");
}

void Package::run(const hyb_matrices &matrices) {
  const std::vector<at::Tensor> results = runner_->run({input(matrices)});
  check_result(results, matrices.nsample);
  at::from_blob(matrices.y, {manifest_.result.nrow, matrices.nsample}, {matrices.ld, 1},
                manifest_.result.dtype)
      .copy_(results[0]);
}

}  // namespace hybrid_torch
