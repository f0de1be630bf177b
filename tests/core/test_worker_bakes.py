"""Bakes through the worker: the bytes of the command line, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from worker_process import WorkerProcess, array, descendants, gone, is_alive

from avcore.cli import main
from avcore.encode import read_manifest
from avcore.worker.contract import (
    Analyze,
    Bake,
    Baked,
    Cancel,
    Cancelled,
    Failed,
    Hello,
    Preview,
    Progress,
    encode,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="ends processes by their signals")

SIDE, SECONDS, FPS = 512, 6, 24
FRAMES = SECONDS * FPS


@pytest.fixture
def bake(tmp_path: Path, demo_track: Path) -> Bake:
    """A bake of a few seconds of work, into a folder that is not there yet."""
    return Bake(
        str(demo_track), str(tmp_path / "bake"), "rosette", {}, SIDE, SIDE, str(FPS), 2.0, SECONDS, start_frame=101
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, demo_track: Path) -> dict[str, bytes]:
    """What the command line makes of the same job."""
    out = tmp_path_factory.mktemp("whole") / "bake"
    arguments = ["render", demo_track, out, "--format", "png", "-p", "rosette", "-r", f"{SIDE}x{SIDE}", "--fps", FPS]
    arguments += ["--start", 2, "--duration", SECONDS, "--start-frame", 101]
    assert main([str(argument) for argument in arguments]) == 0
    return files(out)


def files(folder: Path) -> dict[str, bytes]:
    """The files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def only_whole_frames(folder: Path, whole: dict[str, bytes]) -> int:
    """The number of frames; each must be that of the whole bake. A killed process may leave hidden parts."""
    frames = {name: data for name, data in files(folder).items() if name.endswith(".png")}
    assert all(whole[name] == data for name, data in frames.items())
    return len(frames)


