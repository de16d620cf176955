# SPDX-License-Identifier: BSD-3-Clause
"""Processes of dask that share the work: own ones, or those of a cluster."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from typing import Any

from .._words import mismatch
from ..errors import PluginError

_LOCAL = {
    "threads_per_worker": 1, "memory_limit": 0,
    "security": True,  # TLS with keys of this run: else any user of the machine could run code
    # dask always has a web server; this one has no pages, and takes any port that is free
    "scheduler_kwargs": {"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    "worker_dashboard_address": "127.0.0.1:0",
    "silence_logs": logging.ERROR,  # such as that it had to kill a worker that was to end
    "preload": [__name__],  # each worker calls `dask_setup`
}  # fmt: skip
_NO_PAGES = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


def dask_setup(worker: Any) -> None:
    """A worker says nothing: errors of the work reach the client.

    Else one that ends while it connects to the scheduler writes that error to the terminal.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)


@contextmanager
def client_of(workers: int, scheduler: str | None) -> Iterator[Any]:
    """A client of the cluster with that address, else of so many own processes.

    Raises
    ------
    PluginError
        If dask.distributed is missing, or cryptography for own processes.
    """
    try:
        import dask
        from dask.distributed import Client, LocalCluster

        if scheduler is None:
            import cryptography  # noqa: F401 for TLS
    except ImportError as error:
        wanted = (
            "dask.distributed and cryptography for workers (pip install 'pyhybrid[validation]')"
        )
        raise PluginError(mismatch("validate", wanted, error)) from error
    with ExitStack() as stack:
        # which workers inherit: who interrupts the command ends them
        with _uninterrupted(), dask.config.set(_NO_PAGES):
            cluster = scheduler or stack.enter_context(LocalCluster(n_workers=workers, **_LOCAL))
            client = stack.enter_context(Client(cluster))
        yield client


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is taken at the end: a cluster that is half made cannot be closed."""
    resource_tracker.ensure_running()  # else the first worker starts it, which unblocks the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
