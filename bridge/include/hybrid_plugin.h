/* SPDX-License-Identifier: BSD-3-Clause
 *
 * hybrid_plugin.h: what libhybrid asks of a plug-in, for those who write one. Hosts do not need it.
 *
 * A plug-in is a shared object named `libhybrid_<name>.so` that exports one function, hyb_plugin.
 * It returns a table of C functions, so compiler and C++ library of core and plug-in may differ.
 * The functions return a hyb_status and, on failure, fill in a message; no exception leaves them.
 * A hook in C is a shared object of any name that exports hyb_hook_plugin (the last section).
 */
#ifndef HYBRID_PLUGIN_H
#define HYBRID_PLUGIN_H

#include "hybrid.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a table changes so that older plug-ins no longer fit. Growth at the end of a table
 * is seen in its size. */
#define HYB_PLUGIN_VERSION 2

enum hyb_plugin_type { HYB_PLUGIN_BACKEND = 1, HYB_PLUGIN_STORAGE = 2, HYB_PLUGIN_HOOK = 3 };

/* The head of every table. */
typedef struct hyb_plugin_table {
  size_t size;         /* of the whole table */
  int32_t version;     /* HYB_PLUGIN_VERSION it was built with */
  int32_t type;        /* hyb_plugin_type */
  const char *name;    /* "torch", "python", "netcdf" */
  const char *release; /* HYB_VERSION it was built with */
} hyb_plugin_table;

/* The one exported function; the table is borrowed, valid for ever. */
HYB_API const hyb_plugin_table *hyb_plugin(void);
typedef const hyb_plugin_table *(*hyb_plugin_function)(void);

typedef struct hyb_message {
  char text[4096];
} hyb_message;

/* ---- Backends: what executes an emulator ---------------------------------------------------- */

typedef struct hyb_backend_options {
  size_t size;
  const char *backend;     /* which of the plug-in: "torchscript", "aoti", "python", "builtin" */
  const char *device;      /* "cpu", "auto", or an accelerator of Torch: "cuda", "cuda:1", "xpu" */
  const char *precision;   /* of products of real32 matrices: "float32" or "tf32" */
  const char *environment; /* Python: prefix of the virtual environment, "" for the default */
  const char *function;    /* Python: name of the function in the file */
  int32_t threads;         /* of one inference */
  int32_t local_rank;      /* of this process on its node: which of several devices is its own */
  const char *contents;    /* a path that has the file's bytes, which were compared and are sealed:
                              read these, the file's own path is for messages; null: read that */
} hyb_backend_options;

/* One argument or result: rows offset .. offset+count-1 of the packed matrix, shaped
 * (sample), (sample, level), (sample, species) or (sample, level, species). */
typedef struct hyb_slice {
  const char *name;
  int64_t offset, count;
  int64_t nlevel, nspecies; /* 0: no such axis */
} hyb_slice;

/* What the card says of the network, in the network's terms. */
typedef struct hyb_signature {
  size_t size;
  int32_t kind;   /* HYB_REAL32 or HYB_REAL64, of both matrices */
  int32_t packed; /* 1: one (sample, feature) matrix in and out; 0: one array per field */
  int64_t nfeature, noutput;
  int32_t ninput, nresult; /* number of slices */
  const hyb_slice *input, *result;
  const int64_t *samples; /* the numbers of samples that run will see, for the warm-up; ascending */
  int32_t nsamples;
  double tolerance;       /* of the output's scale, that the card grants below float32 */
  int64_t declared;       /* samples of a batch by the configuration, 0 where it does not say */
} hyb_signature;

/* What the backend makes of it. The core fills in size; all else is 0 before prepare. */
typedef struct hyb_plan {
  size_t size;
  int32_t batch_invariant; /* 1: a sample's bits are the same at every place of every batch */
  int64_t tile;            /* samples of the largest batch that run is to see; 0: the largest in
                              signature.samples, which it may not exceed */
  int64_t step;            /* run takes multiples of it up to tile; 0: those in signature.samples */
  int32_t in_flight;       /* batches that may be submitted and not yet waited for; 0: no submit */
  const char *about;       /* in a line, what runs it, for logs and those who ask; null: nothing to
                              say. Borrowed from the network until it is closed */
  int32_t about_level;     /* hyb_log_level of that line; 0: it is not logged */
} hyb_plan;

