"""Whether any verdict of a lab's bank hangs on what the checks drew: ``python tests/labs/sweep.py lab4_pose --seeds 20``.

A verdict is right (all points) or wrong (less): it must be the same for every seed, and it is also told where a wrong answer's points differ.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

import torch
from bank import LabChecks, headers


def sweep(lab: LabChecks, seeds: int) -> tuple[list[str], list[str]]:
    """Attempts whose verdict changes over seeds 0, 1, ..., and wrong ones whose points do, each in a line."""
    verdicts, points = [], []
    for path in lab.bank:
        exercise = headers(path)["exercise"]
        full = lab.full_points(exercise)
        earned = [
            sum(r.points for r in lab.run_checks(exercise, lab.attempt(path.stem), seed=seed))
            for seed in range(seeds)
        ]
        line = f"{path.stem}: {min(earned):g} to {max(earned):g} of {full:g}"
        right = headers(path)["points"] == "all"
        if any((value == full) != right for value in earned):
            verdicts.append(line)
        elif len(set(earned)) > 1:
            points.append(line)
    return verdicts, points


def main() -> None:
    """Sweep one lab; ends with 1 where a verdict changes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("lab", help="for example lab4_pose")
    parser.add_argument("--seeds", type=int, default=20)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    module = importlib.import_module(f"test_{chosen.lab.partition('_')[2]}_checks")
    verdicts, points = sweep(module.LAB, chosen.seeds)
    for line in verdicts:
        sys.stdout.write(f"VERDICT CHANGES  {line}\n")
    for line in points:
        sys.stdout.write(f"points differ    {line}\n")
    sys.stdout.write(
        f"{chosen.lab}: {len(module.LAB.bank)} attempts over {chosen.seeds} seeds, {len(verdicts)} verdicts change, "
        f"the points of {len(points)} wrong ones differ\n"
    )
    sys.exit(bool(verdicts))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
