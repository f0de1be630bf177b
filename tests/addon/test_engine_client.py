"""The extension's client with a real worker, and with programs that are none."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from addon.engine import Event, Worker, WorkerError, find_engines
from addon.engine.client import read_array
from addon.engine.contract import (
    Analyze,
    Bake,
    Cancelled,
    Curves,
    Describe,
    Failed,
    Hello,
    Preview,
    Progress,
    Welcome,
)

LONGEST_S = 240.0


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Ten seconds of clicks over a tone."""
    import wave

    rate = 44100
    times_s = np.arange(10 * rate) / rate
    sound = 0.2 * np.sin(2 * np.pi * 220 * times_s) + 0.6 * np.exp(-40 * np.mod(times_s, 0.5)) * np.sin(700 * times_s)
    path = tmp_path_factory.mktemp("song") / "clicks.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 30000).astype("<i2").tobytes())
    return str(path)


@pytest.fixture
def worker(avcore_python: str) -> Iterator[Worker]:
    """A worker that runs."""
    engine = next(find_engines(preferred=avcore_python)).engine
    assert engine is not None
    worker = Worker(engine.command, engine.environment())
    worker.start()
    yield worker
    worker.close()
    assert not worker.is_running


def last(worker: Worker, wanted: Callable[[Event], bool] = lambda event: event.is_last) -> Event:
    """The first event of that kind, heard in ticks as Blender's timer does."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        for event in worker.events():
            if wanted(event):
                return event
        time.sleep(0.01)
    raise AssertionError("there was no such event")


def test_it_starts_and_says_who_answers(worker: Worker) -> None:
    event = last(worker)
    assert isinstance(event.message, Welcome)
    assert worker.welcome == event.message
    with pytest.raises(RuntimeError):
        worker.start()


def test_a_reply_comes_to_who_asked(worker: Worker, song: str) -> None:
    first = worker.send(Describe("ember"))
    progress: list[Progress] = []
    picture = worker.ask(Preview(song, "ember", {}, 2.0, 64, 32), progress=progress.append, timeout_s=LONGEST_S)
    assert list(dict.fromkeys(step.stage for step in progress)) == ["analysis", "compiling"]
    image = read_array(picture.array)
    assert image.shape == (32, 64, 3)
    assert image.dtype == np.float32
    assert not Path(picture.array.path).exists()
    described = last(worker, lambda event: event.id == first)
    assert described.message.preset.name == "ember"


def test_a_failure_is_raised_where_one_waits(worker: Worker) -> None:
    with pytest.raises(WorkerError, match=r"does not exist|cannot be read") as caught:
        worker.ask(Analyze("/nowhere.wav"))
    assert caught.value.failed.next_step == "choose-sound"


def test_a_bake_is_cancelled(worker: Worker, song: str, tmp_path: Path) -> None:
    number = worker.send(Bake(song, str(tmp_path / "bake"), "rosette", {}, 1024, 1024))
    last(worker, lambda event: event.id == number and getattr(event.message, "stage", "") == "frames")
    worker.cancel(number)
    assert isinstance(last(worker, lambda event: event.id == number and event.is_last).message, Cancelled)
    worker.cancel(number)  # it is over; nothing happens
    assert not list((tmp_path / "bake").glob(".*"))


def test_a_death_answers_all_that_was_asked_and_a_start_begins_anew(worker: Worker, song: str) -> None:
    last(worker)
    numbers = [worker.send(Preview(song, "ember", {}, at, 2048, 2048)) for at in range(3)]
    worker.kill()
    answered = {}
    while set(answered) != set(numbers):
        event = last(worker)
        answered[event.id] = event.message
    assert any(isinstance(message, Failed) and message.kind == "Crash" for message in answered.values())
    while worker.is_running:
        time.sleep(0.01)
    assert isinstance(last_of(worker, worker.send(Hello())), Failed)
    with pytest.raises(WorkerError, match=r"is not running|was killed"):
        worker.ask(Hello())
    worker.start()
    assert worker.ask(Describe("ink")).preset.name == "ink"


def last_of(worker: Worker, number: int) -> object:
    """The last answer to a request."""
    return last(worker, lambda event: event.id == number and event.is_last).message


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(WorkerError, match="cannot be started") as caught:
        Worker(["/nowhere/python"]).start()
    assert caught.value.failed.kind == "NoWorker"


def program(script: str) -> list[str]:
    """A program that is no worker."""
    return [sys.executable, "-c", script]


def test_the_last_words_of_a_program_that_dies_are_told() -> None:
    worker = Worker(program("import sys; print('no module named avcore', file=sys.stderr); sys.exit(3)"))
    failed = last_of(worker, worker.start())
    assert isinstance(failed, Failed)
    assert "exit code 3" in failed.sentence
    assert "no module named avcore" in failed.traceback


def test_a_program_that_says_nothing_is_given_up() -> None:
    worker = Worker(program("import time; time.sleep(600)"), handshake_s=0.3)
    failed = last_of(worker, worker.start())
    assert isinstance(failed, Failed)
    assert "no answer" in failed.traceback
    assert not worker.is_running


def test_a_program_that_talks_nonsense_is_given_up() -> None:
    script = "import sys, time\nfor i in range(1000): print('hello', i)\nsys.stdout.flush(); time.sleep(600)"
    worker = Worker(program(script), handshake_s=1.0)
    assert isinstance(last_of(worker, worker.start()), Failed)


def test_asking_never_waits_for_a_program_that_does_not_listen() -> None:
    worker = Worker(program("import time; time.sleep(600)"))
    worker.start()
    large = Curves("a.wav", times_s=tuple(i / 7 for i in range(200_000)))
    numbers = [worker.send(large) for _ in range(3)]  # far more than a pipe holds
    worker.close(timeout_s=0.2)
    assert not worker.is_running
    for number in numbers:
        assert isinstance(last_of(worker, number), Failed)


def test_an_answer_that_takes_too_long_is_no_longer_waited_for() -> None:
    worker = Worker(program("import time; time.sleep(600)"))
    worker.start()
    with pytest.raises(WorkerError, match=r"within 0\.2 s"):
        worker.ask(Hello(), timeout_s=0.2)
    worker.kill()


@pytest.mark.skipif(os.name != "posix", reason="looks into /proc")
def test_nothing_is_left_when_it_is_closed_during_a_bake(avcore_python: str, song: str, tmp_path: Path) -> None:
    engine = next(find_engines(preferred=avcore_python)).engine
    assert engine is not None
    worker = Worker(engine.command, {**engine.environment(), "TMPDIR": str(tmp_path)})
    worker.start()
    number = worker.send(Bake(song, str(tmp_path / "bake"), "rosette", {}, 1024, 1024))
    last(worker, lambda event: event.id == number and getattr(event.message, "stage", "") == "frames")
    worker.close()
    assert isinstance(last_of(worker, number), Cancelled | Failed)
    assert [path.name for path in tmp_path.iterdir()] == ["bake"]
    assert not list((tmp_path / "bake").glob(".*"))
