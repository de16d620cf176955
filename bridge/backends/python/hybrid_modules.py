# SPDX-License-Identifier: BSD-3-Clause
"""Files of the user's code."""

import importlib.machinery
import importlib.util
import itertools
import sys

from _hybrid_python import lib
from hybrid_failures import Failure, cause, described

modules_loaded = itertools.count(1)


def load(path, contents=None):
    """The module in a file, under a name of its own: two files may have the same name.

    Its bytes are read at `contents`, by default at its path.
    """
    name = f"hybrid_module_{next(modules_loaded)}"
    loader = importlib.machinery.SourceFileLoader(name, path)  # whatever the suffix
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    try:
        with open(contents or path, "rb") as file:  # no compiled one: it may be of another version
            code = loader.source_to_code(file.read(), path)
    except (OSError, SyntaxError, ValueError) as error:
        raise Failure(lib.HYB_ERROR_FILE, path, "a Python file", cause(error)) from None
    sys.modules[name] = module  # as pickle, dataclasses and typing expect
    try:
        exec(code, module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def callable_of(module, name, path, what):
    """The function or class of that name."""
    found = getattr(module, name, None)
    if not callable(found):
        raise Failure(lib.HYB_ERROR_CONFIG, path, f"a {what} {name!r}",
                      "none" if found is None else described(found))
    return found
