"""The sound in a video: untouched where the container takes it, and in step to the millisecond always."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from encode_media import about, decode_sound, ffmpeg, noise, packet_times, sound_packets, write_wav

from avcore.audio import analyze, probe
from avcore.encode import Soundtrack, VideoSettings, open_video
from avcore.errors import InputError

SIZE = (32, 32)
FPS = Fraction(24)
RATE_HZ = 44100
CLICKS_S = (0.5, 1.25, 2.0, 3.3, 4.1, 5.75)
ENCODERS = {
    ".mp3": ("libmp3lame", "-b:a", "192k"),
    ".m4a": ("aac", "-b:a", "192k"),
    ".aac": ("aac", "-b:a", "192k"),
    ".opus": ("libopus",),
    ".flac": ("flac",),
    ".ogg": ("libvorbis",),
    ".mka": ("ac3",),
}


def clicks(seconds: float = 6.5, rate_hz: int = RATE_HZ) -> np.ndarray:
    samples = np.zeros(round(seconds * rate_hz), np.float32)
    for at in CLICKS_S:
        start = round(at * rate_hz)
        samples[start : start + 40] = 0.8
    return samples


def click_times_s(path: Path, rate_hz: int = RATE_HZ) -> np.ndarray:
    """Starts of the clicks in the decoded sound, in seconds after the first frame of the picture."""
    loud = np.abs(decode_sound(path)[:, 0]) > 0.4
    starts = np.flatnonzero(loud & ~np.roll(loud, 1))
    apart = starts[np.diff(starts, prepend=-RATE_HZ) > rate_hz // 10]
    # Both have a clock of their own in the file; only their difference is seen and heard.
    return (
        apart / rate_hz - float(packet_times(path, "0:v")[0]) + float(packet_times(path, "0:a", codec="pcm_f32le")[0])
    )


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The click track in the format of an ending."""
    folder = tmp_path_factory.mktemp("songs")
    write_wav(folder / "song.wav", clicks(), RATE_HZ)

    def make(ending: str) -> Path:
        path = folder / f"song{ending}"
        if not path.exists():
            ffmpeg("-i", str(folder / "song.wav"), "-c:a", *ENCODERS[ending], str(path))
        return path

    return make


def render(path: Path, soundtrack: Soundtrack, *, seconds: float = 6.5, codec: str | None = None) -> tuple[str, ...]:
    settings = VideoSettings(codec=codec, speed="draft")
    with open_video(path, size=SIZE, fps=FPS, settings=settings, soundtrack=soundtrack) as sink:
        for number, frame in enumerate(noise(round(seconds * FPS), size=SIZE)):
            sink.write(number, frame if sink.pixel == "uint8" else frame.astype(np.uint16) * 257)
    return sink.notes


COPIED = {
    ".mp4": [".mp3", ".m4a", ".aac", ".opus", ".flac", ".mka"],
    ".mov": [".mp3", ".m4a", ".wav", ".mka"],
    ".mkv": [".m4a", ".opus", ".flac", ".ogg", ".wav", ".mka"],
    ".webm": [".opus", ".ogg"],
}


@pytest.mark.parametrize(("ending", "source"), [(out, song) for out, songs in COPIED.items() for song in songs])
def test_copied_packets_are_the_originals_and_in_step(
    tmp_path: Path, song: Callable[[str], Path], ending: str, source: str
) -> None:
    path = tmp_path / f"out{ending}"
    assert render(path, Soundtrack(song(source)), codec="vp9" if ending == ".webm" else "h264") == ()
    if source in (".wav", ".aac"):  # PCM has no packets of its own, and ADTS puts a header before each
        assert np.array_equal(decode_sound(path), decode_sound(song(source)))
    else:
        assert sound_packets(path) == sound_packets(song(source))
    rate_hz = 48000 if source == ".opus" else RATE_HZ
    original = decode_sound(song(source))[:, 0]
    first = np.flatnonzero(np.abs(original) > 0.4)[0] / rate_hz
    assert np.abs(click_times_s(path, rate_hz)[0] - first) < 1e-3


