"""The drawn scene of the pose lab's simulator: a mouse in infra-red light that reaches for a joystick.

Everything is painted with soft-edged shapes on float32 arrays (height, width, 3), in gray levels from 0 to 255. The
layers that stay (background, head and body) are made once; arm, paw, joystick and tongue are painted on each frame,
each in the box that it fills. Pixel centers are at whole numbers, x to the right and y downwards.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline
from scipy.ndimage import distance_transform_edt, gaussian_filter, rotate

from stats220.data.mouse_movement import BAND_DISTANCE, MAX_HEAD_SHIFT, MOUTH_XY, Pose, Vector

Canvas = NDArray[np.float32]
Box = tuple[slice, slice]
Tint = tuple[float, float, float]

HEIGHT, WIDTH = 747, 832
SHAFT_HALF_WIDTH = 28.0
MARGIN = MAX_HEAD_SHIFT

# Red, green and blue: a trace of color helps the eye to tell the parts apart.
SKIN: Tint = (1.0, 0.96, 0.94)
TONGUE: Tint = (1.0, 0.88, 0.91)
WOOD: Tint = (0.96, 0.98, 1.0)
FUR: Tint = (1.0, 0.99, 0.98)

# The outline of head and body, (x, y): back, belly, chest, chin, nose, forehead.
# fmt: off
HEAD_XY = (
    (150, -40), (-40, -40), (-40, 560), (30, 520), (110, 490), (205, 432), (300, 372), (380, 345), (470, 334),
    (545, 318), (590, 284), (640, 254), (668, 212), (690, 186), (706, 158), (694, 126), (652, 100), (612, 52),
    (560, 8), (520, -40),
)
# fmt: on


class Scene:
    """The layers that stay, and :meth:`render`, which puts the moving parts between and before them."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.background = _background(rng)
        self.head, self.head_cover = _head(rng)
        rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
        lamp_x, lamp_y = rng.uniform((0.45, 0.55), (0.65, 0.85)) * (WIDTH, HEIGHT)
        squared = ((columns - lamp_x) / WIDTH) ** 2 + ((rows - lamp_y) / HEIGHT) ** 2
        self.light = (0.85 + 0.4 * np.exp(-2.0 * squared))[..., None].astype(np.float32)
        grain = gaussian_filter(rng.normal(size=(600, 80)), (6.0, 2.0), mode="wrap")
        self.grain = grain / grain.std()  # of the shaft, along and across it

    def render(self, pose: Pose, gain: float = 1.0) -> Canvas:
        """One frame without camera noise, float32 (747, 832, 3); `gain` is the light's strength."""
        canvas = self.background.copy()
        shoulder = np.array([80.0 + 0.3 * pose.hand[0], 400.0])  # under the fur
        arm = pose.hand - shoulder
        wrist = pose.hand - arm * (45.0 / np.hypot(*arm))
        paint_stroke(canvas, shoulder, wrist, (62.0, 28.0), 120.0, SKIN, softness=6.0)
        dx, dy = pose.head_shift
        window = np.s_[MARGIN - dy : MARGIN - dy + HEIGHT, MARGIN - dx : MARGIN - dx + WIDTH]
        canvas *= 1.0 - self.head_cover[window]
        canvas += self.head[window]
        if pose.tongue is not None:
            paint_stroke(
                canvas, MOUTH_XY + pose.head_shift, pose.tongue, (15.0, 12.0), 172.0, TONGUE
            )
        paint_stroke(canvas, wrist, pose.hand, (29.0, 27.0), 185.0, SKIN)
        self._paint_joystick(canvas, pose)
        _paint_fingers(canvas, pose)
        canvas *= self.light * np.float32(gain)
        return canvas

    def _paint_joystick(self, canvas: Canvas, pose: Pose) -> None:
        """A shaft with a dark band, and a glassy cap that glows in its middle."""
        tip = pose.joystick_tip
        axis = (pose.joystick_band - tip) / BAND_DISTANCE
        paint_stroke(canvas, tip, tip, (30.0, 30.0), 90.0, WOOD)
        rows, columns, box = _box(canvas, tip, tip + axis * HEIGHT, SHAFT_HALF_WIDTH + 4.0)
        x, y = columns - tip[0], rows - tip[1]
        along, across = x * axis[0] + y * axis[1], x * axis[1] - y * axis[0]
        shade = np.sqrt(np.clip(1.05 - (across / SHAFT_HALF_WIDTH) ** 2, 0.0, 1.0))
        grain = self.grain[along.astype(int) % 600, across.astype(int) % 80]
        band = np.clip(9.0 - np.abs(along - BAND_DISTANCE), 0.0, 1.0)
        level = (105.0 + 90.0 * shade) * (1.0 + 0.06 * grain) * (1.0 - 0.6 * band)
        cover = np.clip(SHAFT_HALF_WIDTH + 0.5 - np.abs(across), 0.0, 1.0)
        _blend(canvas, box, level, cover * np.clip((along - 16.0) / 4.0, 0.0, 1.0), WOOD)
        rows, columns, box = _box(canvas, tip, tip, 24.0)
        glow = np.exp(-((columns - tip[0]) ** 2 + (rows - tip[1]) ** 2) / (2 * 5.0**2))
        _blend(canvas, box, 255.0, glow, WOOD)


