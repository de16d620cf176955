/* SPDX-License-Identifier: BSD-3-Clause
 * The few words the C and C++ tests are written in. A test is a program: it returns
 * check_failures(), which is 0 if all held; 77 tells meson that it was skipped. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failed_count = 0;

static inline void check_report(const char *file, int line, const char *what) {
  ++check_failed_count;
  fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
}

static inline int check_failures(void) { return check_failed_count == 0 ? 0 : 1; }

#define CHECK(condition) \
  do { \
    if (!(condition)) check_report(__FILE__, __LINE__, #condition); \
  } while (0)

#define CHECK_EQ(actual, expected) CHECK((actual) == (expected))

/* The text holds the word: for messages with "expected" and "found". */
#define CHECK_HAS(text, word) \
  do { \
    const char *check_text = (text); \
    if (!strstr(check_text, (word))) { \
      check_report(__FILE__, __LINE__, "text has " #word); \
      fprintf(stderr, "  text: %s\n", check_text); \
    } \
  } while (0)

#endif
