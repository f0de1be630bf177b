"""The picture of an analysis: what was heard, one row per kind of feature, time from left to right."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from avcore.audio.spectrum import PITCH_CLASSES
from avcore.audio.structure import find_sections
from avcore.audio.track import RATE_HZ, FeatureTrack

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_PX, HEIGHT_PX, DPI = 1800, 1200, 100
# The part of the picture's width where the song begins and ends; the page puts its playhead there.
LEFT, RIGHT = 0.062, 0.985
COLUMNS = 1600
ROWS = ("sections", "level", "beats", "spectrum", "bands", "character", "chroma", "onsets")
ROW_HEIGHTS = (0.3, 1.0, 0.28, 2.1, 1.5, 1.7, 1.2, 1.0)
# More lines than this hide what they lie on.
MAX_LINES = 130

BACKGROUND, PANEL, TEXT, FAINT = "#0c0e13", "#12151d", "#d5dae6", "#5b6478"
COLOURS = {
    "level": "#7dd3fc",
    "bass": "#f472b6",
    "mid": "#a78bfa",
    "treble": "#5eead4",
    "centroid": "#fbbf24",
    "flatness": "#94a3b8",
    "harmonic": "#60a5fa",
    "percussive": "#fb7185",
    "onset": "#fb923c",
    "downbeat": "#ffffff",
}
SECTION_COLOURS = ("#7dd3fc", "#f472b6", "#5eead4", "#fbbf24", "#a78bfa", "#fb923c", "#94a3b8", "#86efac")
# A section narrower than this part of the picture has no room for its letter.
LEAST_LETTER = 0.008


def picture_png(track: FeatureTrack, *, title: str) -> bytes:
    """The picture as a PNG of 1800 x 1200 pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw(track, title=title)
    content = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(content, format="png", facecolor=BACKGROUND)
    return content.getvalue()


