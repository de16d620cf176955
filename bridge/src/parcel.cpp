// SPDX-License-Identifier: BSD-3-Clause
#include "parcel.hpp"

namespace hyb {
namespace {

std::vector<double> picked(const std::vector<double> &values, int64_t first,
                           const std::vector<int64_t> &rows) {
  std::vector<double> chosen;
  if (!values.empty())
    for (const int64_t row : rows) chosen.push_back(values[static_cast<size_t>(first - 1 + row)]);
  return chosen;
}

const double *pointer(const std::vector<double> &values) {
  return values.empty() ? nullptr : values.data();
}

void release(void *owner) {
  const std::unique_ptr<Parcel> parcel(static_cast<Parcel *>(owner));
  parcel->pool->put(std::move(parcel->capture));
}

}  // namespace

std::unique_ptr<Capture> CapturePool::take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (free_.empty()) return std::make_unique<Capture>();
  auto capture = std::move(free_.back());
  free_.pop_back();
  return capture;
}

void CapturePool::put(std::unique_ptr<Capture> capture) {
  const std::lock_guard<std::mutex> lock(mutex_);
  free_.push_back(std::move(capture));
}

Parcel::Parcel(std::shared_ptr<CapturePool> pool, const std::string &date, const Grid &grid,
               int64_t first, const std::vector<int64_t> &rows)
    : pool(std::move(pool)), date(date), row(rows), lat(picked(grid.lat(), first, rows)),
      lon(picked(grid.lon(), first, rows)), area(picked(grid.area(), first, rows)) {
  for (const int64_t one : rows) column.push_back(grid.column(first + one));
}

hyb_capture sent_away(std::unique_ptr<Parcel> parcel, int64_t step) {
  const Parcel &sent = *parcel;
  return {sizeof(hyb_capture), step, sent.date.c_str(), static_cast<int64_t>(sent.row.size()),
          sent.row.data(), sent.column.data(), pointer(sent.lat), pointer(sent.lon),
          pointer(sent.area), sent.capture->ncol(), sent.data.data(), sent.capture->bytes(),
          &release, parcel.release()};
}

}  // namespace hyb
