# %% [markdown]
r"""
# Lab 4: Markerless pose tracking

Where is the paw? For a long time neuroscientists glued markers onto animals to answer questions like this one. Today a network
reads the pose from plain video: label a few dozen frames by hand, train, and it labels the other hundred thousand.
[DeepLabCut](https://www.mackenziemathislab.org/deeplabcut) (Mathis et al., 2018) showed how few labels that takes, and it is the
model for this lab.

We treat pose tracking as **logistic regression, pixel by pixel**: for every pixel of a frame and every key point (hand, finger,
tongue, ...), what is the probability that the key point is there?

- **Part 1** turns frames and labelled key points into inputs and binary targets.
- **Part 2** slides one template a key point over the frame. That is a convolution.
- **Part 3** scores the answers with the Bernoulli likelihood, written so that it does not overflow.

How the notebook works: fill in the cells that say `...` or `raise NotImplementedError`, and run the check below each of them. A
check tells you at once what is right, and gives a hint where something is not; some points are given by further checks at grading.
No exercise needs another one to be solved first. Cells between them show what your code does to a real frame: run them, change
them, break them. They are not graded.
"""

# %% [markdown]
r"""
## Setup
"""

# %%
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from stats220.checks import pose as check
from stats220.data.pose import load_mouse_reaching, simulate_mouse_reaching
from stats220.plotting.pose import (
    figure_channels,
    figure_pipeline,
    figure_probabilities,
    figure_templates,
    plot_frame,
    plot_keypoints,
    plot_masks,
    plot_probabilities,
)

# %% [markdown]
r"""
### The frames

A mouse rests, reaches for a joystick, pulls it, and lets go, filmed in infra-red light from the side. Five key points are labelled:
the hand, one finger, the tongue, and two points of the joystick.

There are two sources, and you choose:

- `USE_RECORDING = False`: drawn frames, which need no network. They have the sizes, movements and difficulties of the recording.
- `USE_RECORDING = True`: the 55 labelled frames that come with DeepLabCut, fetched once (19 MB) and kept on your machine.

Two things to notice below. The frames have **two sizes**, so they cannot be stacked into one array, and we will take them one at a
time. And some key points are **not labelled**: most of the time the tongue is in the mouth. Their coordinates are NaN.
"""

# %% explore minutes_cpu=0.2
USE_RECORDING = False

mouse = load_mouse_reaching() if USE_RECORDING else simulate_mouse_reaching(seed=0)
train_frames, validation_frames = mouse.split(seed=0)
print(mouse)
print(f"{len(train_frames)} frames to train on, {len(validation_frames)} for validation")

# Our example from now on: the first large frame in which every key point is labelled. Beside it, the first small frame.
large = np.array([image.shape == (747, 832, 3) for image in mouse.images])
all_labelled = np.isfinite(mouse.keypoints_xy).all(axis=(1, 2))
example, small_example = np.flatnonzero(large & all_labelled)[0], np.flatnonzero(~large)[0]
frame, keypoints_xy = mouse.images[example], mouse.keypoints_xy[example]
print(f"frame {example}: {frame.dtype} {frame.shape}, key points at x, y =\n{keypoints_xy.round(1)}")

_, axes = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
for ax, i in zip(axes, (example, small_example)):
    plot_frame(mouse.images[i], title=f"frame {i}, {mouse.images[i].shape}", ax=ax)
    plot_keypoints(mouse.keypoints_xy[i], mouse.keypoint_names, ax=ax)

# %% [markdown]
r"""
## Part 1: frames and masks

### Problem 1a: what a pretrained network expects

A frame arrives as `uint8` of shape `(height, width, 3)`: red, green and blue, from 0 to 255, colours last. Networks in torch want
`float32` of shape `(3, height, width)`, colours first, and those that were trained on ImageNet want each colour **normalized** by its
mean and standard deviation over ImageNet's images. Later in this lab we will use such a network, so we prepare for it now.

Divide by 255 (the largest `uint8`) *before* you subtract anything: `uint8` knows no negative numbers, and 0 - 124 is 132.
"""

