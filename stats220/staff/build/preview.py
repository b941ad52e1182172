"""``stats220 preview``: a lab as students will see it, in a browser, made again whenever a file is saved."""

from __future__ import annotations

import html
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from stats220.errors import Stats220Error
from stats220.staff.build.course import find_labs, lab_module, read_course
from stats220.staff.build.notebooks import Wheel, make_notebook
from stats220.staff.build.rules import check_rules
from stats220.staff.build.sources import read_sources
from stats220.staff.build.spelling import nearest

SECONDS_BETWEEN_LOOKS = 0.5
# Asks whether there is a newer page, and stays where the reader is.
RELOAD = """<script>
const shown = {version};
addEventListener("load", () => scrollTo(0, sessionStorage.getItem("place") || 0));
setInterval(async () => {{
  const {{version}} = await (await fetch("/version")).json();
  if (version !== shown) {{ sessionStorage.setItem("place", scrollY); location.reload(); }}
}}, 700);
</script>"""
ERROR = "<!DOCTYPE html><meta charset=utf-8><title>{lab}</title><h1>{lab} does not build</h1><pre style='font-size: 1.1em'>{error}</pre>"


class Preview:
    """The page of one lab, and what it is made from.

    Parameters
    ----------
    root, lab
        The project, and for example ``lab4_pose``.
    key
        Whether the answer key is shown in place of the stubs.

    Raises
    ------
    AuthorError
        There is no such lab.
    """

    def __init__(self, root: Path, lab: str, *, key: bool = False) -> None:
        course = read_course(root)
        if lab not in course.labs:
            remedy = f"name one of {', '.join(course.labs)}"
            raise course.source.error(
                f"there is no lab {lab!r}{nearest(lab, course.labs)}", line=1, remedy=remedy
            )
        self.root, self.lab, self.key = root, lab, key
        self.version = 0
        self.page = ""
        self._seen: dict[Path, int] = {}

    def refresh(self) -> bool:
        """Make the page again where a file has changed; returns whether it has."""
        now = {path: path.stat().st_mtime_ns for path in self._files() if path.is_file()}
        if now == self._seen:
            return False
        self._seen = now
        self.version += 1
        try:
            page = self._render()
        except Stats220Error as error:
            page = ERROR.format(lab=html.escape(self.lab), error=html.escape(str(error)))
        self.page = page + RELOAD.format(version=self.version)
        return True

    def _files(self) -> list[Path]:
        module = lab_module(self.lab)
        folders = [self.root / "stats220" / room / module for room in ("reference", "checks")]
        files = [
            path
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.suffix in (".py", ".md")
        ]
        return [self.root / "labs" / f"{self.lab}.py", self.root / "labs" / "course.toml", *files]

    def _render(self) -> str:
        from nbconvert import HTMLExporter

        course = read_course(self.root)
        path = find_labs(self.root, course)[self.lab]
        sources = read_sources(self.root, path, course.labs[self.lab])
        check_rules(sources)
        wheel = Wheel("stats220.whl", "", "", "preview")
        notebook = make_notebook(sources, course, wheel, "solution" if self.key else "release")
        page: str = HTMLExporter().from_notebook_node(notebook)[0]
        return page


def serve_preview(
    root: Path, lab: str, *, key: bool = False, port: int = 8220, started: Callable[[str], None]
) -> None:
    """Serve the page on this machine until interrupted; `started` is called with its address."""
    preview = Preview(root, lab, key=key)
    preview.refresh()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/version":
                self._send("application/json", json.dumps({"version": preview.version}))
            else:
                self._send("text/html; charset=utf-8", preview.page)

        def _send(self, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """The terminal is for the author's errors."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started(f"http://127.0.0.1:{server.server_port}/")
        try:
            while True:
                time.sleep(SECONDS_BETWEEN_LOOKS)
                preview.refresh()
        except KeyboardInterrupt:
            server.shutdown()
