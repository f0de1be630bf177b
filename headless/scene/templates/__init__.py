"""Scenes to show a picture in, built by code: ``plane``, ``sphere`` and ``room``; or a .blend of the user's.

Each has a function ``build(scene, size)`` that puts objects, light and a camera into an empty scene and returns the
``Stage``: where the picture goes. ``size`` is that of the picture, in pixels.
"""

from __future__ import annotations

from collections.abc import Callable

from . import plane, room, sphere, users
from .stage import Stage

TEMPLATES: dict[str, Callable[..., Stage]] = {"plane": plane.build, "sphere": sphere.build, "room": room.build}

__all__ = ["TEMPLATES", "Stage", "users"]
