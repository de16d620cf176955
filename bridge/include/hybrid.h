/* SPDX-License-Identifier: BSD-3-Clause
 *
 * hybrid.h: neural-network emulators in place of the native routines of a Fortran or C model.
 *
 * A host creates one hyb_domain per grid and one hyb_scheme per replaceable routine. Each block
 * of columns then goes through the scheme as one hyb_call:
 *
 *     hyb_call_open -> hyb_call_put (each input) -> hyb_call_run -> hyb_call_native_wanted
 *                   -> [the native routine]      -> hyb_call_get (each output) -> hyb_call_close
 *
 * The configuration file of the domain (TOML) decides what these calls do.
 *
 * Every fallible function returns an int32_t hyb_status; results come through out-parameters,
 * which are nulled on failure. hyb_last_error() then holds a message with what was expected and
 * what was found. Nothing in this library ends the process or raises a signal, and
 * nothing prints, but for a table of no scheme, which is told on standard error without a handler.
 *
 * What happens to a pointer parameter is said with one of four verbs:
 * - borrows: used until the function returns, never kept;
 * - retains: kept beyond the call (none does, except the log handler and its data);
 * - takes: the library owns it from now on;
 * - gives: the caller owns the result and hands it back to the named function.
 *
 * Threads: `hyb_call_*` may be called from any number of threads, each on its own hyb_call. All
 * other functions are called by one thread at a time per domain, outside parallel regions.
 */
#ifndef HYBRID_H
#define HYBRID_H

#include <stddef.h>
#include <stdint.h>

#include "hybrid_version.h" /* HYB_VERSION_MAJOR, HYB_VERSION_MINOR, HYB_VERSION_PATCH */

#if defined(_WIN32)
#define HYB_API
#else
#define HYB_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Words ---------------------------------------------------------------------------------- */

enum hyb_status {
  HYB_OK = 0,
  HYB_ERROR_ARGUMENT = 1, /* a null pointer, a negative count, a struct of another version */
  HYB_ERROR_CONFIG = 2,   /* the configuration: missing file, unknown key, wrong type */
  HYB_ERROR_FILE = 3,     /* an emulator or data file that is missing, truncated or corrupt */
  HYB_ERROR_CARD = 4,     /* a card that is wrong, or contradicts what the host says or puts */
  HYB_ERROR_FIELD = 5,    /* a field unknown, given twice, not given; declarations that differ */
  HYB_ERROR_SHAPE = 6,    /* rank, extent, axes, against the call or against earlier arrays */
  HYB_ERROR_PHASE = 7,    /* a call in the wrong phase, stale, or never opened */
  HYB_ERROR_PLUGIN = 8,   /* a plug-in that is not installed, or of another version */
  HYB_ERROR_BACKEND = 9,  /* the emulator failed while running */
  HYB_ERROR_RECORD = 10,  /* a recording that cannot be written, read or found */
  HYB_ERROR_MEMORY = 11,
  HYB_ERROR_INTERNAL = 12, /* a defect of this library: please report it */
  HYB_ERROR_GUARD = 13,    /* what a guard, constraint, hook or alarm of policy "stop" found */
  HYB_ERROR_STATE = 14     /* a restart that is missing, truncated or of another configuration */
};

enum hyb_kind { HYB_REAL32 = 1, HYB_REAL64 = 2, HYB_INT32 = 3, HYB_LOGICAL32 = 4 };

enum hyb_role {
  HYB_STATE = 1,     /* read, or overwritten */
  HYB_TENDENCY = 2,  /* a rate of change that is overwritten */
  HYB_INCREMENT = 3, /* the native routine adds to it: put before, get after */
  HYB_FLAG = 4,      /* logical or categorical integer: never blended or scaled */
  HYB_NOISE = 5      /* random numbers, which the library draws for a stochastic emulator */
};

enum hyb_axis {
  HYB_AXIS_DEFAULT = 0,
  HYB_AXIS_COLUMN = 1,
  HYB_AXIS_LEVEL = 2,
  HYB_AXIS_SPECIES = 3,
  HYB_AXIS_X = 4, /* x and y together are the columns, x fastest */
  HYB_AXIS_Y = 5
};

