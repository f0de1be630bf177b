"""Requests that are answered in one go, each by one function, beside each other."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import avcore
from avcore.cli import doctor
from avcore.compute.device import available, cpu, torch_device
from avcore.errors import UsageError
from avcore.files import cache_folder
from avcore.packages import version
from avcore.worker import contract, hearing, library
from avcore.worker.calls import Call
from avcore.worker.contract import PROTOCOL
from avcore.worker.listening import Tracks
from avcore.worker.live import live
from avcore.worker.packs import install_pack
from avcore.worker.scratch import Scratch


@dataclasses.dataclass(frozen=True)
class Answers:
    """What the functions share: the songs, and a place for arrays."""

    tracks: Tracks
    scratch: Scratch

    def of(self, request: Any) -> Callable[[Call], Any] | None:
        """The function that answers a request; None where it is of another kind."""
        functions: dict[type, Callable[[Call], Any]] = {
            contract.Hello: self.hello,
            contract.ListPresets: self.list_presets,
            contract.Describe: self.describe,
            contract.SavePreset: self.save_preset,
            contract.InstallPack: self.install_pack,
            contract.Analyze: self.analyze,
            contract.Curves: self.curves,
            contract.Live: self.live,
            contract.Doctor: self.doctor,
        }
        return functions.get(type(request))

    def hello(self, call: Call) -> contract.Welcome:
        """Who is here. Where torch is installed, it is loaded to see its devices, which takes a second or two.

        Raises:
            UsageError: the application speaks another protocol.
        """
        if call.request.protocol != PROTOCOL:
            raise UsageError(
                f"the application speaks protocol {call.request.protocol} and avcore {avcore.__version__} protocol "
                f"{PROTOCOL}; update the older of the two"
            )
        return contract.Welcome(
            protocol=PROTOCOL,
            avcore=avcore.__version__,
            python=platform.python_version(),
            executable=sys.executable,
            pid=os.getpid(),
            torch=version("torch") or "",
            devices=_devices(),
            cache_folder=str(cache_folder()),
            user_presets=str(library.user_folder()),
        )

    def list_presets(self, _call: Call) -> contract.PresetList:
        """The library."""
        return library.listing()

    def describe(self, call: Call) -> contract.Description:
        """One preset."""
        return library.describe(call.request.preset, call.request.overrides)

    def save_preset(self, call: Call) -> contract.Saved:
        """A new preset of the user's."""
        wanted: contract.SavePreset = call.request
        return library.save(
            wanted.name, wanted.base, wanted.overrides, description=wanted.description, overwrite=wanted.overwrite
        )

    def install_pack(self, call: Call) -> contract.Installed:
        """A pack from a zip."""
        return install_pack(Path(call.request.path), overwrite=call.request.overwrite)

    def analyze(self, call: Call) -> contract.Analysis:
        """What is heard in a song."""
        track = self.tracks.track(call.request.audio, call)
        n = call.request.n_peaks
        if n == 0:
            return hearing.analysis(track, None)
        return hearing.analysis(
            track, self.scratch.keep(hearing.peaks(Path(call.request.audio), n, track.duration_s), "peaks")
        )

    def curves(self, call: Call) -> contract.CurveValues:
        """Control curves."""
        return hearing.curves(call.request, self.tracks.track(call.request.audio, call), self.scratch)

    def live(self, call: Call) -> contract.LiveGraph:
        """A preset as a graph."""
        audio = call.request.audio
        return live(call.request, self.tracks.track(audio, call) if audio else None, self.scratch)

    def doctor(self, _call: Call) -> contract.Diagnosis:
        """The report of ``avcore doctor``."""
        result = doctor.run(argparse.Namespace())
        return contract.Diagnosis(result.text(), tuple(result.problems), dataclasses.asdict(result))


def _devices() -> tuple[contract.Device, ...]:
    """What can draw, the best first; ``auto`` takes the first."""
    processor = contract.Device("cpu", cpu().description)
    if importlib.util.find_spec("torch") is None:
        return (processor,)
    import torch

    names = [name for name in available(torch) if name != "cpu"]
    return (*(contract.Device(name, torch_device(name).description) for name in names), processor)