/* x is [nfeature][ld], y is [noutput][ld]: samples fastest. */
typedef struct hyb_matrices {
  size_t size;
  int64_t nsample, ld; /* samples, and elements from one row to the next */
  const void *x;       /* borrowed, read only */
  void *y;             /* borrowed, written */
} hyb_matrices;

typedef struct hyb_backend {
  hyb_plugin_table head;
  /* Opens a file. `*card` is JSON, borrowed from the network until it is closed. */
  int32_t (*open)(const char *path, const hyb_backend_options *options, void **network,
                  const char **card, hyb_message *message);
  /* Told what the card says; warms up. Borrows signature and all it points to. Fails if the same
   * batch twice does not give the same bits, or if one sample's result depends on the values of
   * another. */
  int32_t (*prepare)(void *network, const hyb_signature *signature, hyb_plan *plan,
                     hyb_message *message);
  /* Runs; called from any number of threads at once. */
  int32_t (*run)(void *network, const hyb_matrices *matrices, hyb_message *message);
  void (*close)(void *network);

  /* The rest is null where batches run on the calling thread (plan.in_flight = 0). */

  /* Starts a batch. Its matrices lie in memory of `reserve` and are the backend's until wait.
   * Gives `*batch`, also when it fails later: a failure on the device is told by wait. */
  int32_t (*submit)(void *network, const hyb_matrices *matrices, void **batch,
                    hyb_message *message);
  /* Waits until y of a batch is there. Takes batch. */
  int32_t (*wait)(void *network, void *batch, hyb_message *message);
  /* Memory that the device reads and writes without a copy on the way; null if there is none left.
   * 64-byte aligned. */
  void *(*reserve)(void *network, size_t bytes);
  void (*release)(void *network, void *memory);
} hyb_backend;

/* ---- Storage: what writes recordings, restarts and tables, and reads them ------------------ */

typedef struct hyb_variable {
  const char *group; /* "input", "native", "after", "emulated" */
  const char *name, *unit, *role;
  int32_t kind;             /* stored kind */
  int64_t nlevel, nspecies; /* 0: no such axis */
} hyb_variable;

typedef struct hyb_attribute {
  const char *name, *text;
} hyb_attribute;

typedef struct hyb_recording_options {
  size_t size;
  const hyb_variable *variable;
  int32_t nvariable;
  const hyb_attribute *attribute;
  int32_t nattribute;
  int32_t has_lat, has_lon, has_area;
  int32_t compression; /* 0 none to 9 */
  int64_t buffer;      /* bytes that may wait to be written */
  int64_t patience;    /* seconds without progress until the file system is lost; 0: 120 */
} hyb_recording_options;

/* Some columns of one call. The writer uses it until it calls release. */
typedef struct hyb_capture {
  size_t size;
  int64_t step;
  const char *date;
  int64_t nrow;              /* columns to store */
  const int64_t *row;        /* their places in the data, from 0 */
  const int64_t *column;     /* global index, by row number in the list */
  const double *lat, *lon, *area; /* likewise; null where unknown */
  int64_t ld;                /* elements from one level to the next */
  void *const *data;         /* by variable: [species][level][ld], columns fastest; null: missing,
                              * stored as the fill value of its kind */
  int64_t bytes;             /* memory that this capture holds */
  void (*release)(void *owner);
  void *owner;
} hyb_capture;

/* One array of a restart, real64. Its name is a path of parts that '/' separates. */
typedef struct hyb_restart_array {
  const char *name;
  int32_t by_column;  /* 1: [nrow][ncolumn]; 0: [nrow] */
  int64_t nrow;
  const double *data; /* null where a restart is read */
} hyb_restart_array;

typedef struct hyb_restart {
  size_t size;
  int32_t narray;
  const hyb_restart_array *array;
  int64_t ncolumn;
  const int64_t *column; /* global indices, ascending */
} hyb_restart;

/* A variable of any NetCDF file, read as real64: packed values (scale_factor, add_offset) are
 * unpacked, missing ones NaN. */
typedef struct hyb_array {
  size_t size;
  const char *unit, *calendar; /* the attributes "units" and "calendar", "" where there is none */
  int32_t rank;                /* 0 to 4 */
  const char *dimension[4];    /* their names */
  int64_t extent[4];
} hyb_array;

/* One variable of a table. Its name is a path, as above; dimensions of one name and length are
 * one. */
