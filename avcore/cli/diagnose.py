"""``avcore diagnose PRESET [SONG]``: is the picture responsive, and to what?"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from avcore.cli.options import add_override_option, option_type
from avcore.cli.progress import Progress
from avcore.errors import UsageError
from avcore.timebase import parse_fps

if TYPE_CHECKING:
    from avcore.audio import FeatureTrack
    from avcore.verify.diagnose import Diagnosis

HELP = "tell whether a preset responds, and to what; exit code 0 when it is fine, 1 when something is wrong"
DEMO = "the demo track"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The preset, the song, and where to put the picture."""
    parser.add_argument("preset", metavar="PRESET", help="name of a preset, or a YAML file")
    parser.add_argument("audio", type=Path, nargs="?", metavar="SONG", help="a sound file (default: a demo track)")
    parser.add_argument("--plot", type=Path, metavar="OUT.png", help="draw the findings as a picture")
    add_override_option(parser)
    parser.add_argument(
        "--fps",
        type=option_type(parse_fps),
        default=Fraction(30),
        help="frames a second to judge motion by (default 30)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")


@dataclass(frozen=True)
class Result:
    """A finished diagnosis."""

    audio: str
    plot: str | None
    fine: bool
    verdict: str
    diagnosis: Diagnosis

    @property
    def exit_code(self) -> int:
        """1 where something is wrong."""
        return 0 if self.fine else 1

    def text(self) -> str:
        """The report for people: numbers first, the verdict last."""
        found = self.diagnosis
        watched, response = found.watched, found.watched.response
        lines = [
            f"{found.preset}, {self.audio} ({found.duration_s:.1f} s), {watched.frames} frames looked at",
            f"  variance  space {watched.variance_space:.4f}, time {watched.variance_time:.4f}, "
            f"sound {found.variance_sound:.4f}",
            f"  picture   contrast {response.mean_contrast:.3f}, grain {watched.grain:.3f}, "
            f"clipped {watched.clipped_share:.0%}, nearly one colour in {response.uniform_frames} frames",
            f"  change    {watched.change_mean:.4f} a frame (99th percentile {watched.change_p99:.4f}), "
            f"{watched.change_alone:.4f} where the sound holds still, {watched.change_unrelated:.4f} between any two",
        ]
        if response.signal is not None:
            lines.append(
                f"            correlation {response.correlation:.2f} with {response.signal} "
                f"(shuffled song {response.shuffled:.2f})"
            )
        lines += [*self._signals(), *self._layers()]
        lines += [f"  note: {note}" for note in found.notes]
        lines += [finding.sentence for finding in found.findings] or [found.verdict]
        return "\n".join([*lines, f"wrote {self.plot}"] if self.plot else lines)

    def _signals(self) -> list[str]:
        width = max((len(signal.name) for signal in self.diagnosis.signals), default=0)
        lines = [
            f"{signal.name:<{width}}  {signal.share:4.0%}  moves the picture by {signal.sensitivity:6.1%}  "
            f"{', '.join(signal.features)} -> {', '.join(signal.moves) or 'nothing'}"
            for signal in self.diagnosis.signals
        ]
        shares = ", ".join(f"{name} {share:.0%}" for name, share in self.diagnosis.features.items())
        return _titled("signals", lines) + ([f"  features  {shares}"] if shares else [])

    def _layers(self) -> list[str]:
        return _titled(
            "layers",
            [
                f"{layer.layer} {layer.activation:<9} {layer.units} units, {layer.dead} dead, "
                f"{layer.saturated} saturated, spread {layer.spread:.2f}"
                for layer in self.diagnosis.layers
            ],
        )


def _titled(title: str, lines: list[str]) -> list[str]:
    return [f"  {title if index == 0 else '':<9} {line}" for index, line in enumerate(lines)]


def run(args: argparse.Namespace) -> Result:
    """Diagnose, and draw where a picture is asked for."""
    from avcore.presets import load_preset
    from avcore.verify.diagnose import diagnose

    plot: Path | None = args.plot
    if plot is not None:
        _check_plot(plot, overwrite=args.overwrite)
    preset = load_preset(args.preset, overrides=args.overrides)
    song = args.audio.name if args.audio else DEMO
    with Progress() as progress:
        track = _track(args.audio, progress)
        diagnosis, scenes = diagnose(preset, track, fps=args.fps, progress=progress)
    if plot is not None:
        from avcore.files import write_whole
        from avcore.verify.plot import picture_png

        write_whole(plot, picture_png(diagnosis, scenes, song=song))
    return Result(
        audio=str(args.audio or DEMO),
        plot=str(plot) if plot else None,
        fine=diagnosis.fine,
        verdict=diagnosis.verdict,
        diagnosis=diagnosis,
    )


def _check_plot(plot: Path, *, overwrite: bool) -> None:
    if plot.suffix.lower() != ".png":
        raise UsageError(f"--plot {plot} does not end in .png, which is what is drawn")
    if plot.exists() and not overwrite:
        raise UsageError(f"{plot} is there already; add --overwrite to replace it")


def _track(audio: Path | None, progress: Progress) -> FeatureTrack:
    """The features of the song, or of the demo track."""
    from avcore.audio import analyze
    from avcore.audio.demo import write_demo

    if audio is not None:
        return analyze(audio, progress=lambda done: progress("analysis", done, 1.0))
    with tempfile.TemporaryDirectory(prefix="avcore-") as folder:
        path = Path(folder) / "demo.wav"
        write_demo(path)
        return analyze(path, progress=lambda done: progress("analysis", done, 1.0))
