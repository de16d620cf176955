// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <exception>

namespace hyb {

// Parts of something that are all done, whatever fails in one: ranks may meet in the next.
class Attempts {
 public:
  template <class Part>
  void operator()(Part &&part) {
    try {
      part();
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
  }

  // The first failure, if there was one.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
};

}  // namespace hyb
