"""Signals: control curves made from features, over the whole track, sampled at frames."""

from avcore.signals.controls import Controls, compute_controls
from avcore.signals.curves import compute_signal
from avcore.signals.spec import Driven, SignalSpec

__all__ = ["Controls", "Driven", "SignalSpec", "compute_controls", "compute_signal"]
