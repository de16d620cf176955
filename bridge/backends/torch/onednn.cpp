// SPDX-License-Identifier: BSD-3-Clause
#include "onednn.hpp"

#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <vector>

namespace hybrid_torch {
namespace {

namespace jit = torch::jit;

constexpr char linear_name[] = "mkldnn::_linear_pointwise";
constexpr char pack_name[] = "mkldnn::_reorder_linear_weight";

// The operators by which torch.compile does the same; they take and return ordinary tensors.
bool has_onednn() {
  c10::Dispatcher &dispatcher = c10::Dispatcher::singleton();
  return at::globalContext().userEnabledMkldnn() && dispatcher.findSchema({linear_name, ""}) &&
         dispatcher.findSchema({pack_name, ""});
}

at::Tensor packed(const at::Tensor &weight, int64_t nsample) {
  return c10::Dispatcher::singleton()
      .findSchemaOrThrow(pack_name, "")
      .typed<at::Tensor(const at::Tensor &, std::optional<int64_t>)>()
      .call(weight.contiguous(), nsample);
}

std::optional<at::Tensor> constant_weight(const jit::Node *node) {
  const std::optional<c10::IValue> weight = jit::toIValue(node->input(1));
  const bool fits = weight && weight->isTensor() && weight->toTensor().device().is_cpu() &&
                    weight->toTensor().scalar_type() == at::kFloat && weight->toTensor().dim() == 2;
  return fits ? std::optional(weight->toTensor()) : std::nullopt;
}

void append_linears(jit::Block *block, std::vector<jit::Node *> &linears) {
  for (jit::Node *node : block->nodes()) {
    if (node->kind() == jit::aten::linear && constant_weight(node)) linears.push_back(node);
    for (jit::Block *inner : node->blocks()) append_linears(inner, linears);
  }
}

jit::Node *relu_after(const jit::Node *node) {
  const jit::use_list &uses = node->output()->uses();
  if (uses.size() != 1) return nullptr;
  jit::Node *const user = uses[0].user;
  const bool relu = user->kind() == jit::aten::relu || user->kind() == jit::aten::relu_;
  return relu && user->owningBlock() == node->owningBlock() ? user : nullptr;
}

jit::Value *inserted_weight(jit::Graph &graph, const at::Tensor &weight, int64_t nsample) {
  jit::Node *const node = graph.create(jit::prim::ConstantMKLDNNTensor);
  node->t_(jit::attr::value, packed(weight, nsample));
  node->output()->setType(c10::TensorType::get());
  return graph.insertNode(node)->output();
}

// oneDNN reads the host's layout, samples fastest, at half the speed.
jit::Value *inserted_rows(jit::Graph &graph, jit::Value *x) {
  jit::Value *const format = graph.insertConstant(at::MemoryFormat::Contiguous);
  jit::Node *const node = graph.create(jit::aten::contiguous, {x, format});
  return graph.insertNode(node)->output()->setType(c10::TensorType::get());
}

jit::Value *inserted_linear(jit::Graph &graph, jit::Node *linear, bool relu, int64_t nsample) {
  const jit::WithInsertPoint place(linear);
  jit::Value *const weight = inserted_weight(graph, *constant_weight(linear), nsample);
  jit::Value *const scalars =
      graph.insertNode(graph.createList(c10::OptionalType::create(c10::NumberType::get()), {}))
          ->output();
  jit::Value *const then = graph.insertConstant(relu ? "relu" : "none");
  jit::Value *const algorithm = graph.insertConstant("");
  jit::Value *const rows = inserted_rows(graph, linear->input(0));
  jit::Node *const node =
      graph.create(c10::Symbol::fromQualString(linear_name),
                   {rows, weight, linear->input(2), then, scalars, algorithm});
  return graph.insertNode(node)->output()->setType(c10::TensorType::get());
}

}  // namespace

bool use_onednn(jit::Graph &graph, int64_t nsample) {
  if (!has_onednn()) return false;
  std::vector<jit::Node *> linears;
  append_linears(graph.block(), linears);
  for (jit::Node *linear : linears) {
    jit::Node *const relu = relu_after(linear);
    jit::Value *const result = inserted_linear(graph, linear, relu != nullptr, nsample);
    (relu ? relu : linear)->output()->replaceAllUsesWith(result);
    if (relu) relu->destroy();
    linear->destroy();
  }
  return !linears.empty();
}

}  // namespace hybrid_torch
