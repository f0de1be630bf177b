"""What Blender evaluates, for tests of keys."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

FRAMES = np.arange(1, 101)
WAVE = 0.5 + 0.5 * np.sin(FRAMES / 5)


def seen(owner: Any, path: str, frames: Any, index: int | None = None) -> np.ndarray:
    """The values that Blender evaluates."""
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(int(frame))
        evaluated = (
            owner.evaluated_get(bpy.context.evaluated_depsgraph_get()) if hasattr(owner, "evaluated_get") else owner
        )
        value = evaluated.path_resolve(path)
        values.append(value if index is None else value[index])
    return np.array(values)
