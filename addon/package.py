"""What this extension is called where it is installed, and what its manifest allows it."""

from __future__ import annotations

import importlib.resources
import tomllib
from functools import cache
from pathlib import Path

NAME = __package__ or "addon"


def own_wheel() -> Path | None:
    """The wheel of avcore that this build carries, to install it with; None in a build of the code alone."""
    folder = Path(str(importlib.resources.files(NAME)))
    return next((wheel for place in ("engine_wheel", "wheels") for wheel in folder.glob(f"{place}/avcore-*.whl")), None)


@cache
def is_self_hosted() -> bool:
    """Whether this build may fetch software: only then does its manifest ask for the network."""
    text = importlib.resources.files(NAME).joinpath("blender_manifest.toml").read_text(encoding="utf-8")
    return "network" in tomllib.loads(text).get("permissions", {})