enum hyb_device { HYB_CPU = 0 };

enum hyb_orientation { HYB_TOP_DOWN = 0, HYB_BOTTOM_UP = 1 }; /* where level 1 is */

enum hyb_log_level { HYB_LOG_INFO = 1, HYB_LOG_WARNING = 2, HYB_LOG_ERROR = 3 };

typedef void (*hyb_log_handler)(int32_t level, const char *text, void *data);

/* ---- Things --------------------------------------------------------------------------------- */

typedef struct hyb_domain hyb_domain;
typedef struct hyb_scheme hyb_scheme;
typedef struct hyb_emulator hyb_emulator;

/* One block's way through a scheme: a plain value (slot and generation), free to copy. The scheme
 * owns what it stands for; a stale, never opened or twice closed one is HYB_ERROR_PHASE. */
typedef struct hyb_call {
  int64_t token;
} hyb_call;

/* An array of the host, borrowed for the one function it is passed to. Extents and strides follow
 * the axes in the host's order, fastest first in Fortran. Set size to sizeof(hyb_view). */
typedef struct hyb_view {
  size_t size;
  void *data;        /* only read by hyb_call_put */
  int32_t kind;      /* hyb_kind */
  int32_t device;    /* hyb_device */
  int32_t rank;      /* 0 (one value for all columns) to 4 */
  int32_t truth;     /* HYB_LOGICAL32: the bits of "true" as this host writes it; 1 in C */
  int32_t axes[4];   /* hyb_axis; all HYB_AXIS_DEFAULT: as declared, else column, level, species */
  int64_t extent[4]; /* elements */
  int64_t stride[4]; /* bytes, of any sign */
} hyb_view;

/* What the host knows of a field. Set size to sizeof(hyb_field). */
typedef struct hyb_field {
  size_t size;
  const char *name; /* CF standard name where there is one */
  const char *unit; /* SI, in CF spelling: "K", "kg kg-1", "W m-2", "1" */
  const char *dims; /* axes in the host's order, "column level", "x z y"; null: default by rank */
  int32_t role;     /* hyb_role */
} hyb_field;

/* The columns that this process owns. Set size to sizeof(hyb_grid). */
typedef struct hyb_grid {
  size_t size;
  int64_t ncol;
  const int64_t *column; /* global index of each, from 1; null: 1 to ncol */
  const double *lat;     /* degrees_north; null: unknown */
  const double *lon;     /* degrees_east; null: unknown */
  const double *area;    /* m2; null: unknown */
} hyb_grid;

/* What else the host lends. Set size to sizeof(hyb_host); zero the rest for none. */
typedef struct hyb_host {
  size_t size;
  int32_t has_comm;    /* 1: comm is the Fortran handle of the communicator of the domain */
  int32_t comm;        /* the library never initialises MPI */
  hyb_log_handler log; /* retained until the domain is destroyed; called by any thread */
  void *log_data;      /* retained likewise */
} hyb_host;

/* ---- Library -------------------------------------------------------------------------------- */

/* The version as "major.minor.patch"; borrowed, valid for ever. */
HYB_API const char *hyb_version(void);

/* The message of the last failure on this thread, "" if none; borrowed until the next failure. */
HYB_API const char *hyb_last_error(void);

/* Axes from names in the host's order, such as "x z y" (z is the level axis there); `axes` gets
 * four hyb_axis values, HYB_AXIS_DEFAULT beyond the last name. Borrows both. */
HYB_API int32_t hyb_axes(const char *dims, int32_t *axes);

/* ---- Domain --------------------------------------------------------------------------------- */

/* Creates a domain from a TOML file. Borrows config, grid and host; grid and host may be null.
 * Gives `*domain`, to be handed back to hyb_domain_destroy. */
HYB_API int32_t hyb_domain_create(const char *config, const hyb_grid *grid, const hyb_host *host,
                                  hyb_domain **domain);

/* The same from TOML text in memory. */
HYB_API int32_t hyb_domain_create_text(const char *text, const hyb_grid *grid, const hyb_host *host,
                                       hyb_domain **domain);