@pytest.mark.parametrize(
    ("ending", "source", "name"),
    [
        (".mp4", ".ogg", "aac"),
        (".mp4", ".wav", "aac"),
        (".mov", ".flac", "aac"),
        (".mkv", ".mp3", "flac"),
        (".webm", ".mp3", "opus"),
        (".webm", ".wav", "opus"),
    ],
)
def test_what_a_container_does_not_take_is_encoded_in_step(
    tmp_path: Path, song: Callable[[str], Path], ending: str, source: str, name: str
) -> None:
    path = tmp_path / f"out{ending}"
    (note,) = render(path, Soundtrack(song(source)), codec="vp9" if ending == ".webm" else "h264")
    assert "as it is" in note
    assert f"Audio: {name}" in about(path)
    rate_hz = 48000 if name == "opus" else RATE_HZ
    assert np.abs(click_times_s(path, rate_hz) - CLICKS_S).max() < 1e-3
    assert abs(decode_sound(path).shape[0] / rate_hz - 6.5) < 1025 / RATE_HZ


@pytest.mark.parametrize("source", [".wav", ".mp3", ".m4a", ".ogg", ".opus"])
@pytest.mark.parametrize("ending", [".mp4", ".mkv", ".webm"])
def test_a_trim_is_exact(tmp_path: Path, song: Callable[[str], Path], source: str, ending: str) -> None:
    path, start, duration = tmp_path / f"out{ending}", Fraction(1), Fraction(5, 2)
    render(path, Soundtrack(song(source), start, duration), seconds=2.5)
    rate_hz = 48000 if ending == ".webm" or source == ".opus" else RATE_HZ
    times = click_times_s(path, rate_hz)
    assert len(times) == 3
    assert np.abs(times - (0.25, 1.0, 2.3)).max() < 1e-3
    assert abs(decode_sound(path).shape[0] / rate_hz - 2.5) <= 1024 / rate_hz


def test_a_trim_to_the_end(tmp_path: Path, song: Callable[[str], Path]) -> None:
    path = tmp_path / "out.mkv"
    render(path, Soundtrack(song(".flac"), start_s=Fraction(4)), seconds=2.5)
    assert decode_sound(path).shape[0] == round(2.5 * RATE_HZ)
    assert np.array_equal(decode_sound(path), decode_sound(song(".flac"))[4 * RATE_HZ :])


def late_song(folder: Path, song: Path, ending: str) -> Path:
    """The song with its sound later than its time 0: in a video after the picture, in WMA by the decoder's delay."""
    path = folder / f"late{ending}"
    if ending == ".wma":
        ffmpeg("-i", str(song), "-c:a", "wmav2", str(path))
    else:
        picture = ("-f", "lavfi", "-i", "testsrc=s=64x64:d=8")
        ffmpeg(
            *picture, "-itsoffset", "0.977", "-i", str(song), "-map", "0:v", "-map", "1:a", "-c:a", "copy", str(path)
        )
    return path


@pytest.mark.parametrize("start_s", [Fraction(0), Fraction(1, 2), Fraction(3)])
@pytest.mark.parametrize(
    ("source", "ending"), [(".mp4", ".mp4"), (".mp4", ".mkv"), (".mp4", ".webm"), (".mkv", ".mov"), (".wma", ".mp4")]
)
def test_sound_that_begins_late_stays_in_step_with_what_was_analysed(
    tmp_path: Path, song: Callable[[str], Path], source: str, ending: str, start_s: Fraction
) -> None:
    late = late_song(tmp_path, song(".m4a"), source)
    onsets_s = analyze(late, use_cache=False).onsets_s
    path = tmp_path / f"out{ending}"
    codec = "vp9" if ending == ".webm" else "h264"
    notes = render(path, Soundtrack(late, start_s, None if start_s == 0 else Fraction(4)), seconds=4.0, codec=codec)
    assert bool(notes) == (start_s != 0 or ending == ".webm" or source == ".wma")
    heard_s = click_times_s(path, 48000 if ending == ".webm" else RATE_HZ) + float(start_s)
    assert len(heard_s) >= 3
    assert np.abs(onsets_s[None, :] - heard_s[:, None]).min(axis=1).max() < 0.012


