/* SPDX-License-Identifier: BSD-3-Clause
 * A C host that ends without closing its recording: exit_host FILE HOW. It traps floating-point
 * exceptions and kills itself by any signal that reaches it, as legacy hosts do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fenv.h>
#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "hybrid_plugin.h"

enum { ncol = 32, nlevel = 60 };

static const hyb_storage *storage;
static void *file;

/* For LeakSanitizer: in a child nobody has what the parent's threads had in hand. */
static int leaks;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) { return leaks; }

static void release(void *owner) { free(owner); }

struct block {
  double data[nlevel * ncol];
  int64_t row[ncol], column[ncol];
  void *pointer;
};

/* One value is a signalling NaN, which must not trap. */
static void append(int64_t step, int64_t first) {
  struct block *block = malloc(sizeof *block);
  block->pointer = block->data;
  for (int64_t i = 0; i < ncol; ++i) {
    block->row[i] = i;
    block->column[i] = first + i;
    for (int64_t l = 0; l < nlevel; ++l) block->data[l * ncol + i] = (double)(step + first + i + l);
  }
  memcpy(block->data, &(uint64_t){0x7ff0000000000001}, sizeof(uint64_t));
  hyb_capture capture = {.size = sizeof capture, .step = step, .nrow = ncol,
                         .row = block->row, .column = block->column, .ld = ncol,
                         .data = &block->pointer, .bytes = sizeof *block, .release = release,
                         .owner = block};
  CHECK_EQ(storage->append(file, &capture, NULL), HYB_OK);
}

static void append_all(void) {
#pragma omp parallel for schedule(dynamic)
  for (int64_t i = 0; i < 500; ++i) append(1 + i / 10, 1 + ncol * (i % 10));
}

static void *exit_here(void *ignored) {
  (void)ignored;
  exit(3);
}

static void create(const char *path) {
  void *library = dlopen(getenv("HYBRID_NETCDF"), RTLD_NOW | RTLD_LOCAL);
  if (!library) exit(99);
  hyb_plugin_function plugin;
  *(void **)&plugin = dlsym(library, "hyb_plugin");
  storage = (const hyb_storage *)plugin();
  const hyb_variable variable = {"input", "x", "K", "state", HYB_REAL64, nlevel, 0};
  const hyb_recording_options options = {
      .size = sizeof options, .variable = &variable, .nvariable = 1, .buffer = 1 << 20};
  CHECK_EQ(storage->create(path, &options, &file, NULL), HYB_OK);
}

static void refused(int32_t status, const hyb_message *message) {
  CHECK_EQ(status, HYB_ERROR_RECORD);
  CHECK_HAS(message->text, "expected the process that");
  CHECK_HAS(message->text, "found a fork of it");
}

static void count_release(void *owner) { ++*(int *)owner; }

static void use_in_child(const char *path) {
  hyb_message message = {""};
  int released = 0;
  const hyb_capture capture = {.size = sizeof capture, .release = count_release,
                               .owner = &released};
  refused(storage->append(file, &capture, &message), &message);
  CHECK_EQ(released, 1);
  refused(storage->state(file, &message), &message);
  refused(storage->flush(file, &message), &message);
  CHECK_HAS(message.text, path);
  refused(storage->close(file, &message), &message);
  const hyb_recording_options options = {.size = sizeof options};
  refused(storage->create(path, &options, &file, &message), &message);
  void *other = NULL;
  refused(storage->open(path, &other, &message), &message);
}

/* The child has no writer: it must neither hang nor touch the file. */
static void fork_child(const char *path) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    if (path) use_in_child(path);
    exit(check_failures());
  }
  int status = 1;
  CHECK_EQ(waitpid(child, &status, 0), child);
  CHECK_EQ(status, 0);
}

static void *append_third(void *number) {
  for (int64_t i = *(const int64_t *)number; i < 500; i += 3)
    append(51 + i / 10, 1 + ncol * (i % 10));
  return NULL;
}

/* While threads append, so that the writer is in the midst of something and locks are held. */
static void fork_children(const char *path) {
  pthread_t threads[3];
  int64_t numbers[3] = {0, 1, 2};
  for (int i = 0; i < 3; ++i)
    CHECK_EQ(pthread_create(&threads[i], NULL, append_third, &numbers[i]), 0);
  leaks = 1;
  for (int i = 0; i < 20; ++i) fork_child(i % 2 ? path : NULL);
  leaks = 0;
  for (int i = 0; i < 3; ++i) pthread_join(threads[i], NULL);
}

/* The parent's reader is of no use in the child, and unharmed. */
static void fork_reader(const char *path) {
  void *reader = NULL;
  CHECK_EQ(storage->close(file, NULL), HYB_OK);
  CHECK_EQ(storage->open(path, &reader, NULL), HYB_OK);
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    hyb_message message = {""};
    double values[nlevel];
    refused(storage->read(reader, 0, 0, 1, values, &message), &message);
    storage->close_reader(reader);
    exit(check_failures());
  }
  int status = 1;
  CHECK_EQ(waitpid(child, &status, 0), child);
  CHECK_EQ(status, 0);
  double values[nlevel];
  CHECK_EQ(storage->read(reader, 0, 15999, 1, values, NULL), HYB_OK);
  storage->close_reader(reader);
}

static void end(const char *path, const char *how) {
  pthread_t thread;
  if (!strcmp(how, "exit")) exit(-999);
  if (!strcmp(how, "kill")) {
    CHECK_EQ(storage->flush(file, NULL), HYB_OK);
    append(99, 1);
    raise(SIGKILL);
  }
  if (!strcmp(how, "fork")) fork_child(NULL);
  if (!strcmp(how, "fork_use")) fork_child(path);
  if (!strcmp(how, "fork_often")) fork_children(path);
  if (!strcmp(how, "fork_reader")) fork_reader(path);
  if (!strcmp(how, "thread")) {
    CHECK_EQ(pthread_create(&thread, NULL, exit_here, NULL), 0);
    pthread_join(thread, NULL);
  }
  if (!strcmp(how, "openmp")) {
#pragma omp parallel num_threads(4)
    {
      if (omp_get_thread_num() == 2) exit(4);
#pragma omp barrier
    }
  }
}

/* Registered before the plug-in exists, so it runs after the plug-in has finished. */
static void close_late(void) {
  if (file && getenv("CLOSE_LATE")) CHECK_EQ(storage->close(file, NULL), HYB_OK);
}

int main(int argc, char **argv) {
  CHECK_EQ(argc, 3);
  atexit(close_late);
  feenableexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
  create(argv[1]);
  append_all();
  end(argv[1], argv[2]);
  return check_failures();
}
