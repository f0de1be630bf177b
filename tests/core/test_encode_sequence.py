"""Image sequences: the bake contract, resuming, and sharing a folder."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from encode_media import noise, small_disk
from PIL import Image

from avcore.encode import ImageSettings, open_sequence, read_manifest
from avcore.encode.exr import read_exr
from avcore.encode.sequence import sequence_name
from avcore.errors import OutputError, UsageError

SIZE = (40, 30)
JOB = {"job": "4f0c", "preset": "nebula", "weights_sha256": "a" * 64}
OTHER_JOB = {"job": "77aa", "preset": "nebula", "weights_sha256": "b" * 64}
FRAMES = noise(40, size=SIZE)


def write_frames(
    folder: Path, numbers: Iterable[int], *, then: type[BaseException] | None = None, **options: object
) -> list[int]:
    """Write those of ``numbers`` that are missing; returns them. Ends with the exception ``then``."""
    with open_sequence(folder, **{"size": SIZE, "fps": Fraction(24000, 1001), "provenance": JOB, **options}) as sink:
        missing = sink.missing(numbers)
        for number in missing:
            sink.write(number, FRAMES[number])
        if then is not None:
            raise then
    return missing


def test_who_is_overwritten_adds_nothing_to_the_other_job(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    options = {"size": SIZE, "fps": Fraction(24)}

    def both() -> None:
        with open_sequence(folder, **options, provenance=JOB) as first:
            first.write(1, FRAMES[1])
            with open_sequence(folder, **options, provenance=OTHER_JOB, overwrite=True) as second:
                second.write(1, FRAMES[2])
            for number in range(2, 40):
                first.write(number, FRAMES[number])

    with pytest.raises(OutputError, match="another job has taken over"):
        both()
    held = read_manifest(folder)
    assert held is not None
    assert held.provenance == OTHER_JOB
    assert frame_names(folder) == ["shared_0001.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(folder / "shared_0001.png")), FRAMES[2])


def frame_names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name != "manifest.json")


def test_names_contents_and_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "night drive"
    write_frames(folder, range(1, 6))
    assert frame_names(folder) == [f"night_drive_{number:04d}.png" for number in range(1, 6)]
    document = json.loads((folder / "manifest.json").read_text())
    assert document["fps"] == "24000/1001"
    assert document["size"] == [40, 30]
    assert document["colour_space"] == "sRGB"
    assert document["provenance"] == JOB
    for number in range(1, 6):
        entry = document["frames"][str(number)]
        data = (folder / entry["file"]).read_bytes()
        assert entry == {
            "file": f"night_drive_{number:04d}.png",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        assert np.array_equal(np.asarray(Image.open(folder / entry["file"])), FRAMES[number])


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("bake", "bake"),
        ("song 12", "song_12"),
        ("take-", "take"),
        ("v1.2 (final)", "v1_2_final"),
        ("Übung", "Übung"),
        ("...", "frames"),
    ],
)
def test_sequence_names(tmp_path: Path, folder: str, name: str) -> None:
    assert sequence_name(tmp_path / folder) == name


def test_numbers_beyond_four_digits_and_below_zero(tmp_path: Path) -> None:
    folder = tmp_path / "take2"
    with open_sequence(folder, size=SIZE, fps=Fraction(24), provenance=JOB, start_frame=-2) as sink:
        for number in (-2, -1, 0, 9999, 10000):
            sink.write(number, FRAMES[0])
    names = ["take2_-001.png", "take2_-002.png", "take2_0000.png", "take2_10000.png", "take2_9999.png"]
    assert frame_names(folder) == names
    manifest = read_manifest(folder)
    assert manifest is not None
    assert list(manifest.frames) == [-2, -1, 0, 9999, 10000]


def test_sixteen_bits_and_exr(tmp_path: Path) -> None:
    deep = np.full((30, 40, 3), 12345, np.uint16)
    with open_sequence(
        tmp_path / "deep", size=SIZE, fps=Fraction(24), image=ImageSettings("png", 16), provenance=JOB
    ) as sink:
        assert sink.pixel == "uint16"
        sink.write(1, deep)
    linear = tmp_path / "linear"
    with open_sequence(linear, size=SIZE, fps=Fraction(24), image=ImageSettings("exr"), provenance=JOB) as sink:
        assert sink.pixel == "float32"
        sink.write(1, np.full((30, 40, 3), 0.5, np.float32))
    assert np.allclose(read_exr(linear / "linear_0001.exr"), 0.2140, atol=1e-4)
    manifest = read_manifest(linear)
    assert manifest is not None
    assert manifest.bits == 16
    with pytest.raises(UsageError, match="12-bit png"):
        open_sequence(tmp_path / "x", size=SIZE, fps=Fraction(24), image=ImageSettings("png", 12), provenance=JOB)


@pytest.mark.parametrize("image", [ImageSettings("png"), ImageSettings("exr")], ids=["png", "exr"])
def test_one_run_and_three_parts_leave_the_same_bytes(tmp_path: Path, image: ImageSettings) -> None:
    def write(folder: Path, numbers: Iterable[int]) -> None:
        with open_sequence(folder, size=SIZE, fps=Fraction(24), image=image, provenance=JOB) as sink:
            for number in numbers:
                frame = FRAMES[number]
                sink.write(number, frame if sink.pixel == "uint8" else (frame / 255).astype(np.float32))

    for run, parts in (("a", [range(1, 10)]), ("b", [range(7, 10), range(1, 4), range(4, 7)])):
        (tmp_path / run).mkdir()
        for numbers in parts:
            write(tmp_path / run / "bake", numbers)
    for name in os.listdir(tmp_path / "a" / "bake"):
        assert (tmp_path / "a" / "bake" / name).read_bytes() == (tmp_path / "b" / "bake" / name).read_bytes()


def test_a_second_run_has_nothing_to_do_and_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    assert write_frames(folder, range(1, 8)) == list(range(1, 8))
    before = {name: (folder / name).stat().st_mtime_ns for name in os.listdir(folder)}
    assert write_frames(folder, range(1, 8)) == []
    assert {name: (folder / name).stat().st_mtime_ns for name in os.listdir(folder)} == before


@pytest.mark.parametrize("damage", ["missing", "cut", "changed", "empty"])
def test_damaged_frames_are_made_again(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "bake"
    write_frames(folder, range(1, 6))
    victim = folder / "bake_0003.png"
    good = victim.read_bytes()
    if damage == "missing":
        victim.unlink()
    else:
        victim.write_bytes({"cut": good[:-9], "changed": good[:50] + b"!" + good[51:], "empty": b""}[damage])
    assert write_frames(folder, range(1, 6)) == [3]
    assert victim.read_bytes() == good


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_keeps_whole_frames_and_knows_them(tmp_path: Path, stop: type[BaseException]) -> None:
    folder = tmp_path / "bake"
    with pytest.raises(stop):
        write_frames(folder, range(1, 20), then=stop)
    manifest = read_manifest(folder)
    assert manifest is not None
    assert sorted(frame.file for frame in manifest.frames.values()) == frame_names(folder)
    for number in manifest.frames:
        assert np.array_equal(np.asarray(Image.open(folder / manifest.frame_file(number))), FRAMES[number])
    assert write_frames(folder, range(1, 20)) == [n for n in range(1, 20) if n not in manifest.frames]


CHILD = """
import sys, time
from fractions import Fraction
from pathlib import Path
import numpy as np
from avcore.encode import open_sequence
first, last, pause = int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
frames = np.random.default_rng(0).integers(0, 256, (40, 30, 40, 3), np.uint8)
job = {"job": "4f0c", "preset": "nebula", "weights_sha256": "a" * 64}
with open_sequence(Path(sys.argv[1]), size=(40, 30), fps=Fraction(24000, 1001), provenance=job) as sink:
    for number in sink.missing(range(first, last)):
        sink.write(number, frames[number])
        time.sleep(pause)
