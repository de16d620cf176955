/* SPDX-License-Identifier: BSD-3-Clause
 * A hook for tests. It adds strength * (air_temperature - 250 K) + bias to its first target, where
 * bias, the mean of what was wanted, is its state, and a little of whatever else it is shown; in
 * phase before it vetoes columns above `hottest`. Option `fails` says what goes wrong. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hybrid_plugin.h"

#define LEVELS 3

typedef struct test_hook {
  double strength, hottest;
  char fails[32];
  double state[1 + LEVELS]; /* number of updates, bias by level */
} test_hook;

static int32_t failed(hyb_message *message, const char *text) {
  strncpy(message->text, text, sizeof message->text - 1);
  return HYB_ERROR_BACKEND;
}

static int is(const test_hook *hook, const char *what) { return strcmp(hook->fails, what) == 0; }

static void read_option(test_hook *hook, hyb_option *option) {
  option->known = 1;
  if (strcmp(option->name, "strength") == 0)
    hook->strength = option->number;
  else if (strcmp(option->name, "hottest") == 0)
    hook->hottest = option->number;
  else if (strcmp(option->name, "fails") == 0 && option->text)
    strncpy(hook->fails, option->text, sizeof hook->fails - 1);
  else
    option->known = 0;
}

static int32_t hook_open(const hyb_hook_setup *setup, void **opened, hyb_message *message) {
  test_hook *hook = calloc(1, sizeof *hook);
  for (int32_t i = 0; i < setup->noption; ++i) read_option(hook, &setup->option[i]);
  *opened = hook;
  if (!is(hook, "open")) return HYB_OK;
  free(hook);
  return failed(message, "open: expected a switch off, found it on");
}

static void hook_close(void *hook) { free(hook); }

static int32_t hook_fields(void *opaque, const char *const **name, int32_t *n,
                           hyb_message *message) {
  static const char *const names[] = {"air_temperature"};
  *name = names;
  *n = 1;
  return is(opaque, "fields") ? failed(message, "no fields today") : HYB_OK;
}

static void add_to_level(const test_hook *hook, const hyb_block *block, int64_t level) {
  const double *temperature = block->input[0].data + level * block->input[0].ld;
  double *increment = block->increment[0].data + level * block->ncol;
  for (int64_t i = 0; i < block->ncol; ++i)
    increment[i] += hook->strength * (temperature[i] - 250.0) + hook->state[1 + level] +
                    1e-3 * (double)block->column[i] + (block->lat ? 1e-6 * block->lat[i] : 0.0) +
                    1e-9 * block->clock->dt;
}

static int32_t hook_apply(void *opaque, const hyb_block *block, hyb_message *message) {
  const test_hook *hook = opaque;
  if (block->size < sizeof *block) return failed(message, "block: expected another size");
  if (is(hook, "silent")) return 77;
  if (block->veto)
    for (int64_t i = 0; i < block->ncol; ++i)
      block->veto[i] = block->input[0].data[i] > hook->hottest;
  else
    for (int64_t level = 0; level < LEVELS; ++level) add_to_level(hook, block, level);
  if (is(hook, "nan")) block->increment[0].data[block->ncol + 1] = NAN;
  if (is(hook, "rejected"))
    for (int64_t i = 0; i < block->ncol; ++i)
      if (block->rejected[i]) block->increment[0].data[i] = INFINITY;
  return is(hook, "apply") ? failed(message, "too hot") : HYB_OK;
}

static int32_t hook_sums(void *opaque, const hyb_samples *samples, int64_t *n,
                         hyb_message *message) {
  (void)samples;
  *n = is(opaque, "count") ? -1 : 1 + LEVELS;
  return is(opaque, "sums") ? failed(message, "no sums today") : HYB_OK;
}

static int32_t hook_collect(void *opaque, const hyb_samples *samples, const hyb_adder *adder,
                            hyb_message *message) {
  for (int64_t i = 0; i < samples->ncol; ++i) {
    const double one = 1.0;
    adder->add(adder->owner, is(opaque, "range") ? 1 + LEVELS : 0, 1, &one);
    for (int64_t level = 0; level < LEVELS; ++level)
      adder->add(adder->owner, 1 + level, 1,
                 samples->wanted.data + level * samples->wanted.ld + samples->place[i]);
  }
  if (is(opaque, "null")) adder->add(adder->owner, 0, 1, NULL);
  return is(opaque, "collect") ? failed(message, "no samples today") : HYB_OK;
}

static int32_t hook_update(void *opaque, const hyb_clock *clock, const double *total, int64_t n,
                           hyb_message *message) {
  test_hook *hook = opaque;
  (void)clock;
  if (n < 1 + LEVELS) return failed(message, "update: expected more sums");
  hook->state[0] += 1;
  for (int64_t level = 0; level < LEVELS; ++level)
    if (total[0] > 0) hook->state[1 + level] = total[1 + level] / total[0];
  return is(hook, "update") ? failed(message, "no update today") : HYB_OK;
}

static int32_t hook_state(void *opaque, const double **value, int64_t *n, hyb_message *message) {
  test_hook *hook = opaque;
  *value = hook->state;
  *n = 1 + LEVELS;
  return is(hook, "state") ? failed(message, "no state today") : HYB_OK;
}

static int32_t hook_restore(void *opaque, const double *value, int64_t n, hyb_message *message) {
  test_hook *hook = opaque;
  if (n != 1 + LEVELS) return failed(message, "state: expected 4 numbers, found others");
  memcpy(hook->state, value, sizeof hook->state);
  return HYB_OK;
}

HYB_API const hyb_plugin_table *hyb_hook_plugin(void) {
  static const hyb_hook table = {
      {sizeof(hyb_hook), HYB_PLUGIN_VERSION, HYB_PLUGIN_HOOK, "test", HYB_VERSION},
      hook_open, hook_close, hook_apply, hook_fields, hook_sums, hook_collect, hook_update,
      hook_state, hook_restore};
  return &table.head;
}