# %% exercise="preprocess" minutes=10
from stats220.reference.pose import preprocess

# %% test="preprocess" points=4
check.preprocess(preprocess)

# %% [markdown]
r"""
Black is now about -2 and white about 2.5, with zero somewhere in the grey.
"""

# %% explore minutes_cpu=0.1
normalized = preprocess(frame)
print(f"{normalized.dtype} {tuple(normalized.shape)}, from {normalized.min():.2f} to {normalized.max():.2f}")
figure_channels(normalized);

# %% [markdown]
r"""
### Problem 1b: a mask for each key point

The targets are binary masks $y_{k} \in \{0, 1\}^{H \times W}$, one a key point, with a single one: at the pixel in which the key point
lies. Pixel centres are at whole numbers, here and in all that follows. So the top left pixel reaches from -0.5 to 0.5, a key point at
$x = 2.5$ lies in column 3, and the nearest pixel is $\lfloor x + 0.5 \rfloor$.

Three traps. A position is $(x, y)$, to the right and down, while an array is indexed `[row, column]`. Python's `round(2.5)` is 2, and
`int(-0.6)` is 0. And a key point that is not labelled, or lies outside the frame, has an *empty* mask: the mask of a tongue out of
sight says "nowhere", and that is something to learn from.
"""

# %% exercise="keypoint_masks" minutes=15
from stats220.reference.pose import keypoint_masks

# %% test="keypoint_masks" points=4
check.keypoint_masks(keypoint_masks)

# %% [markdown]
r"""
Around the hand: the cross is where it was labelled, the square is the one in its mask. Move `keypoints_xy` by half a pixel: when does the square
jump?
"""

# %% explore minutes_cpu=0.1
masks = keypoint_masks(keypoints_xy, *frame.shape[:2])
ax = plot_masks(masks, image=frame, keypoint_names=mouse.keypoint_names, title="one pixel a key point")
x, y = keypoints_xy[0]
ax.plot(x, y, "k+", markersize=14)
ax.set(xlim=(x - 8, x + 8), ylim=(y + 6, y - 6));

# %% [markdown]
r"""
### Problem 1c: half the size

A frame has 620,000 pixels. Half the height and width is a quarter of the work, and the paw is still easy to see. The image is
**averaged** over squares of pixels. The masks are not: the mean of a mask with a single one is $1/4$, neither here nor there. We take the
**maximum**, so that the small mask has a one wherever the large one had one in that square.

Where the height or width is not a multiple of the factor (747 is odd), the rows and columns left over at the end are dropped.
"""

# %% exercise="downsample" minutes=10
from stats220.reference.pose import downsample

# %% test="downsample" points=4
check.downsample(downsample)

# %% [markdown]
r"""
### Problem 1d: room for error

One pixel in 155,000 is a hard target, and a needlessly strict one: when the same person labels the same frame twice, the labels are
2.7 pixels apart (Mathis et al., 2018). So we **dilate** the masks: each one becomes a square of ones. A prediction that is a few
pixels off is then still right, and there are 441 ones to learn from in place of 1.
"""

# %% exercise="dilate" minutes=10
from stats220.reference.pose import dilate

# %% test="dilate" points=3
check.dilate(dilate)

# %% [markdown]
r"""
The four steps together make an example for training: an image, and its targets.
"""


# %%
def prepare_example(image, keypoints_xy, factor=2, size=21):
    """A normalized image (3, rows, columns) and dilated masks (num_keypoints, rows, columns), `factor` times smaller than the frame."""
    masks = keypoint_masks(keypoints_xy, *image.shape[:2])
    image, masks = downsample(preprocess(image), masks, factor)
    return image, dilate(masks, size)


# %% explore minutes_cpu=0.1
image, targets = prepare_example(frame, keypoints_xy)
print(f"image {tuple(image.shape)}, targets {tuple(targets.shape)}")
small_masks = downsample(normalized, masks, 2)[1]
figure_pipeline(frame, normalized, masks, image, small_masks, targets, keypoint_names=mouse.keypoint_names);

