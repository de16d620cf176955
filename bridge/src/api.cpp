// SPDX-License-Identifier: BSD-3-Clause
// The C functions of hybrid.h: pointers checked, exceptions caught, nothing else.
#include <algorithm>
#include <exception>
#include <memory>

#include "axes.hpp"
#include "call.hpp"
#include "call_table.hpp"
#include "direct.hpp"
#include "domain.hpp"
#include "error.hpp"
#include "floating_point.hpp"
#include "handles.hpp"
#include "scheme.hpp"

struct hyb_scheme {
  hyb::Scheme scheme;
};

struct hyb_emulator {
  hyb::DirectEmulator emulator;
};

namespace {

using hyb::checked;
using hyb::checked_text;
using hyb::guarded;

hyb_host checked_host(const hyb_host *host) {
  if (!host) return hyb_host{};
  if (host->size != sizeof(hyb_host))
    hyb::mismatch(HYB_ERROR_ARGUMENT, "size of hyb_host", std::to_string(sizeof(hyb_host)),
                  std::to_string(host->size));
  return *host;
}

template <class Read>
void create_domain(Read &&read, const char *source, const hyb_grid *grid, const hyb_host *host,
                   hyb_domain **domain) {
  checked(domain, "domain");
  *domain = nullptr;
  const hyb::FloatingPointGuard guard;
  auto config = read(checked_text(source, "config"));
  auto shared = std::make_shared<hyb::Domain>(std::move(config), grid, checked_host(host));
  hyb::remember_domain(shared);
  *domain = new hyb_domain{std::move(shared)};
}

// Runs `body` on the call; what it fails with also says where.
template <class Body>
void in_call(const hyb_call *handle, Body &&body) {
  const hyb::CallInUse in_use(handle);
  try {
    body(*in_use.get());
  } catch (const hyb::Error &error) {
    hyb::fail(error.status(), in_use->where() + ": " + error.what());
  }
}

// The call is given back whatever its last checks say.
void close_call(const hyb_call *handle) {
  hyb::Call *call = nullptr;
  std::exception_ptr failure;
  try {
    in_call(handle, [&](hyb::Call &open) {
      call = &open;
      open.close();
    });
  } catch (...) {
    failure = std::current_exception();
  }
  if (call) call->scheme->return_call(*call);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

extern "C" {

const char *hyb_version(void) { return HYB_VERSION; }

const char *hyb_last_error(void) { return hyb::last_error(); }

int32_t hyb_axes(const char *dims, int32_t *axes) {
  return guarded("hyb_axes", [&] {
    std::fill(&checked(axes, "axes"), axes + 4, static_cast<int32_t>(HYB_AXIS_DEFAULT));
    const hyb::Axes found = hyb::axes_of(checked_text(dims, "dims"));
    std::copy(found.begin(), found.end(), axes);
  });
}

int32_t hyb_domain_create(const char *config, const hyb_grid *grid, const hyb_host *host,
                          hyb_domain **domain) {
  return guarded("hyb_domain_create",
                 [&] { create_domain(hyb::read_config, config, grid, host, domain); });
}

int32_t hyb_domain_create_text(const char *text, const hyb_grid *grid, const hyb_host *host,
                               hyb_domain **domain) {
  return guarded("hyb_domain_create_text",
                 [&] { create_domain(hyb::parse_config, text, grid, host, domain); });
}

int32_t hyb_domain_step(hyb_domain *domain, int64_t step, const char *date, double dt) {
  return guarded("hyb_domain_step",
                 [&] { checked(domain, "domain").shared->step(step, date, dt); });
}

int32_t hyb_domain_flush(hyb_domain *domain) {
  return guarded("hyb_domain_flush", [&] { checked(domain, "domain").shared->flush(); });
}

int32_t hyb_domain_statistics(hyb_domain *domain, const char **json) {
  return guarded("hyb_domain_statistics", [&] {
    checked(json, "json");
    *json = nullptr;
    const hyb::FloatingPointGuard guard;
    hyb::Domain &shared = *checked(domain, "domain").shared;
    shared.statistics_text = shared.statistics();
    *json = shared.statistics_text.c_str();
  });
}

int32_t hyb_domain_destroy(hyb_domain *domain) {
  return guarded("hyb_domain_destroy", [&] {
    const std::unique_ptr<hyb_domain> owned(domain);
    const hyb::FloatingPointGuard guard;
    if (owned) owned->shared->finish();
  });
}

int32_t hyb_scheme_create(hyb_domain *domain, const char *name, int32_t orientation,
                          hyb_scheme **scheme) {
  return guarded("hyb_scheme_create", [&] {
    checked(scheme, "scheme");
    *scheme = nullptr;
    const hyb::FloatingPointGuard guard;
    if (orientation != HYB_TOP_DOWN && orientation != HYB_BOTTOM_UP)
      hyb::mismatch(HYB_ERROR_ARGUMENT, "orientation", "HYB_TOP_DOWN or HYB_BOTTOM_UP",
                    std::to_string(orientation));
    *scheme = new hyb_scheme{{checked(domain, "domain").shared,
                              checked_text(name, "name of the scheme"), orientation}};
  });
}

int32_t hyb_scheme_field(hyb_scheme *scheme, const hyb_field *field) {
  return guarded("hyb_scheme_field", [&] {
    checked(scheme, "scheme");
    checked(field, "field");
    if (field->size != sizeof(hyb_field))
      hyb::mismatch(HYB_ERROR_ARGUMENT, "size of hyb_field", std::to_string(sizeof(hyb_field)),
                    std::to_string(field->size));
    scheme->scheme.fields().declare(checked_text(field->name, "name of the field"),
                                    field->unit ? field->unit : "", field->role,
                                    field->dims ? field->dims : "");
  });
}

int32_t hyb_scheme_observe(hyb_scheme *scheme, const char *name, const hyb_view *view,
                           int64_t ncol, int64_t first) {
  return guarded("hyb_scheme_observe", [&] {
    checked(scheme, "scheme").scheme.observe(checked_text(name, "name of the field"),
                                             checked(view, "view"), ncol, first);
  });
}

int32_t hyb_scheme_mode(const hyb_scheme *scheme, const char **mode) {
  return guarded("hyb_scheme_mode", [&] {
    checked(mode, "mode");
    *mode = nullptr;
    *mode = hyb::mode_name(checked(scheme, "scheme").scheme.mode());
  });
}

int32_t hyb_scheme_destroy(hyb_scheme *scheme) {
  return guarded("hyb_scheme_destroy", [&] {
    const hyb::FloatingPointGuard guard;
    delete scheme;
  });
}

int32_t hyb_call_open(hyb_scheme *scheme, int64_t ncol, int64_t first, hyb_call *call) {
  return guarded("hyb_call_open", [&] {
    checked(call, "call").token = 0;
    hyb::Scheme &owner = checked(scheme, "scheme").scheme;
    owner.domain().grid().check(first, ncol);
    hyb::Call &taken = owner.take_call();
    try {
      taken.open(owner, ncol, first);
    } catch (...) {
      owner.return_call(taken);
      throw;
    }
    call->token = hyb::CallTable::new_token(taken);
    taken.token.store(call->token, std::memory_order_release);
  });
}

int32_t hyb_call_put(const hyb_call *call, const char *name, const hyb_view *view) {
  return guarded("hyb_call_put", [&] {
    checked_text(name, "name of the field");
    checked(view, "view");
    in_call(call, [&](hyb::Call &open) { open.put(name, *view); });
  });
}

int32_t hyb_call_run(const hyb_call *call) {
  return guarded("hyb_call_run", [&] { in_call(call, [](hyb::Call &open) { open.run(); }); });
}

int32_t hyb_call_native_wanted(const hyb_call *call, int32_t *wanted) {
  return guarded("hyb_call_native_wanted", [&] {
    checked(wanted, "wanted");
    *wanted = 1;
    in_call(call, [&](hyb::Call &open) { *wanted = open.native_wanted() ? 1 : 0; });
  });
}

int32_t hyb_call_get(const hyb_call *call, const char *name, const hyb_view *view) {
  return guarded("hyb_call_get", [&] {
    checked_text(name, "name of the field");
    checked(view, "view");
    in_call(call, [&](hyb::Call &open) { open.get(name, *view); });
  });
}

int32_t hyb_call_close(const hyb_call *call) {
  return guarded("hyb_call_close", [&] { close_call(call); });
}

int32_t hyb_emulator_open(const char *path, const char *options, hyb_emulator **emulator) {
  return guarded("hyb_emulator_open", [&] {
    checked(emulator, "emulator");
    *emulator = nullptr;
    const hyb::FloatingPointGuard guard;
    hyb::EmulatorConfig config = hyb::parse_emulator_options(options ? options : "");
    config.path = checked_text(path, "path");
    *emulator = new hyb_emulator{hyb::DirectEmulator(config)};
  });
}

int32_t hyb_emulator_card(const hyb_emulator *emulator, const char **json) {
  return guarded("hyb_emulator_card", [&] {
    checked(json, "json");
    *json = nullptr;
    *json = checked(emulator, "emulator").emulator.card().json.c_str();
  });
}

int32_t hyb_emulator_about(const hyb_emulator *emulator, const char **json) {
  return guarded("hyb_emulator_about", [&] {
    checked(json, "json");
    *json = nullptr;
    *json = checked(emulator, "emulator").emulator.about().c_str();
  });
}

int32_t hyb_emulator_run(hyb_emulator *emulator, const hyb_view *x, const hyb_view *y) {
  return guarded("hyb_emulator_run", [&] {
    checked(emulator, "emulator").emulator.run(checked(x, "x"), checked(y, "y"));
  });
}

int32_t hyb_emulator_close(hyb_emulator *emulator) {
  return guarded("hyb_emulator_close", [&] { delete emulator; });
}

}  // extern "C"
