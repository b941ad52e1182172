"""Make the arrays that stand in for figures of lab 3: run the lab with its answer key, keep what two questions and a table are about.

``python tools/standins.py`` after a change of the simulator or of the key; the lab is run as the script that it is, in a minute or two.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import matplotlib
import numpy as np

from stats220.data.standins import save_stand_in

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "stats220" / "data" / "stand_ins"
SIDE = 25  # pixels around a footprint's center


def main() -> None:
    """Run the lab and write the files."""
    matplotlib.use("agg")
    lab = runpy.run_path(str(ROOT / "labs" / "lab3_calcium.py"))
    FOLDER.mkdir(exist_ok=True)
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


if __name__ == "__main__":
    main()
