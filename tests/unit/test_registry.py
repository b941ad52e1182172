"""Recordings are fetched once, checked and cached; whatever goes wrong is a DataError that says what to do."""

import dataclasses
import hashlib
import http.server
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from stats220.data import registry
from stats220.data.registry import Dataset, PublishedFile, fetch
from stats220.errors import DataError

CONTENTS = {
    "labels.csv": b"a,b\n1,2\n",
    "one.bin": bytes(range(256)) * 300,
    "two.bin": b"two" * 1000,
}


@dataclass
class Server:
    """A web server on this machine, which serves `contents` and can be told to misbehave."""

    contents: dict[str, bytes]
    address: str = ""
    requests: list[str] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # answered with 404
    cut_short: set[str] = field(default_factory=set)  # half of what Content-Length promises


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server(CONTENTS)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            state.requests.append(name)
            if name in state.missing or name not in state.contents:
                self.send_error(404)
                return
            body = state.contents[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if name in state.cut_short else body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        state.address = f"http://127.0.0.1:{listener.server_port}/files"
        yield state
        listener.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no proxy between this machine and itself."""
    monkeypatch.setenv("STATS220_DATA", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def dataset(server: Server) -> Dataset:
    files = tuple(
        PublishedFile(name, hashlib.sha256(content).hexdigest(), len(content))
        for name, content in CONTENTS.items()
    )
    return Dataset("tiny", server.address, files, "simulate_tiny()", "public domain", "nobody")


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_fetches_into_dataset_and_file_once(server: Server, dataset: Dataset, cache: Path) -> None:
    assert fetch(dataset) == cache / "tiny"
    assert {path.name: path.read_bytes() for path in (cache / "tiny").iterdir()} == CONTENTS
    fetch(dataset)
    assert sorted(server.requests) == sorted(CONTENTS)  # each once, none by the second call


def test_fetched_files_can_be_read_by_all(dataset: Dataset, cache: Path) -> None:
    folder = fetch(dataset)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}


def test_progress_is_shown_in_bytes_and_not_a_line_a_file(
    dataset: Dataset, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch(dataset)
    err = capsys.readouterr().err
    assert "Fetching tiny: 100%" in err
    assert "Downloading" not in err
    fetch(dataset)
    assert capsys.readouterr().err == ""


def test_a_whole_cache_is_read_and_never_written(
    server: Server, dataset: Dataset, cache: Path
) -> None:
    folder = fetch(dataset)
    before = snapshot(cache)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    server.requests.clear()
    try:
        fetch(dataset)
    finally:
        folder.chmod(0o755)
    assert snapshot(cache) == before
    assert server.requests == []


def test_only_absent_files_are_fetched(server: Server, dataset: Dataset, cache: Path) -> None:
    (cache / "tiny").mkdir(parents=True)
    (cache / "tiny" / "one.bin").write_bytes(CONTENTS["one.bin"])
    fetch(dataset)
    assert sorted(server.requests) == ["labels.csv", "two.bin"]


def test_an_interrupted_fetch_goes_on_where_it_stopped(
    server: Server, dataset: Dataset, cache: Path
) -> None:
    server.missing = {"two.bin"}
    with pytest.raises(DataError):
        fetch(dataset)
    assert sorted(path.name for path in (cache / "tiny").iterdir()) == ["labels.csv", "one.bin"]
    server.missing, server.requests = set(), []
    fetch(dataset)
    assert server.requests == ["two.bin"]


def test_a_damaged_file_in_the_cache_is_named_and_left_alone(
    server: Server, dataset: Dataset, cache: Path
) -> None:
    folder = fetch(dataset)
    damaged = folder / "one.bin"
    damaged.write_bytes(CONTENTS["one.bin"][:-1])
    server.requests.clear()
    with pytest.raises(DataError, match=r"one\.bin is damaged.*Delete it and call again"):
        fetch(dataset)
    assert damaged.read_bytes() == CONTENTS["one.bin"][:-1]
    assert server.requests == []
    damaged.unlink()
    fetch(dataset)
    assert damaged.read_bytes() == CONTENTS["one.bin"]


@pytest.mark.parametrize(
    "content", [b"", b"<html>Please log in</html>", CONTENTS["one.bin"] + b"!"]
)
def test_another_file_than_the_published_one_is_not_kept(
    server: Server, dataset: Dataset, cache: Path, content: bytes
) -> None:
    server.contents = {**CONTENTS, "one.bin": content}
    with pytest.raises(DataError, match=r"one\.bin cannot be fetched \(what arrived is not"):
        fetch(dataset)
    assert [path.name for path in (cache / "tiny").iterdir()] == ["labels.csv"]


def test_a_download_cut_short_is_not_kept(server: Server, dataset: Dataset, cache: Path) -> None:
    server.cut_short = {"labels.csv"}
    with pytest.raises(DataError, match=r"labels\.csv cannot be fetched"):
        fetch(dataset)
    assert list((cache / "tiny").iterdir()) == []  # nor a temporary file


def test_not_found_is_said_with_the_ways_out(server: Server, dataset: Dataset, cache: Path) -> None:
    server.missing = {"labels.csv"}
    with pytest.raises(DataError) as caught:
        fetch(dataset)
    message = str(caught.value)
    assert f"{server.address}/labels.csv" in message
    assert "404" in message
    assert str(cache / "tiny") in message
    assert "simulate_tiny()" in message
    assert message.count("\n") <= 1
    assert list((cache / "tiny").iterdir()) == []


def test_no_network_is_said_with_the_ways_out(dataset: Dataset, cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    offline = dataclasses.replace(dataset, base_url=f"http://127.0.0.1:{port}")
    with pytest.raises(DataError, match=r"no answer: ConnectionError(.|\n)*needs no network"):
        fetch(offline)


def test_no_such_host(dataset: Dataset, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_names(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_names)
    with pytest.raises(DataError, match="no answer: ConnectionError"):
        fetch(dataclasses.replace(dataset, base_url="http://127.0.0.1.invalid"))


def test_a_cache_that_cannot_be_written_is_named(
    dataset: Dataset, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(DataError, match=r"cannot be written.*set STATS220_DATA to a folder"):
        fetch(dataset)


def test_a_read_only_cache_that_lacks_a_file(dataset: Dataset, cache: Path) -> None:
    (cache / "tiny").mkdir(parents=True)
    (cache / "tiny").chmod(0o555)
    if os.access(cache / "tiny", os.W_OK):
        pytest.skip("this user may write everywhere")
    try:
        with pytest.raises(DataError, match=r"cannot be written.*set STATS220_DATA"):
            fetch(dataset)
    finally:
        (cache / "tiny").chmod(0o755)


def test_a_full_disk_is_said(
    dataset: Dataset, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.move", full)
    with pytest.raises(DataError, match=r"No space left on device.*Free some space"):
        fetch(dataset)
    assert list((cache / "tiny").iterdir()) == []


def test_a_folder_in_the_place_of_a_file(dataset: Dataset, cache: Path) -> None:
    (cache / "tiny" / "one.bin").mkdir(parents=True)
    with pytest.raises(DataError, match=r"one\.bin cannot be read.*Make it readable"):
        fetch(dataset)


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STATS220_DATA", str(tmp_path))
    assert registry.cache_folder() == tmp_path
    monkeypatch.setenv("STATS220_DATA", "~/recordings")
    assert registry.cache_folder() == Path.home() / "recordings"
    for unset in ("", None):
        if unset is None:
            monkeypatch.delenv("STATS220_DATA")
        else:
            monkeypatch.setenv("STATS220_DATA", unset)
        assert registry.cache_folder().name == "stats220"


def test_the_mouse_reaching_entry_agrees_with_the_files(recordings: Path) -> None:
    dataset = registry.MOUSE_REACHING
    on_disk = {path.name: path for path in (recordings / dataset.name).iterdir()}
    assert {file.name for file in dataset.files} == set(on_disk)
    for file in dataset.files:
        content = on_disk[file.name].read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.num_bytes)


def test_the_mouse_reaching_entry_is_whole() -> None:
    dataset = registry.MOUSE_REACHING
    assert len(dataset.files) == 56
    assert dataset.base_url == (
        "https://raw.githubusercontent.com/DeepLabCut/DeepLabCut/2df0f46c8c8c56c8238b46b3d58384163bafb2f0"
        "/examples/Reaching-Mackenzie-2018-08-30/labeled-data/reachingvideo1"
    )
    assert "LGPL" in dataset.licence
    assert "Mathis" in dataset.citation


def test_the_real_recording_comes_over_http_whole(
    server: Server, recordings: Path, cache: Path
) -> None:
    published = recordings / "mouse_reaching"
    server.contents = {path.name: path.read_bytes() for path in published.iterdir()}
    folder = fetch(dataclasses.replace(registry.MOUSE_REACHING, base_url=server.address))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == server.contents
