"""What this extension is called where it is installed, and what its manifest allows it."""

from __future__ import annotations

import importlib.resources
import tomllib
from functools import cache

NAME = __package__ or "addon"


@cache
def is_self_hosted() -> bool:
    """Whether this build may fetch software: only then does its manifest ask for the network."""
    text = importlib.resources.files(NAME).joinpath("blender_manifest.toml").read_text(encoding="utf-8")
    return "network" in tomllib.loads(text).get("permissions", {})
