# SPDX-License-Identifier: BSD-3-Clause
"""Processes of dask are for this run alone: they speak TLS, their web server is empty, no logs."""

import logging
import socket
import sys
import urllib.error
import urllib.request
import warnings

import pytest

from pyhybrid import errors
from pyhybrid.validation.workers import client_of

distributed = pytest.importorskip("distributed")


@pytest.fixture
def client():
    """With the usual port of dask's pages taken."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        except OSError:
            pass  # somebody else has it
        with client_of(1, None) as client:
            yield client


def test_nobody_else_runs_code_and_no_port_is_in_the_way(client):
    assert client.submit(sum, [1, 2]).result() == 3
    address = client.scheduler.address
    assert address.startswith("tls://127.0.0.1:")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(OSError):
            distributed.Client(address.replace("tls:", "tcp:"), timeout="2s")
        own = distributed.security.Security.temporary()  # of another run
        with pytest.raises(OSError):
            distributed.Client(address, security=own, timeout="2s")


def test_web_servers_have_no_pages(client):
    about = client.scheduler_info()
    ports = [about["services"]["dashboard"]]
    ports += [one["services"]["dashboard"] for one in about["workers"].values()]
    assert len(ports) == 2
    for port in ports:
        for page in ("", "status", "json/counts.json", "metrics", "info/main/workers.html"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{page}", timeout=5)


def test_errors_of_dask_itself_are_not_written(capfd):
    def work():
        logging.getLogger("distributed.worker").error("failed to send a heartbeat")
        logging.getLogger("emulator").error("from the user's own code")

    with client_of(1, None) as client:
        client.submit(work).result()
    _, err = capfd.readouterr()
    assert err == "from the user's own code\n"


def test_without_cryptography_it_is_a_message(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(errors.PluginError, match="cryptography for workers"):
        with client_of(1, None):
            pass
