"""``avcore export PRESET OUT``: a preset's picture as a shader, as a graph of operations, or as a page that plays."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.cli.options import add_override_option, check_out, option_type
from avcore.errors import UsageError
from avcore.timebase import parse_fps

if TYPE_CHECKING:
    from avcore.audio import FeatureTrack
    from avcore.export.page import SongCurves
    from avcore.fields.expression import Graph
    from avcore.presets import Preset

HELP = "write a narrow neural field as a shader (OSL, GLSL), as data (JSON), or as a page that plays (HTML)"
ENDINGS = (".osl", ".glsl", ".html", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The preset, the file, and a song where its tempo or its signals are wanted."""
    parser.add_argument("preset", metavar="PRESET", help="name of a preset, or a YAML file")
    parser.add_argument(
        "out", type=Path, metavar="OUT", help=f"what to write; its ending says how: {', '.join(ENDINGS)}"
    )
    parser.add_argument(
        "--song",
        type=Path,
        metavar="SONG",
        help="a sound file: the page moves with it; gives beats and bars their length",
    )
    add_override_option(parser)
    parser.add_argument(
        "--fps", type=option_type(parse_fps), default=Fraction(30), help="of the song's signals (default 30)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


@dataclass(frozen=True)
class Result:
    """What was written, how many nodes the picture takes in Blender, and what it has to be given."""

    out: str
    preset: str
    nodes: int
    inputs: tuple[str, ...]

    def text(self) -> str:
        """Two lines."""
        return f"wrote {self.out}: {self.preset}, {self.nodes} nodes\ninputs: {', '.join(self.inputs)}"


def run(args: argparse.Namespace) -> Result:
    """Write the file.

    Raises:
        UsageError: the preset cannot be written so, or the ending is unknown.
    """
    from avcore.audio import analyze
    from avcore.export import preset_graph
    from avcore.files import write_whole
    from avcore.presets import load_preset

    if args.out.suffix.lower() not in ENDINGS:
        raise UsageError(f"{args.out.name} ends in none of {', '.join(ENDINGS)}, so it is not clear what to write")
    check_out(args.out, args.song or args.out.with_suffix(".song"), overwrite=args.overwrite)
    preset = load_preset(args.preset, overrides=args.overrides)
    track = None if args.song is None else analyze(args.song)
    graph = preset_graph(preset, track, fps=args.fps)
    write_whole(args.out, _text(args, preset, graph, track).encode())
    return Result(str(args.out), preset.name, graph.node_count, tuple(item.name for item in graph.inputs))


def _text(args: argparse.Namespace, preset: Preset, graph: Graph, track: FeatureTrack | None) -> str:
    import json

    from avcore.export.glsl import to_glsl
    from avcore.export.osl import to_osl
    from avcore.export.page import to_page

    ending = args.out.suffix.lower()
    if ending == ".osl":
        return to_osl(graph)
    if ending == ".glsl":
        return to_glsl(graph)
    if ending == ".html":
        return to_page(graph, None if track is None else _curves(args, preset, track))
    return json.dumps(graph.to_data(), allow_nan=False) + "\n"


def _curves(args: argparse.Namespace, preset: Preset, track: FeatureTrack) -> SongCurves:
    from avcore.export.page import SongCurves
    from avcore.export.preset import song_signals

    return SongCurves(float(args.fps), song_signals(preset, track, fps=args.fps))
