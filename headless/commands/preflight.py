"""``avcore-headless preflight``: what a farm would lose of a .blend, and a copy that it would not."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from avcore.errors import UsageError
from headless.needs_bpy import need_bpy
from headless.options import chosen_map

HELP = "say what a farm would lose of a .blend; --fix writes a copy that holds everywhere"


@dataclass(frozen=True)
class PreflightReport:
    """What was found, and what the frames need; ``copy`` is what ``--fix`` wrote, with the ``copied`` files."""

    scene: str
    findings: list[dict[str, Any]]
    files: list[str]
    folders: list[str]
    copy: str
    copied: list[str]

    @property
    def exit_code(self) -> int:
        """1 where something would make a render wrong or fail."""
        return int(any(finding["stops"] for finding in self.findings))

    def text(self) -> str:
        """One line for each thing, those that stop a render first."""
        ordered = sorted(self.findings, key=lambda finding: not finding["stops"])
        lines = [f"{'!' if finding['stops'] else '-'} {finding['sentence']}" for finding in ordered]
        if self.copy:
            lines.append(f"{self.copy}: the copy, with {len(self.copied)} files beside it; what is said above is of it")
        if not self.findings:
            lines.append(
                f"{self.scene}: nothing would be lost; carry {len(self.files)} files and {len(self.folders)} folders"
            )
        return "\n".join(lines)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless preflight``."""
    parser.add_argument("scene", type=Path, metavar="SCENE.blend", help="what to look at; it is not changed")
    parser.add_argument("-S", "--scene", dest="scene_name", metavar="NAME", help="which scene of the .blend")
    parser.add_argument(
        "--project", type=Path, metavar="DIR", help="the folder that all machines have (default: that of the .blend)"
    )
    parser.add_argument("--fix", action="store_true", help="write SCENE_portable.blend beside it, and look at that")
    parser.add_argument("-o", "--out", type=Path, metavar="COPY.blend", help="another name for the copy")


def run(args: argparse.Namespace) -> PreflightReport:
    """Look, and with ``--fix`` write the copy and look at that.

    Raises:
        InputError: the .blend is missing or cannot be opened.
        UsageError: the copy would take the place of the .blend, or of a file outside the project.
        OutputError: the copy cannot be written.
    """
    need_bpy("preflight")
    from headless.scene.fd_filter import OwnOutput
    from headless.scene.opening import open_file, pick
    from headless.scene.places import map_paths
    from headless.scene.portable import make_portable
    from headless.scene.preflight import assets, look

    scene = args.scene.absolute()
    project = (args.project or scene.parent).absolute()
    copy, copied = scene, []
    with OwnOutput():
        open_file(scene)
        map_paths(chosen_map(args))
        if args.fix:
            copy = (args.out or scene.with_name(f"{scene.stem}_portable.blend")).absolute()
            if copy == scene or (copy.exists() and copy.samefile(scene)):
                raise UsageError(f"{copy} is the scene itself; the copy needs another name")
            if copy.suffix != ".blend":
                raise UsageError(f"{copy} is no .blend; give it that ending")
            copied = make_portable(copy, project=project)
            open_file(copy)
        chosen = pick(scene=args.scene_name)
        needed = assets(chosen)
        findings = [asdict(finding) for finding in look(chosen, project=project)]
    return PreflightReport(
        str(scene),
        findings,
        list(needed.files),
        list(needed.folders),
        str(copy) if args.fix else "",
        copied,
    )
