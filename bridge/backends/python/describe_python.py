# SPDX-License-Identifier: BSD-3-Clause
"""Print what the build needs of the Python that runs this, one per line; fail without CFFI."""

import sys
import sysconfig

import cffi  # noqa: F401  the bindings are made with it

print("{}.{}".format(*sys.version_info))
print(sys.prefix)
print(sys.base_prefix)
print(sysconfig.get_config_var("LIBDIR"))