def test_a_bake_is_that_of_the_command_line(bake: Bake, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as worker:
        number = worker.send(bake)
        baked = worker.answer(number)
        assert isinstance(baked, Baked)
        assert (baked.first_frame, baked.last_frame) == (101, 100 + FRAMES)
        assert (baked.frames, baked.skipped) == (FRAMES, 0)
        assert Path(baked.first_file).name == "bake_0101.png"
        assert files(Path(bake.out)) == whole
        answers = zip(worker.times, worker.envelopes, strict=True)
        times = [at for at, it in answers if it.kind == "progress" and it.id == number]
        assert len(times) > 5
        stages = list(dict.fromkeys(it.body["stage"] for it in worker.envelopes if it.kind == "progress"))
        assert stages == ["analysis", "compiling", "frames"]
        assert len(times) <= 10 * (times[-1] - times[0]) + 1 + len(stages)
        again = worker.ask(bake)
        assert (again.frames, again.skipped) == (0, FRAMES)


def test_a_video_has_its_sound(bake: Bake, tmp_path: Path) -> None:
    request = Bake(
        bake.audio, str(tmp_path / "clip.mp4"), "ember", width=64, height=64, duration="2 beats", format="video"
    )
    with WorkerProcess() as worker:
        baked = worker.ask(request)
        assert baked.first_file == request.out
        assert Path(request.out).stat().st_size > 1000
        assert "is there already" in worker.ask(request).sentence


def test_a_directed_preset_is_baked(bake: Bake, tmp_path: Path) -> None:
    """Its scenes, changes and previews are those of the command line."""
    request = changed(bake, preset="voyage", width=48, height=32, start_frame=1, start_s=0, duration=12)
    out = tmp_path / "told" / "bake"
    out.parent.mkdir()
    arguments = ["render", bake.audio, out, "--format", "png", "-p", "voyage", "-r", "48x32", "--fps", FPS]
    assert main([str(argument) for argument in [*arguments, "--duration", 12]]) == 0
    with WorkerProcess() as worker:
        baked = worker.ask(request)
        assert (baked.first_frame, baked.last_frame) == (1, 12 * FPS)
        assert files(Path(request.out)) == files(out)
        at_s = 7.0
        preview = Preview(bake.audio, "voyage", {}, at_s, 48, 32, str(FPS), quality="final", pixel="uint8")
        picture = worker.ask(preview)
    number = 1 + round(at_s * FPS)
    assert picture.frame == number
    np.testing.assert_array_equal(array(picture.array), np.asarray(Image.open(out / f"bake_{number:04d}.png")))


def test_maps_are_baked_beside_the_images(bake: Bake) -> None:
    with WorkerProcess() as worker:
        request = changed(bake, width=32, height=32, preset="agate", maps=("height", "roughness"))
        number = worker.send(request)
        baked = worker.answer(number)
        assert sorted(baked.maps) == ["height", "roughness"]
        assert Path(baked.maps["height"]) == Path(f"{bake.out}_height") / "bake_height_0101.png"
        for file in (baked.first_file, *baked.maps.values()):
            assert len(list(Path(file).parent.glob("*.png"))) == FRAMES
        (parts,) = {it.body["total"] for it in worker.envelopes if it.id == number and it.body.get("stage") == "frames"}
        assert parts == 3 * FRAMES
        assert "no maps" in worker.ask(changed(request, format="video", out=f"{bake.out}.mp4")).sentence


def test_a_bake_with_maps_that_replaces_another_is_stopped_and_goes_on(bake: Bake) -> None:
    """Bake again says nothing of replacing; maps of the bake before are not in its way."""
    small = changed(bake, width=64, height=64, preset="agate", maps=("height",))
    with WorkerProcess() as worker:
        worker.ask(small)
        other = changed(small, quality="draft", overwrite=True)
        number = worker.send(other)
        worker.progress(number)
        worker.ask(Cancel(number))
        assert isinstance(worker.answer(number), Cancelled)
        baked = worker.ask(changed(other, overwrite=False))
        assert isinstance(baked, Baked), baked
        assert len(list(Path(baked.maps["height"]).parent.glob("*.png"))) == FRAMES


def test_a_cancelled_bake_stops_within_a_frame_and_goes_on_later(bake: Bake, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as worker:
        number = worker.send(bake)
        assert isinstance(worker.progress(number, least=12), Progress)
        began = time.monotonic()
        worker.send(Cancel(number))
        cancelled = worker.answer(number)
        assert time.monotonic() - began < 5  # frames on their way to the disk, and the manifest
        assert isinstance(cancelled, Cancelled)
        assert "go on" in cancelled.sentence
        done = only_whole_frames(Path(bake.out), whole)
        assert 1 <= done < FRAMES
        manifest = read_manifest(Path(bake.out))
        assert manifest is not None
        assert len(manifest.frames) == done
        finished = worker.ask(bake)
        assert finished.skipped == done
    assert files(Path(bake.out)) == whole


def test_a_bake_that_waits_for_another_can_be_cancelled(bake: Bake, tmp_path: Path) -> None:
    with WorkerProcess() as worker:
        first = worker.send(bake)
        second = worker.send(Bake(bake.audio, str(tmp_path / "second"), "ember"))
        worker.ask(Cancel(second))
        assert isinstance(worker.answer(second), Cancelled)
        worker.ask(Cancel(first))
        worker.answer(first)
        assert worker.hang_up() == 0
    assert not (tmp_path / "second").exists()


def test_a_bake_that_dies_takes_nothing_with_it(bake: Bake, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as worker:
        number = worker.send(bake)
        worker.progress(number, least=12)
        (baker,) = descendants(worker.process.pid)
        os.kill(baker, signal.SIGKILL)
        failed = worker.answer(number)
        assert isinstance(failed, Failed)
        assert (failed.kind, failed.next_step) == ("Crash", "retry")
        assert "signal 9 after" in failed.sentence
        assert isinstance(worker.ask(Preview(bake.audio, "ember", {}, 1, 32, 32)).frame, int)
        only_whole_frames(Path(bake.out), whole)
        assert isinstance(worker.ask(bake), Baked)
    assert files(Path(bake.out)) == whole


def test_a_killed_worker_leaves_whole_frames_and_no_process(bake: Bake, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as worker:
        worker.progress(worker.send(bake), least=12)
        below = descendants(worker.process.pid)
        assert below
        worker.kill()
        assert gone(below)
    assert 1 <= only_whole_frames(Path(bake.out), whole) < FRAMES  # more were on their way to the disk
    with WorkerProcess() as worker:
        finished = worker.ask(bake)
        assert finished.skipped >= 1
    assert files(Path(bake.out)) == whole


def test_a_closed_input_stops_a_bake(bake: Bake, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as worker:
        worker.progress(worker.send(bake), least=12)
        below = descendants(worker.process.pid)
        assert worker.hang_up() == 0
        assert not any(map(is_alive, below))
    assert set(files(Path(bake.out))) <= set(whole)  # no hidden parts, for it stopped in order
    assert 1 <= only_whole_frames(Path(bake.out), whole) < FRAMES  # more were on their way to the disk


def test_a_worker_does_not_outlive_its_killed_parent(bake: Bake, whole: dict[str, bytes], tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "worker = subprocess.Popen([sys.executable, '-P', '-m', 'avcore.worker'], stdin=subprocess.PIPE,\n"
        "    stdout=open(sys.argv[1], 'wb'), start_new_session=True)\n"
        "worker.stdin.write(sys.stdin.buffer.readline()); worker.stdin.flush()\n"
        "print(worker.pid, flush=True); time.sleep(600)\n"
    )
    said = tmp_path / "said"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(said)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(encode(1, bake))
        parent.stdin.flush()
        worker = int(parent.stdout.readline())
        end = time.monotonic() + 60
        while b'"frames","done":' not in said.read_bytes() and time.monotonic() < end:
            time.sleep(0.05)
        pids = [worker, *descendants(worker)]
        assert len(pids) >= 2
        parent.kill()
    assert gone(pids)
    assert only_whole_frames(Path(bake.out), whole) < FRAMES


def test_previews_and_analyses_are_answered_during_a_bake(bake: Bake) -> None:
    with WorkerProcess() as worker:
        number = worker.send(bake)
        worker.progress(number)
        for i in range(5):
            worker.ask(Preview(bake.audio, "ember", {"field.gain": 3 + i}, 1.0, 256, 256))
        worker.ask(Analyze(bake.audio, n_peaks=100))
        assert not any(it.id == number and it.kind == "done" for it in worker.envelopes)
        worker.send(Cancel(number))
        worker.answer(number)


def test_two_workers_bake_into_one_folder(bake: Bake, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as one, WorkerProcess() as two:
        numbers = [one.send(bake), two.send(bake)]
        assert isinstance(one.answer(numbers[0]), Baked)
        assert isinstance(two.answer(numbers[1]), Baked)
    assert files(Path(bake.out)) == whole


def changed(bake: Bake, **fields: Any) -> Bake:
    """The same bake with other fields."""
    return Bake(**{**vars(bake), **fields})


@pytest.mark.parametrize(
    ("fields", "kind", "next_step"),
    [
        ({"audio": "/nowhere.wav"}, "InputError", "choose-sound"),
        ({"preset": "nothing"}, "PresetError", "change-preset"),
        ({"overrides": {"field.gain": -1}}, "PresetError", "change-preset"),
        ({"out": "/nowhere/at/all"}, "OutputError", "choose-folder"),
        ({"fps": "0"}, "UsageError", "change-request"),
        ({"width": 0}, "UsageError", "change-request"),
        ({"start_s": 100.0}, "UsageError", "change-request"),
        ({"duration": "soon"}, "UsageError", "change-request"),
        ({"bits": 7}, "UsageError", "change-request"),
        ({"device": "abacus"}, "UsageError", "change-request"),
    ],
)
def test_a_bake_that_cannot_be_says_why(bake: Bake, fields: dict[str, Any], kind: str, next_step: str) -> None:
    with WorkerProcess() as worker:
        failed = worker.ask(changed(bake, **fields))
        assert (failed.kind, failed.next_step) == (kind, next_step)
    assert not Path(bake.out).exists()


def test_an_interrupt_that_its_parent_ignores_does_not_keep_a_bake_alive(bake: Bake) -> None:
    command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-P", "-m", "avcore.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(encode(1, bake))
        process.stdin.flush()
        while b'"stage":"frames"' not in process.stdout.readline():
            pass
        below = descendants(process.pid)
        began = time.monotonic()
        process.stdin.close()
        process.stdout.read()
        assert process.wait(60) == 0
        assert time.monotonic() - began < 10
    assert not any(map(is_alive, below))


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("only root can make a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_holds_whole_frames(bake: Bake, mounted: Path, whole: dict[str, bytes]) -> None:
    with WorkerProcess() as worker:
        failed = worker.ask(changed(bake, out=str(mounted / "bake")))
        assert (failed.kind, failed.next_step) == ("OutputError", "choose-folder")
        assert "is full" in failed.sentence
        assert only_whole_frames(mounted / "bake", whole) >= 1
        assert not [name for name in files(mounted / "bake") if name.endswith("avcore-part")]
        assert isinstance(worker.ask(Preview(bake.audio, "ember", {}, 1, 16, 16)).frame, int)


def test_a_folder_that_cannot_be_written_is_told(bake: Bake, mounted: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    with WorkerProcess() as worker:
        failed = worker.ask(changed(bake, out=str(mounted / "bake")))
        assert (failed.kind, failed.next_step) == ("OutputError", "choose-folder")


def test_a_full_temporary_folder_fails_previews_alone(mounted: Path, demo_track: Path) -> None:
    with WorkerProcess(TMPDIR=str(mounted)) as worker:
        worker.ask(Hello())
        failed = worker.ask(Preview(str(demo_track), "ember", {}, 1, 1024, 1024))
        assert failed.kind == "OutputError"
        small = worker.ask(Preview(str(demo_track), "ember", {}, 1, 64, 64))
        assert np.isfinite(array(small.array)).all()
