"""Blender's own command for extensions, run by a plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

NAME = "blender_ext.py"


class ToolError(Exception):
    """Blender's tool is missing, or refuses; the text is what it said."""


@dataclass(frozen=True)
class Tool:
    """``blender_ext.py`` and the list of tags that it checks against, where that is known."""

    script: Path
    tags: Path | None

    def build(self, folder: Path, path: Path) -> None:
        """Pack a folder.

        Raises:
            ToolError: it refuses.
        """
        self._run("build", "--source-dir", str(folder), "--output-filepath", str(path))

    def validate(self, path: Path) -> None:
        """Check a zip.

        Raises:
            ToolError: it refuses.
        """
        self._run("validate", str(path))

    def _run(self, command: str, *arguments: str) -> None:
        tags = ["--valid-tags", str(self.tags)] if self.tags else []
        done = subprocess.run(
            [sys.executable, str(self.script), command, *tags, *arguments], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise ToolError((done.stdout + done.stderr).strip())


def find(given: Path | None) -> Tool:
    """The tool: the given one, or that of a bpy wheel in an environment of this checkout.

    Raises:
        ToolError: there is none.
    """
    root = Path(__file__).resolve().parent.parent.parent
    named = [Path(part) for part in os.environ.get("AVCORE_BPY_VENVS", "").split(os.pathsep) if part]
    venvs = named or sorted(root.glob(".venv-bpy*"))
    scripts = [found for venv in venvs for found in venv.glob("lib/python3*/site-packages/bpy/*/scripts")]
    script = given or next((each / "addons_core/bl_pkg/cli" / NAME for each in scripts), None)
    if script is None or not script.is_file():
        raise ToolError(f"there is no {NAME}; `make .venv-bpy45/.ready` gets it, or name it with --blender-tool")
    tags = next(script.parents[3].glob("modules/_bpy_internal/extensions/tags.py"), None)
    return Tool(script, tags)
