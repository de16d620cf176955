/* SPDX-License-Identifier: BSD-3-Clause
 * The matrix products of a legacy host: by their names those of a BLAS, otherwise its own. */
#include <stdlib.h>

void sgemm(void) { abort(); }
void sgemm_(void) { abort(); }
void dgemm(void) { abort(); }
void dgemm_(void) { abort(); }
void cblas_sgemm(void) { abort(); }
void cblas_dgemm(void) { abort(); }
void sgemv_(void) { abort(); }
void dgemv_(void) { abort(); }
