"""Functions of the Triton kernels: waves, angles and the activations of neural fields.

Written with what both the compiler and Triton's interpreter offer, so that the interpreter can hold them to the
reference. ``FAST`` swaps the last step of the waves for the GPU's own ``sin.approx`` and ``cos.approx``, whose
absolute error in [-pi, pi] is 2**-20.5 (CUDA C++ Programming Guide, intrinsic functions ``__sinf`` and ``__cosf``:
2**-21.41 and 2**-21.19); elsewhere the library's exact ones take that step.
"""

# mypy: disallow-untyped-decorators=False

from __future__ import annotations

import triton
import triton.language as tl
from triton.language.extra import libdevice


@triton.jit
def _turned_back(x: tl.tensor) -> tl.tensor:
    """``x`` less whole turns, in [-pi, pi].

    Two parts of 2 pi (Cody and Waite 1980): the first has 8 bits, so that its multiples are exact up to 65 536 turns.
    """
    turns = tl.floor(x * 0.15915494309189535 + 0.5)
    return (x - turns * 6.28125) - turns * 0.0019353071795864769


@triton.jit
def sine(x: tl.tensor, FAST: tl.constexpr) -> tl.tensor:  # noqa: N803
    """Sine; absolute error below 1e-6 for ``|x|`` up to 1000, and 1e-9 ``|x|`` beyond."""
    x = _turned_back(x)
    return libdevice.fast_sinf(x) if FAST else tl.sin(x)


@triton.jit
def cosine(x: tl.tensor, FAST: tl.constexpr) -> tl.tensor:  # noqa: N803
    """Cosine, with the bounds of ``sine``."""
    x = _turned_back(x)
    return libdevice.fast_cosf(x) if FAST else tl.cos(x)


@triton.jit
def sigmoid(x: tl.tensor) -> tl.tensor:
    """``1 / (1 + exp(-x))``; the exponential may overflow, its inverse is then 0."""
    return 1.0 / (1.0 + tl.exp(-x))


@triton.jit
def angle(y: tl.tensor, x: tl.tensor) -> tl.tensor:
    """``atan2(y, x)`` with an absolute error below 5e-7; 0 at the origin.

    ``atan(t) / t`` as a polynomial of degree 8 in ``t * t``, interpolated at Chebyshev nodes of [0, 1], within 1e-7.
    """
    across, up = tl.abs(x), tl.abs(y)
    t = tl.minimum(across, up) / tl.maximum(tl.maximum(across, up), 1e-30)
    s = t * t
    a = 0.0028340641874819994 * s - 0.016005029901862144
    a = (a * s + 0.042587608098983765) * s - 0.07495445758104324
    a = (a * s + 0.10636754333972931) * s - 0.14202570915222168
    a = (a * s + 0.19992484152317047) * s - 0.3333306610584259
    a = (a * s + 1.0) * t
    a = tl.where(up > across, 1.5707963267948966 - a, a)
    a = tl.where(x < 0.0, 3.141592653589793 - a, a)
    return tl.where(y < 0.0, -a, a)


@triton.jit
def activate(x: tl.tensor, CODE: tl.constexpr, FAST: tl.constexpr) -> tl.tensor:  # noqa: N803
    """The activation that ``CODE`` (``triton_pack.CODES``) names; identity where it names none of these."""
    if CODE == 0:
        x = sine(x, FAST)
    elif CODE == 1:
        x = cosine(x, FAST)
    elif CODE == 2:
        x = tl.exp(-x * x)
    elif CODE == 3:
        x = 1.0 - 2.0 / (1.0 + tl.exp(2.0 * x))
    elif CODE == 4:
        x = sigmoid(x)
    elif CODE == 5:
        turns = x * 0.15915494309189535 - 0.25
        x = 1.0 - 4.0 * tl.abs(turns - tl.floor(turns + 0.5))
    elif CODE == 6:
        x = tl.abs(x)
    elif CODE == 7:
        x = tl.maximum(x, 0.0) + tl.log(1.0 + tl.exp(-tl.abs(x)))
    elif CODE == 8:
        x = 1.0 / (1.0 + x * x)
    return x
