// SPDX-License-Identifier: BSD-3-Clause
// Operations as a network file has them. Each function checks operands and attributes, and sets
// the rows of the node's result; its kind where that is not the operands'.
#pragma once

#include "graph.hpp"
#include "operation_reader.hpp"

namespace hybrid_builtin {

// Any of them, by its word.
Operation read_operation(const TensorFile &file, OperationReader &in, Node &node);

// Those that are not elementwise (operations_over_rows.cpp).
Operation read_dense(OperationReader &in, Node &node);
Operation read_convolution(OperationReader &in, Node &node);
Operation read_recurrence(OperationReader &in, Node &node);
Operation read_gather(OperationReader &in, Node &node);
Operation read_scatter_add(OperationReader &in, Node &node);
Operation read_normalisation(OperationReader &in, Node &node);
Operation read_group_operation(OverGroups function, OperationReader &in, Node &node);

}  // namespace hybrid_builtin
