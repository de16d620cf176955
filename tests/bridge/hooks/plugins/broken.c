/* SPDX-License-Identifier: BSD-3-Clause
 * Hooks that must not be accepted; BROKEN says in which way. */
#include <stddef.h>

#include "hybrid_plugin.h"

#define WRONG_VERSION 1
#define TOO_SMALL 2
#define NO_SYMBOL 3
#define WRONG_TYPE 4
#define NULL_TABLE 5
#define NO_APPLY 6
#define HALF_STATE 7
#define HALF_SUMS 8
#define NO_UPDATE 9

static int32_t open_hook(const hyb_hook_setup *setup, void **hook, hyb_message *message) {
  (void)setup, (void)hook, (void)message;
  return HYB_OK;
}
static void close_hook(void *hook) { (void)hook; }
static int32_t apply(void *hook, const hyb_block *block, hyb_message *message) {
  (void)hook, (void)block, (void)message;
  return HYB_OK;
}
static int32_t state(void *hook, const double **value, int64_t *n, hyb_message *message) {
  (void)hook, (void)value, (void)n, (void)message;
  return HYB_OK;
}
static int32_t sums(void *hook, const hyb_samples *samples, int64_t *n, hyb_message *message) {
  (void)hook, (void)samples, (void)n, (void)message;
  return HYB_OK;
}
static int32_t collect(void *hook, const hyb_samples *samples, const hyb_adder *adder,
                       hyb_message *message) {
  (void)hook, (void)samples, (void)adder, (void)message;
  return HYB_OK;
}

#if BROKEN == NO_SYMBOL
HYB_API const hyb_plugin_table *hyb_plugin(void) {
#else
HYB_API const hyb_plugin_table *hyb_hook_plugin(void) {
#endif
  static const hyb_hook table = {
      .head = {.size = BROKEN == TOO_SMALL ? offsetof(hyb_hook, apply) : sizeof(hyb_hook),
               .version = BROKEN == WRONG_VERSION ? HYB_PLUGIN_VERSION + 1 : HYB_PLUGIN_VERSION,
               .type = BROKEN == WRONG_TYPE ? HYB_PLUGIN_BACKEND : HYB_PLUGIN_HOOK,
               .name = "broken",
               .release = "0"},
      .open = open_hook,
      .close = close_hook,
      .apply = BROKEN == NO_APPLY ? NULL : apply,
      .state = BROKEN == HALF_STATE ? state : NULL,
      .sums = BROKEN >= HALF_SUMS ? sums : NULL,
      .collect = BROKEN == NO_UPDATE ? collect : NULL};
  return BROKEN == NULL_TABLE ? NULL : &table.head;
}
