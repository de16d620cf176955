/* SPDX-License-Identifier: BSD-3-Clause
 * Between the two halves of this backend: libhybrid_python.so, which links no Python and can be
 * loaded anywhere, and libhybrid_python_interpreter.so, loaded once a libpython is there. */
#ifndef HYBRID_PYTHON_FUNCTIONS_H
#define HYBRID_PYTHON_FUNCTIONS_H

#include "hybrid_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Written in Python, in hybrid_emulator.py: the functions of hyb_backend. */
int32_t hyb_python_open(const char *path, const hyb_backend_options *options, void **network,
                        const char **card, hyb_message *message);
int32_t hyb_python_prepare(void *network, const hyb_signature *signature, hyb_plan *plan,
                           hyb_message *message);
int32_t hyb_python_run(void *network, const hyb_matrices *matrices, hyb_message *message);
int32_t hyb_python_close(void *network);

/* Likewise in hybrid_hook.py: those of hyb_hook. */
int32_t hyb_python_hook_open(const hyb_hook_setup *setup, void **hook, hyb_message *message);
int32_t hyb_python_hook_close(void *hook);
int32_t hyb_python_hook_apply(void *hook, const hyb_block *block, hyb_message *message);
int32_t hyb_python_hook_fields(void *hook, const char *const **name, int32_t *n,
                               hyb_message *message);
int32_t hyb_python_hook_sums(void *hook, const hyb_samples *samples, int64_t *n,
                             hyb_message *message);
int32_t hyb_python_hook_collect(void *hook, const hyb_samples *samples, const hyb_adder *adder,
                                hyb_message *message);
int32_t hyb_python_hook_update(void *hook, const hyb_clock *clock, const double *total, int64_t n,
                               hyb_message *message);
int32_t hyb_python_hook_state(void *hook, const double **value, int64_t *n, hyb_message *message);
int32_t hyb_python_hook_restore(void *hook, const double *value, int64_t n, hyb_message *message);

/* Starts an interpreter as `executable` would, or uses the one that the process already runs
 * (executable null), and gives the functions above and sys.prefix, both borrowed, valid for ever.
 * `threads` is what NumPy's BLAS may use in an interpreter that is started here. */
HYB_API int32_t hyb_python_start(const char *executable, int32_t threads, const char **prefix,
                                 const hyb_backend **backend, const hyb_hook **hook,
                                 hyb_message *message);

#ifdef __cplusplus
}
#endif

#endif