"""


def start_child(folder: Path, first: int, last: int, pause_s: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", CHILD, str(folder), str(first), str(last), str(pause_s)])


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_resume_after_kill_9(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    child = start_child(folder, 1, 40, 0.03)
    deadline = time.monotonic() + 20
    while len(list(folder.glob("bake_*.png"))) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    survivors = len(list(folder.glob("bake_*.png")))
    assert 5 <= survivors < 39
    # What a kill in the middle of a write leaves.
    (folder / ".bake_0020.png.0a1b2c3d.avcore-part").write_bytes(b"half")
    os.utime(folder / ".bake_0020.png.0a1b2c3d.avcore-part", (0, 0))
    assert len(write_frames(folder, range(1, 40))) == 39 - survivors
    manifest = read_manifest(folder)
    assert manifest is not None
    assert list(manifest.frames) == list(range(1, 40))
    assert len(frame_names(folder)) == 39


def test_processes_that_share_a_folder_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    parts = [start_child(folder, 1 + 10 * part, 11 + 10 * part if part < 3 else 40, 0.004) for part in range(4)]
    assert [child.wait() for child in parts] == [0, 0, 0, 0]
    manifest = read_manifest(folder)
    assert manifest is not None
    assert list(manifest.frames) == list(range(1, 40))
    (tmp_path / "alone").mkdir()
    write_frames(tmp_path / "alone" / "bake", range(1, 40))
    assert (folder / "manifest.json").read_bytes() == (tmp_path / "alone" / "bake" / "manifest.json").read_bytes()


def test_another_job_is_refused_and_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    write_frames(folder, range(1, 4))
    before = {name: (folder / name).read_bytes() for name in os.listdir(folder)}
    with pytest.raises(
        UsageError, match=r"another job \(another seed, weights or scenes\); choose another folder, or say"
    ):
        write_frames(folder, range(1, 4), provenance=OTHER_JOB)
    with pytest.raises(UsageError, match="another frame rate, 24000/1001"):
        write_frames(folder, range(1, 4), fps=Fraction(25))
    assert {name: (folder / name).read_bytes() for name in os.listdir(folder)} == before


def test_overwrite_removes_only_the_frames_of_the_sequence(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    write_frames(folder, range(1, 9))
    foreign = ["notes.txt", "bake_cover.png", "bake_01.png", "other_0001.png"]
    for name in foreign:
        (folder / name).write_text("mine")
    assert write_frames(folder, range(1, 4), provenance=OTHER_JOB, overwrite=True) == [1, 2, 3]
    assert frame_names(folder) == sorted([*foreign, "bake_0001.png", "bake_0002.png", "bake_0003.png"])
    assert all((folder / name).read_text() == "mine" for name in foreign)


def test_overwrite_of_the_same_job_makes_anew_without_removing(tmp_path: Path) -> None:
    """Tasks of one farm job may all say --overwrite: none removes what another has just made."""
    folder = tmp_path / "bake"
    write_frames(folder, range(1, 5))
    assert write_frames(folder, [2, 3], overwrite=True) == [2, 3]
    assert len(frame_names(folder)) == 4


def test_a_frame_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    write_frames(folder, [1, 2])
    (folder / "bake_0002.png").unlink()
    (folder / "bake_0002.png").mkdir()
    with pytest.raises(OutputError, match=r"bake_0002\.png cannot be written"):
        write_frames(folder, [2, 3])
    with pytest.raises(OutputError, match=f"there is no folder {tmp_path / 'absent'}; create it first"):
        write_frames(tmp_path / "absent" / "bake", [1])
    (folder / "bake_0005.png").symlink_to("/proc/self/mem")  # opens, and fails to be read
    if Path("/proc/self/mem").exists():
        with pytest.raises(OutputError, match=r"bake_0005\.png is there but cannot be read"):
            write_frames(folder, [5])


def test_the_longest_folder_names_can_be_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / ("n" * 250)
    write_frames(folder, [1])
    assert write_frames(folder, [1, 2]) == [2]


def test_frames_without_a_manifest_are_not_ours(tmp_path: Path) -> None:
    folder = tmp_path / "bake"
    folder.mkdir()
    (folder / "bake_0001.png").write_bytes(b"mine")
    with pytest.raises(UsageError, match="without a manifest"):
        write_frames(folder, range(1, 4))
    assert (folder / "bake_0001.png").read_bytes() == b"mine"
    assert write_frames(folder, range(1, 4), overwrite=True) == [1, 2, 3]


def test_a_renamed_folder_is_gone_on_with(tmp_path: Path) -> None:
    write_frames(tmp_path / "first", range(1, 4))
    (tmp_path / "first").rename(tmp_path / "second")
    assert write_frames(tmp_path / "second", range(1, 6)) == [4, 5]
    assert frame_names(tmp_path / "second") == [f"first_{number:04d}.png" for number in range(1, 6)]


def test_a_job_that_takes_over_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "bake"

    def late_loser() -> None:
        with open_sequence(folder, size=SIZE, fps=Fraction(24000, 1001), provenance=JOB) as sink:
            sink.write(1, FRAMES[1])
            write_frames(folder, [2], provenance=OTHER_JOB, overwrite=True)

    with pytest.raises(OutputError, match="another job has taken over"):
        late_loser()


def test_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="there is no folder"):
        write_frames(tmp_path / "no" / "bake", [1])
    with pytest.raises(UsageError, match="is a file"):
        write_frames(tmp_path / "file", [1])
    with (
        pytest.raises(ValueError, match="frame 1 is float64"),
        open_sequence(tmp_path / "bake", size=SIZE, fps=Fraction(24), provenance=JOB) as sink,
    ):
        sink.write(1, np.zeros((30, 40, 3)))


@pytest.mark.parametrize("image", [ImageSettings("png"), ImageSettings("exr")], ids=["png", "exr"])
def test_a_full_disk_keeps_whole_frames_and_can_be_gone_on_with(tmp_path: Path, image: ImageSettings) -> None:
    size = (128, 96)
    frames = noise(12, size=size)

    def write(folder: Path) -> int:
        with open_sequence(folder, size=size, fps=Fraction(24), image=image, provenance=JOB) as sink:
            missing = sink.missing(range(12))
            for number in missing:
                frame = frames[number]
                sink.write(number, frame if sink.pixel == "uint8" else (frame / 255).astype(np.float32))
        return len(missing)

    with small_disk(tmp_path / "disk", options="size=300k") as disk:
        with pytest.raises(OutputError, match=r"the disk that holds .*bake is full"):
            write(disk / "bake")
        kept = len(list((disk / "bake").glob("bake_*")))
        assert kept > 0
        assert not list((disk / "bake").glob(".*"))
        subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
        assert write(disk / "bake") == 12 - kept
