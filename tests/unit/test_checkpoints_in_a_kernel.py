"""A long cell in a real kernel: stopped by a person, its kernel killed and started again, and graded."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from long_works import CELLS, HEAD

jupyter_client = pytest.importorskip("jupyter_client")

# As in the lab, but that each call takes its time.
SLOW = CELLS["training"].replace("calls.append(1)", "time.sleep(0.02)")
SETUP = f"import os, time\n{HEAD}{SLOW}\nfrom stats220.checkpoints import running\nrunning.SECONDS, running.COST = 0.0, 0"
WORK = "found = work()"


class Kernel:
    """A kernel whose working folder is the notebook's."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.manager = jupyter_client.KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), env={**os.environ, **variables})
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        assert self.run(SETUP) == []

    def run(self, source: str) -> list[str]:
        """What a cell printed, line by line, and the lines of its traceback."""
        shown: list[str] = []

        def collect(message: Any) -> None:
            content = message["content"]
            if message["msg_type"] == "stream":
                shown.extend(content["text"].splitlines())
            elif message["msg_type"] == "error":
                shown.extend(content["traceback"])

        self.client.execute_interactive(source, timeout=120, output_hook=collect)
        return shown

    def traceback_of(self, request: str) -> list[str]:
        """Of a cell that was sent and not waited for."""
        while True:
            reply = self.client.get_shell_msg(timeout=120)
            if reply["parent_header"].get("msg_id") == request:
                return list(reply["content"].get("traceback", []))

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernels(tmp_path: Path) -> Iterator[Any]:
    begun: list[Kernel] = []

    def begin(**variables: str) -> Kernel:
        begun.append(Kernel(tmp_path, **variables))
        return begun[-1]

    yield begin
    for kernel in begun:
        kernel.end()


def until_kept(folder: Path, since: float = 0.0) -> float:
    """When the next checkpoint was written."""
    for _ in range(2000):
        for path in folder.glob(".stats220_checkpoints/*.checkpoint"):
            if path.stat().st_mtime > since:
                return path.stat().st_mtime
        time.sleep(0.01)
    raise AssertionError("no checkpoint was written")


def test_it_is_stopped_in_one_line_and_goes_on_after_the_kernel_died(
    tmp_path: Path, kernels: Any
) -> None:
    first = kernels()
    request = first.client.execute(WORK)
    kept = until_kept(tmp_path)
    first.manager.interrupt_kernel()
    [line] = first.traceback_of(request)
    assert line.startswith("Interrupted: training, kept at epoch ")
    assert line.endswith(" of 6. Run the cell again, and it goes on from there.")
    first.client.execute(WORK)
    until_kept(tmp_path, kept)
    os.kill(first.manager.provisioner.pid, signal.SIGKILL)

    second = kernels()
    [line] = second.run(WORK)
    assert line.startswith("training: picked up at epoch ")
    assert line.endswith(".checkpoint; anew=True starts over.")
    assert second.run("print([torch.equal(torch.as_tensor(a), torch.as_tensor(b)) for a, b in zip(found, work(anew=True))])") == [str([True] * 5)]  # fmt: skip
