"""A stand-in for Colab: its versions of IPython, ipykernel and ipywidgets, no nbgrader, no jaxtyping, and notebooks saved the way it saves them."""

from __future__ import annotations

import contextlib
import functools
import re
import subprocess
import threading
import uuid
import venv
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

OWN = (
    "ipython==7.34.0", "ipykernel==6.17.1", "ipywidgets==7.7.1", "widgetsnbextension==3.6.1", "jupyterlab_widgets==1.1.1",
    "ipython_genutils", "backcall", "pickleshare", "decorator", "setuptools",
)  # fmt: skip
# What Colab has of the rest, linked from this environment: PyTorch alone has gigabytes.
LINKED = (
    "torch", "torchvision", "numpy", "scipy", "matplotlib", "cvxpy", "pillow", "requests", "pooch", "tqdm",
    "jupyter_client", "traitlets", "tornado", "matplotlib-inline", "nest-asyncio", "comm", "packaging", "psutil", "debugpy",
    "jedi", "prompt_toolkit", "pygments", "pexpect",
)  # fmt: skip
MESSAGES = '''\
"""What Colab's page answers."""
import json
from pathlib import Path


def blocking_request(what, request="", timeout_sec=5):
    assert what == "get_ipynb"
    return {{"ipynb": json.loads(Path({notebook!r}).read_text())}}
'''


def make_environment(place: Path, page: Path) -> Path:
    """A fresh environment of what Colab has; gives its Python.

    Parameters
    ----------
    place
        Where it goes.
    page
        The notebook that Colab's page shows, for who asks Colab for it.
    """
    venv.create(place, with_pip=True)
    [packages] = place.glob("lib/python*/site-packages")
    linked = packages / "_linked"
    linked.mkdir()
    for name in sorted(closure(LINKED)):
        link(name, linked)
    (packages / "linked.pth").write_text(f"{linked}\n")
    python = place / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--upgrade", "--no-deps", *OWN], check=True, capture_output=True, text=True)  # fmt: skip
    colab = packages / "google" / "colab"
    colab.mkdir(parents=True)
    (colab / "__init__.py").write_text("")
    (colab / "_message.py").write_text(MESSAGES.format(notebook=str(page)))
    (packages / "sitecustomize.py").write_text("import google.colab\n")  # its kernels have it
    return python


def closure(names: tuple[str, ...]) -> set[str]:
    """Distributions of this environment with all that they require, but for what Colab has of its own."""
    own = {Requirement(text).name.lower() for text in OWN}
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in found or name in own or name.replace("-", "_") in own:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        wanted = [Requirement(text) for text in requires]
        todo += [r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


def link(name: str, folder: Path) -> None:
    """Link what an installed distribution put beside its metadata."""
    files = distribution(name).files or []
    tops = {file.parts[0] for file in files} - {"..", "__pycache__"}
    for top in tops:
        source, target = Path(str(distribution(name).locate_file(top))), folder / top
        if source.is_dir() and target.is_symlink():  # a namespace of several distributions
            continue
        if not target.exists():
            target.symlink_to(source)


def versions(python: Path) -> dict[str, str]:
    """Name and version of all that pip sees."""
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check"], check=True, capture_output=True, text=True
    )  # fmt: skip
    return dict(line.split("==") for line in listed.stdout.splitlines() if "==" in line)


@contextlib.contextmanager
def publisher(folder: Path) -> Iterator[str]:
    """Serve a folder, as the course's public repository is served; gives its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


def saved_by_colab(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook as Colab saves it: format 4.0, identities of its own in the cells' metadata, its marks on outputs."""
    cells = []
    for cell in notebook["cells"]:
        saved = {key: value for key, value in cell.items() if key != "id"}
        saved["metadata"] = {**cell["metadata"], "id": uuid.uuid4().hex[:12]}
        if cell["cell_type"] == "code":
            saved["metadata"] |= {"colab": {"base_uri": "https://localhost:8080/", "height": 100}}
            saved["metadata"] |= {"executionInfo": {"status": "ok", "elapsed": 12, "user_tz": 480}}
            saved["metadata"] |= {"outputId": str(uuid.uuid4())}
        cells.append(saved)
    metadata = {**notebook["metadata"], "kernelspec": {"name": "python3", "display_name": "Python 3"}}  # fmt: skip
    metadata["colab"] = {**metadata.get("colab", {}), "gpuType": "T4", "provenance": []}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 0}
