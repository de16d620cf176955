/* SPDX-License-Identifier: BSD-3-Clause
 * Plug-ins that must not be accepted; BROKEN says in which way. */
#include "hybrid_plugin.h"

#define WRONG_VERSION 1
#define TOO_SMALL 2
#define NO_SYMBOL 3
#define WRONG_TYPE 4
#define NULL_TABLE 5

#if BROKEN == NO_SYMBOL
HYB_API int other_function(void) { return 0; }
#else
HYB_API const hyb_plugin_table *hyb_plugin(void) {
  static const hyb_backend table = {
      .head = {.size = BROKEN == TOO_SMALL ? sizeof(hyb_plugin_table) : sizeof(hyb_backend),
               .version = BROKEN == WRONG_VERSION ? HYB_PLUGIN_VERSION + 1 : HYB_PLUGIN_VERSION,
               .type = BROKEN == WRONG_TYPE ? HYB_PLUGIN_STORAGE : HYB_PLUGIN_BACKEND,
               .name = "torch",
               .release = "0"}};
  return BROKEN == NULL_TABLE ? NULL : &table.head;
}
#endif
