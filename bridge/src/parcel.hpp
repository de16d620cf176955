// SPDX-License-Identifier: BSD-3-Clause
// A capture on its way to the writer, with all that hyb_capture borrows, and where captures wait
// for their next use.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture.hpp"
#include "grid.hpp"
#include "hybrid_plugin.h"

namespace hyb {

// Captures that are free. Shared with the parcels under way, so that it outlives the recorder.
class CapturePool {
 public:
  std::unique_ptr<Capture> take();
  void put(std::unique_ptr<Capture> capture);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Capture>> free_;
};

struct Parcel {
  // The columns `rows` of the block that begins at local column `first`.
  Parcel(std::shared_ptr<CapturePool> pool, const std::string &date, const Grid &grid,
         int64_t first, const std::vector<int64_t> &rows);

  std::unique_ptr<Capture> capture;
  std::shared_ptr<CapturePool> pool;
  std::string date;
  std::vector<int64_t> row, column;
  std::vector<double> lat, lon, area;
  std::vector<void *> data;
};

// What the storage takes; its release() deletes the parcel and gives the capture to the pool.
hyb_capture sent_away(std::unique_ptr<Parcel> parcel, int64_t step);

}  // namespace hyb
