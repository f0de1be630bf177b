"""Fixtures for all tests: a cache of their own, the demo track, and real music where it is at hand."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

REAL_MUSIC = Path(__file__).parents[1] / ".." / "shared" / "audio"
REAL_TRACKS = ("electronic-motion.ogg", "orchestral-frantic.ogg", "ambient-awakening.ogg")


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> None:
    """Ctrl-C works in the tests and in what they start, even where the runner was started in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the user's cache and presets out of the tests, and the tests out of them."""
    folder = tmp_path_factory.mktemp("cache")
    patch = pytest.MonkeyPatch()
    patch.setenv("AVCORE_CACHE", str(folder))
    patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
    patch.delenv("AVCORE_PRESETS", raising=False)
    return folder


@pytest.fixture(scope="session")
def real_track() -> Callable[[str], Path]:
    """The path of a piece of real music; skips the test where the folder is absent."""

    def find(name: str) -> Path:
        path = (REAL_MUSIC / name).resolve()
        if not path.is_file():
            pytest.skip(f"{name} is not at hand (it belongs in ../shared/audio beside the project)")
        return path

    return find


@pytest.fixture(scope="session")
def demo_track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesised demo track, as a WAV file."""
    from avcore.audio.demo import write_demo

    path = tmp_path_factory.mktemp("demo") / "demo.wav"
    write_demo(path)
    return path
