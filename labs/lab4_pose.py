# %% [markdown]
r"""
# Lab 4: Markerless pose tracking

Where is the paw? Today a network reads the pose of an animal from plain video: label a few dozen frames by hand, train, and it labels the other
hundred thousand. [DeepLabCut](https://www.mackenziemathislab.org/deeplabcut) (Mathis et al., 2018) showed how few labels that takes, and it is the
model for this lab.

We treat pose tracking as **logistic regression, pixel by pixel**: for every pixel of a frame and every key point (hand, finger, tongue, ...),
what is the probability that the key point is there?

- **Part 1** turns frames and labeled key points into inputs and binary targets.
- **Part 2** slides a template for each key point over the frame. That is a convolution.
- **Part 3** scores the answers with the Bernoulli likelihood, written so that it does not overflow.
- **Part 4** learns the templates, by stochastic gradient descent.
- **Part 5** borrows the features of a network that knows photographs: transfer learning.
- **Part 6** turns maps into places, and measures in pixels how far off they are.

Three rules hold for all problems. A function **returns what its docstring says**: where that is a tensor, an array, a list or a mask of booleans
is not one, for the next cells cannot take it; where it is a float, one number in any form will do. A result is on the **device** of what came in. And a function **leaves its inputs as they are**,
unless its docstring says otherwise. Cells in between
show what your code does to frames; where they need a problem that you have not solved, they say so.
"""

# %% [markdown]
r"""
## Setup
"""

# %%
import math
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from IPython.display import display
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from tqdm.auto import tqdm

from stats220.arrays import pick_device, to_numpy
from stats220.checks import pose as check
from stats220.checkpoints import resume
from stats220.checks.waiting import is_written, ready
from stats220.data.backbones import Backbone, load_backbone
from stats220.data.frames import load_labeled_frames
from stats220.data.keypoints import pixel_errors
from stats220.data.pose import load_mouse_reaching, simulate_mouse_reaching
from stats220.data.standins import load_stand_in
from stats220.data.training import TrainingHistory, check_examples, check_finite
from stats220.plotting.pose import (
    figure_channels,
    figure_pipeline,
    figure_probabilities,
    figure_templates,
    plot_frame,
    plot_keypoints,
    plot_learning_curves,
    plot_masks,
    plot_probabilities,
)
from stats220.plotting.pose_training import (
    figure_feature_maps,
    movie_keypoints,
    plot_grid_search,
    plot_pixel_errors,
)
from stats220.widgets.pose import explore_predictions

# %% [markdown]
r"""
### The frames

A mouse rests, reaches for a joystick, pulls it, and lets go, filmed in infrared light from the side. Five key points are labeled: the hand, one
finger, the tongue, and two points of the joystick. Choose a source:

- `USE_RECORDING = False`: drawn frames, which need no network. They have the sizes, movements and difficulties of the recording.
- `USE_RECORDING = True`: the 55 labeled frames that come with DeepLabCut, fetched once (19 MB) and kept on your machine.
- `FOLDER = "my-project/labeled-data"`: frames of your own, as DeepLabCut or SLEAP has labeled them.

Two things to notice below. The frames have **two sizes**, so they cannot be stacked into one array: we take them one at a time. And some key
points are **not labeled**: most of the time the tongue is in the mouth. Their coordinates are NaN.
"""

# %% explore minutes_cpu=0.2
USE_RECORDING = False
FOLDER = ""

if FOLDER:
    mouse = load_labeled_frames(FOLDER)
else:
    mouse = load_mouse_reaching() if USE_RECORDING else simulate_mouse_reaching(seed=0)
train_frames, validation_frames = mouse.split(seed=0)
print(mouse)
print(f"{len(train_frames)} frames to train on, {len(validation_frames)} for validation")

# Our example from now on: of the frames in which every key point is labeled, the first of the
# largest size. Beside it, the first of another size.
sizes = np.array([image.shape[0] * image.shape[1] for image in mouse.images])
all_labeled = np.isfinite(mouse.keypoints_xy).all(axis=(1, 2))
if not all_labeled.any():
    raise ValueError("in no frame are all key points labeled: label one such, or drop a key point")
example = int(np.argmax(np.where(all_labeled, sizes, 0)))
large = sizes == sizes[example]
small_example = int(np.argmin(large))
frame, keypoints_xy = mouse.images[example], mouse.keypoints_xy[example]
print(f"frame {example}: {frame.dtype} {frame.shape}, key points at x, y =")
print(keypoints_xy.round(1))

_, axes = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
for ax, i in zip(axes, (example, small_example)):
    plot_frame(mouse.images[i], title=f"frame {i}, {mouse.images[i].shape}", ax=ax)
    plot_keypoints(mouse.keypoints_xy[i], mouse.keypoint_names, ax=ax)

# %% [markdown]
r"""
## Part 1: frames and masks

### Problem 1a: what a pretrained network expects

A frame arrives as `uint8` of shape `(height, width, 3)`: red, green and blue, from 0 to 255, colors last. Networks in torch want `float32` of shape
`(3, height, width)`, and those that were trained on ImageNet want each color **normalized** by its mean and standard deviation over ImageNet's
images.

Divide by 255 (the largest `uint8`) *before* you subtract anything: `uint8` knows no negative numbers, and 0 - 124 is 132.
"""

# %% exercise="preprocess" minutes=10
from stats220.reference.pose import preprocess

# %% test="preprocess" points=8
check.preprocess(preprocess)

# %% [markdown]
r"""
Black is now about -2 and white about 2.5, with zero somewhere in the gray.
"""

# %% explore minutes_cpu=0.1
if ready({"Problem 1a": preprocess}):
    normalized = preprocess(frame)
    darkest, brightest = normalized.min(), normalized.max()
    print(f"{normalized.dtype} {tuple(normalized.shape)}, {darkest:.2f} to {brightest:.2f}")
    figure_channels(normalized)

