/* SPDX-License-Identifier: BSD-3-Clause */
#include <hybrid.h>
#include <stdio.h>

int main(void) {
  hyb_domain *domain;
  if (hyb_domain_create_text("[scheme.radiation]\nmode = 'native'\n", NULL, NULL, &domain))
    return fprintf(stderr, "%s\n", hyb_last_error()), 1;
  printf("libhybrid %s\n", hyb_version());
  return hyb_domain_destroy(domain) != HYB_OK;
}
