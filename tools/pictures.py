"""The README's three pictures, made by what they show: ``python tools/pictures.py`` (minutes; chromium and bubblewrap).

The table of a check comes from the browser's journey through a notebook (`tests/browser/test_journey.py`), the feedback page and the class
report from the sample class (``stats220 demo``). All are cut to the part that the README speaks of, in 64 colors.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
LAB = "lab4_pose"
# Left, top, right, bottom, in pixels of a page 1,200 wide.
PARTS = {
    "check": (290, 225, 1165, 632),
    "feedback": (0, 0, 1200, 1100),
    "report": (0, 0, 1200, 1100),
}


def run(*command: str) -> None:
    """Run one of the project's own commands, and stop with it where it fails."""
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)


def page(path: Path, picture: Path) -> None:
    """A picture of a page."""
    sys.path.insert(0, str(ROOT / "tests" / "browser"))
    from lab import browser_page

    with browser_page() as browser:
        browser.goto(path.as_uri())
        browser.screenshot(path=picture, full_page=True)


def main() -> None:
    """Make all three."""
    made, graded = ROOT / "build" / "browser", ROOT / "build" / "demo"
    run("pytest", "-q", "-n", "0", "tests/browser/test_journey.py")
    run("stats220", "demo", "--lab", LAB, "--out", str(graded))
    pages = {
        "report": next(graded.rglob(f"report-{LAB}.html")),
        "feedback": next(graded.rglob(f"feedback/ben-partly-right/{LAB}.html")),
    }
    for name, path in pages.items():
        page(path, made / f"{name}.png")
    sources = {
        "check": made / "2-wrong-answer.png",
        **{name: made / f"{name}.png" for name in pages},
    }
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        with Image.open(source) as picture:
            left, top, right, bottom = PARTS[name]
            part = picture.crop((left, top, right, min(bottom, picture.height)))
            part.convert("RGB").quantize(64).save(folder / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