/* Opens time step `step`: the serial boundary at which all state changes. The calls that follow
 * belong to it. `date` is the model's date, ISO 8601 in the model's calendar (null: none), dt the
 * time step [s], 0 if it is unknown; one that is negative, no number or above 1e12 is
 * HYB_ERROR_ARGUMENT and counts as 0. HYB_ERROR_GUARD if the policy "stop" ends the run. Calls that
 * are still open are discarded and reported as HYB_ERROR_PHASE; a recording that failed under
 * policy "stop" is HYB_ERROR_RECORD. The step is opened all the same. Borrows date. */
HYB_API int32_t hyb_domain_step(hyb_domain *domain, int64_t step, const char *date, double dt);

/* Waits until everything recorded so far is on disk. */
HYB_API int32_t hyb_domain_flush(hyb_domain *domain);

/* Counters, times and scores of all schemes as JSON; `*json` is borrowed until the next call. */
HYB_API int32_t hyb_domain_statistics(hyb_domain *domain, const char **json);

/* Writes everything that a restart of the run needs (what hooks and alarms have learned, ramps,
 * counters) into one NetCDF file for all ranks, between steps. The step that is open counts as
 * over: nothing is learned from calls between this and the next hyb_domain_step. A call that is
 * open is HYB_ERROR_PHASE. A former file of that name stays until the new one is complete, and if
 * it cannot be written. `{rank}` in the path stands for the rank: a file for each, which several
 * processes need that have no communicator. Collective: every rank calls it, and it fails on all or
 * on none (HYB_ERROR_STATE). HYB_ERROR_GUARD if the policy "stop" ends the run: the file is written
 * all the same. Borrows path. */
HYB_API int32_t hyb_domain_save(hyb_domain *domain, const char *path);

/* Loads it, under any number of ranks, when all schemes are created: before the first step or
 * between steps. A file that is missing, of other columns, or of another configuration (unless that
 * says restart = "adapt") is refused; then nothing has changed. Collective. Borrows path. */
HYB_API int32_t hyb_domain_load(hyb_domain *domain, const char *path);

/* The same as arrays, for hosts that write a restart of their own: `shared` has *nshared values
 * that are the same on every rank, `columns` is `[*nrow][*ncol]`, `*ncol` being the columns of this
 * process, like any other field of the host. Both may grow until the first step is over. */
HYB_API int32_t hyb_domain_state_shape(hyb_domain *domain, int64_t *nshared, int64_t *nrow,
                                       int64_t *ncol);

/* Fills arrays of exactly that shape (else HYB_ERROR_SHAPE). Collective. Borrows both. */
HYB_API int32_t hyb_domain_state_get(hyb_domain *domain, double *shared, int64_t nshared,
                                     double *columns, int64_t nrow, int64_t ncol);

/* Loads what hyb_domain_state_get gave, as hyb_domain_load does; columns may have gone to other
 * ranks meanwhile. Collective. Borrows both. */
HYB_API int32_t hyb_domain_state_set(hyb_domain *domain, const double *shared, int64_t nshared,
                                     const double *columns, int64_t nrow, int64_t ncol);

/* Ends a domain: finishes its recordings and writes its statistics file; calls that are still open
 * are discarded, with a warning in the log. Takes domain; null is allowed. Schemes that still exist
 * keep what they need. HYB_ERROR_GUARD if the policy "stop" is to end the run and no step or save
 * has told it. A host that stops without it loses nothing: recordings are finished when the
 * process exits. */
HYB_API int32_t hyb_domain_destroy(hyb_domain *domain);

/* ---- Scheme --------------------------------------------------------------------------------- */

/* Creates the scheme that the configuration calls `[scheme.<name>]`, once in a domain; a scheme
 * without a table there runs natively. `orientation` (hyb_orientation) says where level 1 is in the
 * host's arrays. Borrows name. Gives `*scheme`, to be handed back to hyb_scheme_destroy. */
HYB_API int32_t hyb_scheme_create(hyb_domain *domain, const char *name, int32_t orientation,
                                  hyb_scheme **scheme);

/* Declares what the host knows of a field, before the first call. Checked against the card.
 * Borrows field. */
HYB_API int32_t hyb_scheme_field(hyb_scheme *scheme, const hyb_field *field);

/* The mode the configuration chose, "native", "record", ...; borrowed from the scheme. */
HYB_API int32_t hyb_scheme_mode(const hyb_scheme *scheme, const char **mode);

