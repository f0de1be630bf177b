"""The picture of a diagnosis: what was seen, what each signal does, how the layers are, what follows the sound."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from avcore.audio.plot import BACKGROUND, DPI, FAINT, PANEL, TEXT
from avcore.verify.diagnose import Diagnosis
from avcore.verify.verdict import IGNORED
from avcore.verify.watching import Scenes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_PX, HEIGHT_PX = 1800, 1150
LEFT, RIGHT = 0.085, 0.985
GOOD, BAD = "#5eead4", "#fb7185"
SENSITIVITY, CHANGE, SIGNAL = "#a78bfa", "#7dd3fc", "#fbbf24"
ALIVE, SATURATED, DEAD = "#5eead4", "#fbbf24", "#fb7185"
IMAGES = 6
# Bars beyond these would be too thin to read; the rest is in the numbers.
MAX_SIGNALS, MAX_LAYERS = 12, 12
SENTENCES, LINE = 4, 215


def picture_png(diagnosis: Diagnosis, scenes: Scenes, *, song: str) -> bytes:
    """The picture as a PNG of 1800 x 1150 pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = draw(diagnosis, scenes, song=song)
    content = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(content, format="png", facecolor=BACKGROUND)
    return content.getvalue()


def draw(diagnosis: Diagnosis, scenes: Scenes, *, song: str) -> Figure:
    """The picture as a figure of its own, without pyplot's global state."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_PX / DPI, HEIGHT_PX / DPI), dpi=DPI, facecolor=BACKGROUND)
    _headline(figure, diagnosis, song)
    strip = figure.add_gridspec(1, IMAGES, left=0.015, right=RIGHT, top=0.838, bottom=0.692, wspace=0.03)
    chosen = np.linspace(0, len(scenes.images) - 1, min(IMAGES, len(scenes.images))).round().astype(int)
    for column, index in enumerate(chosen):
        _image(figure.add_subplot(strip[0, column]), scenes, int(index))
    bars = figure.add_gridspec(1, 2, left=LEFT, right=RIGHT, top=0.625, bottom=0.37, wspace=0.2)
    _signals(figure.add_subplot(bars[0, 0]), diagnosis)
    _layers(figure.add_subplot(bars[0, 1]), diagnosis)
    below = figure.add_gridspec(
        2, 1, left=LEFT, right=RIGHT, top=0.295, bottom=0.045, height_ratios=(2.0, 1.0), hspace=0.1
    )
    _change(figure.add_subplot(below[0, 0]), figure.add_subplot(below[1, 0]), diagnosis, scenes)
    return figure


def _headline(figure: Figure, diagnosis: Diagnosis, song: str) -> None:
    watched, left = diagnosis.watched, 0.015
    figure.text(left, 0.965, f"{diagnosis.preset}  ·  {song}", color=TEXT, size=17, weight="bold", va="center")
    figure.text(
        RIGHT,
        0.965,
        f"variance: space {watched.variance_space:.4f}  ·  time {watched.variance_time:.4f}  ·  "
        f"sound {diagnosis.variance_sound:.4f}",
        color=TEXT,
        size=13,
        va="center",
        ha="right",
    )
    sentences = [finding.sentence for finding in diagnosis.findings] or [diagnosis.verdict]
    shown = [textwrap.shorten(sentence, LINE, placeholder=" ...") for sentence in sentences[:SENTENCES]]
    if len(sentences) > SENTENCES:
        shown[-1] = f"and {len(sentences) - SENTENCES + 1} more"
    colour = GOOD if diagnosis.fine else BAD
    figure.text(left, 0.945, "\n".join(shown), color=colour, size=12, va="top", linespacing=1.4)


def _image(axes: Axes, scenes: Scenes, index: int) -> None:
    axes.imshow(scenes.images[index], interpolation="bilinear")
    axes.set_axis_off()
    axes.set_title(_clock(float(scenes.image_times_s[index])), color=FAINT, size=10, pad=3)


def _style(axes: Axes, title: str) -> None:
    axes.set_facecolor(PANEL)
    axes.tick_params(colors=FAINT, labelcolor=TEXT, labelsize=10, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, color=TEXT, size=12, loc="left", pad=8)


def _signals(axes: Axes, diagnosis: Diagnosis) -> None:
    """How far the picture moves when one signal goes from low to high."""
    _style(axes, "what each signal does: mean change of the picture from its low end to its high, and share")
    signals = diagnosis.signals[:MAX_SIGNALS]
    values = [100 * signal.sensitivity for signal in signals]
    rows = np.arange(len(signals))
    axes.barh(rows, values, color=SENSITIVITY, height=0.68)
    top = max([*values, 100 * IGNORED])
    axes.axvline(100 * IGNORED, color=BAD, linewidth=0.9, linestyle=(0, (4, 3)))
    for row, signal in enumerate(signals):
        moves = ", ".join(setting.split(".")[-1] for setting in signal.moves) or "nothing"
        label = f"{signal.share:.0%}   {', '.join(signal.features)} → {moves}"
        axes.text(values[row] + 0.012 * top, row, label, color=TEXT, size=9.5, va="center")
    axes.set_yticks(rows, [signal.name for signal in signals])
    axes.set_ylim(max(len(signals), 3) - 0.4, -0.6)
    axes.set_xlim(0, 1.75 * top)
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:g} %" if value <= top else "")
    if not signals:
        axes.text(0.5, 0.5, "the preset has no signals", transform=axes.transAxes, color=BAD, size=13, ha="center")
        axes.set_xticks([])


def _layers(axes: Axes, diagnosis: Diagnosis) -> None:
    """Units of each layer: alive, saturated, dead."""
    _style(axes, "units of each layer, spread at the right")
    layers = diagnosis.layers[:MAX_LAYERS]
    rows = np.arange(len(layers))
    begin = np.zeros(len(layers))
    kinds = (
        ("alive", ALIVE, [layer.units - layer.dead - layer.saturated for layer in layers]),
        ("saturated", SATURATED, [layer.saturated for layer in layers]),
        ("dead", DEAD, [layer.dead for layer in layers]),
    )
    for name, colour, units in kinds:
        share = np.array([100 * count / layer.units for count, layer in zip(units, layers, strict=True)])
        axes.barh(rows, share, left=begin, color=colour, height=0.68, label=name, alpha=0.9)
        begin += share
    for row, layer in enumerate(layers):
        axes.text(101.5, row, f"{layer.spread:.2f}", color=TEXT, size=10, va="center")
    axes.set_yticks(rows, [f"{layer.layer}  {layer.activation}" for layer in layers])
    axes.set_ylim(max(len(layers), 3) - 0.4, -0.6)
    axes.set_xlim(0, 110)
    axes.set_xticks([0, 50, 100], ["0 %", "50 %", "100 %"])
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=3,
        frameon=False,
        labelcolor=TEXT,
        fontsize=10,
        borderpad=0.1,
    )


def _change(upper: Axes, lower: Axes, diagnosis: Diagnosis, scenes: Scenes) -> None:
    """The change from frame to frame, and under it the signal that it follows best."""
    watched, response = diagnosis.watched, diagnosis.watched.response
    title = "change from one frame to the next"
    if response.signal is not None:
        title += (
            f": correlation {response.correlation:.2f} with {response.signal} "
            f"({response.shuffled:.2f} with a shuffled song)"
        )
    _style(upper, title)
    _style(lower, "")
    # Stretches of a long song are set end to end, so that each can be read.
    x, marks = _end_to_end(scenes)
    lines: Any = {"color": CHANGE, "linewidth": 1.0}
    upper.fill_between(x, 0, 100 * scenes.change, alpha=0.25, color=CHANGE, linewidth=0)
    upper.plot(x, 100 * scenes.change, **lines)
    for level, name in ((watched.change_unrelated, "moments far apart"), (watched.change_mean, "mean")):
        upper.axhline(100 * level, color=FAINT, linewidth=0.9, linestyle=(0, (4, 3)))
        upper.text(
            1.0,
            100 * level,
            f"{name} ",
            color=TEXT,
            size=9,
            ha="right",
            va="bottom",
            bbox={"facecolor": PANEL, "alpha": 0.7, "linewidth": 0, "pad": 1.5},
            transform=upper.get_yaxis_transform(),
        )
    upper.set_ylim(0, 112 * max(watched.change_unrelated, float(scenes.change.max(initial=0.0)), 0.001))
    upper.yaxis.set_major_formatter(lambda value, _position: f"{value:g} %")
    upper.set_xticks([])
    if response.signal is not None:
        values = scenes.signals[response.signal]
        lower.fill_between(x, values.min(initial=0.0), values, color=SIGNAL, alpha=0.85, linewidth=0)
        lower.text(
            -0.006, 0.5, response.signal, color=SIGNAL, size=11, ha="right", va="center", transform=lower.transAxes
        )
    lower.set_yticks([])
    for axes in (upper, lower):
        axes.set_xlim(0, max(float(x.max(initial=0.0)), 0.1))
        for start, _ in marks[1:]:
            axes.axvline(start, color=BACKGROUND, linewidth=3)
    ticks = marks if len(marks) > 1 else [(tick, _clock(tick)) for tick in np.linspace(0, scenes.stretches[0][1], 9)]
    lower.set_xticks([place for place, _ in ticks], [name for _, name in ticks])


def _end_to_end(scenes: Scenes) -> tuple[Any, list[tuple[float, str]]]:
    """Places of the changes in seconds of what was looked at, and (place, time) of the beginning of each stretch."""
    x = np.zeros(len(scenes.change_times_s))
    marks, place = [], 0.0
    for first_s, last_s in scenes.stretches:
        inside = (scenes.change_times_s >= first_s) & (scenes.change_times_s <= last_s)
        x[inside] = place + scenes.change_times_s[inside] - first_s
        marks.append((place, _clock(first_s)))
        place += last_s - first_s
    return x, marks


def _clock(time_s: float) -> str:
    minutes, seconds = divmod(round(time_s, 1), 60)
    return f"{int(minutes)}:{seconds:04.1f}"
