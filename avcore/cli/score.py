"""``avcore score PRESET SONG``: which scene of a directed preset comes on when, and why."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.cli.options import add_override_option, option_type
from avcore.errors import UsageError
from avcore.timebase import Duration, parse_fps

if TYPE_CHECKING:
    from avcore.audio import Section
    from avcore.director import Cue

HELP = "print the score of a directed preset on a song: its scenes, when they come on, and why"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The preset and the song."""
    parser.add_argument("preset", metavar="PRESET", help="name of a directed preset, or a YAML file")
    parser.add_argument("audio", type=Path, metavar="SONG", help="a sound file")
    add_override_option(parser)
    parser.add_argument("--fps", type=option_type(parse_fps), default=Fraction(30), help="for lengths in frames")


@dataclass(frozen=True)
class Result:
    """The sections that were heard, and the score."""

    preset: str
    audio: str
    sections: tuple[Section, ...]
    score: tuple[Cue, ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """The sections, then a line for each cue, which can be copied into `score:` of a preset."""
        lines = [f"{self.preset}, {self.audio}"]
        lines += [
            f"  section {s.label}  {s.start_s:8.2f} to {s.end_s:8.2f} s  level {s.level:.2f}, "
            f"brightness {s.brightness:.2f}, density {s.density:.2f}"
            for s in self.sections
        ]
        cues = [f"- {{scene: {c.scene}, at: {c.at_s:.2f} s, fade: {c.end_s - c.begin_s:.2f} s}}" for c in self.score]
        width = max(map(len, cues))
        lines += [f"  {line:<{width}}  # {cue.reason}" for line, cue in zip(cues, self.score, strict=True)]
        lines += [f"  note: {note}" for note in self.notes]
        return "\n".join(lines)


def run(args: argparse.Namespace) -> Result:
    """Hear the sections and write the score.

    Raises:
        UsageError: the preset is not directed.
    """
    from avcore.audio import analyze, find_sections
    from avcore.director import DirectorSpec, idle_lines, write_score
    from avcore.presets import load_preset

    preset = load_preset(args.preset, overrides=args.overrides)
    if not isinstance(preset.field, DirectorSpec):
        raise UsageError(f"{preset.name} is not directed, so it has no score; `avcore presets list` shows which are")
    track = analyze(args.audio)

    def seconds(duration: Duration) -> float:
        return duration.seconds(tempo_bpm=track.tempo_bpm, beats_per_bar=track.beats_per_bar, fps=args.fps)

    sections = find_sections(track)
    return Result(
        preset.name,
        str(args.audio),
        sections,
        write_score(preset.field, sections, seconds=seconds),
        idle_lines(preset.field, sections, seconds=seconds),
    )
