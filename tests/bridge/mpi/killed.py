# SPDX-License-Identifier: BSD-3-Clause
"""One rank of a job is killed: the others end, and the job goes on from the last restart.

Run as ``killed.py RANKS HOST LAUNCHER [OPTION ...]``; HOST is the program ``killed_host``.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE = 60.0  # seconds of a busy machine; a job takes one or two
KILLED = ("signal 9", "Killed")  # one of these words is the launcher's


class Job:
    """A way to start the host under MPI."""

    def __init__(self, ranks: int, host: str, launcher: list[str]):
        self.ranks = ranks
        self.command = [*launcher, "-n", str(ranks), host]

    def run(self, folder: Path, fault: str = "none", rank: int = 0, at: int = 0):
        """The exit status and all that was told; fails if the job does not end in time."""
        command = [*self.command, str(folder), fault, str(rank), str(at)]
        job = subprocess.run(command, timeout=PATIENCE, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)  # fmt: skip
        failures = [path.read_text() for path in sorted(folder.glob("failure.*"))]
        return job.returncode, "\n".join([job.stdout, *failures])

    def finish(self, folder: Path) -> tuple[list[bytes], str]:
        """What each rank holds after a run, or the rest of one, without any fault."""
        code, text = self.run(folder)
        assert code == 0, f"expected a run to its end, found status {code}:\n{text}"
        return [(folder / f"heating.{rank}").read_bytes() for rank in range(self.ranks)], text


def alive(process: int) -> bool:
    """Whether it runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def check_nobody_is_left(folder: Path) -> None:
    """All ranks are gone, at once or soon after their launcher."""
    processes = [int(path.read_text()) for path in folder.glob("pid.*")]
    end = time.monotonic() + PATIENCE
    while any(map(alive, processes)) and time.monotonic() < end:
        time.sleep(0.05)
    left = [process for process in processes if alive(process)]
    assert not left, f"expected no rank any more, found {left}"


def check_statistics(folder: Path) -> None:
    """A file of statistics is whole."""
    for path in folder.glob("statistics.*.json"):
        assert json.loads(path.read_text())["format"] == "pyhybrid statistics"


def check_fault(job: Job, whole: list[bytes], words: tuple[str, ...], *fault: object) -> str:
    """The job ends with a message, and goes on to the bits of the run that was not hurt."""
    with tempfile.TemporaryDirectory(prefix="hybrid-killed-") as name:
        folder = Path(name)
        code, text = job.run(folder, *fault)
        assert code != 0, f"{fault}: expected a status that is not 0:\n{text}"
        assert any(word in text for word in words), f"{fault}: expected one of {words}:\n{text}"
        check_nobody_is_left(folder)
        check_statistics(folder)
        found, text = job.finish(folder)
        assert found == whole, f"{fault}: expected the bits of a run that was not killed"
        return text


def spread(last: int, n: int) -> list[int]:
    """`n` numbers from 1 to `last`."""
    return sorted({1 + i * (last - 1) // (n - 1) for i in range(n)})


def check(job: Job, points: int) -> None:
    """Every fault, on the first rank and on the last."""
    with tempfile.TemporaryDirectory(prefix="hybrid-killed-") as name:
        whole, text = job.finish(Path(name))
    collectives = int(text.partition(" collectives")[0].rpartition(" ")[2])
    last = job.ranks - 1
    continued = [check_fault(job, whole, KILLED, "killed between steps", last, 8)]
    for i, at in enumerate(spread(collectives, points)):
        rank = last if i % 2 else 0
        continued.append(check_fault(job, whole, KILLED, "killed in a collective", rank, at))
    assert any("from step 7" in text for text in continued), "expected one to go on behind step 6"
    told = ("MPI_Allreduce: expected success",)
    for at in (collectives // 2, collectives - 2):  # in a save, and in a step with all of its sums
        check_fault(job, whole, told, "error of MPI", last, at)
    check_fault(job, whole, ("", ), "exit", 0, 5)


if __name__ == "__main__":
    ranks, host, *launcher = sys.argv[1:]
    check(Job(int(ranks), host, launcher), int(os.environ.get("POINTS", "4")))
