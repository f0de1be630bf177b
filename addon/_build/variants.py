"""The builds of the extension: what each has besides the code, and how its manifest says so."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

# Pythons that Blender brings, and which of its versions do.
PYTHONS = {"311": ("4.2.0", "5.1.0"), "313": ("5.1.0", "")}
INSTALLS = 'network = "Install avcore or send a farm job when a button is pressed"\n'
LEFT_OUT = ("_build", "__pycache__")


@dataclass(frozen=True)
class Variant:
    """One zip: ``light``, or ``full`` or ``full-torch`` for one Python and one platform."""

    kind: str
    python: str = ""
    platform: str = ""

    @property
    def label(self) -> str:
        """Its name among the others."""
        return "-".join(part for part in (self.kind, self.python and f"cp{self.python}", self.platform) if part)

    def file_stem(self, addon: Path) -> str:
        """Its file name without the ending."""
        manifest = tomllib.loads((addon / "blender_manifest.toml").read_text(encoding="utf-8"))
        return f"{manifest['id']}-{manifest['version']}-{self.label}"


def stage(addon: Path, folder: Path, variant: Variant, wheels: list[Path]) -> Path:
    """A folder with the code, the wheels and the manifest of a variant, made anew.

    The light one has avcore's own wheel at most, for the button that installs it; Blender does not unpack that.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(addon, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    place = folder / ("engine_wheel" if variant.kind == "light" else "wheels")
    for wheel in wheels:
        place.mkdir(exist_ok=True)
        shutil.copy2(wheel, place / wheel.name)
    path = folder / "blender_manifest.toml"
    path.write_text(manifest(path.read_text(encoding="utf-8"), variant, wheels), encoding="utf-8")
    return folder


def manifest(text: str, variant: Variant, wheels: list[Path]) -> str:
    """The manifest of a variant, from the one in the tree: plain lines are added, nothing else is changed."""
    if variant.kind == "light":  # the build that may install software, and so needs the network
        return text.replace("[permissions]\n", f"[permissions]\n{INSTALLS}")
    least, most = PYTHONS.get(variant.python, ("4.2.0", ""))
    lines = [f"platforms = {json.dumps([variant.platform])}"]
    if most:
        lines.append(f"blender_version_max = {json.dumps(most)}")
    lines.append(f"wheels = {json.dumps([f'./wheels/{wheel.name}' for wheel in wheels], indent=2)}")
    text = re.sub(r"(?m)^blender_version_min = .*$", f'blender_version_min = "{least}"', text)
    return text.replace("\n[permissions]", "\n".join(["", *lines, "", "[permissions]"]), 1)
