"""What avcore needs besides Python, by the names that pip knows. Nothing is imported here: any Python can be asked."""

from __future__ import annotations

import importlib.metadata
import importlib.util

NEEDED = (
    "numpy", "scipy", "soundfile", "soxr", "imageio-ffmpeg", "pyyaml", "safetensors", "array-api-compat", "numba",
    "pillow", "isal", "OpenEXR", "platformdirs", "tqdm",
)  # fmt: skip
OPTIONAL = {"matplotlib": "for plots", "torch": "for graphics cards and wide networks"}


def version(name: str) -> str | None:
    """The version of a package; None where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def missing() -> list[str]:
    """The packages that are needed and not here."""
    # An application's own packages may lie there without a record of their installation.
    return [name for name in NEEDED if not version(name) and not importlib.util.find_spec(name.replace("-", "_"))]
