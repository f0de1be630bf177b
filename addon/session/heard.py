"""What was heard of sounds: analyses by file, for panels, drawings and searches."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from ..engine.client import read_array
from ..engine.contract import Analysis, Analyze, Description
from . import refresh
from .asking import Ask, Steps, finish
from .engine import session

N_PEAKS = 4000
MOST_KEPT = 8

Key = tuple[str, int]


class Known:
    """An analysis and its waveform [shape=(n, 2)]."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.peaks: Any = read_array(analysis.peaks) if analysis.peaks else np.zeros((0, 2), np.float32)


_known: OrderedDict[Key, Known] = OrderedDict()
_asked: set[Key] = set()
_signals: dict[str, tuple[str, ...]] = {}


def of(path: Path) -> Analysis | None:
    """The analysis of a file, None while there is none."""
    known = waveform_of(path)
    return known.analysis if known is not None else None


def waveform_of(path: Path) -> Known | None:
    """The analysis of a file with its waveform, None while there is none."""
    try:
        return _known.get(_key(path))
    except OSError:
        return None


def last() -> Analysis | None:
    """The newest analysis."""
    return next(reversed(_known.values())).analysis if _known else None


def ask(path: Path) -> None:
    """Have a file analysed, once; panels are drawn anew then."""
    try:
        key = _key(path)
    except OSError:
        return
    if key in _known or key in _asked:
        return
    _asked.add(key)

    def take(analysis: Analysis) -> None:
        _asked.discard(key)
        keep(path, analysis)
        refresh.soon()
        refresh.redraw()

    session.ask(Analyze(str(path), n_peaks=N_PEAKS), take)  # one that failed is not asked again: the bake says why


def wait(path: Path) -> Known:
    """The analysis of a file, waiting for it.

    Raises:
        WorkerError: it cannot be analysed.
    """
    return finish(listening(path))


def listening(path: Path) -> Steps[Known]:
    """The analysis of a file, in steps."""
    known = waveform_of(path)
    if known is None:
        known = keep(path, (yield Ask(Analyze(str(path), n_peaks=N_PEAKS), f"listening to {path.name}")))
    return known


def keep(path: Path, analysis: Analysis) -> Known:
    """Remember an analysis."""
    known = _known[_key(path)] = Known(analysis)
    while len(_known) > MOST_KEPT:
        _known.popitem(last=False)
    return known


def take_signals(name: str, description: Description) -> None:
    """Remember the signals of a preset."""
    _signals[name] = tuple(description.signals)


def preset_signals(name: str) -> tuple[str, ...]:
    """Names of the signals of a preset, empty while it is not described."""
    return _signals.get(name, ())


def _key(path: Path) -> Key:
    return str(path), path.stat().st_mtime_ns


def forget() -> None:
    """Forget all."""
    _known.clear()
    _asked.clear()
    _signals.clear()