def paint_stroke(
    canvas: Canvas,
    start_xy: ArrayLike,
    end_xy: ArrayLike,
    radii: tuple[float, float],
    level: float,
    tint: Tint,
    softness: float = 2.0,
) -> None:
    """Paint in place a rounded stroke whose radius goes from the first to the second, darker toward its edge."""
    start, end = np.asarray(start_xy, dtype=float), np.asarray(end_xy, dtype=float)
    rows, columns, box = _box(canvas, start, end, max(radii) + softness)
    step = end - start
    x, y = columns - start[0], rows - start[1]
    t = np.clip((x * step[0] + y * step[1]) / max(float(step @ step), 1e-9), 0.0, 1.0)
    radius = radii[0] + t * (radii[1] - radii[0])
    distance = np.hypot(x - t * step[0], y - t * step[1])
    cover = np.clip(0.5 + (radius - distance) / softness, 0.0, 1.0)
    shade = 0.7 + 0.3 * np.sqrt(np.clip(1.0 - (distance / radius) ** 2, 0.0, 1.0))
    _blend(canvas, box, level * shade, cover, tint)


def _box(canvas: Canvas, start: Vector, end: Vector, pad: float) -> tuple[Canvas, Canvas, Box]:
    """Rows (h, 1), columns (1, w) and slices of the part of the canvas around a stroke; may be empty."""
    low = np.floor(np.minimum(start, end) - pad).astype(int)
    high = np.ceil(np.maximum(start, end) + pad).astype(int) + 1
    (left, top), (right, bottom) = np.clip((low, high), 0, canvas.shape[1::-1])
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    columns = np.arange(left, right, dtype=np.float32)[None, :]
    return rows, columns, np.s_[top:bottom, left:right]


def _blend(canvas: Canvas, box: Box, level: ArrayLike, cover: ArrayLike, tint: Tint) -> None:
    """Cover a box of the canvas, each pixel by a share from 0 to 1."""
    color = np.asarray(level, dtype=np.float32)[..., None] * np.asarray(tint, dtype=np.float32)
    share = np.asarray(cover, dtype=np.float32)[..., None]
    canvas[box] += share * (color - canvas[box])


def _paint_fingers(canvas: Canvas, pose: Pose) -> None:
    """Four fingers, in front of the joystick; the first has a bright tip."""
    x, y = pose.finger - pose.hand
    for degrees, length in ((66.0, 0.8), (44.0, 0.95), (22.0, 1.02), (0.0, 1.0)):
        cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
        finger = length * np.array([cos * x - sin * y, sin * x + cos * y])
        root, tip = pose.hand + 0.3 * finger, pose.hand + finger
        paint_stroke(canvas, root, tip, (14.0, 9.0), 205.0, SKIN)
    paint_stroke(canvas, pose.finger, pose.finger, (6.0, 6.0), 255.0, SKIN)


def _background(rng: np.random.Generator) -> Canvas:
    """Out-of-focus lights, the perch with the other paw on it, and the water spout."""
    canvas = np.full((HEIGHT, WIDTH, 3), 11.0, dtype=np.float32)
    lights = ((668, 66, 64, 75), (800, 120, 50, 60), (430, 655, 32, 60), (640, 725, 70, 70))
    for x, y, radius, level in lights:
        paint_stroke(
            canvas, (x, y), (x, y + radius / 2), (radius, radius), level, FUR, softness=40.0
        )
    paint_stroke(canvas, (-20, 674), (330, 672), (22.0, 18.0), 150.0, WOOD, softness=14.0)
    paint_stroke(canvas, (20, 560), (70, 640), (34.0, 24.0), 120.0, SKIN, softness=4.0)
    for fingertip in ((66, 690), (88, 694), (108, 684)):
        paint_stroke(canvas, (72, 648), fingertip, (15.0, 9.0), 190.0, SKIN)
    paint_stroke(canvas, (600, 296), (840, 332), (7.0, 9.0), 30.0, FUR)
    uneven = gaussian_filter(rng.normal(size=(HEIGHT, WIDTH)), 20.0)
    canvas *= (1.0 + 0.03 * uneven / uneven.std())[..., None]
    return canvas


