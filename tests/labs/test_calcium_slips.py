"""Lab 3's known mistakes are named: the key with a line changed, and the clause that the first check with a hint must say."""

import inspect
from types import ModuleType

import pytest
from bank import LabChecks
from calcium_cell_slips import SLIPS as CELL_SLIPS
from calcium_deconvolution_slips import SLIPS as DECONVOLUTION_SLIPS
from calcium_demixing_slips import SLIPS as DEMIXING_SLIPS
from test_calcium_checks import LAB

VISIBLE = LabChecks("lab3_calcium", given=LAB.given)
VISIBLE.hidden = ModuleType("none")  # slips are named in a notebook alone

# Mistakes that take more than one change.
TOGETHER: list[tuple[str, dict[str, str], str]] = [
    (
        "local_correlation",
        {
            "np.mean(zscores[:-1]": "np.sum(zscores[:-1]",
            "np.mean(zscores[:, ": "np.sum(zscores[:, ",
        },
        "products are added up over time, not averaged",
    ),
    (
        "local_correlation",
        {"        pixels[1:] += neighbors[0]\n": "", "        pixels[:, 1:] += neighbors[1]\n": ""},
        "only the neighbors below and to the right count",
    ),
    (
        "local_correlation",
        {
            "        pixels[1:] += neighbors[0]\n": "        pixels[1:] += neighbors[0] if pixels is num_neighbors else 0\n",
            "        pixels[:, 1:] += neighbors[1]\n": "        pixels[:, 1:] += neighbors[1] if pixels is num_neighbors else 0\n",
        },
        "only the neighbors below and to the right count, and four divides",
    ),
    (
        "local_correlation",
        {
            "        pixels[:, :-1] += neighbors[1]\n": "",
            "        pixels[:, 1:] += neighbors[1]\n": "",
        },
        "only the neighbors above and below count",
    ),
    (
        "local_correlation",
        {"        pixels[:-1] += neighbors[0]\n": "", "        pixels[1:] += neighbors[0]\n": ""},
        "only the neighbors to the left and right count",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= movie.std()",
        },
        "mean and standard deviation are those of the whole movie",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores = zscores / movie.std(axis=-1, keepdims=True)",
        },
        "the mean is that of the whole movie",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie.copy()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores = zscores / movie.std(axis=-1, keepdims=True)",
        },
        "no mean is taken off",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean(axis=0, keepdims=True)",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= zscores.std(axis=0, keepdims=True)",
        },
        "means and standard deviations are taken over the rows of a frame, not over time",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean(axis=(0,1), keepdims=True)",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= zscores.std(axis=(0,1), keepdims=True)",
        },
        "means and standard deviations are taken over each frame's pixels, not over time",
    ),
    (
        "local_correlation",
        {
            "    for pixels, neighbors in ((total, (below, right)), (num_neighbors, (1, 1))):\n        pixels[:-1] += neighbors[0]\n        pixels[1:] += neighbors[0]\n        pixels[:, :-1] += neighbors[1]\n        pixels[:, 1:] += neighbors[1]\n": "    for axis in (0, 1):\n        for shift in (1, -1):\n            total += np.mean(zscores * np.roll(zscores, shift, axis=axis), axis=-1)\n            num_neighbors += 1\n"
        },
        "each border meets the opposite one",
    ),
    (
        "local_correlation",
        {
            "    for pixels, neighbors in ((total, (below, right)), (num_neighbors, (1, 1))):\n        pixels[:-1] += neighbors[0]\n        pixels[1:] += neighbors[0]\n        pixels[:, :-1] += neighbors[1]\n        pixels[:, 1:] += neighbors[1]\n": "    four = np.full((4, *movie.shape[:2]), -np.inf)\n    four[0, :-1], four[1, 1:], four[2, :, :-1], four[3, :, 1:] = below, below, right, right\n    total, num_neighbors = four.max(0), 1\n"
        },
        "it is the largest of the correlations, not their mean",
    ),
    (
        "deconvolve",
        {", amplitudes >= 0]": ", jumps >= 0]", "cp.sum(amplitudes)": "cp.norm1(amplitudes)"},
        "the amplitude of frame 0 may be negative",
    ),
    (
        "deconvolve",
        {
            "jumps = denoised[1:] - np.exp(-1 / decay_frames) * denoised[:-1]": "jumps = (denoised[1:] + baseline) - np.exp(-1 / decay_frames) * (denoised[:-1] + baseline)",
            "amplitudes = cp.hstack([denoised[0], jumps])": "amplitudes = cp.hstack([denoised[0] + baseline, jumps])",
        },
        "the amplitudes are those of calcium and baseline together",
    ),
    (
        "deconvolve",
        {
            "jumps = denoised[1:] - np.exp(-1 / decay_frames) * denoised[:-1]": "jumps = denoised[:-1] - np.exp(-1 / decay_frames) * denoised[1:]",
            "amplitudes = cp.hstack([denoised[0], jumps])": "amplitudes = cp.hstack([jumps, denoised[-1]])",
        },
        "the frame after is taken for the one before",
    ),
    (
        "deconvolve_penalized",
        {"[amplitudes >= 0]": "[]", "cp.sum(amplitudes)": "cp.norm1(amplitudes)"},
        "nothing keeps amplitudes from being negative, which the 1-norm does not",
    ),
    (
        "deconvolve",
        {
            "cp.norm(trace - denoised - baseline, 2) <= bound": "cp.abs(trace - denoised - baseline) <= (1 + slack) * noise_std",
            "float(np.squeeze(constraints[0].dual_value)) / (2 * bound)": "0.1",
        },
        "each frame's residual is bounded by itself, not their norm",
    ),
    (
        "deconvolve",
        {
            "cp.norm(trace - denoised - baseline, 2) <= bound": "cp.sum_squares(trace - denoised - baseline) <= bound**2",
            "float(np.squeeze(constraints[0].dual_value)) / (2 * bound)": "float(constraints[0].dual_value[0]) / (2 * bound)",
        },
        "the multiplier of the squared constraint is converted as if it were that of the norm",
    ),
    (
        "deconvolve_fast",
        {
            "weight_before + reach**2 * weight": "weight_before + weight",
            "total_before + reach * total": "total_before + total",
        },
        "a merged pool's height is a plain mean, as if nothing decayed in it",
    ),
    (
        "deconvolve_fast",
        {
            "total_before + reach * total": "total_before + decay**length * total",
            "weight_before + reach**2 * weight": "weight_before + decay**(2*length) * weight",
        },
        "two merged pools decay between them for as many frames as the second has, not the first",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace.copy()",
            "target[-1] = trace[-1] - penalty": "pass",
        },
        "nothing costs anything",
    ),
    (
        "deconvolve_fast",
        {"trace - penalty": "trace + penalty", "trace[-1] - penalty": "trace[-1] + penalty"},
        "the penalty is added, not taken away",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace - penalty / 2 * (1 - decay)",
            "target[-1] = trace[-1] - penalty": "target[-1] = trace[-1] - penalty / 2",
        },
        "the penalty counts half",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace - 2 * penalty * (1 - decay)",
            "target[-1] = trace[-1] - penalty": "target[-1] = trace[-1] - 2 * penalty",
        },
        "the penalty counts twice",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace - penalty / len(trace)",
            "target[-1] = trace[-1] - penalty": "pass",
        },
        "λ is shared by all frames alike",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace.copy()",
            "target[-1] = trace[-1] - penalty": "pass",
            "max(total / weight, 0)": "max(total / weight - penalty, 0)",
        },
        "λ is taken off the heights at the end",
    ),
    (
        "deconvolve_fast",
        {
            "target = trace - penalty * (1 - decay)": "target = trace.copy()",
            "target[-1] = trace[-1] - penalty": "pass",
            "max(total / weight, 0)": "max((total - penalty) / weight, 0)",
        },
        "each pool pays λ once, however long it is",
    ),
    (
        "deconvolve_fast",
        {
            "target.tolist()": "target[:-1].tolist()",
            "    return denoised": "    return np.append(denoised, denoised[-1] * decay)",
        },
        "the last frame is none of the pools'",
    ),
    (
        "ascend",
        {
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "X",
            "footprints[k, inside] = update_footprint(with_neuron, traces[k])": "traces[k] = update_trace(with_neuron, footprints[k, inside])",
            "X": "footprints[k, inside] = update_footprint(with_neuron, traces[k])",
        },
        "the footprint is updated before the trace",
    ),
    (
        "ascend",
        {
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "old = traces[k].copy()\n            traces[k] = update_trace(with_neuron, footprints[k, inside])",
            "footprints[k, inside] = update_footprint(with_neuron, traces[k])": "footprints[k, inside] = update_footprint(with_neuron, old)",
        },
        "the footprint goes along with the trace from before its update",
    ),
    (
        "ascend",
        {
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "old = footprints[k, inside].copy()\n            traces[k] = update_trace(with_neuron, footprints[k, inside])",
            "residual[inside] = with_neuron - np.outer(footprints[k, inside], traces[k])": "residual[inside] = with_neuron - np.outer(old, traces[k])",
        },
        "what is taken away is the old footprint with the new trace",
    ),
    (
        "ascend",
        {
            "footprints[k, inside] = update_footprint(with_neuron, traces[k])": "footprints[k, inside] = update_footprint(with_neuron, traces[k])",
            "traces[k] = update_trace(with_neuron, footprints[k, inside])": "if _ == 0: traces[k] = update_trace(with_neuron, footprints[k, inside])",
        },
        "traces are updated in the first sweep alone",
    ),
    (
        "ascend",
        {
            "        background_footprint, background_trace = update_background(residual, background_footprint)\n        add_outer(residual, -background_footprint, background_trace)\n": "        old = background_footprint, background_trace\n        background_footprint, background_trace = update_background(residual, background_footprint)\n        add_outer(residual, -old[0], old[1])\n"
        },
        "what is taken away is the background's old part, not its new one",
    ),
    (
        "ascend",
        {
            "        # The background last": "        history.append(objective(residual, traces, background_trace))\n        # The background last",
            "        history.append(objective(residual, traces, background_trace))\n        # Stop": "        # Stop",
        },
        "the objective is asked before the background's update",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie - movie.mean(axis=1, keepdims=True)",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "zscores /= zscores.std(axis=1, keepdims=True)",
        },
        "means and standard deviations are taken over the columns of a frame, not over time",
    ),
    (
        "local_correlation",
        {
            "zscores = movie - movie.mean(axis=-1, keepdims=True)": "zscores = movie.copy()",
            "zscores /= zscores.std(axis=-1, keepdims=True)": "",
        },
        "no mean is taken off, and no standard deviation divides",
    ),
    (
        "local_correlation",
        {
            "right = np.mean(zscores[:, :-1] * zscores[:, 1:], axis=-1)": "right = np.mean(zscores[:, :-1] * zscores[:, 1:], axis=-1)",
            "return total / num_neighbors": "around = np.mean(zscores[:, 0] * zscores[:, -1], axis=-1)\n    total[:, 0] += around\n    total[:, -1] += around\n    num_neighbors[:, [0, -1]] += 1\n    return total / num_neighbors",
        },
        "the left border meets the right one",
    ),
    (
        "local_correlation",
        {
            "        pixels[:-1] += neighbors[0]\n": "",
            "        pixels[:, :-1] += neighbors[1]\n": "",
        },
        "only the neighbors above and to the left count",
    ),
    (
        "deconvolve_penalized",
        {
            "cp.sum_squares(trace - denoised - baseline) / (2 * noise_std**2)": "cp.sum_squares(trace - denoised - baseline) / 2",
            "misfit + penalty * cp.sum(amplitudes)": "misfit + penalty / noise_std * cp.sum(amplitudes)",
        },
        "σ divides the price, not the misfit",
    ),
]

CASES = [
    *(
        (exercise, {line: slip}, words)
        for (exercise, line), slips in (CELL_SLIPS | DECONVOLUTION_SLIPS | DEMIXING_SLIPS).items()
        for slip, words in slips.items()
    ),
    *TOGETHER,
]


@pytest.mark.parametrize(
    ("exercise", "changes", "words"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_mistake_is_named(exercise: str, changes: dict[str, str], words: str) -> None:
    source = inspect.getsource(getattr(LAB.key, exercise))
    for line, slip in changes.items():
        assert line in source
        source = source.replace(line, slip)
    results = VISIBLE.run_checks(exercise, VISIBLE.define(source, exercise))
    named = [result.hint for result in results if result.hint]
    assert named[0].startswith(f"this is what comes out if {words}")
