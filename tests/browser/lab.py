"""A student's JupyterLab: a server of one's own, chromium, and what a student does in a notebook."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 240  # for a start or a cell, on a machine that does other things
# All cells are drawn at once, so that none has to be scrolled to.
SETTINGS = {"@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"}}

FIND = "const book = window.jupyterapp.shell.currentWidget.content; const i = book.widgets.findIndex(w => w.model.id === id);"
READY = """() => { const w = window.jupyterapp?.shell?.currentWidget;
  return w?.content?.widgets?.length > 5 && w.sessionContext?.session?.kernel?.status === "idle"; }"""


@contextlib.contextmanager
def jupyterlab(folder: Path, wheel: Path, state: Path) -> Iterator[str]:
    """Serve a folder in JupyterLab, with the released wheel in place of this checkout; gives the address."""
    packages = state / "packages"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(packages)
    for name, value in SETTINGS.items():
        path = state / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(value))
    port = _free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(packages),
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
        "IPYTHONDIR": str(state / "ipython"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={folder}",
    ]  # fmt: skip
    with _serving(command, port, environment, state / "server.log") as address:
        yield address


@contextlib.contextmanager
def formgrader(course: Path, state: Path) -> Iterator[str]:
    """Serve an nbgrader course, as its instructor does who starts a server in it; gives formgrader's address."""
    port = _free_port()
    state.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
    }
    command = [
        sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}",
        "--IdentityProvider.token=",
    ]  # fmt: skip
    with _serving(command, port, environment, state / "server.log", folder=course) as address:
        yield f"{address}/formgrader"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def _serving(
    command: list[str],
    port: int,
    environment: dict[str, str],
    log: Path,
    folder: Path | None = None,
) -> Iterator[str]:
    with log.open("w") as file:
        server = subprocess.Popen(command, env=environment, stdout=file, stderr=file, cwd=folder)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + "/api", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.3)
    raise RuntimeError(f"the server did not start:\n{log.read_text()[-2000:]}")


@contextlib.contextmanager
def browser_page() -> Iterator[Page]:
    """A page of chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(1000 * SECONDS)
        try:
            yield page
        finally:
            browser.close()


class Notebook:
    """A notebook that is open in JupyterLab, and what its student does."""

    def __init__(self, page: Page, address: str, name: str, pictures: Path) -> None:
        self.page, self.pictures = page, pictures
        pictures.mkdir(parents=True, exist_ok=True)
        page.goto(f"{address}/lab/tree/{name}")
        page.wait_for_function(READY)

    def run(self, cell: str) -> str:
        """Run a cell, wait until it is done, and return what stands below it."""
        self._select(cell)
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-cell')")
        return self.output(cell)

    def type(self, cell: str, source: str) -> None:
        """Replace what stands in a cell, with the keyboard."""
        self._select(cell)
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:enter-edit-mode')")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(source)

    def add_below(self, cell: str, source: str) -> str:
        """Add a cell below another and run it."""
        self._select(cell)
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:insert-cell-below')")
        new: str = self.page.evaluate(
            "window.jupyterapp.shell.currentWidget.content.activeCell.model.id"
        )
        self.type(new, source)
        return self.run(new)

    def answer(self, cell: str, text: str) -> str:
        """Run a cell that asks for a line, type the line, and return what stands below it in the end."""
        self._select(cell)
        self.page.evaluate("void window.jupyterapp.commands.execute('notebook:run-cell')")
        self.page.wait_for_selector(".jp-Stdin-input")
        self.page.fill(".jp-Stdin-input", text)
        self.page.press(".jp-Stdin-input", "Enter")
        self.page.wait_for_function(READY)
        return self.output(cell)

    def output(self, cell: str) -> str:
        """The text below a cell, as it is read."""
        text: str = self.page.evaluate(
            f"id => {{ {FIND} return book.widgets[i].outputArea?.node.innerText ?? ''; }}", cell
        )
        return text

    def picture(self, name: str) -> None:
        """A picture of the page, to be looked at."""
        self.page.screenshot(path=self.pictures / f"{name}.png")

    def _select(self, cell: str) -> None:
        found: Any = self.page.evaluate(
            f"id => {{ {FIND} if (i >= 0) {{ book.activeCellIndex = i; book.widgets[i].node.scrollIntoView({{block: 'center'}}); }} return i; }}",
            cell,
        )
        assert found >= 0, f"the notebook has no cell {cell}"