typedef struct hyb_table_variable {
  const char *name, *unit, *about;
  int32_t kind;             /* HYB_REAL64, NaN where a value is missing; 0: letters */
  int32_t rank;             /* 0 to 2, slowest first */
  const char *dimension[2];
  int64_t extent[2];
  const void *data;
} hyb_table_variable;

/* What a file of numbers for people holds. */
typedef struct hyb_table {
  size_t size;
  int32_t nattribute;
  const hyb_attribute *attribute;
  int32_t nvariable;
  const hyb_table_variable *variable;
} hyb_table;

typedef struct hyb_storage {
  hyb_plugin_table head;
  /* Creates a file; an existing one of that name is replaced. */
  int32_t (*create)(const char *path, const hyb_recording_options *options, void **file,
                    hyb_message *message);
  /* Takes the capture (releases it in every case). Waits while the buffer is full. */
  int32_t (*append)(void *file, const hyb_capture *capture, hyb_message *message);
  /* HYB_OK, or what went wrong since the file was created. Does not wait. */
  int32_t (*state)(void *file, hyb_message *message);
  /* Waits until all is on disk. */
  int32_t (*flush)(void *file, hyb_message *message);
  int32_t (*close)(void *file, hyb_message *message);

  /* Opens a file for reading; steps, columns and variables are borrowed until it is closed. */
  int32_t (*open)(const char *path, void **file, hyb_message *message);
  int32_t (*contents)(void *file, int64_t *nsample, const int64_t **step, const int64_t **column,
                      int32_t *nvariable, const hyb_variable **variable, hyb_message *message);
  /* Reads samples start .. start+count-1 of a variable, sample slowest. */
  int32_t (*read)(void *file, int32_t variable, int64_t start, int64_t count, void *data,
                  hyb_message *message);
  void (*close_reader)(void *file);
  /* A text that the file was created with (hyb_attribute), "" if it has none; borrowed until the
   * file is closed. */
  int32_t (*attribute)(void *file, const char *name, const char **text, hyb_message *message);

  /* Writes a restart; it is on disk before it takes the place of a file of that name, which stays
   * if the new one cannot be written. */
  int32_t (*save_restart)(const char *path, const hyb_restart *restart, hyb_message *message);
  /* Opens one for reading; what `*contents` points to is borrowed until it is closed. The caller
   * sets its size. */
  int32_t (*open_restart)(const char *path, void **file, hyb_restart *contents,
                          hyb_message *message);
  /* Reads rows first .. first+count-1 of an array; of one that is not by column, values. */
  int32_t (*read_restart)(void *file, int32_t array, int64_t first, int64_t count, double *data,
                          hyb_message *message);
  void (*close_restart)(void *file);

  /* Opens a variable of any NetCDF file; `*array` is borrowed until it is closed. */
  int32_t (*open_array)(const char *path, const char *name, void **file, const hyb_array **array,
                        hyb_message *message);
  /* Reads count values from start on, by dimension, the last one fastest. */
  int32_t (*read_array)(void *file, const int64_t *start, const int64_t *count, double *data,
                        hyb_message *message);
  void (*close_array)(void *file);

  /* Writes a table; a file of that name stays until the new one is complete, and if it cannot be
   * written. */
  int32_t (*save_table)(const char *path, const hyb_table *table, hyb_message *message);
} hyb_storage;

/* ---- Hooks: code at a phase of a call ------------------------------------------------------- */

/* What a shared object with a hook exports; the table, a hyb_hook, is borrowed, valid for ever. The
 * hook needs nothing of the library. All pointers below are borrowed until the function returns. */
HYB_API const hyb_plugin_table *hyb_hook_plugin(void);

/* A key of the hook's table in the configuration that is not the library's own. */
typedef struct hyb_option {
  const char *name;
  const char *json; /* its value: 0.5, "text", [1, 2] */
  const char *text; /* of a text; else null */
  double number;    /* of a number, 1 and 0 of true and false; else NaN */
  int32_t known;    /* open sets it to 1; a key that it leaves at 0 is refused as unknown */
} hyb_option;

typedef struct hyb_output {
  const char *name, *unit; /* unit "": not known */
} hyb_output;

typedef struct hyb_hook_setup {
  size_t size;
  int32_t before; /* 1: phase before, in which it may veto; 0: phase after, in which it adds */
  int32_t noption, noutput, ntarget;
  hyb_option *option;
  const hyb_output *output; /* of the scheme */
  const hyb_output *target; /* those that it adds to */
} hyb_hook_setup;