@pytest.mark.parametrize("channels", range(1, 9))
@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_all_channels_are_kept(tmp_path: Path, channels: int, ending: str) -> None:
    time_s = np.arange(RATE_HZ) / RATE_HZ
    tones = 0.3 * np.sin(2 * np.pi * time_s[:, None] * (60 + 10 * np.arange(channels)))
    write_wav(tmp_path / "in.wav", tones.astype(np.float32), RATE_HZ)
    path = tmp_path / f"out{ending}"
    render(path, Soundtrack(tmp_path / "in.wav", Fraction(0), Fraction(3, 4)), seconds=0.75)
    heard = decode_sound(path)
    loud = np.sqrt((heard[2000:-2000] ** 2).mean(axis=0))
    if ending != ".webm" or channels not in (3, 4):  # 2.1 and 4.0, which Opus does not know, are mixed
        assert heard.shape[1] == channels
        assert (loud > 0.1).all()
    assert np.count_nonzero(loud > 0.1) >= 2 or channels == 1


def test_picture_and_sound_keep_their_own_lengths(tmp_path: Path, song: Callable[[str], Path]) -> None:
    for seconds in (2.0, 9.0):
        path = tmp_path / f"{seconds}.mp4"
        render(path, Soundtrack(song(".m4a")), seconds=seconds)
        assert len(packet_times(path, "0:v")) == seconds * FPS
        assert sound_packets(path) == sound_packets(song(".m4a"))


def test_a_gif_says_that_it_is_silent(tmp_path: Path, song: Callable[[str], Path]) -> None:
    (note,) = render(tmp_path / "out.gif", Soundtrack(song(".wav")), seconds=0.5)
    assert "left out" in note


def test_real_music_into_mp4(tmp_path: Path, real_track: Callable[[str], Path]) -> None:
    song = real_track("orchestral-frantic.ogg")
    path = tmp_path / "out.mp4"
    render(path, Soundtrack(song), seconds=2)
    original, heard = decode_sound(song)[:, 0], decode_sound(path)[:, 0]
    assert abs(len(heard) - len(original)) <= 1024
    n = min(len(heard), len(original))
    assert np.corrcoef(heard[:n], original[:n])[0, 1] > 0.99


@pytest.mark.parametrize("content", [None, b"", b"this is not music\n" * 50])
def test_unreadable_sound(tmp_path: Path, content: bytes | None) -> None:
    song = tmp_path / "song.mp3"
    if content is not None:
        song.write_bytes(content)
    with pytest.raises(InputError, match=r"song\.mp3"):
        render(tmp_path / "out.mp4", Soundtrack(song))
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "out.mp4").exists()


PLAYLISTS = {
    "concat.mp3": "ffconcat version 1.0\nfile song.wav\n",
    "hls.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nsong.wav\n#EXT-X-ENDLIST\n",
    "dash.mp3": """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
        mediaPresentationDuration="PT6S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet
        mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>song.m4a</BaseURL></Representation>
        </AdaptationSet></Period></MPD>""",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_in_disguise_opens_nothing(tmp_path: Path, song: Callable[[str], Path], name: str) -> None:
    fake = song(".m4a").parent / name  # beside the files that it names
    fake.write_text(PLAYLISTS[name])
    for read in (probe, lambda path: render(tmp_path / "out.mp4", Soundtrack(path))):
        with pytest.raises(InputError, match=rf"{name} is no sound or video file but a playlist"):
            read(fake)
