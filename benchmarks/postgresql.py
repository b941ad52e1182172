"""A PostgreSQL server of one's own in a temporary folder: for the benchmark of the gradebook, and for its tests."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OWNER = "postgres"  # whom Debian's package adds: a server refuses to run as root


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes
    ----------
    url
        SQLAlchemy's, for psycopg 3.
    data
        Its folder, which all its processes work in.
    """

    url: str
    data: Path

    def processor_seconds(self) -> float:
        """What its processes that are alive have computed."""
        ticks = 0
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it has ended
                if (process / "cwd").resolve() == self.data:
                    fields = (process / "stat").read_text().rpartition(")")[2].split()
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def problem() -> str:
    """Why no server can be had here; empty where one can."""
    if _programs() is None:
        return "there is no PostgreSQL here: apt-get install postgresql"
    return ""


def _programs() -> Path | None:
    """The folder of initdb and pg_ctl, which Debian keeps off PATH."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1] if folders else None


@contextlib.contextmanager
def scratch_server() -> Iterator[Server]:
    """An empty database for the block, reached by a socket in its folder, with PostgreSQL's own settings for durability."""
    programs = _programs()
    if programs is None:
        raise RuntimeError(problem())
    who: dict[str, Any] = {"user": OWNER} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="stats220-postgresql-") as scratch:
        folder, data = Path(scratch), Path(scratch) / "data"
        if who:
            shutil.chown(folder, OWNER)

        def run(program: str, *options: str) -> None:
            with (folder / "log").open("ab") as log:
                subprocess.run(
                    [str(programs / program), "-D", str(data), *options],
                    **who,
                    cwd=folder,
                    check=True,
                    stdout=log,
                    stderr=log,
                )

        run("initdb", "-U", "grader", "-A", "trust", "--no-sync")
        run("pg_ctl", "-w", "-o", f"-k {folder} -c listen_addresses=''", "start")
        try:
            yield Server(f"postgresql+psycopg://grader@/postgres?host={folder}", data.resolve())
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