typedef struct hyb_clock {
  int64_t step;
  const char *date;   /* ISO 8601 in the model's calendar, "" if the host gives none */
  double dt;          /* [s] */
  double elapsed;     /* model time since the start of the run, over restarts [s] */
  double time_of_day; /* since midnight by the date [s]; below 0: not known */
} hyb_clock;

/* Physical values of one field, [species][level][ld]: columns are fastest, level 1 is the host's.
 * An axis that the field does not have is 1 long. */
typedef struct hyb_values {
  const double *data; /* null: there are none */
  int64_t nlevel, nspecies;
  int64_t ld; /* elements from one level to the next */
} hyb_values;

/* What is to be added to a target, [species][level][ncol] as its output; zeros before apply. */
typedef struct hyb_increment {
  double *data;
  int64_t nlevel, nspecies;
} hyb_increment;

typedef struct hyb_block {
  size_t size;
  const hyb_clock *clock; /* of the step that is open */
  int64_t ncol;
  int64_t first;               /* of the columns of this process, from 1 */
  int32_t bottom_up;           /* 1: level 1 is at the bottom */
  const int64_t *column;       /* global index of each column, from 1 */
  const double *lat, *lon;     /* degrees north, degrees east; null: not known */
  const double *area;          /* m2; null: not known */
  const uint8_t *rejected;     /* 1: the column gets the native result, and its outputs may be
                                  anything, NaN too */
  const hyb_values *input;     /* in the order of hyb_hook.fields */
  const hyb_values *output;    /* in the order of hyb_hook_setup.output; null in phase before */
  hyb_increment *increment;    /* by target */
  uint8_t *veto;               /* phase before: 1 for a column that is to have the native result;
                                  else null */
} hyb_block;

/* What the calls of a step left, of the columns that were seen and where `wanted` is finite. */
typedef struct hyb_samples {
  size_t size;
  const hyb_clock *clock; /* of the step that ended */
  int64_t ncol;           /* columns that were seen; may be 0 */
  const int64_t *place;   /* of each of them in the arrays, from 0, ascending */
  const int64_t *column;  /* global index of each of them, from 1 */
  const double *lat, *lon, *area; /* by place; null: not known */
  hyb_values wanted;       /* by place: what would have had to be added to the emulator's result */
  const hyb_values *input; /* by place, in the order of hyb_hook.fields */
} hyb_samples;

/* Takes what is to be added up over the columns of all ranks: n values of one sum, in any number of
 * calls. */
typedef struct hyb_adder {
  void *owner;
  void (*add)(void *owner, int64_t sum, int64_t n, const double *values);
} hyb_adder;

typedef struct hyb_hook {
  hyb_plugin_table head;
  int32_t (*open)(const hyb_hook_setup *setup, void **hook, hyb_message *message);
  void (*close)(void *hook);
  /* Adds to block->increment, or sets block->veto. Called by any number of threads at once, so
   * that nothing of the hook may change. If it fails, nothing is added. */
  int32_t (*apply)(void *hook, const hyb_block *block, hyb_message *message);

  /* The rest may be null. */

  /* The inputs that it reads; `*name` is borrowed from the hook until it is closed. */
  int32_t (*fields)(void *hook, const char *const **name, int32_t *n, hyb_message *message);

  /* At the step boundary, serial and on every rank: how many sums it needs, what is to be added up,
   * and, the only place where its state changes, what came of it. The bits of a total depend on
   * nothing but the values that were added. n of update is that of sums, the largest of all ranks.
   * If one of the three fails on one rank, update is not called on any, or its change of the state
   * is taken back. */
  int32_t (*sums)(void *hook, const hyb_samples *samples, int64_t *n, hyb_message *message);
  int32_t (*collect)(void *hook, const hyb_samples *samples, const hyb_adder *adder,
                     hyb_message *message);
  int32_t (*update)(void *hook, const hyb_clock *clock, const double *total, int64_t n,
                    hyb_message *message);

  /* All that a restart needs, the same on every rank; `*value` is borrowed from the hook until it
   * changes. restore gets what state once gave, of this hook or of another configuration. */
  int32_t (*state)(void *hook, const double **value, int64_t *n, hyb_message *message);
  int32_t (*restore)(void *hook, const double *value, int64_t n, hyb_message *message);
} hyb_hook;

#ifdef __cplusplus
}
#endif

#endif