def _head(rng: np.random.Generator) -> tuple[Canvas, Canvas]:
    """Head and body, lit from below, with a margin on all sides: (colors times cover, cover from 0 to 1)."""
    size = (WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN)
    knots = np.array([*HEAD_XY, HEAD_XY[0]], dtype=float) + MARGIN
    at = np.append(0.0, np.cumsum(np.hypot(*np.diff(knots, axis=0).T)))
    outline = CubicSpline(at, knots, bc_type="periodic")(np.linspace(0.0, at[-1], 800))
    drawing = Image.new("L", size)
    ImageDraw.Draw(drawing).polygon(outline.ravel().tolist(), fill=255)
    inside = np.asarray(drawing, dtype=np.float32) / 255.0

    color = _fur(inside, rng)[..., None] * np.asarray(FUR, dtype=np.float32)
    eye_x, eye_y = 397 + MARGIN, 66 + MARGIN
    for start_x, end_x, y, radius, level in (
        (-10, 10, 0, 28.0, 5.0),  # the eye, its highlight, the reflection below
        (-2, -2, 4, 5.0, 255.0),
        (-12, 4, 20, 5.0, 150.0),
    ):
        start, end = (eye_x + start_x, eye_y + y), (eye_x + end_x, eye_y + y)
        paint_stroke(color, start, end, (radius, radius), level, FUR, softness=5.0)
    for start, end, radius in (((120, -60), (105, 190), 36.0), ((140, 10), (360, 2), 16.0)):
        paint_stroke(color, start, end, (radius, radius), 125.0, FUR, softness=30.0)  # apparatus

    hairs = _hairs(outline, size, rng)
    hair_cover = np.clip(hairs / 160.0, 0.0, 0.9)
    color += hair_cover[..., None] * (1.2 * hairs[..., None] - color)
    cover = np.maximum(gaussian_filter(inside, 1.5), hair_cover)[..., None]
    return color * cover, cover


def _fur(inside: Canvas, rng: np.random.Generator) -> Canvas:
    """Gray levels of the fur: a bright muzzle, a bright rim below, strands and patches."""
    height, width = inside.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    depth = distance_transform_edt(inside)
    level = 20.0 + 55.0 * np.exp(-(((columns - 600) / 130) ** 2) - ((rows - 190) / 110) ** 2)
    level += 40.0 * np.exp(-((columns / 60) ** 2) - ((rows - 60) / 200) ** 2)
    rim = 60.0 * np.exp(-depth / 60.0) + 130.0 * np.exp(-depth / 10.0)
    level += np.clip((rows - 150) / 200, 0.0, 1.0) * rim
    strands = gaussian_filter(rng.normal(size=(1400, 1400)), (1.3, 4.0))
    strands = rotate(strands, -35, reshape=False)[250 : 250 + height, 250 : 250 + width]
    patches = gaussian_filter(rng.normal(size=(height, width)), 12.0)
    level *= np.exp(0.14 * strands / strands.std() + 0.14 * patches / patches.std())
    return np.asarray(np.clip(level, 0.0, 235.0), dtype=np.float32)


def _hairs(outline: Vector, size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Gray levels of the hairs along the lower rim, and of the whiskers."""
    drawing = Image.new("L", size)
    pen = ImageDraw.Draw(drawing)
    for x, y in outline[rng.integers(0, len(outline), 1500)]:
        if y > 250:
            inset, length, lean = rng.exponential(14.0), rng.gamma(3.0, 6.0), rng.normal(0.1, 0.3)
            ends = (float(x), float(y - inset), float(x + lean * length), float(y + length - 4.0))
            pen.line(ends, fill=int(rng.uniform(40, 230)), width=int(rng.integers(1, 4)))
    t = np.linspace(0.0, 1.0, 12)
    for _ in range(16):
        x, y, length = rng.uniform(570, 690), rng.uniform(180, 280), rng.uniform(90, 240)
        angle, bend = rng.uniform(-0.2, 1.7), rng.normal(0.0, 40.0)
        xs = x + length * t * np.cos(angle) - bend * t**2 * np.sin(angle)
        ys = y + length * t * np.sin(angle) + bend * t**2 * np.cos(angle)
        whisker = np.column_stack([xs, ys]).ravel().tolist()
        pen.line(whisker, fill=int(rng.uniform(50, 110)), width=2)
    return np.asarray(gaussian_filter(np.asarray(drawing, dtype=np.float32), 1.0))
