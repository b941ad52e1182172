"""Make the arrays that stand in for figures: run a lab with its answer key, keep what graded questions are about.

``python tools/standins.py lab4_pose`` after a change of the simulator or of the key; the lab is run as the script that it is, in minutes.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from stats220.data.standins import save_stand_in

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "stats220" / "data" / "stand_ins"
SIDE = 25  # pixels around a footprint's center


def of_lab3(lab: dict[str, Any]) -> None:
    """What two questions and a table of lab 3 are about."""
    frames = slice(0, int(30 * lab["frame_rate_hz"]) + 1)
    results = lab["by_slack"]
    slack = {
        "trace": lab["first"][frames],
        "spike_counts": lab["truth_of_first"][frames],
        "denoised": np.stack([result.denoised[frames] for result in results]),
        "amplitudes": np.stack([result.amplitudes[frames] for result in results]),
        "baselines": np.array([result.baseline for result in results]),
        "multipliers": np.array([result.multiplier for result in results]),
    }
    save_stand_in(FOLDER / "lab3_calcium_slack.npz", slack)
    half = SIDE // 2
    padded = np.pad(lab["demixed"].footprints, ((0, 0), (half, half), (half, half)))
    crops = [
        image[row : row + SIDE, column : column + SIDE]
        for image, (row, column) in zip(padded, lab["centers_rc"], strict=True)
    ]
    save_stand_in(FOLDER / "lab3_calcium_footprints.npz", {"footprints": np.stack(crops)})
    table = {name.replace(" ", "_"): np.array(row) for name, row in lab["table"].items()}
    save_stand_in(FOLDER / "lab3_calcium_scores.npz", table)


def of_lab4(lab: dict[str, Any]) -> None:
    """The learned templates and the grid of stages of lab 4."""
    learned = lab["template_tracker"].template.weight.detach()[:, 0].cpu().numpy()
    save_stand_in(FOLDER / "lab4_pose_templates.npz", {"learned": learned})
    losses = {name: np.array(lab[name]) for name in ("train_losses", "validation_losses")}
    save_stand_in(FOLDER / "lab4_pose_stages.npz", losses)


def of_lab5(lab: dict[str, Any]) -> None:
    """The errors over cameras and outliers of lab 5, and what its calibration plot is made from."""
    save_stand_in(FOLDER / "lab5_triangulation_cameras.npz", lab["by_cameras"])
    save_stand_in(FOLDER / "lab5_triangulation_rates.npz", lab["by_rate"])
    shares = np.linspace(0, 1, 201)
    curves = {
        name.replace(" ", "_"): np.nanquantile(values, shares)
        for name, values in lab["curves"].items()
    }
    save_stand_in(FOLDER / "lab5_triangulation_calibration.npz", curves)


def main() -> None:
    """Run the labs that are asked for, or all, and write their files."""
    matplotlib.use("agg")
    FOLDER.mkdir(exist_ok=True)
    writers = {"lab3_calcium": of_lab3, "lab4_pose": of_lab4, "lab5_triangulation": of_lab5}
    for name in sys.argv[1:] or writers:
        writers[name](runpy.run_path(str(ROOT / "labs" / f"{name}.py")))


if __name__ == "__main__":
    main()