# %% [markdown]
r"""
## Part 2: template matching is a convolution

How would you find a joystick by computer? Cut one out of a frame, slide the cut-out over another frame, and at each place multiply
pixel by pixel and add up. Where the sum is large, frame and cut-out look alike. The cut-out is a **template** $W_k$, and the sliding sum
is what deep learning calls a convolution:

$$a_{k,i,j} = b_k + \sum_{u,v} W_{k,u,v} \, x_{i+u,\,j+v}, \qquad \Pr(y_{k,i,j} = 1) = \sigma(a_{k,i,j}) = \frac{1}{1 + e^{-a_{k,i,j}}}.$$

Nobody needs to cut anything out: the templates are *weights*, and they will be learned. The **logits** $a$ are log odds, one for each key
point and pixel. The bias $b_k$ is there for good reason: only 3 pixels in 1000 are ones, so the log odds of a pixel about which the
template says nothing should be far below zero.

**Weight sharing.** A convolution applies the same weights everywhere, for a paw looks like a paw wherever it is. Two more ways to share:

- *Over colours.* Infra-red light has none, so red, green and blue get the same template. It is the same to average the colours first,
  and to convolve once: grey is weight sharing.
- *Over neighbouring pixels.* A template that sees 101 × 101 pixels has 10,201 weights a key point, and neighbours that hardly differ. Let
  squares of 4 × 4 pixels share one weight, and 27 × 27 = 729 are left. It is the same to make the image smaller first.

### Three ways to make an image smaller

They look different and are cousins. **Average pooling** takes the mean of each $d \times d$ square. A **convolution with stride** $d$ whose
weights are all $1/d^2$ does exactly the same. **Interpolation** asks for the image at new places, between the pixels: the `nearest` pixel, or a
`bilinear` mean of the four around. Our model interpolates, for the logits have to come back to full size by the same road.
"""

