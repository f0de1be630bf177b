"""``avcore analyze SONG [OUT]``: what was heard in a song, as a picture, a page, a table or a few lines."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.errors import UsageError

if TYPE_CHECKING:
    from avcore.audio import FeatureTrack, Section

HELP = "show what is heard in a song: features, onsets, beats, sections"
ENDINGS = (".png", ".html", ".csv", ".json", ".avtrack")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The song, what to write, and what is known about the music."""
    parser.add_argument("audio", type=Path, metavar="SONG", help="any sound file, or a video file with sound")
    parser.add_argument(
        "out",
        type=Path,
        nargs="?",
        metavar="OUT",
        help="a picture (.png), a page that plays the song (.html), values (.csv, .json), the analysis (.avtrack)",
    )
    parser.add_argument("--tempo", type=float, default=0.0, metavar="BPM", help="the tempo, where it is known")
    parser.add_argument("--beats-per-bar", type=int, default=0, metavar="N", help="the metre, where it is known")
    parser.add_argument("--mels", type=int, default=32, metavar="N", help="number of mel bands (default 32)")
    parser.add_argument(
        "--tuning", type=float, default=0.0, metavar="SEMITONES", help="how far the music is tuned from A = 440 Hz"
    )
    parser.add_argument("--raw", action="store_true", help="write CSV and JSON in units instead of 0 to 1")
    parser.add_argument("--no-cache", action="store_true", help="analyse anew, and keep nothing")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


@dataclass(frozen=True)
class Result:
    """What was heard, and where it was written."""

    audio: str
    out: str | None
    duration_s: float
    tempo_bpm: float
    tempo_confidence: float
    beats_per_bar: int
    n_beats: int
    n_onsets: int
    from_cache: bool
    seconds: float
    sections: tuple[Section, ...]
    summary: dict[str, str]

    def text(self) -> str:
        """A line for each thing heard."""
        width = max(len(name) for name in self.summary)
        lines = [f"{self.audio}"] + [f"  {name:<{width}}  {value}" for name, value in self.summary.items()]
        origin = "read from the cache" if self.from_cache else "analysed"
        lines.append(f"  {origin} in {self.seconds:.2f} s")
        if self.out:
            lines.append(f"wrote {self.out}")
        return "\n".join(lines)


def run(args: argparse.Namespace) -> Result:
    """Analyse the song and write what was asked for."""
    import time

    from avcore.audio import AnalysisSettings, analyze, cache, file_sha256, find_sections
    from avcore.audio.summary import summarize
    from avcore.cli.options import check_out
    from avcore.cli.progress import Progress

    out: Path | None = args.out
    if out is not None:
        if out.suffix.lower() not in ENDINGS:
            raise UsageError(f"{out} ends in none of {', '.join(ENDINGS)}, which say what to write")
        check_out(out, args.audio, overwrite=args.overwrite)
    settings = AnalysisSettings(
        n_mels=args.mels, tuning_semitones=args.tuning, tempo_bpm=args.tempo, beats_per_bar=args.beats_per_bar
    )
    start = time.perf_counter()
    from_cache = not args.no_cache and cache.track_path(file_sha256(args.audio), settings).is_file()
    with Progress() as progress:
        track = analyze(
            args.audio,
            settings=settings,
            use_cache=not args.no_cache,
            progress=lambda done: progress("analysis", done, 1.0),
        )
    seconds = time.perf_counter() - start
    summary = summarize(track)
    if out is not None:
        _write(track, args.audio, out, summary, raw=args.raw)
    return Result(
        audio=str(args.audio),
        out=str(out) if out else None,
        duration_s=track.duration_s,
        tempo_bpm=track.tempo_bpm,
        tempo_confidence=track.tempo_confidence,
        beats_per_bar=track.beats_per_bar,
        n_beats=len(track.beats_s),
        n_onsets=len(track.onsets_s),
        from_cache=from_cache,
        seconds=seconds,
        sections=find_sections(track),
        summary=summary,
    )


def _write(track: FeatureTrack, audio: Path, out: Path, summary: dict[str, str], *, raw: bool) -> None:
    from avcore.audio.page import page_html
    from avcore.audio.plot import picture_png
    from avcore.files import replacing

    ending = out.suffix.lower()
    if ending == ".csv":
        track.to_csv(out, raw=raw)
    elif ending == ".json":
        track.to_json(out, raw=raw)
    elif ending == ".avtrack":
        track.save(out)
    else:
        with replacing(out) as part:
            if ending == ".png":
                part.write_bytes(picture_png(track, title=audio.name))
            else:
                part.write_text(page_html(track, song=audio, page=out, rows=summary), encoding="utf-8")
