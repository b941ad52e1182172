"""What each install costs: ``python tools/installs.py`` makes fresh environments, and prints megabytes and seconds (half an hour).

Fetched is what pip says that it fetches, without its cache; on disk is what the environment holds afterwards; seconds are by the clock,
and hang on the network. The table of docs/installing.md comes from here.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CPU = "torch torchvision --index-url https://download.pytorch.org/whl/cpu"
FETCHED = re.compile(r"^\s*Downloading \S+ \(([\d.]+) ([kMG]?)B\)", re.MULTILINE)
ON_THIS_MACHINE = re.compile(r"^Processing (/\S+\.whl)", re.MULTILINE)
MEGABYTES = {"": 1e-6, "k": 1e-3, "M": 1.0, "G": 1e3}


def installs(wheel: str, cpu: str) -> dict[str, list[str]]:
    """What is installed, by its name in the table: the arguments of each call of pip."""
    pinned = f"--constraint {ROOT / 'constraints.txt'}"
    return {
        "student, PyTorch for the CPU": [cpu, f"jupyterlab {wheel}"],
        "student, PyTorch with CUDA": [f"jupyterlab {wheel}"],
        "staff": [f"{pinned} --editable {ROOT}[staff]"],
        "staff, tests and benchmarks": [f"{pinned} --editable {ROOT}[staff,dev]"],
    }


def fetched(said: str) -> float:
    """Megabytes that a run of pip fetched, by its own words; a wheel that lay on this machine counts as if it had come."""
    megabytes = sum(float(number) * MEGABYTES[unit] for number, unit in FETCHED.findall(said))
    return megabytes + sum(Path(p).stat().st_size / 1e6 for p in ON_THIS_MACHINE.findall(said))


def on_disk(folder: Path) -> float:
    """Megabytes that the files of a folder take."""
    return sum(p.lstat().st_blocks * 512 for p in folder.rglob("*")) / 1e6


def measure(calls: list[str]) -> tuple[float, float, float]:
    """Megabytes fetched, megabytes on disk, and seconds of an install in a fresh environment."""
    with tempfile.TemporaryDirectory() as scratch:
        place, megabytes, start = Path(scratch, "labs"), 0.0, time.monotonic()
        venv.create(place, with_pip=True)
        [python] = [*place.glob("bin/python"), *place.glob("Scripts/python.exe")]
        for arguments in calls:
            command = [str(python), "-m", "pip", "install", "--no-cache-dir", "--progress-bar=off"]
            run = subprocess.run([*command, *shlex.split(arguments)], cwd=scratch, capture_output=True, text=True)  # fmt: skip
            if run.returncode:
                raise SystemExit(f"pip install {arguments}:\n{run.stderr[-2000:]}")
            megabytes += fetched(run.stdout)
        seconds = time.monotonic() - start
        return megabytes, on_disk(place), seconds


def main() -> None:
    """Measure all, or those whose names hold a word, and print a row of the table as soon as it is known."""
    parser = argparse.ArgumentParser(description="Megabytes and seconds of each install.")
    parser.add_argument("--only", default="", help="a part of the names to measure")
    parser.add_argument("--cpu", default=CPU, help="what pip is asked for PyTorch's CPU build")
    options = parser.parse_args()
    [wheel] = (ROOT / "release").glob("*.whl")
    print("| | fetched, MB | on disk, MB | seconds |\n|---|---|---|---|")
    for name, calls in installs(shlex.quote(str(wheel)), options.cpu).items():
        if options.only in name:
            megabytes, disk, seconds = measure(calls)
            print(f"| {name} | {megabytes:,.0f} | {disk:,.0f} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
