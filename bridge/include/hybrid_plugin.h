/* SPDX-License-Identifier: BSD-3-Clause
 *
 * hybrid_plugin.h: what libhybrid asks of a plug-in, for those who write one. Hosts do not need it.
 *
 * A plug-in is a shared object named libhybrid_<name>.so that exports one function, hyb_plugin.
 * It returns a table of C functions, so compiler and C++ library of core and plug-in may differ.
 * The functions return a hyb_status and, on failure, fill in a message; no exception leaves them.
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

enum hyb_plugin_type { HYB_PLUGIN_BACKEND = 1, HYB_PLUGIN_STORAGE = 2 };

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
  /* Opens a file. *card is JSON, borrowed from the network until it is closed. */
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
   * Gives *batch, also when it fails later: a failure on the device is told by wait. */
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
  void *const *data;         /* by variable: [species][level][ld], columns fastest */
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
  /* Opens one for reading; what *contents points to is borrowed until it is closed. The caller sets
   * its size. */
  int32_t (*open_restart)(const char *path, void **file, hyb_restart *contents,
                          hyb_message *message);
  /* Reads rows first .. first+count-1 of an array; of one that is not by column, values. */
  int32_t (*read_restart)(void *file, int32_t array, int64_t first, int64_t count, double *data,
                          hyb_message *message);
  void (*close_restart)(void *file);

  /* Writes a table; a file of that name stays until the new one is complete, and if it cannot be
   * written. */
  int32_t (*save_table)(const char *path, const hyb_table *table, hyb_message *message);
} hyb_storage;

#ifdef __cplusplus
}
#endif

#endif