def draw(track: FeatureTrack, *, title: str) -> Figure:
    """The picture as a figure of its own, without pyplot's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), dpi=DPI, facecolor=BACKGROUND)
    grid = figure.add_gridspec(
        len(ROWS), 1, height_ratios=ROW_HEIGHTS, hspace=0.12, left=LEFT, right=RIGHT, top=0.935, bottom=0.045
    )
    rows = {name: figure.add_subplot(grid[index, 0]) for index, name in enumerate(ROWS)}
    for name, axes in rows.items():
        _style(axes, track, is_last=name == ROWS[-1])
    figure.text(LEFT, 0.965, title, color=TEXT, size=17, weight="bold", va="center")
    figure.text(RIGHT, 0.965, headline(track), color=TEXT, size=13, va="center", ha="right")
    _sections(rows["sections"], track)
    _level(rows["level"], track)
    _beats(rows["beats"], track)
    _spectrum(rows["spectrum"], track)
    _lanes(rows["bands"], track, ("treble", "mid", "bass"))
    _lanes(rows["character"], track, ("centroid", "flatness", "harmonic", "percussive"))
    _chroma(rows["chroma"], track)
    _onsets(rows["onsets"], track)
    for name in ("level", "spectrum", "bands", "character", "onsets"):
        _downbeat_lines(rows[name], track)
    return figure


def headline(track: FeatureTrack) -> str:
    """Tempo, metre and length in one line."""
    minutes, seconds = divmod(track.duration_s, 60)
    length = f"{int(minutes)}:{seconds:04.1f}"
    if not len(track.beats_s):
        return f"no beat found  ·  {length}"
    return (
        f"{track.tempo_bpm:.1f} BPM (confidence {track.tempo_confidence:.2f})  ·  {track.beats_per_bar} beats a bar"
        f"  ·  {len(track.beats_s)} beats, {len(track.onsets_s)} onsets  ·  {length}"
    )


def columns_of(values: NDArray[np.float32], *, n: int = COLUMNS) -> NDArray[np.float32]:
    """``values`` [shape=(n, ...)] in at most ``n`` columns of time, each the largest of its span: no hit is lost."""
    if len(values) <= n:
        return values
    starts = np.arange(n) * len(values) // n
    return np.maximum.reduceat(values, starts, axis=0)


def _style(axes: Axes, track: FeatureTrack, *, is_last: bool) -> None:
    axes.set_facecolor(PANEL)
    axes.set_xlim(0, track.duration_s)
    axes.tick_params(colors=FAINT, labelcolor=TEXT, labelsize=9, length=3, labelbottom=is_last)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if is_last:
        axes.xaxis.set_major_formatter(_minutes)


def _minutes(time_s: float, _position: float) -> str:
    minutes, seconds = divmod(time_s, 60)
    return f"{int(minutes)}:{seconds:02.0f}" if seconds == int(seconds) else f"{int(minutes)}:{seconds:04.1f}"


def _name(axes: Axes, name: str) -> None:
    axes.set_ylabel(name, color=TEXT, size=10, rotation=0, ha="right", va="center", labelpad=8)
    axes.set_yticks([])


def _times(track: FeatureTrack, columns: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.linspace(0, (len(track) - 1) / RATE_HZ, len(columns))


def _sections(axes: Axes, track: FeatureTrack) -> None:
    """A bar for each section with its letter, as high as it is loud among the others; a colour for each letter."""
    sections = find_sections(track)
    letters = list(dict.fromkeys(section.label for section in sections))
    for section in sections:
        width_s = section.end_s - section.start_s
        colour = SECTION_COLOURS[letters.index(section.label) % len(SECTION_COLOURS)]
        axes.bar(section.start_s, 1, width_s, align="edge", color=colour, alpha=0.5, linewidth=0)
        axes.bar(section.start_s, 0.12 + 0.88 * section.level, width_s, align="edge", color=colour, linewidth=0)
        axes.axvline(section.start_s, color=BACKGROUND, linewidth=2)
        if width_s > track.duration_s * LEAST_LETTER:
            middle_s = section.start_s + width_s / 2
            axes.text(middle_s, 0.5, section.label, color=BACKGROUND, size=12, weight="bold", ha="center", va="center")
    axes.set_ylim(0, 1)
    _name(axes, "sections")


def _level(axes: Axes, track: FeatureTrack) -> None:
    level = columns_of(track.feature("rms").values)
    axes.fill_between(_times(track, level), -level, level, color=COLOURS["level"], alpha=0.85, linewidth=0)
    axes.set_ylim(-1.05, 1.05)
    _name(axes, "loudness")


def _beats(axes: Axes, track: FeatureTrack) -> None:
    axes.vlines(track.beats_s, 0.0, 0.55, color=FAINT, linewidth=0.8)
    axes.vlines(track.downbeats_s, 0.0, 1.0, color=COLOURS["downbeat"], linewidth=1.1)
    axes.set_ylim(0, 1.05)
    _name(axes, "beats, bars")


def _spectrum(axes: Axes, track: FeatureTrack) -> None:
    if track.narrow is None:
        _name(axes, "no spectrum")
        return
    edges_hz = track.narrow.edges_hz
    level_db = 20 * np.log10(np.maximum(columns_of(track.narrow.rms.astype(np.float32)), 1e-7))
    top_db = float(np.percentile(level_db, 99.7))
    hz = np.geomspace(edges_hz[0], edges_hz[-1], 260)
    band = np.clip(np.searchsorted(edges_hz, hz, side="right") - 1, 0, len(edges_hz) - 2)
    axes.imshow(
        level_db[:, band].T,
        aspect="auto",
        origin="lower",
        cmap="magma",
        vmin=top_db - 65,
        vmax=top_db,
        extent=(0, track.duration_s, 0, 1),
        interpolation="bilinear",
    )
    axes.set_xlim(0, track.duration_s)
    marks_hz = (50, 200, 1000, 5000, 15000)
    span = np.log(edges_hz[-1] / edges_hz[0])
    axes.set_yticks([np.log(mark / edges_hz[0]) / span for mark in marks_hz])
    axes.set_yticklabels(["50 Hz", "200", "1 kHz", "5", "15"])
    axes.set_ylabel("")


def _lanes(axes: Axes, track: FeatureTrack, names: tuple[str, ...]) -> None:
    """One feature above the other, each in a lane of its own with its name beside it."""
    for lane, name in enumerate(reversed(names)):
        values = columns_of(track.feature(name).values)
        # Flatness lives near 0 in most music, and would not be seen.
        top = lane + 0.06 + 0.88 * values / max(float(values.max()), 0.01)
        axes.fill_between(_times(track, values), lane + 0.06, top, color=COLOURS[name], alpha=0.85, linewidth=0)
        y = (lane + 0.5) / len(names)
        axes.text(-0.006, y, name, transform=axes.transAxes, color=COLOURS[name], size=10, ha="right", va="center")
    axes.set_ylim(0, len(names))
    axes.set_yticks([])


def _chroma(axes: Axes, track: FeatureTrack) -> None:
    chroma = np.stack([track.feature(f"chroma_{pitch}").values for pitch in PITCH_CLASSES], axis=1)
    axes.imshow(
        columns_of(chroma).T,
        aspect="auto",
        origin="lower",
        cmap="viridis",
        vmin=0,
        vmax=1,
        extent=(0, track.duration_s, 0, 12),
        interpolation="nearest",
    )
    axes.set_xlim(0, track.duration_s)
    whole = [index for index, pitch in enumerate(PITCH_CLASSES) if len(pitch) == 1]
    axes.set_yticks([index + 0.5 for index in whole])
    axes.set_yticklabels([PITCH_CLASSES[index] for index in whole], fontsize=8)


def _onsets(axes: Axes, track: FeatureTrack) -> None:
    onset = columns_of(track.feature("onset").values)
    axes.fill_between(_times(track, onset), 0, onset, color=COLOURS["onset"], alpha=0.8, linewidth=0)
    axes.vlines(track.onsets_s, 1.04, 1.16, color=COLOURS["onset"], linewidth=0.7)
    axes.set_ylim(0, 1.18)
    _name(axes, "onsets")


def _downbeat_lines(axes: Axes, track: FeatureTrack) -> None:
    every = max(1, -(-len(track.downbeats_s) // MAX_LINES))
    lines: Any = axes.vlines(
        track.downbeats_s[::every], 0, 1, transform=axes.get_xaxis_transform(), color=COLOURS["downbeat"]
    )
    lines.set(linewidth=0.5, alpha=0.22)
