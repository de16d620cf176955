// SPDX-License-Identifier: BSD-3-Clause
// What a recording looks like inside: docs of the format are the comments of layout.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hybrid_plugin.h"

namespace hybrid_netcdf {

// In the attribute Conventions; a reader refuses other files.
constexpr const char *format_name = "pyhybrid-recording-1";
constexpr size_t date_length = 32;

// Where the values of a variable come from.
enum class Source { field, date, column, lat, lon, area, step };

// One variable of the file and the samples of it that wait to be written together.
struct Series {
  Source source;
  int32_t kind = 0;       // of a field
  int32_t field = -1;     // number of a field
  int group = -1;         // netCDF's numbers
  int id = -1;
  size_t size = 0;        // bytes of one value
  size_t nlevel = 0, nspecies = 0;
  size_t chunk = 0;       // samples in one chunk of the file
  std::vector<std::byte> rows;

  size_t values() const { return (nlevel ? nlevel : 1) * (nspecies ? nspecies : 1); }
  size_t row_bytes() const { return values() * size; }
};

// In the order of writing, `step` last: a sample whose step is the fill value is incomplete.
struct Layout {
  std::vector<Series> series;
  size_t rows = 0;  // samples that are written together
};

// Defines dimensions, variables and attributes in the new file `id`.
Layout define_layout(int id, const hyb_recording_options &options);

}  // namespace hybrid_netcdf
