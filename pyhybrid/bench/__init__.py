# SPDX-License-Identifier: BSD-3-Clause
"""What ``pyhybrid bench`` measures, compares and draws. The programs that measure are compiled."""
