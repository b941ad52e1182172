"""Known mistakes are named: the key with one line changed, and the words in which the first check that fails must say so."""

import inspect

import pytest
from bank import LabChecks
from test_calcium_checks import LAB as CALCIUM
from test_pose_checks import LAB as POSE

NOISE = "/ np.sqrt(1 - cutoff_hz / (frame_rate_hz / 2))"
STOP = "history[-1] - history[-2] <= tolerance * (history[-1] - history[0])"
GAIN = "history[-1] - history[-2] <="
ZEROS = "total = np.zeros"
STEP = "example_loss.backward()\n            optimizer.step()"
ANSWER = 'F.interpolate(small_logits, size=(height, width), mode="bilinear")[0]'

CALCIUM_SLIPS = [
    ("pixel_noise_std", "fs=frame_rate_hz", "fs=2 * frame_rate_hz", "begins at half the cutoff"),
    ("pixel_noise_std", "axis=-1)[", "axis=0)[", "is it time that is filtered"),
    ("pixel_noise_std", NOISE, "", "nothing makes up for the noise"),
    ("pixel_noise_std", NOISE, NOISE.replace("/ ", "* ", 1), "made smaller once more"),
    ("pixel_noise_std", NOISE, NOISE.replace("np.sqrt", ""), "no root is taken of it"),
    ("pixel_noise_std", NOISE, NOISE.replace(" / 2", ""), "taken of the frame rate"),
    ("pixel_noise_std", NOISE, "/ np.sqrt(7 / 15)", "that of 30 Hz and a cutoff of 8 Hz"),
    ("pixel_noise_std", NOISE, f"{NOISE}\n    noise_std = noise_std**2", "a variance is returned"),
    ("local_correlation", ZEROS, f"below, right = abs(below), abs(right)\n    {ZEROS}", "its sign"),
    ("local_correlation", "total / num_neighbors", "total / 4", "divided by four"),
    ("local_correlation", "total / num_neighbors", "total", "added up"),
    ("decay_matrix", "k=-1", "k=1", "above the diagonal"),
    ("decay_matrix", "- remains", "+ remains", "is added"),
    ("decay_matrix", "np.exp(-1 / decay_frames)", "np.exp(-decay_frames)", "leaves e^(-τ)"),
    ("decay_matrix", "np.exp(-1 / decay_frames)", "1 - 1 / decay_frames", "leaves 1 - 1/τ"),
    ("deconvolve", "(1 + slack)", "slack", "`slack` times the noise"),
    ("deconvolve", " / (2 * bound)", "", "the constraint on the norm itself"),
    ("deconvolve_penalized", "(2 * noise_std**2)", "noise_std**2", "in full, not half"),
    (
        "deconvolve_penalized",
        "cp.sum(amplitudes)",
        "cp.sum(amplitudes[1:])",
        "of frame 0 costs nothing",
    ),
    ("deconvolve_penalized", "noise_std**2", "noise_std", "σ is not squared"),
    ("deconvolve_fast", "target[-1] = trace[-1] - penalty", "pass", "what all others cost"),
    ("deconvolve_fast", "target[-1] = trace[-1]", "target[0] = trace[0]", "first frame of c"),
    ("deconvolve_fast", "trace - penalty * (1 - decay)", "trace - penalty", "costs the whole λ"),
    ("update_trace", "footprint @", "np.maximum(footprint, 0) @", "negative pixels are left out"),
    ("update_trace", "footprint @", "1 / footprint.sum() * footprint @", "sum of the footprint"),
    ("update_trace", "denoise(target)", "target", "`denoise` is not called"),
    ("update_trace", "denoise(target)", "np.maximum(denoise(target), 0)", "set to zero"),
    ("update_footprint", "@ trace", "@ (trace - trace.mean())", "the trace's or each pixel's"),
    ("update_footprint", "np.linalg.norm(weights)", "weights.sum()", "sign is changed as a whole"),
    ("update_footprint", "np.linalg.norm(weights)", "abs(weights).max()", "the largest pixel"),
    ("update_background", "noise_std**2", "noise_std", "σ is not squared"),
    ("update_background", "noise_std**2", "1", "σ is left out"),
    ("update_background", "shrinkage * (", "1.0 * (", "nothing is shrunk"),
    ("update_background", "shrinkage = ", "shrinkage = 1 - ", "ς² and σ² are exchanged"),
    ("ascend", STOP, f"{GAIN} tolerance", "compared with the gain itself"),
    ("ascend", STOP, f"{GAIN} tolerance * abs(history[-1])", "compared with the objective"),
    ("ascend", STOP, f"len(history) > 2 and {STOP}", "the first sweep is never the last"),
    ("ascend", STOP, STOP.replace("<=", "<"), "just `tolerance` of all"),
    ("ascend", STOP, "False", "no sweep is the last"),
]

POSE_SLIPS = [
    ("preprocess", " / 255", " / 256", "taken to be 256"),
    ("dilate", "(masks, ", "(masks.amax(0).expand_as(masks), ", "each mask gets the ones of all"),
    ("upsample_template", " / factor**2", "", "not divided by their number of pixels"),
    ("upsample_template", " / factor**2", " / factor", "divided by their side"),
    ("TemplatePoseTracker", "image.mean(dim=0)", "image.sum(dim=0)", "added up, not averaged"),
    ("TemplatePoseTracker", "image.mean(dim=0)", "image[1]", "only green"),
    ("TemplatePoseTracker", "mode=self.mode)[0]", "mode='nearest')[0]", "way back to full size"),
    ("TemplatePoseTracker", "mode=self.mode)[0]", "mode=self.mode)[0].sigmoid()", "probabilities"),
    ("bernoulli_loss", "torch.mean(", "torch.sum(", "it is the sum"),
    (
        "momentum_step",
        "+ gradient",
        "+ (1 - momentum) * gradient",
        "weighted by 1 - μ",
    ),
    ("momentum_step", "- learning_rate", "+ learning_rate", "goes up, not down"),
    ("step_decay", "epoch // decay_every", "int(epoch >= decay_every)", "a single time"),
    ("step_decay", "epoch // decay_every", "epoch / decay_every", "with each epoch, not by steps"),
    ("train", "optimizer.zero_grad()", "pass", "pile up from example to example"),
    ("train", STEP, f"{STEP[:23]}\n            optimizer.zero_grad(); optimizer.step()", "is gone"),
    ("train", "momentum=momentum", "momentum=0.0", "a step forgets those before it"),
    ("train", "scheduler.step()", "pass", "never cut"),
    ("ResNetPoseTracker", ANSWER, ANSWER.replace("bilinear", "nearest"), "by the nearest pixel"),
    ("ResNetPoseTracker", ANSWER, ANSWER.replace('")', '", align_corners=True)'), "are aligned"),
    ("ResNetPoseTracker", ANSWER, f"{ANSWER}.sigmoid()", "makes probabilities"),
]


@pytest.mark.parametrize(
    ("lab", "exercise", "line", "slip", "words"),
    [
        (lab, *case)
        for lab, cases in ((CALCIUM, CALCIUM_SLIPS), (POSE, POSE_SLIPS))
        for case in cases
    ],
    ids=lambda value: None if isinstance(value, LabChecks) else value,
)
def test_the_first_check_that_fails_names_the_mistake(
    lab: LabChecks, exercise: str, line: str, slip: str, words: str
) -> None:
    source = inspect.getsource(getattr(lab.key, exercise))
    assert line in source
    results = lab.run_checks(exercise, lab.define(source.replace(line, slip), exercise))
    failed = next(result for result in results if result.status != "passed")
    assert words in failed.hint
