"""What the extension keeps with what it makes, so that it can make it again; the same for what ``setup`` makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headless.job import Shot
from headless.scene.templates import Stage

if TYPE_CHECKING:
    from bpy.types import Scene


def recipe_of(shot: Shot, scene: Scene, stage: Stage, *, strip: str, size: tuple[int, int]) -> str:
    """The settings of the extension's panel that make what a shot shows; ``size`` is the picture's, in pixels."""
    texture = shot.bakes[0].texture if shot.bakes else None
    out = shot.bakes[0].out if shot.bakes else None
    told: dict[str, Any] = {
        "sound": {"kind": "STRIP", "strip": strip, "channel": 1, "file": "", "file_start": shot.first},
        "preset": {"name": shot.preset, "overrides": json.dumps(dict(shot.overrides), sort_keys=True)},
        "bake": {
            "width": size[0],
            "height": size[1],
            "range": "CUSTOM",
            "first": shot.first,
            "last": shot.last,
            "format": texture.format if texture is not None else "png",
            "bits": str(texture.bits) if texture is not None and texture.format == "png" else "8",
            "quality": texture.quality if texture is not None else "final",
            "folder": str(out.parent) if out is not None else "",
            "name": out.name if out is not None else "",
            "target": "MATERIAL" if stage.obj is not None else "IMAGE",
            "maps": sorted(texture.maps) if texture is not None else [],
            "surface": "LIT" if stage.lit else "SHINING",
        },
        "object": stage.obj.name if stage.obj is not None else "",
        "scene": scene.name,
        "path": str(shot.song),
    }
    if shot.kind == "live":
        told["live"] = {"coordinates": "UV", "emission": False, "keys": "OWN"}
    return json.dumps(told, sort_keys=True)
