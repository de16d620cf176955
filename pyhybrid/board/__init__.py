# SPDX-License-Identifier: BSD-3-Clause
"""One task, several emulators: what each can do, measured in the same way in the same run."""
