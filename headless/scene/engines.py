"""Render engines by the names that people use, over the names of Blender 4.2 to 5.2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import bpy

from avcore.errors import UsageError

if TYPE_CHECKING:
    from bpy.types import Scene

EEVEE = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"
NAMES = {"cycles": "CYCLES", "eevee": EEVEE, "workbench": "BLENDER_WORKBENCH"}
DRAWN = (EEVEE, NAMES["workbench"])


def identifier(name: str) -> str:
    """Blender's own name of an engine: of ``eevee``, ``BLENDER_EEVEE_NEXT``, ``CYCLES`` ...

    Raises:
        UsageError: there is none of that name.
    """
    plain = name.lower().removeprefix("blender_").removesuffix("_next")
    if plain not in NAMES:
        raise UsageError(f"there is no engine {name!r}; use {', '.join(NAMES)}")
    return NAMES[plain]


def set_samples(scene: Scene, samples: int) -> None:
    """Samples a pixel, of whichever engine the scene has."""
    if scene.render.engine == NAMES["cycles"]:
        scene.cycles.samples = samples
    elif scene.render.engine == EEVEE:
        scene.eevee.taa_render_samples = samples


def samples_of(scene: Scene) -> int:
    """Samples a pixel of the scene's engine; 0 where it has none."""
    if scene.render.engine == NAMES["cycles"]:
        return int(scene.cycles.samples)
    return int(scene.eevee.taa_render_samples) if scene.render.engine == EEVEE else 0