# %% [markdown]
r"""
### Problem 1b: a mask for each key point

The targets are binary masks $y_{k} \in \{0, 1\}^{H \times W}$, one for each key point, with a single one at its pixel. Pixel centers are at whole
numbers, here and in all that follows: the top left pixel reaches from -0.5 to 0.5, a key point at $x = 2.5$ lies in column 3, and the nearest pixel is
$\lfloor x + 0.5 \rfloor$.

Three traps. A position is $(x, y)$, to the right and down, while an array is indexed `[row, column]`. Python's `round(2.5)` is 2, and `int(-0.6)`
is 0. And a key point that is not labeled, or lies outside the frame, has an *empty* mask: "nowhere" is something to learn, too.
"""

# %% exercise="keypoint_masks" minutes=15
from stats220.reference.pose import keypoint_masks

# %% test="keypoint_masks" points=8
check.keypoint_masks(keypoint_masks)

# %% [markdown]
r"""
Around the hand: the cross is where it was labeled, the square is the one in its mask. Move `keypoints_xy` by half a pixel: when does the square
jump?
"""

# %% explore minutes_cpu=0.1
if ready({"Problem 1b": keypoint_masks}):
    masks = keypoint_masks(keypoints_xy, *frame.shape[:2])
    title = "one pixel for each key point, around the first"
    ax = plot_masks(masks, image=frame, keypoint_names=mouse.keypoint_names, title=title)
    x, y = keypoints_xy[0]
    ax.plot(x, y, "k+", markersize=14)
    ax.set(xlim=(x - 8, x + 8), ylim=(y + 6, y - 6))

# %% [markdown]
r"""
### Problem 1c: half the size

Half the height and width is a quarter of the work. The image is **averaged** over squares of pixels. Of the masks we take
the **maximum**, so that the small mask has a one wherever the large one had one in that square; the mean would be $1/4$, neither here nor there.

Rows and columns that are left over at the end (747 is odd) are dropped.
"""

# %% exercise="downsample" minutes=10
from stats220.reference.pose import downsample

# %% test="downsample" points=8
check.downsample(downsample)

# %% [markdown]
r"""
### Problem 1d: room for error

One pixel in 155,000 is a needlessly strict target: when the same person labels the same frame twice, the labels are 2.7 pixels apart (Mathis et al., 2018).
So we **dilate** the masks: each one becomes a square of `size` × `size` ones around it. A prediction that is a few pixels off is then still right, and
there are 441 ones to learn from in place of 1.
"""

# %% exercise="dilate" minutes=10
from stats220.reference.pose import dilate

# %% test="dilate" points=6
check.dilate(dilate)

# %% [markdown]
r"""
The four steps together make an example for training: an image, and its targets.
"""


# %%
def prepare_example(image, keypoints_xy, factor=2, size=21):
    """A normalized image and dilated masks, both `factor` times smaller than the frame.

    Their shapes are (3, rows, columns) and (num_keypoints, rows, columns).
    """
    masks = keypoint_masks(keypoints_xy, *image.shape[:2])
    image, masks = downsample(preprocess(image), masks, factor)
    return image, dilate(masks, size)


# %% explore minutes_cpu=0.1
PART1 = {
    "Problem 1a": preprocess,
    "Problem 1b": keypoint_masks,
    "Problem 1c": downsample,
    "Problem 1d": dilate,
}
if ready(PART1):
    image, targets = prepare_example(frame, keypoints_xy)
    print(f"image {tuple(image.shape)}, targets {tuple(targets.shape)}")
    normalized, masks = preprocess(frame), keypoint_masks(keypoints_xy, *frame.shape[:2])
    small_masks = downsample(normalized, masks, 2)[1]
    figure_pipeline(
        *(frame, normalized, masks, image, small_masks, targets),
        keypoint_names=mouse.keypoint_names,
    )

# %% [markdown]
r"""
## Part 2: template matching is a convolution

To find a joystick, cut one out of a frame, slide the cut-out over another frame, and at each place multiply pixel by pixel and add up: where the sum is
large, the two look alike. The cut-out is a **template** $W_k$, and the sliding sum is what deep learning calls a convolution:

$$a_{k,i,j} = b_k + \sum_{u,v} W_{k,u,v} \, x_{i+u,\,j+v}, \qquad \Pr(y_{k,i,j} = 1) = \sigma(a_{k,i,j}) = \frac{1}{1 + e^{-a_{k,i,j}}}.$$

Nobody needs to cut anything out: the templates are *weights*, and they will be learned. The **logits** $a$ are log odds, one for each key point and
pixel. The bias $b_k$ is there for good reason: only 3 pixels in 1000 are ones, so the log odds of a pixel about which the template says nothing
should be far below zero.

**Weight sharing.** A convolution applies the same weights everywhere, for a paw looks like a paw wherever it is. Two more ways to share:

- *Over colors.* Infrared light has none, so red, green and blue get the same template. It is the same to average the colors first, and to convolve
  once.
- *Over neighboring pixels.* A template that sees 101 × 101 pixels has 10,201 weights, and neighbors hardly differ. Let squares of 4 × 4 pixels share one
  weight, and 27 × 27 = 729 are left. It is the same to make the image smaller first.

### Three ways to make an image smaller

**Average pooling** takes the mean of each $d \times d$ square. A **convolution with stride** $d$ whose weights are
all $1/d^2$ does exactly the same. **Interpolation** asks for the image at new places, between the pixels: the `nearest` pixel, or a `bilinear` mean of
the four around. Our model interpolates, for the logits have to come back to full size by the same road.
"""