/* Gives an increment to the hooks that learn from observations (analysis increments, nudging): what
 * has to be added to the results of the output `name` in `ncol` columns, the first of which is the
 * domain's local column number `first`, from 1; in the output's unit and dims. Belongs to the open
 * step and may be called like `hyb_call_*`, by any number of threads, each for its own columns.
 * Columns that got the native result in their last call are left out. Nothing happens where no hook
 * learns so. Borrows name and view. */
HYB_API int32_t hyb_scheme_observe(hyb_scheme *scheme, const char *name, const hyb_view *view,
                                   int64_t ncol, int64_t first);

/* Takes scheme; null is allowed. Its open calls become stale, with a warning in the log. */
HYB_API int32_t hyb_scheme_destroy(hyb_scheme *scheme);

/* ---- Call ----------------------------------------------------------------------------------- */

/* Opens a call for `ncol` columns (0 is allowed), the first of which is the domain's local column
 * number `first`, from 1. */
HYB_API int32_t hyb_call_open(hyb_scheme *scheme, int64_t ncol, int64_t first, hyb_call *call);

/* Packs an input, before hyb_call_run and once in a call. The first array of a field settles its
 * kind and extents for the scheme. One that the emulator does not want is ignored; noise that the
 * library draws is HYB_ERROR_FIELD. Borrows all. */
HYB_API int32_t hyb_call_put(const hyb_call *call, const char *name, const hyb_view *view);

/* Submits the block to the emulator, where the mode has one. Inference happens now, or at the
 * latest in the first hyb_call_native_wanted, hyb_call_get or hyb_call_close of this call: blocks
 * that a thread submits before it asks for results go together. A failure is told once, by the
 * function in which it shows; after it the native routine is wanted and hyb_call_get leaves what
 * that wrote. */
HYB_API int32_t hyb_call_run(const hyb_call *call);

/* `*wanted` = 1 if the host has to call its native routine now, else 0; 1 also on failure: the
 * emulator's, if it only shows here, is the status the first time. */
HYB_API int32_t hyb_call_native_wanted(const hyb_call *call, int32_t *wanted);

/* Writes an output into the host's array, or reads the native one where the mode records or
 * compares. Borrows all three. */
HYB_API int32_t hyb_call_get(const hyb_call *call, const char *name, const hyb_view *view);

/* Ends the call, in every case. HYB_ERROR_PHASE without a hyb_call_run before; HYB_ERROR_FIELD if
 * an output of the emulator was not taken by hyb_call_get and is not listed as unused. */
HYB_API int32_t hyb_call_close(const hyb_call *call);

/* ---- Emulator: the low-level interface ------------------------------------------------------ */

/* Opens an emulator file and warms it up. `options` is TOML text with the keys of a scheme's
 * table that concern an emulator (backend, device, precision, batch, python), or null. Borrows
 * both. Gives `*emulator`, to be handed back to hyb_emulator_close. */
HYB_API int32_t hyb_emulator_open(const char *path, const char *options, hyb_emulator **emulator);

/* The card as JSON; borrowed from the emulator. */
HYB_API int32_t hyb_emulator_card(const hyb_emulator *emulator, const char **json);

/* What runs it, as JSON: {"backend": "builtin", "about": "matrix products by libxsmm 1.17"}, where
 * "about" is what the backend says of itself, "" for nothing; borrowed from the emulator. */
HYB_API int32_t hyb_emulator_about(const hyb_emulator *emulator, const char **json);

/* Runs nsample samples: x (sample, feature) and y (sample, output), both of the card's kind, in
 * the card's order of fields and levels, in physical values, noise included. Arrays that are one
 * batch are used in place: samples fastest, no gaps, 64-byte aligned, a number of samples that
 * needs no padding, and no normalisation in the card. Borrows both; they have no memory in
 * common. */
HYB_API int32_t hyb_emulator_run(hyb_emulator *emulator, const hyb_view *x, const hyb_view *y);

/* Takes emulator; null is allowed. */
HYB_API int32_t hyb_emulator_close(hyb_emulator *emulator);

#ifdef __cplusplus
}
#endif

#endif
