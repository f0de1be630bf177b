"""Ramps, mixtures and turns: the small functions that looks of all families are written with."""

from __future__ import annotations

from typing import Any


def mix(a: Any, b: Any, share: Any) -> Any:
    """``a`` where ``share`` is 0, ``b`` where it is 1."""
    return a + share * (b - a)


def held(value: Any, low: float, high: float) -> Any:
    """``value`` within limits, for a knob: a float, or an array without a shape."""
    return 0.5 * (abs(value - low) - abs(value - high) + (low + high))


def smoothstep(xp: Any, low: Any, high: Any, x: Any) -> Any:
    """0 below ``low``, 1 above ``high``, smooth between."""
    t = xp.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def constant(like: Any, value: Any) -> Any:
    """A number, or an array without axes, as an array [shape=(1,)] of the kind of ``like``."""
    return like[:1] * 0.0 + value


def rotated(xp: Any, x: Any, y: Any, angle: Any) -> tuple[Any, Any]:
    """The point (x, y) turned by ``angle`` radians (a number), anti-clockwise."""
    turned = constant(x, angle)
    c, s = xp.cos(turned), xp.sin(turned)
    return c * x - s * y, s * x + c * y
