"""The worker as an application meets it: every request, nonsense, cancelling, and its end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from worker_process import WorkerProcess, array

from avcore.audio import analyze
from avcore.compute.device import choose, cpu
from avcore.presets import list_presets, load_preset
from avcore.render.frames import Frames
from avcore.signals.controls import compute_controls
from avcore.signals.spec import SignalSpec
from avcore.timebase import Duration, Timebase
from avcore.worker.contract import (
    MAX_LINE_BYTES,
    PROTOCOL,
    Analyze,
    Cancel,
    Cancelled,
    Curves,
    Describe,
    Doctor,
    Failed,
    Hello,
    ListPresets,
    Nothing,
    Preview,
    Shutdown,
)

SHIPPED = Path(__file__).parents[2] / "presets"


@pytest.fixture(scope="module")
def worker() -> Iterator[WorkerProcess]:
    """One worker for all tests that only ask."""
    with WorkerProcess() as process:
        yield process
        assert process.hang_up() == 0


def test_hello_says_who_is_there(worker: WorkerProcess) -> None:
    welcome = worker.ask(Hello(client="a test"))
    assert welcome.protocol == PROTOCOL
    assert welcome.pid == worker.process.pid
    assert welcome.devices[-1].name == "cpu"


def test_another_protocol_is_refused(worker: WorkerProcess) -> None:
    failed = worker.ask(Hello(PROTOCOL + 1))
    assert isinstance(failed, Failed)
    assert "protocol" in failed.sentence


def test_presets_have_families_looks_and_thumbnails(worker: WorkerProcess) -> None:
    listing = worker.ask(ListPresets())
    assert [preset.name for preset in listing.presets] == [entry.name for entry in list_presets()]
    looks = {look.name: look for look in listing.looks}
    assert set(listing.families) == {look.family for look in listing.looks}
    ember = next(preset for preset in listing.presets if preset.name == "ember")
    assert (ember.title, ember.family, ember.look, ember.error) == ("Ember", "neural", "cppn", "")
    assert Path(ember.thumbnail).is_file()
    for preset in listing.presets:
        assert preset.error or looks[preset.look].family == preset.family


def test_a_description_can_be_drawn_and_turned(worker: WorkerProcess) -> None:
    before = worker.ask(Describe("ember"))
    parameters = {parameter.key: parameter for parameter in before.parameters}
    assert parameters["field.gain"].value == 4.5
    assert parameters["colour.brightness.base"].signals == {"kick": 0.35}
    assert parameters["colour.brightness.kick"].group == "sound"
    assert parameters["colour.palette"].colours[0] == "#0a0204"
    after = worker.ask(Describe("ember", {"field.gain": 6, "colour.brightness.base": 1.5, "colour.palette": "lagoon"}))
    turned = {parameter.key: parameter for parameter in after.parameters}
    assert (turned["field.gain"].value, turned["field.gain"].default) == (6.0, 4.5)
    assert turned["field.gain"].soft_high == parameters["field.gain"].soft_high
    assert turned["colour.brightness.base"].signals == {"kick": 0.35}
    assert turned["colour.palette"].value == "lagoon"
    assert before.sha256 != after.sha256
    assert "lagoon" in after.yaml


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_parameter_can_be_set_to_its_own_value(path: Path) -> None:
    from avcore.worker.library import describe, load

    described = describe(str(path), {})
    assert load(str(path), {parameter.key: parameter.value for parameter in described.parameters}) == load_preset(path)
    for parameter in described.parameters:
        if parameter.soft_low is not None and parameter.soft_high is not None:
            assert parameter.soft_low <= parameter.value <= parameter.soft_high
            assert parameter.low is None or parameter.low <= parameter.soft_low
            assert parameter.high is None or parameter.soft_high <= parameter.high
        assert parameter.help


def test_an_analysis_has_events_sections_and_a_waveform(worker: WorkerProcess, demo_track: Path) -> None:
    track = analyze(demo_track)
    heard = worker.ask(Analyze(str(demo_track), n_peaks=200))
    assert heard.beats_s == tuple(track.beats_s)
    assert heard.tempo_bpm == track.tempo_bpm
    assert (heard.sections[0].start_s, heard.sections[-1].end_s) == (0.0, pytest.approx(track.duration_s))
    assert {feature.name for feature in heard.features} == set(track.features)
    samples, rate = soundfile.read(demo_track, dtype="float32")
    mono = samples.mean(axis=1)
    peaks = array(heard.peaks)
    assert peaks.shape == (200, 2)
    second = slice(round(8 * rate), round(8.1 * rate))  # point 80 of 200 in 20 s
    assert peaks[80] == pytest.approx([mono[second].min(), mono[second].max()], abs=1e-6)
    assert worker.ask(Analyze(str(demo_track))).peaks is None


def test_curves_are_those_of_a_render(worker: WorkerProcess, demo_track: Path) -> None:
    track, fps = analyze(demo_track), Fraction(24000, 1001)
    wanted = {"kick": {"source": "bass", "release": "200ms", "range": [-1, 2], "sample": "max"}, "rms": "rms"}
    reply = worker.ask(
        Curves(str(demo_track), wanted, preset="ember", preset_signals=("air",), fps="24000/1001", start_s=2, count=90)
    )
    assert reply.names == ("kick", "rms", "air")
    values = array(reply.array)
    assert values.dtype == np.float32
    times_s = 2 + np.arange(90) / float(fps)
    spec = SignalSpec("bass", release=Duration(0.2), range=(-1.0, 2.0), sample="max")
    for name, signal, row in (
        ("kick", spec, values[0]),
        ("rms", SignalSpec("rms", normalise=False), values[1]),
        ("air", load_preset("ember").signals["air"], values[2]),
    ):
        expected = compute_controls({name: signal}, track, fps=fps).frames(times_s, span_s=float(1 / fps))[name]
        np.testing.assert_array_equal(row, expected.astype(np.float32))


def test_curves_of_a_perfect_loop_are_those_that_its_bake_hears(worker: WorkerProcess, demo_track: Path) -> None:
    fps, start_s = Fraction(24), 2
    preset = load_preset("carousel")
    timebase = Timebase.for_excerpt(analyze(demo_track).duration_s, fps, start_s=start_s)
    with Frames(preset, analyze(demo_track), timebase, size=(16, 16), device=cpu()) as frames:
        assert frames.source.loop_frames is not None
        count = 2 * frames.source.loop_frames
        expected = frames.source.signals(timebase.times_s(range(1, 1 + count)))
    reply = worker.ask(Curves(str(demo_track), preset="carousel", fps="24", start_s=start_s, count=count))
    assert set(reply.names) == set(preset.signals)
    for name, row in zip(reply.names, array(reply.array), strict=True):
        np.testing.assert_array_equal(row, expected[name].astype(np.float32))
        np.testing.assert_array_equal(row[: count // 2], row[count // 2 :])
        assert row.std() > 0.01


def test_a_delay_moves_a_curve(worker: WorkerProcess, demo_track: Path) -> None:
    times_s = tuple(np.linspace(1.0, 9.0, 50).tolist())
    late = array(
        worker.ask(Curves(str(demo_track), {"a": {"source": "bass", "delay": "250ms"}}, times_s=times_s)).array
    )
    earlier = tuple(time_s - 0.25 for time_s in times_s)
    plain = array(worker.ask(Curves(str(demo_track), {"a": {"source": "bass"}}, times_s=earlier)).array)
    np.testing.assert_array_equal(late, plain)
    assert late.std() > 0.01


@pytest.mark.parametrize(
    ("signals", "word"),
    [({"a": "bas"}, "did you mean bass"), ({"a": {"source": "bass", "relase": 1}}, "did you mean 'release'"),
     ({"a": 3}, "signal 'a'"), ({"a": {"source": "bass", "delay": "soon"}}, "not a duration"), ({}, "no curve")],
)  # fmt: skip
def test_wrong_curves_say_what_is_wrong(
    signals: dict[str, object], word: str, worker: WorkerProcess, demo_track: Path
) -> None:
    failed = worker.ask(Curves(str(demo_track), signals, count=5))
    assert isinstance(failed, Failed)
    assert word in failed.sentence
    assert failed.kind in ("UsageError", "PresetError")
    assert failed.exit_code == 2


def test_a_preview_is_the_frame_that_a_bake_makes(worker: WorkerProcess, demo_track: Path) -> None:
    fps, at_s = Fraction(24000, 1001), 7.3
    request = Preview(
        str(demo_track), "ember", {"field.gain": 5}, at_s, 96, 64, "24000/1001", 1.5, quality="final", pixel="uint8"
    )
    picture = worker.ask(request)
    track = analyze(demo_track)
    timebase = Timebase.for_excerpt(track.duration_s, fps, start_s=Fraction(3, 2))
    assert timebase.time_s(picture.frame) <= at_s < timebase.time_s(picture.frame + 1)
    with Frames(
        load_preset("ember", overrides=["field.gain=5"]), track, timebase, size=(96, 64), device=choose("auto")
    ) as frames:
        np.testing.assert_array_equal(array(picture.array), frames.frame(picture.frame))


def test_a_preview_outside_the_song_shows_its_nearest_frame(worker: WorkerProcess, demo_track: Path) -> None:
    first, last = (worker.ask(Preview(str(demo_track), "ink", {}, at, 32, 32)) for at in (-5.0, 1e6))
    assert first.frame == 1
    assert last.time_s == pytest.approx(20.0, abs=1 / 30 + 1e-6)


def test_kernels_that_are_compiled_are_told_of(demo_track: Path, tmp_path: Path) -> None:
    """The first picture on a machine takes seconds, and whoever waits hears why."""
    with WorkerProcess(AVCORE_CACHE=str(tmp_path)) as worker:
        worker.ask(Preview(str(demo_track), "agate", {}, 1, 16, 16))
        stages = dict.fromkeys(it.body["stage"] for it in worker.envelopes if it.kind == "progress")
        assert list(stages) == ["analysis", "compiling"]


def test_the_newest_preview_wins(worker: WorkerProcess, demo_track: Path) -> None:
    numbers = [worker.send(Preview(str(demo_track), "rosette", {}, i / 7, 1024, 1024)) for i in range(12)]
    answers = [worker.answer(number) for number in numbers]
    assert answers[-1].frame == 1 + int(11 / 7 * 30)
    given_up = [answer for answer in answers if isinstance(answer, Cancelled)]
    assert len(given_up) >= 5
    assert all("newer" in answer.sentence for answer in given_up)


@pytest.mark.parametrize(
    ("request_", "kind", "next_step"),
    [
        (Analyze("/nowhere/song.wav"), "InputError", "choose-sound"),
        (Preview("/nowhere/song.wav", "ember"), "InputError", "choose-sound"),
        (Preview("\0", "ember"), "InputError", "choose-sound"),
        (Describe("embr"), "PresetError", "change-preset"),
        (Describe("ember", {"field.gian": 3}), "PresetError", "change-preset"),
        (Describe("ember", {"field.gain": "much"}), "PresetError", "change-preset"),
    ],
)
def test_failures_name_the_next_step(request_: object, kind: str, next_step: str, worker: WorkerProcess) -> None:
    failed = worker.ask(request_)
    assert (failed.kind, failed.next_step) == (kind, next_step)
    assert "Traceback" in failed.traceback


def test_a_broken_preset_and_sound_are_told(worker: WorkerProcess, demo_track: Path, tmp_path: Path) -> None:
    broken, text = tmp_path / "broken.yaml", tmp_path / "song.mp3"
    broken.write_text("schema: 1\nfield:\n  type: cppn\n  gian: 3\n")
    text.write_text("no song\n" * 50)
    failed = worker.ask(Preview(str(demo_track), str(broken)))
    assert "broken.yaml:4" in failed.sentence
    assert worker.ask(Analyze(str(text))).kind == "InputError"
    assert worker.ask(Preview(str(demo_track), "ember", {}, 0, 1, 1)).kind == "UsageError"
    shutil.copy(demo_track, text)
    assert worker.ask(Analyze(str(text))).duration_s > 0  # the repaired file is read again


@pytest.mark.parametrize(
    "line",
    [
        b"hello\n", b"\xff\xfe\xfd\n", b'{"id": 900, "kind": "dance", "body": {}}\n',
        b"x" * (MAX_LINE_BYTES + 5) + b"\n", b'{"id": 900, "kind": "analyze", "body": {"audio": 3}}\n',
        b'{"kind": "hello", "body": {}}\n',
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_the_worker_lives(line: bytes, worker: WorkerProcess) -> None:
    worker.raw(line)
    number = worker.send(Hello())
    worker.answer(number)
    failed = worker.message(worker.envelopes[-2] if worker.envelopes[-1].id == number else worker.envelopes[-1])
    assert failed.kind == "MessageError"
    worker.envelopes.clear()


def test_an_id_under_way_is_not_taken_twice(worker: WorkerProcess) -> None:
    number = worker.send(Doctor())
    worker.raw(b'{"id": %d, "kind": "hello", "body": {}}\n' % number)
    assert "under way" in worker.answer(None).sentence
    assert worker.answer(number).report["presets"] >= 15


def test_cancelling_an_analysis_stops_it(worker: WorkerProcess, tmp_path: Path) -> None:
    long = tmp_path / "noise.wav"
    soundfile.write(long, np.random.default_rng(1).normal(0, 0.1, 44100 * 600).astype(np.float32), 44100)
    number = worker.send(Analyze(str(long)))
    worker.progress(number, "analysis", 0)
    assert isinstance(worker.ask(Cancel(number)), Nothing)
    assert isinstance(worker.answer(number), Cancelled)
    again = worker.send(Analyze(str(long)))
    begun = worker.progress(again, "analysis", 0)
    assert begun.done < 0.5  # it was stopped, and begins anew
    worker.ask(Cancel(again))
    assert isinstance(worker.ask(Cancel(again)), Nothing)  # what has been answered is left alone


def test_the_end_of_its_input_ends_it(tmp_path: Path, demo_track: Path) -> None:
    with WorkerProcess(TMPDIR=str(tmp_path)) as worker:
        worker.ask(Preview(str(demo_track), "ember", {}, 1, 64, 64))
        assert len(list(tmp_path.iterdir())) == 1
        assert worker.hang_up() == 0
    assert not list(tmp_path.iterdir())


def test_shutdown_is_the_last_request(tmp_path: Path) -> None:
    with WorkerProcess(TMPDIR=str(tmp_path)) as worker:
        worker.ask(Hello())
        assert isinstance(worker.ask(Shutdown()), Nothing)
        assert worker.process.wait(30) == 0
    assert not list(tmp_path.iterdir())


def test_what_a_killed_worker_left_is_swept_by_the_next(tmp_path: Path, demo_track: Path) -> None:
    with WorkerProcess(TMPDIR=str(tmp_path)) as worker:
        worker.ask(Preview(str(demo_track), "ember", {}, 1, 64, 64))
        worker.kill()
        assert len(list(tmp_path.iterdir())) == 1
        with WorkerProcess(TMPDIR=str(tmp_path)) as second, WorkerProcess(TMPDIR=str(tmp_path)) as third:
            second.ask(Hello())
            third.ask(Hello())
            assert len(list(tmp_path.iterdir())) == 2  # their own; that of the other is not touched
            second.hang_up()
            third.hang_up()
    assert not list(tmp_path.iterdir())


def test_two_workers_share_one_cache(tmp_path: Path, demo_track: Path) -> None:
    song = tmp_path / "own.wav"
    samples, rate = soundfile.read(demo_track)
    soundfile.write(song, samples[: rate * 9], rate)
    cache = {"AVCORE_CACHE": str(tmp_path / "cache")}
    with WorkerProcess(**cache) as one, WorkerProcess(**cache) as two:
        requests = [
            (worker, worker.send(Preview(str(song), "ember", {}, 3, 64, 64))) for worker in (one, two) for _ in range(2)
        ]
        pictures = [worker.answer(number) for worker, number in requests]
        last = [array(picture.array) for picture in (pictures[1], pictures[3])]
        np.testing.assert_array_equal(*last)
    with WorkerProcess(**cache) as three:
        np.testing.assert_array_equal(array(three.ask(Preview(str(song), "ember", {}, 3, 64, 64)).array), last[0])
