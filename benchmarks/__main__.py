"""Run the benchmarks and print one table: ``python -m benchmarks [--full] [NAME ...]``."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from pathlib import Path

from rich.console import Console

import benchmarks
from benchmarks.table import Row, as_table


def names() -> list[str]:
    """Every module of this folder that has a ``run`` function."""
    folder = Path(benchmarks.__file__).parent
    modules = [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    return [name for name in modules if "\ndef run(" in (folder / f"{name}.py").read_text("utf-8")]


def main() -> int:
    """Parse, run, print; a benchmark that cannot run here says why and the others go on."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="*", help=f"which of: {', '.join(names())}; all by default")
    parser.add_argument("--full", action="store_true", help="the full sizes, not the quick ones")
    arguments = parser.parse_args()
    unknown = set(arguments.name) - set(names())
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    rows: list[Row] = []
    failed = []
    for name in arguments.name or names():
        print(f"running {name} ...", file=sys.stderr, flush=True)
        try:
            found = importlib.import_module(f"benchmarks.{name}").run(quick=not arguments.full)
        except ImportError as error:
            failed.append(f"{name}: {error}; install what it needs (pip install {error.name})")
            continue
        rows += found
        for row in found:  # hours may lie between a row and the table
            print(row, file=sys.stderr, flush=True)
    Console(width=160).print(as_table(rows))
    for line in failed:
        print("not run:", line, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