# %% explore minutes_cpu=0.1
d = 2
# Height and width cut to multiples of 8, so that d can be 2, 4 or 8.
height, width = (size // 8 * 8 for size in frame.shape[:2])
x = torch.tensor(frame[:height, :width]).permute(2, 0, 1)[None] / 255
box = torch.full((3, 1, d, d), 1 / d**2)
ways = {
    "average pooling": nn.AvgPool2d(d)(x),
    "strided convolution": F.conv2d(x, box, stride=d, groups=3),
    "bilinear interpolation": nn.Upsample(scale_factor=1 / d, mode="bilinear")(x),
    "nearest interpolation": nn.Upsample(scale_factor=1 / d, mode="nearest")(x),
}
for name, small in ways.items():
    difference = (small - ways["average pooling"]).abs().max()
    print(
        f"{name:23} {tuple(small.shape)}, "
        f"differs from average pooling by up to {difference:.6f}"
    )

# %% [markdown] question="bilinear_or_average" points=4 minutes=10
r"""
### Problem 2a: when is bilinear interpolation average pooling?

For which factors $d$ does `bilinear` interpolation, as above (without antialiasing), give the same image as average pooling over $d \times d$ squares?
Take height and width to be multiples of $d$.

*Three to five sentences. A full answer names all such $d$, and says which pixels each of the two looks at, for small $d$ and for large.*
"""

# %% [markdown]
r"""
### Problem 2b: the template tracker

Now the model, in four steps: average the colors, interpolate to `(height // downsample, width // downsample)`, convolve, and interpolate the logits to the
size that the frame came with. Both interpolations are `F.interpolate` with the tracker's `mode` and nothing else set (no aligned corners, no
antialiasing).

A template should see at least `patch_size` pixels of the frame, so its side is at least `patch_size / downsample`. Make it **odd**, the smallest odd number
that will do: then it has a center, and zeros around the image (`padding`) keep the size. With `patch_size=101` and `downsample=4` that is 27, and five key
points have $5 \cdot (27^2 + 1) = 3650$ parameters. All of them will have to learn, so gradients must reach them.

Return logits, not probabilities. Part 3 shows why.
"""

# %% exercise="TemplatePoseTracker" minutes=25
from stats220.reference.pose import TemplatePoseTracker

# %% test="TemplatePoseTracker" points=16
check.TemplatePoseTracker(TemplatePoseTracker)

# %% [markdown]
r"""
Before any learning, let us cut templates out of one frame after all. Each is shifted to mean zero and scaled to norm one, so that a bright patch is not a
match for everything, and its bias makes a logit positive where the frame matches at least 70 % as well as the place where the template was cut.
"""


# %%
def cut_templates(image, keypoints_xy, step=8, side=27):
    """Squares of every step-th pixel around each key point, with mean zero and norm one.

    Their shape is (num_keypoints, side, side).
    """
    small = np.pad(image[::step, ::step, 1].astype(np.float32), side // 2, mode="edge")
    columns, rows = np.round(keypoints_xy / step).astype(int).T
    patches = np.stack([small[r : r + side, c : c + side] for r, c in zip(rows, columns)])
    patches -= patches.mean(axis=(1, 2), keepdims=True)
    return torch.tensor(patches / np.linalg.norm(patches, axis=(1, 2), keepdims=True))


# %% explore minutes_cpu=0.2
PART2 = PART1 | {"Problem 2b": TemplatePoseTracker}
templates_cut = cut_templates(frame, keypoints_xy)
figure_templates(templates_cut, keypoint_names=mouse.keypoint_names)
if ready(PART2):
    cut_out = TemplatePoseTracker(len(mouse.keypoint_names), downsample=4, patch_size=101)
    with torch.no_grad():
        cut_out.template.weight[:, 0] = templates_cut
        cut_out.template.bias.zero_()
        cut_out.template.bias -= 0.7 * cut_out(image).amax(dim=(1, 2))

# %% [markdown]
r"""
In their own frame the templates find what they were cut from, and a little more. In another frame the joystick keeps its shape, a paw moves and turns, and a
chin without a tongue looks much like a chin with one. From many frames we can *learn* better templates.
"""

# %% explore minutes_cpu=0.1
other = int(next((i for i in validation_frames if large[i]), validation_frames[0]))
if ready(PART2):
    _, axes = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
    for ax, i in zip(axes, (example, other)):
        prepared, _ = prepare_example(mouse.images[i], mouse.keypoints_xy[i])
        with torch.no_grad():
            probabilities = torch.sigmoid(cut_out(prepared))
        rows, columns = probabilities.shape[1:]
        plot_probabilities(
            probabilities,
            image=mouse.images[i][: 2 * rows : 2, : 2 * columns : 2],
            keypoint_names=mouse.keypoint_names,
            title=f"templates of frame {example} in frame {i}",
            ax=ax,
        )

# %% [markdown]
r"""
Random templates find nothing. The maps have the size of the image, but their grain is that of the small one: with `mode="nearest"` there is one logit for each
4 × 4 pixels. Try `mode="bilinear"`.
"""

# %% explore minutes_cpu=0.1
if ready(PART2):
    torch.manual_seed(0)
    tracker = TemplatePoseTracker(
        len(mouse.keypoint_names), downsample=4, patch_size=101, mode="nearest"
    )
    with torch.no_grad():
        logits = tracker(image)
    num_parameters = sum(p.numel() for p in tracker.parameters())
    print(f"{num_parameters} parameters, image {tuple(image.shape)}, logits {tuple(logits.shape)}")
    figure_probabilities(torch.sigmoid(logits), keypoint_names=mouse.keypoint_names)

# %% [markdown]
r"""
### Bonus problem 2c: pooling, written into the template

Average pooling followed by a small template is one linear map, so there must be a single large template that does both at once. Find it: the template `up`
for which a convolution of the frame itself, with stride `factor`, equals the small template on the pooled frame.
"""

# %% exercise="upsample_template" minutes=15 bonus=true
from stats220.reference.pose import upsample_template

# %% test="upsample_template" points=8
check.upsample_template(upsample_template)

# %% [markdown]
r"""
## Part 3: a loss that does not overflow

Each pixel of each mask is a coin flip, $y \sim \mathrm{Bern}(\sigma(a))$. We want the weights under which the labels are most likely, so the loss is the
mean negative log likelihood over all $N$ pixels and key points:

$$\mathcal{L} = -\frac{1}{N} \sum_{k,i,j} \Big[ y_{k,i,j} \log \sigma(a_{k,i,j}) + (1 - y_{k,i,j}) \log\big(1 - \sigma(a_{k,i,j})\big) \Big].$$

Straight from the formula, it looks like this. Watch one pixel whose target is 0, as its logit grows:
"""

# %%
def naive_loss(logits, targets):
    """The Bernoulli loss as the formula stands. Do not use it."""
    probabilities = torch.exp(logits) / (1 + torch.exp(logits))
    return -torch.mean(
        targets * torch.log(probabilities) + (1 - targets) * torch.log(1 - probabilities)
    )


# %% explore minutes_cpu=0.1
for logit in (1.0, 10.0, 16.0, 17.0, 89.0):
    logits, targets_of_zero = torch.full((1, 1, 1), logit), torch.zeros(1, 1, 1)
    print(f"logit {logit:4g}: naive loss {naive_loss(logits, targets_of_zero):.4f}")

# %% [markdown]
r"""
The true loss is a little more than the logit itself. The naive one is off at 16, infinite at 17, where $\sigma(a)$ is rounded to 1 and the logarithm sees a
0, and not a number at 89, where $e^a$ is too large for `float32`. One such pixel among 776,000 spoils the mean; one NaN in a gradient spoils all weights
for good.

The cure begins with algebra. The probabilities cancel, and what is left is linear in $a$ but for one term:

$$-\log p(y \mid a) = \log(1 + e^a) - y a.$$
"""

# %% [markdown] question="stable_log_sum_exp" points=8 minutes=15
r"""
### Problem 3a: log-sum-exp

Show that for every number $m$

$$\log(1 + e^a) = m + \log(e^{-m} + e^{a - m}).$$

Why is the right-hand side safe to compute for $m = \max(0, a)$, whatever $a$ is? What would go wrong with one $m$ for the whole map, its largest logit?

*One or two lines of algebra and four to six sentences. A full answer shows the identity, and says for $m = \max(0, a)$ why nothing overflows and why the
logarithm never sees a zero, and which pixels fail with one $m$ for all, and how.*
"""

# %% [markdown]
r"""
### Problem 3b: the Bernoulli loss

Write the loss that way, with an $m$ for each pixel. Compute with torch's own functions, so that gradients can flow back through it.

torch has this loss ready-made, as `F.binary_cross_entropy_with_logits` and `nn.BCEWithLogitsLoss`. Here you write what is inside of it: an answer that calls it
earns almost nothing, and the check says so. Elementary functions (`exp`, `log`, `clamp`, `where`, `logaddexp`, `softplus`, ...) are all allowed.
"""

# %% exercise="bernoulli_loss" minutes=20
from stats220.reference.pose import bernoulli_loss

# %% test="bernoulli_loss" points=12
check.bernoulli_loss(bernoulli_loss)

# %% [markdown]
r"""
The same pixel again, over all logits that `float32` can make trouble with.
"""

# %% explore minutes_cpu=0.1
if ready({"Problem 3b": bernoulli_loss}):
    sweep = torch.linspace(-110, 110, 441)
    _, ax = plt.subplots(figsize=(7, 4), layout="constrained")
    for loss, style, name in (
        (bernoulli_loss, "-", "log-sum-exp"),
        (naive_loss, "--", "naive: stops where it is inf or NaN"),
    ):
        losses = [loss(a.reshape(1, 1, 1), torch.zeros(1, 1, 1)) for a in sweep]
        ax.plot(sweep, losses, style, linewidth=2, label=name)
    ax.set(xlabel="logit a (nats)", ylabel="loss of one pixel with target 0 (nats)")
    ax.legend()

# %% [markdown]
r"""
Two numbers to compare a tracker with. One that says "one half" everywhere has loss $\log 2 \approx 0.69$. One that knows only how rare ones are, and says the same
small probability everywhere, does much better. A tracker that has learned where to look must do better still.
"""

# %% explore minutes_cpu=0.1
if ready(PART2 | {"Problem 3b": bernoulli_loss}):
    with torch.no_grad():
        untrained = bernoulli_loss(tracker(image), targets)
    rate = targets.mean()
    log_odds = torch.log(rate / (1 - rate)).expand_as(targets)
    print(f"untrained tracker   {untrained:.4f}")
    print(f"one half everywhere {bernoulli_loss(torch.zeros_like(targets), targets):.4f}")
    print(f"{rate:.4f} everywhere   {bernoulli_loss(log_odds, targets):.4f}")

# %% [markdown]
r"""
## Part 4: stochastic gradient descent

Step against the gradient of the loss, once for each *example*, not once for all 44: such a gradient is a noisy guess, but it costs a 44th, and 44 rough steps lead
further than one exact step. That is **stochastic gradient descent**, SGD. Two refinements:

- **Momentum.** A velocity $v$ remembers the gradients $g$ so far, older ones less: $v \leftarrow \mu v + g$, then $\theta \leftarrow \theta - \eta v$. What the
  gradients agree on adds up; their noise cancels. With $\mu = 0.9$ a lasting gradient moves the weights ten times as far as one step would.
- **A learning rate that decays.** Large steps get near the minimum quickly, and then jump around it. So after a number of epochs $\eta$ is cut to a tenth. An
  **epoch** is one pass over all training examples, each seen once, in a new random order.

With enough weights a tracker could know its frames by heart. So we keep 11 frames aside and look at *their* loss after each epoch. **Validation** must not change the tracker in any way: it takes no steps, it needs no gradients, and layers that behave otherwise in training
(dropout, BatchNorm: Part 5) have to be told, by `model.eval()`, and told again by `model.train()` when training goes on.

### Problem 4a: the training loop

Much of it is given: the loops, the order of the examples, the record that is kept. Write the optimizer and its schedule, the step, and the validation. A step goes
along the gradient of its own example alone, whatever gradients the model had before. All epochs are done, whatever the losses do. Bugs in a training loop raise no
error, the loss just falls more slowly, or not as far. The checks look at the steps, the rates and the record, not at which of torch's classes made them.
"""

# %% exercise="train" minutes=30
from stats220.reference.pose import train

# %% test="train" points=16
check.train(train)

# %% [markdown]
r"""
### Train the template tracker

`NUM_EPOCHS = 20` is a preset for a laptop: half a minute or so. The full run, for a GPU or a long coffee, has 200. The learning rate is cut once, after half of them.

**Start from what is known.** From random weights, most of the first 100 epochs are spent on finding out that ones are rare. So let the weights begin at zero and each bias
at the log odds of its key point's rate: the best tracker that does not look. (With several layers, weights of zero would be a trap: all hidden units would stay alike.)

`resume(train, ...)` calls `train`, and keeps what a finished training came to in `.stats220_checkpoints`, beside the notebook: in a new kernel the same code on the same data
takes it from there. With `anew=True` it trains again.
"""

# %% explore minutes_cpu=1 minutes_gpu=0.5
NUM_EPOCHS = 20  # the full run: 200
PART4 = PART2 | {"Problem 3b": bernoulli_loss, "Problem 4a": train}
num_keypoints = len(mouse.keypoint_names)
device = pick_device()
schedule = {"num_epochs": NUM_EPOCHS, "decay_every": NUM_EPOCHS // 2}


def start_from_rates(layer):
    """Let a layer know how rare each key point is, and nothing else."""
    with torch.no_grad():
        layer.weight.zero_()
        layer.bias.copy_(torch.logit(rates))


if ready(PART4):
    data = [prepare_example(image, xy) for image, xy in zip(mouse.images, mouse.keypoints_xy)]
    data = [(image.to(device), targets.to(device)) for image, targets in data]
    train_data = [data[i] for i in train_frames]
    validation_data = [data[i] for i in validation_frames]
    rates = torch.stack([targets.mean(dim=(1, 2)) for _, targets in train_data]).mean(dim=0)

    template_tracker = TemplatePoseTracker(num_keypoints, downsample=4, patch_size=101).to(device)
    start_from_rates(template_tracker.template)
    template_history = resume(
        *(train, template_tracker, train_data, validation_data, bernoulli_loss),
        learning_rate=0.2,
        **schedule,
    )

# %% [markdown]
r"""
The line to beat is that of the tracker that does not look. Validation may lie *below* training: a training loss is measured before its step and averaged over the
epoch, a validation loss at its end; and 11 frames can be easier than 44. What counts is whether validation still falls: where it turns up, the tracker begins to know its
frames by heart. Try `decay_factor=1`, other learning rates, and a random start.
"""

# %% explore minutes_cpu=0.1
if ready(PART4):
    log_odds = torch.logit(rates)[:, None, None]
    constant = np.mean(
        [bernoulli_loss(log_odds.expand_as(y), y).item() for _, y in validation_data]
    )
    ax = plot_learning_curves(
        template_history.train_losses, template_history.validation_losses, label="template"
    )
    label = "a constant rate for each key point, validation"
    ax.axhline(constant, color="0.4", linestyle=":", label=label)
    ax.legend(loc="upper right", bbox_to_anchor=(1.0, 0.9))
    print(
        f"validation loss {template_history.validation_losses[-1]:.4f}, "
        f"of constant rates {constant:.4f}"
    )

# %% [markdown]
r"""
What it has learned, in a frame that it has not learned from. Compare with the random templates at the end of Part 2.
"""


# %% explore minutes_cpu=0.1
def show_probabilities(tracker, i, name):
    """Lay what a tracker says about frame i over that frame, at half its size."""
    tracker.eval()
    with torch.no_grad():
        probabilities = torch.sigmoid(tracker(data[i][0]))
    rows, columns = probabilities.shape[1:]
    background = mouse.images[i][: 2 * rows : 2, : 2 * columns : 2]
    title = f"{name}, frame {i}"
    return plot_probabilities(
        probabilities, image=background, keypoint_names=mouse.keypoint_names, title=title
    )


if ready(PART4):
    show_probabilities(template_tracker, other, "template tracker")
    learned = template_tracker.template.weight[:, 0]
else:
    learned = load_stand_in("lab4_pose_templates")["learned"]
figure_templates(learned, keypoint_names=mouse.keypoint_names);

# %% [markdown] question="interpret_templates" points=6 minutes=15
r"""
### Problem 4b: what did it learn?

Look at the learned templates, beside those that were cut out by hand in Part 2. What does a template respond to, and what is a weight below zero good for? Which
key points does one template describe well, which not, and why?

*Six to ten sentences. A full answer describes two of the learned templates and what each responds to, says what negative weights do, and names a key point that
suits one template and one that does not, each with its reason.*
"""

# %% [markdown]
r"""
### A small grid search

How much detail does a template need? The patch is fixed, and what varies is how much smaller the frame is made before it is matched. What is chosen by looking at the validation loss is not *tested* by it any more: for an honest number, one would keep a third set of frames.
"""

# %% explore minutes_cpu=1 minutes_gpu=0.5
if ready(PART4):
    downsampling = [2, 4, 8, 16]
    options = {"num_epochs": 6, "learning_rate": 0.2, "decay_every": 3, "progress": False}
    histories = []
    for factor in tqdm(downsampling, desc="downsampling"):
        tracker = TemplatePoseTracker(num_keypoints, downsample=factor, patch_size=51).to(device)
        start_from_rates(tracker.template)
        arguments = (tracker, train_data, validation_data, bernoulli_loss)
        histories.append(resume(train, *arguments, **options))
    plot_grid_search(
        downsampling,
        [history.validation_losses[-1] for history in histories],
        train_losses=[history.train_losses[-1] for history in histories],
        name="downsampling of the template (patch of 51 pixels)",
    )

# %% [markdown]
r"""
### Bonus problem 4c: momentum by hand

One step of what `torch.optim.SGD` does, for one tensor. Mind the convention: in torch the learning rate is not part of the velocity.
"""

# %% exercise="momentum_step" minutes=10 bonus=true
from stats220.reference.pose import momentum_step

# %% test="momentum_step" points=4
check.momentum_step(momentum_step)

# %% [markdown]
r"""
### Bonus problem 4d: the schedule by hand

The learning rate of each epoch, as `torch.optim.lr_scheduler.StepLR` has it.
"""

# %% exercise="step_decay" minutes=10 bonus=true
from stats220.reference.pose import step_decay

# %% test="step_decay" points=4
check.step_decay(step_decay)

# %% [markdown]
r"""
## Part 5: transfer learning with a residual network

If a paw turns, or the light changes, its gray values change. Networks that were trained to name what is on a million photographs have
learned *features* which survive that: edges first, then textures, then parts of things. Nobody has a million labeled mice, but we can borrow the features, and learn only the
last step from our 44 frames. That is **transfer learning**, and it is what DeepLabCut does.

The network is a **ResNet** with 50 layers (He et al., 2016). It begins with a *stem*: a convolution with stride 2, BatchNorm, a rectifier, and pooling with stride 2. Then
follow four *stages*, each a stack of *residual blocks* that compute $x + f(x)$, so that gradients find a way through, however deep the stack. The classifier at the end we
do not use: it throws away *where* things are.

`load_backbone` fetches the weights once (100 MB) and keeps them. **If they cannot be had, it says so in a banner**, and goes on with EfficientNet-Lite0, a small network
whose ImageNet weights a package brings, or, without that too, with random weights: then nothing is transferred. `BACKBONE` may also be `"efficientnet_lite0"`, `"resnet18"`, `"squeezenet1_1"` or `"mobilenet_v3_small"`.
"""

# %% explore minutes_cpu=0.5
BACKBONE = "resnet50"

backbone = load_backbone(BACKBONE, weights="imagenet if available").to(device)
backbone_name = f"{backbone.name} ({'ImageNet' if backbone.is_pretrained else 'RANDOM weights'})"
print(f"{backbone_name}, weights: {backbone.weights}")
print(f"channels after the stem and each stage: {backbone.channels}")
print(f"{sum(p.numel() for p in backbone.parameters()):,} parameters")

# %% [markdown]
r"""
### Bonus problem 5a: half the pixels, twice the channels

From stage to stage the maps have fewer pixels and more channels. The rule of the trade is "half the height and width, twice the channels". Does it hold from the start?
"""

# %% exercise="stage_shapes" minutes=10 bonus=true
from stats220.reference.pose import stage_shapes

# %% test="stage_shapes" points=4
check.stage_shapes(stage_shapes)

# %% [markdown]
r"""
The first channels of each stage, for our example. (A *hook* is a function that torch calls when a part of a network has done its work.) In which stage can you still see
where the paw is? In which could you tell a paw from a joystick?
"""


# %% explore minutes_cpu=0.2
def feature_maps(backbone, image):
    """What comes out of the stem and of each stage for one image, by name."""
    names = {backbone.stem: "stem"}
    names |= {stage: f"stage {i}" for i, stage in enumerate(backbone.stages, start=1)}
    maps = {}

    def keep(part, inputs, output):
        maps[names[part]] = output[0]

    hooks = [part.register_forward_hook(keep) for part in names]
    with torch.no_grad():
        backbone(image[None])
    for hook in hooks:
        hook.remove()
    return maps


if ready(PART1):
    figure_feature_maps(feature_maps(backbone, image.to(device)))

# %% [markdown]
r"""
### Problem 5b: a tracker on frozen features

A **convolution on top**: stem, the first stages, then one convolution from the features to a map of logits for each key point. That is Part 2 again, with learned features
in the place of gray values. The logits are as small as the features, so they are interpolated to the size of the image; `bilinear` this time, with nothing else set.

The stem and the stages are **frozen**. That means two things, and the second is often forgotten:

1. No parameter of theirs requires a gradient. They belong to the model all the same, so that `.to(device)` takes them along.
2. **BatchNorm** stays in eval mode. These layers subtract a mean and divide by a standard deviation of each feature. In training mode they take those of the images at
   hand, which for us is a *single* frame, and keep a running average of them: a network "frozen" by `requires_grad` alone drifts with every image that it sees.
   `model.train()` switches all layers of a model, so our tracker needs a `train` of its own; the head still follows the mode. What counts is that *no image meets the
   frozen layers in training mode*. The backbone comes in eval mode.
"""

# %% exercise="ResNetPoseTracker" minutes=25
from stats220.reference.pose import ResNetPoseTracker

# %% test="ResNetPoseTracker" points=16
check.ResNetPoseTracker(ResNetPoseTracker)

# %% [markdown]
r"""
### Bonus problem 5c: run the frozen part once

The frozen features of a frame are the same in every epoch. Compute them once, and an epoch costs only the head and the loss: three to six times less (the frames of this
lab take half a gigabyte as features).
"""

# %% exercise="extract_features" minutes=15 bonus=true
from stats220.reference.pose import extract_features

# %% test="extract_features" points=4
check.extract_features(extract_features)

# %% [markdown]
r"""
### Train the head

With the features at hand, `train` gets the head alone, and a loss that interpolates its small logits: the same training as that of the whole tracker. Without
the bonus problem, `feature_maps` runs the whole network: the same, but slower.

The loss bends with the squared length of the features, which differs between stages and networks. So the learning rate is a constant, divided by that.
"""

# %% explore minutes_cpu=0.1
PART5 = PART4 | {"Problem 5b": ResNetPoseTracker}


def loss_at_full_size(small_logits, targets):
    """The Bernoulli loss of logits as small as the features."""
    logits = F.interpolate(small_logits[None], targets.shape[1:], mode="bilinear")[0]
    return bernoulli_loss(logits, targets)


def features_once(num_stages):
    """The features of all frames after so many stages."""
    if is_written(extract_features):
        return extract_features(backbone, [image for image, _ in data], num_stages)
    return [feature_maps(backbone, image)[f"stage {num_stages}"].clone() for image, _ in data]


def train_head(tracker, num_stages, **options):
    """Train the head of a tracker, on features that are computed once."""
    start_from_rates(tracker.head)
    features = features_once(num_stages)
    options["learning_rate"] = 50 / features[0].square().sum(dim=0).mean().item()
    pairs = [(maps, targets) for maps, (_, targets) in zip(features, data)]
    train_pairs = [pairs[i] for i in train_frames]
    validation_pairs = [pairs[i] for i in validation_frames]
    return train(tracker.head, train_pairs, validation_pairs, loss_at_full_size, **options)


# %% explore minutes_cpu=1.5 minutes_gpu=0.5
if ready(PART5):
    resnet_tracker = ResNetPoseTracker(backbone, num_keypoints, num_stages=1, kernel_size=3)
    resnet_tracker = resnet_tracker.to(device)
    learning = sum(p.numel() for p in resnet_tracker.parameters() if p.requires_grad)
    frozen = sum(p.numel() for p in resnet_tracker.parameters()) - learning
    print(f"{learning} parameters learn, {frozen} are frozen")
    resnet_history = resume(train_head, resnet_tracker, num_stages=1, **schedule)

# %% explore minutes_cpu=0.2
if ready(PART5):
    trackers = {
        "template": (template_tracker, template_history),
        backbone_name: (resnet_tracker, resnet_history),
    }
    _, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for index, (name, (_, history)) in enumerate(trackers.items()):
        plot_learning_curves(
            history.train_losses, history.validation_losses, label=name, index=index, ax=ax
        )
        print(f"{name}: validation loss {history.validation_losses[-1]:.4f}")
    ax.axhline(constant, color="0.4", linestyle=":", label="a constant rate, validation")
    ax.legend(loc="upper right", bbox_to_anchor=(1.0, 0.9))
    for name, (tracker, _) in trackers.items():
        show_probabilities(tracker, other, name)

# %% [markdown]
r"""
### How many stages?

Early features see little of the frame; late features know more and have fewer pixels. Again a small grid, of few epochs.
"""

# %% explore minutes_cpu=2 minutes_gpu=0.5
stages = [1, 2, 3]
if ready(PART5):
    histories = []
    for num_stages in tqdm(stages, desc="stages"):
        tracker = ResNetPoseTracker(backbone, num_keypoints, num_stages, kernel_size=3).to(device)
        options = {"num_epochs": 6, "decay_every": 3, "progress": False}
        histories.append(resume(train_head, tracker, num_stages, **options))
    train_losses = [history.train_losses[-1] for history in histories]
    validation_losses = [history.validation_losses[-1] for history in histories]
    name = backbone_name
else:
    grid = load_stand_in("lab4_pose_stages")
    train_losses, validation_losses = grid["train_losses"], grid["validation_losses"]
    name = "efficientnet_lite0 (ImageNet)"
plot_grid_search(
    stages, validation_losses, train_losses=train_losses, name=f"stages of {name}", index=1
);

# %% [markdown] question="deeper_or_shallower" points=6 minutes=20
r"""
### Problem 5d: deeper or shallower?

Would you use more stages, or fewer? What changes from the first stage to the fourth: what a feature has seen of the frame, how many places there are, how many weights the
head has and how many frames it learns them from, what the features were trained for? What do your numbers say, and how far would you trust them?

*Eight to twelve sentences. A full answer discusses at least three of the things that change, for and against more stages, and reads the numbers with care: how many frames, of
how many videos, with which weights.*
"""

# %% [markdown]
r"""
## Part 6: where is it?

What counts for a biologist is how far, in pixels of the original frame, the tracker's answer is from the label. So each map of logits has to become one place.

**The largest logit** says in which pixel the key point is. Its neighbors say more: a parabola through the largest and the two beside it has its top somewhere between them.
With $l$, $c$ and $r$ the logits at the left, in the center and at the right,

$$\delta = \frac{l - r}{2 (l - 2c + r)}, \qquad -\tfrac12 \le \delta \le \tfrac12,$$

is where, in pixels to the right of the center. The same from above to below. Along an axis on which a neighbor is missing, at the border of the map, the pixel's own center
has to do; the other axis has both of its neighbors.

**Back to the original frame.** The map is `scale` times smaller than the frame. Pixel centers are at whole numbers, so pixel 0 of a map that is 2 times smaller covers the
pixels 0 and 1 of the frame, and its center is at 0.5, not at 0:

$$x_\text{frame} = (x_\text{map} + \tfrac12) \cdot \text{scale} - \tfrac12.$$

Whoever writes $x \cdot \text{scale}$ is always off to the upper left, by three and a half pixels at scale 8, and will blame the network.

### Problem 6a: from logits to key points

Work with the logits themselves: `float32` rounds the probabilities of all large logits to 1.
"""

# %% exercise="locate_keypoints" minutes=15
from stats220.reference.pose import locate_keypoints

# %% test="locate_keypoints" points=10
check.locate_keypoints(locate_keypoints)

# %% [markdown]
r"""
### How far off?

On the validation frames, for both trackers. `pixel_errors` leaves out what is not labeled. The mean hides the frames that went wrong altogether, so look at the root mean
square (RMSE) and at the 90th percentile beside the median, and count: 11 frames are few, and a difference of a pixel is none. No tracker that
learns from labels can be told to be nearer to the truth than the person who drew them (the last line of the table).
"""


# %% explore minutes_cpu=0.1
def predict_keypoints(tracker, frames, locate=locate_keypoints):
    """Key points (num_frames, num_keypoints, 2) in pixels of the original frames."""
    tracker.eval()
    with torch.no_grad():
        return np.stack([to_numpy(locate(tracker(data[i][0]), scale=2)) for i in frames])


def print_errors(predictions):
    """Errors in pixels: a row for each tracker and statistic, a column for each key point."""
    width = max(map(len, predictions)) + 10
    print(f"{'pixels':{width}}" + "".join(f"{name:>11}" for name in mouse.keypoint_names))
    for tracker_name, xy in predictions.items():
        errors = pixel_errors(xy, mouse.keypoints_xy[validation_frames])
        rows = {"median": errors.median_px, "RMSE": errors.rmse_px, "90 %": errors.p90_px}
        for statistic, values in rows.items():
            label = f"{tracker_name}, {statistic}"
            print(f"{label:{width}}" + "".join(f"{value:11.1f}" for value in values))
    print(f"{'frames':{width}}" + "".join(f"{count:11}" for count in errors.num_scored))
    print(f"{'one person, labeling twice':{width}}        2.7 (RMSE)")


def show_errors(predictions):
    """The table, and a figure of all distances."""
    print_errors(predictions)
    labeled = mouse.keypoints_xy[validation_frames]
    distances = {name: np.linalg.norm(xy - labeled, axis=-1) for name, xy in predictions.items()}
    plot_pixel_errors(distances, keypoint_names=mouse.keypoint_names)


# %% explore minutes_cpu=0.5
PART6 = PART5 | {"Problem 6a": locate_keypoints}
if ready(PART6):
    predictions = {
        name: predict_keypoints(tracker, validation_frames)
        for name, (tracker, _) in trackers.items()
    }
    show_errors(predictions)

# %% [markdown]
r"""
### The loss got what it asked for

Look at the maps of the deep features again: they are *plateaus*. The targets are squares of 21 × 21 ones, 42 × 42 pixels of the original frame, and the loss pays as much for a
one at the rim as for one in the middle. Which of 441 pixels has the largest logit is an accident, and a place drawn at random from such a square is 16 pixels off, on average. The
*middle* of the plateau is much closer. Take the mean position around the largest logit, weighted by probability:
"""


# %% explore minutes_cpu=0.1
def locate_middle(logits, scale=1, reach=20):
    """The mean position within `reach` pixels of the largest logit, weighted by probability."""
    found = torch.empty(len(logits), 2)
    for k, probabilities in enumerate(torch.sigmoid(logits).cpu()):
        row, column = np.unravel_index(int(probabilities.argmax()), probabilities.shape)
        top, left = max(0, row - reach), max(0, column - reach)
        near = probabilities[top : row + reach + 1, left : column + reach + 1]
        rows, columns = torch.arange(near.shape[0]) + top, torch.arange(near.shape[1]) + left
        found[k, 0] = (near.sum(dim=0) * columns).sum() / near.sum()
        found[k, 1] = (near.sum(dim=1) * rows).sum() / near.sum()
    return (found + 0.5) * scale - 0.5


# %% explore minutes_cpu=0.5
if ready(PART6):
    for name, (tracker, _) in trackers.items():
        middle = predict_keypoints(tracker, validation_frames, locate_middle)
        predictions[f"{name}, middle"] = middle
    show_errors(predictions)

# %% [markdown]
r"""
How wide the targets are, and how the map is *read*, matters as much as what computes it, and a template that starts well is a strong baseline. On the recorded frames, deep
features buy not so much the median as the RMSE: fewer frames go wrong altogether (16 pixels with ImageNet's weights, 45 with random ones, at the third stage of
EfficientNet-Lite0). Here, with the first stage alone, a finger can still be found in the wrong place.

Look for yourself. Where does the tracker see a second paw? Which threshold would you use to say that the tongue is out of sight?
"""


# %% explore minutes_cpu=0.2
def explain(tracker):
    """What the explorer asks: a frame's probabilities, and key points at least so probable."""

    def predict(i, threshold):
        tracker.eval()
        with torch.no_grad():
            logits = tracker(data[i][0])
        return torch.sigmoid(logits), locate_keypoints(logits, scale=2, min_probability=threshold)

    return predict


if ready(PART6):
    explorer = explore_predictions(
        *(mouse.images, explain(resnet_tracker), mouse.keypoint_names),
        keypoints_xy=mouse.keypoints_xy,
        trained_on=train_frames,
    )
    display(explorer)

# %% [markdown]
r"""
And the validation frames in the order of the video, as a movie: crosses are predicted, rings labeled. A key point of which no pixel reaches a probability of 0.2 is not shown.
"""

# %% explore minutes_cpu=0.5
if ready(PART6):
    in_order = np.sort(validation_frames)
    seen = predict_keypoints(
        resnet_tracker,
        in_order,
        lambda logits, scale: locate_keypoints(logits, scale, min_probability=0.2),
    )
    movie = movie_keypoints(
        [mouse.images[i] for i in in_order],
        seen,
        mouse.keypoints_xy[in_order],
        keypoint_names=mouse.keypoint_names,
        titles=[f"frame {mouse.frame_numbers[i]} of the video" for i in in_order],
    )
    display(movie)

# %% [markdown] question="one_pose" points=6 minutes=25
r"""
### Problem 6b: one consistent pose

Each key point has its own map, and each map is read by itself: nothing keeps the finger near the hand, or the joystick's two points apart, and nothing connects one frame with the
next. How would you join the probabilities into *one* estimate of all key points, in all frames of a video?

*Eight to twelve sentences, or formulas. A full answer writes down a model (its variables, and the terms of its log probability), says how you would find the most probable pose, and
what the model does about a tongue that is out of sight.*
"""

# %% [markdown]
r"""
## Towards DeepLabCut (not graded)

What else it takes, in the order in which it helps.

- **Offsets.** Let the head predict, beside each cell's score, where in or near the cell the key point is, $(\Delta x, \Delta y)$: cells of 8 or 16 pixels then locate to a fraction of
  a cell. Leave out labels that are NaN *before* you compute with them: 0 · NaN is NaN, and so is its gradient.
- **A softmax over places.** A key point is in one place, so the cells of a map can compete. It leaves no plateau, and costs the answer "nowhere".
- **Several stages at once**, brought to one grid: deep features know *what*, shallow ones know *where*.
- **Fine-tuning.** When the head has learned, thaw the stages and go on with a learning rate ten times smaller for them, BatchNorm in eval mode.
- **More frames from few.** Turn, scale, shift and relight each frame anew in each epoch, and its key points with it. `torchvision.transforms.v2` has the *corner* of the first pixel
  at (0, 0) where we have its center, so half a pixel goes in and comes out again (below).
- **Harder frames to test on.** All frames are of one video, and a random validation frame nearly always has a twin among those trained on. `mouse.split_by_blocks()` holds out whole
  stretches: errors grow, and come nearer to what a new recording would show.
"""

# %% explore minutes_cpu=0.2
from torchvision import tv_tensors
from torchvision.transforms import v2

turn_and_shift = v2.RandomAffine(degrees=10, translate=(0.08, 0.08), scale=(0.85, 1.18))
transform = v2.Compose([turn_and_shift, v2.ColorJitter(brightness=0.25, contrast=0.25)])
torch.manual_seed(1)
_, axes = plt.subplots(1, 3, figsize=(15, 4.5), layout="constrained")
for ax in axes:
    corners = tv_tensors.KeyPoints(torch.tensor(keypoints_xy + 0.5), canvas_size=frame.shape[:2])
    moved_image, moved = transform(tv_tensors.Image(torch.tensor(frame).permute(2, 0, 1)), corners)
    plot_frame(moved_image.permute(1, 2, 0), ax=ax)
    plot_keypoints(moved.numpy() - 0.5, mouse.keypoint_names, ax=ax)
    ax.get_legend().set_visible(ax is axes[-1])
