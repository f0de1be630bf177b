"""``avcore presets``: what there is, what is in one, whether a file is right, the palettes, the schema for editors."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HELP = "list, show and check presets"

MOST_COLOURS = 7  # of a named palette, for columns that align


@dataclass(frozen=True)
class Listing:
    """The library, and the looks that presets can be made of."""

    presets: list[dict[str, Any]]
    looks: list[dict[str, Any]]
    folders: list[str]

    def text(self) -> str:
        """The presets of each family, under its looks; broken ones with what is wrong. Ends with where one's own go."""
        lines = []
        for family in dict.fromkeys(look["family"] for look in self.looks):
            looks = ", ".join(look["name"] for look in self.looks if look["family"] == family)
            lines += [f"{family} ({looks})", *self._lines([e for e in self.presets if e["family"] == family])]
        broken = [entry for entry in self.presets if entry["error"]]
        lines += ["broken", *self._lines(broken)] if broken else []
        return "\n".join([*lines, f"looked for in: {', '.join(self.folders)}"])

    def _lines(self, entries: list[dict[str, Any]]) -> list[str]:
        width = max((len(entry["name"]) for entry in self.presets), default=0)
        lines = []
        for entry in entries:
            what = entry["error"].splitlines()[0] if entry["error"] else entry["description"]
            notes = [] if entry["origin"] == "shipped" else [entry["origin"]]
            notes += [f"live: {entry['live_nodes']} nodes"] if entry["live_nodes"] else []
            about = f"{what} ({', '.join(notes)})" if notes else what
            lines.append(f"  {entry['name']:<{width}}  {about}".rstrip())
        return lines


@dataclass(frozen=True)
class Shown:
    """One preset, resolved."""

    name: str
    path: str
    hash: str
    yaml: str
    live_nodes: int
    not_live: str

    def text(self) -> str:
        """The YAML, to be piped into a file; a comment says whether it can be a live material."""
        live = f"live material: {self.live_nodes} nodes" if self.live_nodes else f"no live material: {self.not_live}"
        return f"# {' '.join(live.split())}\n{self.yaml.rstrip()}"


@dataclass(frozen=True)
class Validation:
    """What is wrong with each file; an empty error where nothing is."""

    files: dict[str, str]
    exit_code: int = field(init=False)

    def __post_init__(self) -> None:
        """Fail where any file is bad."""
        object.__setattr__(self, "exit_code", 2 if any(self.files.values()) else 0)

    def text(self) -> str:
        """One line for each good file, and one for each problem."""
        return "\n".join(error or f"{name}: ok" for name, error in self.files.items())


@dataclass(frozen=True)
class JsonSchema:
    """The JSON Schema of presets."""

    schema: dict[str, Any]

    def text(self) -> str:
        """The schema itself, to be piped into a file."""
        return json.dumps(self.schema, indent=2)


@dataclass(frozen=True)
class Palettes:
    """The palettes that have a name, and the picture of them where one was asked for."""

    palettes: list[dict[str, Any]]
    sheet: str

    def text(self) -> str:
        """A table, with colours as blocks on a terminal that shows them and as '#rrggbb' elsewhere."""
        shown = _blocks if _shows_colours() else " ".join
        lines = [
            f"{entry['name']:<11} {entry['family']:<7} {shown(entry['colours'])}  {entry['about']}"
            for entry in self.palettes
        ]
        return "\n".join([*lines, *([f"drawn in {self.sheet}"] if self.sheet else [])])


def _shows_colours() -> bool:
    """Whether standard output is a terminal with 24-bit colour that may be used (https://no-color.org)."""
    return (
        sys.stdout.isatty()
        and os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
        and not os.environ.get("NO_COLOR")
    )


def _blocks(colours: Sequence[str]) -> str:
    """Each colour as three spaces on it."""
    levels = [";".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) for colour in colours]
    return "".join(f"\x1b[48;2;{level}m   " for level in levels) + "\x1b[0m" + "   " * (MOST_COLOURS - len(colours))


Result = Listing | Shown | Validation | JsonSchema | Palettes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and with which preset."""
    # The options that every command has, also after the action; suppressed, so as not to undo those before it.
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--json", action="store_true", help="print the result as JSON")
    common.add_argument("-v", "--verbose", action="store_true", help="say more while working")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", parents=[common], help="every preset that a name can mean, by family, and the looks")
    show = actions.add_parser("show", parents=[common], help="print a preset as YAML, with what it inherits")
    show.add_argument("name", metavar="NAME", help="name or path")
    show.add_argument("--full", action="store_true", help="with every default, under its help text")
    show.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting (field.gain=3)",
    )
    validate = actions.add_parser("validate", parents=[common], help="check preset files, or presets by name")
    validate.add_argument("files", nargs="+", metavar="FILE")
    palettes = actions.add_parser("palettes", parents=[common], help="every palette that has a name")
    palettes.add_argument("--sheet", type=Path, metavar="PNG", help="draw them into a picture")
    palettes.add_argument("--overwrite", action="store_true", help="replace what is there")
    actions.add_parser("schema", parents=[common], help="print the JSON Schema for editors")


def run(args: argparse.Namespace) -> Result:
    """Do one of the actions.

    Raises:
        PresetError: the preset to show is unknown or broken.
        UsageError: the picture is no PNG, or there already.
        OutputError: the picture cannot be written.
    """
    actions = {"list": _list, "show": _show, "validate": _validate, "palettes": _palettes, "schema": _schema}
    return actions[args.action](args)


def _list(_args: argparse.Namespace) -> Result:
    import dataclasses

    from avcore.export import liveness_of
    from avcore.presets import list_looks, list_presets
    from avcore.presets.library import search_folders

    entries = []
    for entry in list_presets():
        live = liveness_of(entry)
        told = {**dataclasses.asdict(entry), "path": str(entry.path)}
        entries.append({**told, "live_nodes": live.nodes, "not_live": live.why_not})
    looks = [dataclasses.asdict(look) for look in list_looks()]
    return Listing(entries, looks, [str(folder) for folder, _ in search_folders()])


def _show(args: argparse.Namespace) -> Result:
    from avcore.export import liveness
    from avcore.presets import dump_yaml, load_preset, preset_hash

    preset = load_preset(args.name, overrides=args.overrides)
    live = liveness(preset)
    text = dump_yaml(preset, full=args.full)
    return Shown(preset.name, str(preset.path), preset_hash(preset), text, live.nodes, live.why_not)


def _validate(args: argparse.Namespace) -> Result:
    from avcore.errors import PresetError
    from avcore.presets import load_preset

    errors = {}
    for name in args.files:
        try:
            load_preset(name)
            errors[name] = ""
        except PresetError as error:
            errors[name] = str(error)
    return Validation(errors)


def _palettes(args: argparse.Namespace) -> Result:
    import dataclasses

    from avcore.errors import UsageError
    from avcore.fields.palette_sheet import save_sheet
    from avcore.fields.palette_table import PALETTES

    if args.sheet is not None:
        if args.sheet.suffix.lower() != ".png":
            raise UsageError(f"--sheet {args.sheet} does not end in .png, which is what is drawn")
        if args.sheet.exists() and not args.overwrite:
            raise UsageError(f"{args.sheet} is there already; add --overwrite to replace it")
        save_sheet(args.sheet)
    entries = [{"name": name, **dataclasses.asdict(palette)} for name, palette in PALETTES.items()]
    return Palettes(entries, str(args.sheet or ""))


def _schema(_args: argparse.Namespace) -> Result:
    from avcore.presets import json_schema

    return JsonSchema(json_schema())