# %% explore minutes_cpu=0.1
d = 2
x = image[None, :, : image.shape[1] // 8 * 8, : image.shape[2] // 8 * 8]  # height and width are multiples of 2, 4 and 8
box = torch.full((3, 1, d, d), 1 / d**2)
ways = {
    "average pooling": nn.AvgPool2d(d)(x),
    "strided convolution": F.conv2d(x, box, stride=d, groups=3),
    "bilinear interpolation": nn.Upsample(scale_factor=1 / d, mode="bilinear")(x),
    "nearest interpolation": nn.Upsample(scale_factor=1 / d, mode="nearest")(x),
}
for name, small in ways.items():
    print(f"{name:23} {tuple(small.shape)}, differs from average pooling by up to {(small - ways['average pooling']).abs().max():.6f}")

# %% [markdown] question="bilinear_or_average" points=2
r"""
### Problem 2a: when is bilinear interpolation average pooling?

For which factors $d$ does `bilinear` interpolation, as above (without antialiasing), give the same image as average pooling over $d \times d$
squares? Say why: which pixels does each of them look at? Take height and width to be multiples of $d$.
"""

# %% [markdown]
r"""
### Problem 2b: the template tracker

Now the model, in four steps: average the colours, interpolate to `(height // downsample, width // downsample)`, convolve, and interpolate the
logits to the size that the frame came with. Both interpolations use the tracker's `mode`.

A template should see at least `patch_size` pixels of the frame, so its side is at least `patch_size / downsample`. Make it **odd**, the smallest
odd number that will do: then it has a centre, and zeros around the image (`padding`) keep the size. With `patch_size=101` and `downsample=4` that
is 27, and five key points have $5 \cdot (27^2 + 1) = 3650$ parameters.

Return logits, not probabilities. Part 3 shows why.
"""

# %% exercise="TemplatePoseTracker" minutes=25
from stats220.reference.pose import TemplatePoseTracker

# %% test="TemplatePoseTracker" points=8
check.TemplatePoseTracker(TemplatePoseTracker)

# %% [markdown]
r"""
Before any learning, let us cut templates out of one frame after all. Each is shifted to mean zero and scaled to norm one, so that a bright
patch is not a match for everything, and its bias is set so that a logit is above zero where the frame matches at least 70 % as well as the place
where the template was cut.
"""


# %%
def cut_templates(image, keypoints_xy, step=8, side=27):
    """Squares of every step-th pixel around each key point, (num_keypoints, side, side), with mean zero and norm one."""
    small = np.pad(image[::step, ::step, 1].astype(np.float32), side // 2, mode="edge")
    columns, rows = np.round(keypoints_xy / step).astype(int).T
    patches = np.stack([small[r : r + side, c : c + side] for r, c in zip(rows, columns)])
    patches -= patches.mean(axis=(1, 2), keepdims=True)
    return torch.tensor(patches / np.linalg.norm(patches, axis=(1, 2), keepdims=True))


# %% explore minutes_cpu=0.2
cut_out = TemplatePoseTracker(len(mouse.keypoint_names), downsample=4, patch_size=101)
with torch.no_grad():
    cut_out.template.weight[:, 0] = cut_templates(frame, keypoints_xy)
    cut_out.template.bias.zero_()
    cut_out.template.bias -= 0.7 * cut_out(image).amax(dim=(1, 2))
figure_templates(cut_out.template.weight[:, 0], keypoint_names=mouse.keypoint_names);

# %% [markdown]
r"""
In the frame that they come from, the templates find what they were cut from, and a little more. In another frame some do well and others do not: the
joystick keeps its shape, a paw moves and turns, and a chin without a tongue looks much like a chin with one. Choose other frames and see. One patch is a
poor description of a paw; from many frames we can *learn* a better one.
"""

# %% explore minutes_cpu=0.1
other = next(i for i in validation_frames if large[i])
_, axes = plt.subplots(1, 2, figsize=(13, 5), layout="constrained")
for ax, i in zip(axes, (example, other)):
    with torch.no_grad():
        probabilities = torch.sigmoid(cut_out(prepare_example(mouse.images[i], mouse.keypoints_xy[i])[0]))
    rows, columns = probabilities.shape[1:]
    background = mouse.images[i][: 2 * rows : 2, : 2 * columns : 2]
    title = f"templates of frame {example} in frame {i}"
    plot_probabilities(probabilities, image=background, keypoint_names=mouse.keypoint_names, title=title, ax=ax)

# %% [markdown]
r"""
And this is where learning will start: random templates, which find nothing. The maps have the size of the image, but their grain is that of the
small one: with `mode="nearest"` the tracker has one logit for each 4 × 4 pixels. Try `mode="bilinear"`.
"""

# %% explore minutes_cpu=0.1
torch.manual_seed(0)
tracker = TemplatePoseTracker(len(mouse.keypoint_names), downsample=4, patch_size=101, mode="nearest")
print(f"{sum(p.numel() for p in tracker.parameters())} parameters, image {tuple(image.shape)}, logits {tuple(tracker(image).shape)}")
with torch.no_grad():
    figure_probabilities(torch.sigmoid(tracker(image)), keypoint_names=mouse.keypoint_names);

# %% [markdown]
r"""
### Bonus problem 2c: pooling, written into the template

Average pooling followed by a small template is one linear map, so there must be a single large template that does both at once. Find it:
the template `up` for which a convolution of the frame itself, with stride `factor`, equals the small template on the pooled frame. Each weight is
shared by a square of pixels. Downsampling *is* weight sharing.
"""

# %% exercise="upsample_template" minutes=15 bonus=true
from stats220.reference.pose import upsample_template

# %% test="upsample_template" points=4
check.upsample_template(upsample_template)

# %% [markdown]
r"""
## Part 3: a loss that does not overflow

Each pixel of each mask is a coin flip, $y \sim \mathrm{Bern}(\sigma(a))$. We want the weights under which the labels are most likely, so the loss is
the mean negative log likelihood over all $N$ pixels and key points:

$$\mathcal{L} = -\frac{1}{N} \sum_{k,i,j} \Big[ y_{k,i,j} \log \sigma(a_{k,i,j}) + (1 - y_{k,i,j}) \log\big(1 - \sigma(a_{k,i,j})\big) \Big].$$

Straight from the formula, it looks like this. Watch one pixel whose target is 0, as its logit grows:
"""

# %%
def naive_loss(logits, targets):
    """The Bernoulli loss as the formula stands. Do not use it."""
    probabilities = torch.exp(logits) / (1 + torch.exp(logits))
    return -torch.mean(targets * torch.log(probabilities) + (1 - targets) * torch.log(1 - probabilities))


# %% explore minutes_cpu=0.1
for logit in (1.0, 10.0, 16.0, 17.0, 89.0):
    logits, targets_of_zero = torch.full((1, 1, 1), logit), torch.zeros(1, 1, 1)
    print(f"logit {logit:4g}: naive loss {naive_loss(logits, targets_of_zero):.4f}")

# %% [markdown]
r"""
The true loss is a little more than the logit itself. The naive one is off at 16, infinite at 17, where $\sigma(a)$ is rounded to 1 and the
logarithm sees a 0, and not a number at 89, where $e^a$ is too large for `float32`. One such pixel among 776,000 spoils the mean; one NaN in a
gradient spoils all weights for good.

The cure begins with algebra. The probabilities cancel, and what is left is linear in $a$ but for one term:

$$-\log p(y \mid a) = \log(1 + e^a) - y a.$$
"""

# %% [markdown] question="stable_log_sum_exp" points=4
r"""
### Problem 3a: log-sum-exp

Show that for every number $m$

$$\log(1 + e^a) = m + \log(e^{-m} + e^{a - m}).$$

Why is the right-hand side safe to compute for $m = \max(0, a)$, whatever $a$ is? Think of overflow, and of the logarithm of zero. What would go
wrong with one $m$ for the whole map, its largest logit?
"""

# %% [markdown]
r"""
### Problem 3b: the Bernoulli loss

Write the loss that way, with an $m$ for each pixel. Compute with torch's own functions, so that gradients can flow back through it.
"""

# %% exercise="bernoulli_loss" minutes=20
from stats220.reference.pose import bernoulli_loss

# %% test="bernoulli_loss" points=6
check.bernoulli_loss(bernoulli_loss)

# %% [markdown]
r"""
The same pixel again, over all logits that `float32` can make trouble with.
"""

# %% explore minutes_cpu=0.1
sweep = torch.linspace(-110, 110, 441)
_, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for loss, style, name in ((bernoulli_loss, "-", "log-sum-exp"), (naive_loss, "--", "naive: stops where it is inf or NaN")):
    ax.plot(sweep, [loss(a.reshape(1, 1, 1), torch.zeros(1, 1, 1)) for a in sweep], style, linewidth=2, label=name)
ax.set(xlabel="logit a (nats)", ylabel="loss of one pixel with target 0 (nats)")
ax.legend();

# %% [markdown]
r"""
Is the tracker any good, before it has learned anything? Two numbers to compare with. A tracker that says "one half" everywhere has loss
$\log 2 \approx 0.69$. One that knows only how rare ones are, and says the same small probability everywhere, does much better. A
tracker that has learned where to look must do better still, and that is the next thing to do: make this number small, by stochastic gradient descent.
"""

# %% explore minutes_cpu=0.1
with torch.no_grad():
    untrained = bernoulli_loss(tracker(image), targets)
rate = targets.mean()
log_odds = torch.log(rate / (1 - rate)).expand_as(targets)
print(f"untrained tracker   {untrained:.4f}")
print(f"one half everywhere {bernoulli_loss(torch.zeros_like(targets), targets):.4f}")
print(f"{rate:.4f} everywhere   {bernoulli_loss(log_odds, targets):.4f}")
