"""The neural field as one Triton kernel: a tile of pixels goes through camera, network and paint in registers.

Coordinates, first layer, activations, output layer and colour are float32; the matrices between hidden layers are
float16 with float32 accumulation, on tensor cores. Memory sees weights coming in and colours going out.
"""

# mypy: disallow-untyped-decorators=False
# mypy: disable-error-code="assignment, misc"
# (the parts of a layer are a tuple that grows)
# ruff: noqa: N803 (Triton's constants are capitals)

from __future__ import annotations

import triton
import triton.language as tl

from avcore.compute import triton_pack
from avcore.compute.triton_camera import ASPECT, planes
from avcore.compute.triton_math import activate
from avcore.compute.triton_paint import RING_STEPS, brush

OUT_BIAS = tl.constexpr(9)
BIASES_AT = tl.constexpr(triton_pack.BIASES_AT)

# Mask of the activations without a bound; they are held inside the range of float16.
UNBOUNDED = tl.constexpr(sum(1 << triton_pack.CODES[name] for name in ("abs", "softplus", "identity")))
NAMES = tl.constexpr(len(triton_pack.CODES))
LARGEST_HALF = tl.constexpr(65504.0)


# Sizes that differ from frame to frame and from band to band do not make the kernel compile again.
@triton.jit(do_not_specialize=["begin", "end", "columns", "width", "height"])
def frame_kernel(
    out: tl.tensor,
    numbers: tl.tensor,
    matrices: tl.tensor,
    begin: tl.tensor,
    end: tl.tensor,
    columns: tl.tensor,
    width: tl.tensor,
    height: tl.tensor,
    pictures: tl.tensor,
    supersample: tl.tensor,
    WIDTH: tl.constexpr,
    PLANES: tl.constexpr,
    SPACE: tl.constexpr,
    SYMMETRY: tl.constexpr,
    MODE: tl.constexpr,
    CODES: tl.constexpr,
    CYCLE: tl.constexpr,
    USED: tl.constexpr,
    FAST: tl.constexpr,
    FULL: tl.constexpr,
    PIXELS: tl.constexpr,
    PART: tl.constexpr,
) -> None:
    """Fill the pixels ``begin`` to ``end`` of a region ``columns`` wide of a frame of ``width`` times ``height``.

    ``out`` [shape=(pixels of the region, 3)] has the full range ``FULL``; 0 stands for float32 in [0, 1]. Each
    pixel is the mean of ``supersample`` squared samples of each of the ``pictures``, laid out by ``triton_pack``.
    """
    pixel = begin + tl.program_id(0) * PIXELS + tl.arange(0, PIXELS)
    column, row = (pixel % columns).to(tl.float32), (pixel // columns).to(tl.float32)
    # Constants, so that the compiler knows how weights are aligned and loads them 16 bytes at a time.
    palette: tl.constexpr = BIASES_AT + (len(CODES) + PLANES + 3) * WIDTH
    red = tl.zeros((PIXELS,), tl.float32)
    green = tl.zeros((PIXELS,), tl.float32)
    blue = tl.zeros((PIXELS,), tl.float32)
    for sample in range(pictures * supersample * supersample):
        # All samples of one picture in turn, so that its weights stay in the cache.
        part = sample % (supersample * supersample)
        picture = sample // (supersample * supersample)
        own = numbers + picture * (palette + 3 * RING_STEPS)
        own_matrices = matrices + picture * ((len(CODES) - 1) * WIDTH * WIDTH)
        u = (column + (part % supersample + 0.5) / supersample) / width
        v = (row + (part // supersample + 0.5) / supersample) / height
        a, b, c = _network(u, v, own, own_matrices, WIDTH, PLANES, SPACE, SYMMETRY, CODES, CYCLE, USED, FAST, PART)
        x, y = (u - 0.5) * tl.load(own + ASPECT), 0.5 - v
        r, g, bl = brush(a, b, c, x, y, own, own + palette, MODE)
        red += r
        green += g
        blue += bl
    share = 1.0 / (pictures * supersample * supersample)
    _store(out, pixel, end, red * share, green * share, blue * share, FULL)


@triton.jit
def _network(
    u: tl.tensor,
    v: tl.tensor,
    numbers: tl.tensor,
    matrices: tl.tensor,
    WIDTH: tl.constexpr,
    PLANES: tl.constexpr,
    SPACE: tl.constexpr,
    SYMMETRY: tl.constexpr,
    CODES: tl.constexpr,
    CYCLE: tl.constexpr,
    USED: tl.constexpr,
    FAST: tl.constexpr,
    PART: tl.constexpr,
) -> tl.tensor:
    """The three outputs of the network [shape=(pixels,)].

    The units of a layer are held in parts of ``PART``: only one part at a time is in float32.
    """
    where = planes(u, v, numbers, SPACE, SYMMETRY, FAST)
    layers: tl.constexpr = len(CODES)
    biases = numbers + BIASES_AT
    first = biases + layers * WIDTH
    last = first + PLANES * WIDTH
    units = tl.arange(0, PART)
    h = ()
    for part in tl.static_range(WIDTH // PART):
        h += (_first(where, biases + part * PART + units, first + part * PART + units, WIDTH, PLANES, CODES[0], FAST),)
    # With one layer there is nothing to go round, and no code to name.
    if layers > 1:
        for done in tl.range(0, layers - 1, num_stages=1):
            code = CODES[1] + 0 * done
            for step in tl.static_range(1, CYCLE):
                code = tl.where(done % CYCLE == step, CODES[1 + step], code)
            h = _layer(h, matrices + done * WIDTH * WIDTH, biases + (done + 1) * WIDTH, code, WIDTH, PART, USED, FAST)
    a = tl.load(numbers + OUT_BIAS) + _output(h[0], last, units)
    b = tl.load(numbers + OUT_BIAS + 1) + _output(h[0], last + WIDTH, units)
    c = tl.load(numbers + OUT_BIAS + 2) + _output(h[0], last + 2 * WIDTH, units)
    for part in tl.static_range(1, WIDTH // PART):
        a += _output(h[part], last + part * PART, units)
        b += _output(h[part], last + part * PART + WIDTH, units)
        c += _output(h[part], last + part * PART + 2 * WIDTH, units)
    return a, b, c


@triton.jit
def _first(
    where: tl.tensor,
    bias: tl.tensor,
    weights: tl.tensor,
    WIDTH: tl.constexpr,
    PLANES: tl.constexpr,
    CODE: tl.constexpr,
    FAST: tl.constexpr,
) -> tl.tensor:
    """Units of the first layer, in float32: half precision would round the coordinates to steps that can be seen.

    Computed with a row to each unit and turned: so Triton spreads the pixels over the threads. The other way round
    it spreads the units, and every thread computes the coordinates of many pixels, in hundreds of registers.
    """
    h = tl.load(bias)[:, None] + where[0][None, :] * tl.load(weights)[:, None]
    for plane in tl.static_range(1, PLANES):
        h += where[plane][None, :] * tl.load(weights + plane * WIDTH)[:, None]
    return tl.trans(_half(activate(h, CODE, FAST), 1 << CODE))


@triton.jit
def _layer(
    h: tl.tensor,
    matrix: tl.tensor,
    bias: tl.tensor,
    code: tl.tensor,
    WIDTH: tl.constexpr,
    PART: tl.constexpr,
    USED: tl.constexpr,
    FAST: tl.constexpr,
) -> tl.tensor:
    """The next layer; ``matrix`` points to its weights [shape=(in, out)], ``bias`` to its biases."""
    units = tl.arange(0, PART)
    square = units[:, None] * WIDTH + units[None, :]
    new = ()
    for part in tl.static_range(WIDTH // PART):
        total = tl.dot(h[0], tl.load(matrix + part * PART + square))
        for other in tl.static_range(1, WIDTH // PART):
            total = tl.dot(h[other], tl.load(matrix + other * PART * WIDTH + part * PART + square), total)
        total += tl.load(bias + part * PART + units)[None, :]
        # One of these is true: each may overwrite, so no register holds the argument beside the result.
        for name in tl.static_range(NAMES):
            if USED & (1 << name):  # noqa: SIM102 (only the outer one is known to the compiler)
                if code == name:
                    total = activate(total, name, FAST)
        new += (_half(total, USED),)
    return new


@triton.jit
def _half(h: tl.tensor, USED: tl.constexpr) -> tl.tensor:
    """``h`` in float16; where one of the activations ``USED`` has no bound, held inside its range."""
    if UNBOUNDED & USED:
        h = tl.minimum(tl.maximum(h, -LARGEST_HALF), LARGEST_HALF)
    return h.to(tl.float16)


@triton.jit
def _output(h: tl.tensor, weights: tl.tensor, units: tl.tensor) -> tl.tensor:
    return tl.sum(h.to(tl.float32) * tl.load(weights + units)[None, :], axis=1)


@triton.jit
def _store(
    out: tl.tensor,
    pixel: tl.tensor,
    end: tl.tensor,
    red: tl.tensor,
    green: tl.tensor,
    blue: tl.tensor,
    FULL: tl.constexpr,
) -> None:
    inside = pixel < end
    if FULL > 0:
        kind: tl.constexpr = out.dtype.element_ty
        red = (red * FULL + 0.5).to(tl.int32).to(kind)
        green = (green * FULL + 0.5).to(tl.int32).to(kind)
        blue = (blue * FULL + 0.5).to(tl.int32).to(kind)
    tl.store(out + 3 * pixel, red, inside)
    tl.store(out + 3 * pixel + 1, green, inside)
    tl.store(out + 3 * pixel + 2, blue, inside)
