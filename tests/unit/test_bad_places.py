"""Full disks, homes that cannot be written, proxies and Windows' files: what students are told."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import torch

from stats220.data import weights
from stats220.data.registry import Dataset, PublishedFile, fetch
from stats220.errors import DataError, InputError
from stats220.student import finding, handin
from stats220.student.rerunning import rerun

CONTENT = {"cells": [], "metadata": {"stats220": {"lab": "lab1_tiny"}}, "nbformat": 4}
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full(*_: object, **__: object) -> Any:
    raise FULL


def code_cell(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {"stats220": {"role": "given"}}}


def test_a_full_disk_leaves_the_last_hand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = finding.Found(tmp_path / "a.ipynb", CONTENT)
    path = handin._write(found, CONTENT, {"try": 1})
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(
        InputError, match=r"lab1_tiny.zip cannot be written \(No space left.*make room"
    ):
        handin._write(found, CONTENT, {"try": 2})
    with zipfile.ZipFile(path) as packed:
        assert json.loads(packed.read("submission.json")) == {"try": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["lab1_tiny.zip"]


def test_a_full_disk_when_the_answers_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "write_text", full)
    stopped = rerun(CONTENT)["stopped"]
    assert (
        stopped
        == f"{tempfile.gettempdir()} cannot be written (No space left on device): make room there"
    )


def test_checks_run_on_a_full_disk(tmp_path: Path) -> None:
    """They write nothing: where not a byte can be written, the verdict is the same."""
    code = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
from stats220.checks import encoding as check
print(check.firing_rates_hz(lambda trials, bin_seconds: trials.float().mean(0) / bin_seconds).points)
try:
    open("no", "wb", buffering=0).write(b"a byte")
except OSError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.splitlines() == ["2", "[Errno 27] File too large"], done.stderr


def test_greek_is_printed_on_a_console_that_lacks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Windows console's cp1252 has no σ; a notebook has."""
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    monkeypatch.setenv("HOME", "/dev/null")  # and a home that nothing can be written to
    outcome = rerun({**CONTENT, "cells": [code_cell("import sys\nsys.__stdout__.write('\u03c3')")]})
    assert (outcome["errors"], outcome["stopped"]) == ([], "")


def test_a_notebook_that_a_windows_editor_saved(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(CONTENT, indent=1).replace("\n", "\r\n").encode())
    assert finding.read_notebook(path).lab == "lab1_tiny"


@pytest.mark.parametrize(
    ("error", "says", "not_says"),
    [
        (FULL, "cannot be written .*Make room, or set TORCH_HOME", "working network"),
        (PermissionError(errno.EACCES, "Permission denied"), "cannot be written .*TORCH_HOME", "working network"),
        (URLError(ConnectionRefusedError(111, "Connection refused")), "cannot be fetched .*working network", "Make room"),
        (TimeoutError("timed out"), "cannot be fetched .*working network", "Make room"),
    ],
)  # fmt: skip
def test_weights_tell_a_disk_from_a_network(
    error: OSError, says: str, not_says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(torch.hub, "download_url_to_file", fails)
    with pytest.raises(DataError, match=f"(?s){says}") as caught:
        weights._download("https://example.org/net-00.pth", tmp_path / "net-00.pth", "00")
    assert not_says not in str(caught.value)


def test_a_home_that_is_no_folder_is_named_by_the_weights(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("")
    with pytest.raises(DataError, match="set TORCH_HOME to a folder that you can write to"):
        weights._download("https://example.org/net-00.pth", home / "hub" / "net-00.pth", "00")


def test_a_proxy_that_refuses_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATS220_DATA", str(tmp_path))
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    dataset = Dataset(
        "tiny", "https://labs.invalid", (PublishedFile("a", "0" * 64, 1),), "x()", "", ""
    )
    with pytest.raises(DataError, match=r"ProxyError \(look at HTTPS_PROXY\)"):
        fetch(dataset)
