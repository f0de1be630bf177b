"""The main job: a song and a preset become a video or a bake folder, with a report of how it went."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from avcore.audio import FeatureTrack, analyze
from avcore.compute.choose import Precision
from avcore.compute.device import choose
from avcore.encode import ImageSettings, Sink, Soundtrack, VideoSettings, open_sequence, open_video
from avcore.errors import Interrupted, UsageError
from avcore.fields.maps import MapName
from avcore.presets.preset import Preset
from avcore.render import overlay
from avcore.render.frames import Frames
from avcore.render.measure import Stopwatch, peak_memory_mb
from avcore.render.provenance import provenance
from avcore.render.response import Response, ResponseMeter
from avcore.render.stage import Quality
from avcore.timebase import Duration, Timebase, parse_frames

# Called with the name of the stage, how much is done and how much there is.
Progress = Callable[[str, float, float], None]
# Called for every image that is whole, from any thread: its number, its file, whether it was there already.
Whole = Callable[[int, Path, bool], None]


@dataclass(frozen=True)
class RenderJob:
    """All that one render needs.

    ``images`` makes ``out`` a folder of images, otherwise it is a video file; ``map_name`` makes them a material's map.
    """

    audio: Path
    out: Path
    preset: Preset
    size: tuple[int, int] = (1280, 720)
    fps: Fraction = Fraction(30)
    start_s: Fraction = Fraction(0)
    duration: Fraction | Duration | None = None
    frames: str | None = None
    start_frame: int = 1
    device: str = "auto"
    quality: Quality = "final"
    precision: Precision = "auto"
    threads: int | None = None
    overlay: str | None = None
    sound: bool = True
    overwrite: bool = False
    images: ImageSettings | None = None
    map_name: MapName | None = None
    video: VideoSettings = field(default_factory=VideoSettings)


def map_job(job: RenderJob, name: MapName, *, bits: int | None = None) -> RenderJob:
    """The job that makes a material's map beside the images of ``job``, in ``OUT_NAME``.

    Heights and normals have 16 bits, since 8 show as steps; so has an EXR. Text is left out.
    """
    assert job.images is not None
    deep = name in ("height", "normal") or job.images.format == "exr"
    images = replace(job.images, bits=bits or (16 if deep else 8))
    out = job.out.with_name(f"{job.out.name}_{name}")
    return replace(job, out=out, images=images, map_name=name, overlay=None)


@dataclass(frozen=True)
class RenderReport:
    """How a render went. ``stages_s`` says where the time went; the encoder works beside the field."""

    out: str
    frames: int
    skipped: int
    seconds: float
    frames_per_second: float
    times_real_time: float
    stages_s: Mapping[str, float]
    peak_memory_mb: float | None
    device: str
    response: Response
    warnings: list[str]


def excerpt(track: FeatureTrack, job: RenderJob) -> Timebase:
    """The frames of the job, before ``--frames`` picks some of them.

    Raises:
        UsageError: the part lies outside the track.
    """
    duration_s = job.duration
    if isinstance(duration_s, Duration):  # in beats, bars or frames: whole frames, as a loop has
        length_s = duration_s.seconds(tempo_bpm=track.tempo_bpm, beats_per_bar=track.beats_per_bar, fps=job.fps)
        duration_s = max(1, round(length_s * job.fps)) / job.fps
    return Timebase.for_excerpt(
        track.duration_s, job.fps, start_s=job.start_s, duration_s=duration_s, start_frame=job.start_frame
    )


def render(job: RenderJob, *, progress: Progress = lambda *_: None, whole: Whole = lambda *_: None) -> RenderReport:
    """Analyse, draw and write every frame of ``job``.

    Raises:
        InputError: the sound cannot be read.
        UsageError: the request makes no sense.
        OutputError: the output cannot be written; nothing half-written stays.
        Interrupted: stopped by the user; says how to go on.
    """
    clock = Stopwatch()
    with clock.stage("analysis"):
        track = analyze(job.audio, progress=lambda done: progress("analysis", done, 1.0))
    timebase = excerpt(track, job)
    numbers = [int(n) for n in timebase.numbers()] if job.frames is None else parse_frames(job.frames, timebase)
    progress("compiling", 0.0, 1.0)  # on first use it takes seconds
    with ExitStack() as stack:
        with clock.stage("preparation"):
            device = choose(job.device)
            frames = stack.enter_context(
                Frames(
                    job.preset,
                    track,
                    timebase,
                    size=job.size,
                    device=device,
                    quality=job.quality,
                    precision=job.precision,
                    threads=job.threads,
                    map_name=job.map_name,
                )
            )
        meter = ResponseMeter()
        done, todo = 0, numbers
        try:
            sink, todo = _open(job, frames, numbers, whole)
            with sink:
                for number in todo:
                    with clock.stage("field"):
                        frame = frames.frame(number, sink.pixel)
                        if job.overlay:
                            text = overlay.text_for(job.overlay, frames, number, title=job.audio.stem)
                            frame = overlay.drawn(frame, text)
                        meter.look(frame)
                    with clock.stage("waiting for the encoder"):
                        sink.write(number, frame)
                    done += 1
                    progress("frames", done, len(todo))
                drawn_s = clock.total()
            clock.stages["finishing"] = clock.total() - drawn_s
        except KeyboardInterrupt as stop:
            raise Interrupted(_how_to_go_on(job, done, len(todo))) from stop
    response = meter.response(frames.source.signals(timebase.times_s(todo)))
    seconds = clock.total()
    return RenderReport(
        out=str(job.out),
        frames=len(todo),
        skipped=len(numbers) - len(todo),
        seconds=seconds,
        frames_per_second=len(todo) / seconds,
        times_real_time=len(todo) / float(timebase.fps) / seconds,
        stages_s=clock.stages,
        peak_memory_mb=peak_memory_mb(),
        device=f"{device.description}, {frames.implementation}",
        response=response,
        warnings=[*frames.notes, *sink.notes, *_judgement(job, response), *_loop_warning(frames)],
    )


def _open(job: RenderJob, frames: Frames, numbers: list[int], whole: Whole) -> tuple[Sink, list[int]]:
    """The sink and the frames that it still needs."""
    if job.images:
        origin = provenance(frames, pixel=job.images.pixel, quality=job.quality, overlay=job.overlay)
        sequence = open_sequence(
            job.out,
            size=job.size,
            fps=job.fps,
            image=job.images,
            start_frame=job.start_frame,
            provenance=origin,
            overwrite=job.overwrite,
            is_data=job.map_name not in (None, "emission"),
            stored=lambda number, path: whole(number, path, False),
        )
        todo = sequence.missing(numbers)
        for number in sorted(set(numbers) - set(todo)):
            whole(number, sequence.path(number), True)
        return sequence, todo
    if numbers != list(range(numbers[0], numbers[-1] + 1)):
        raise UsageError("a video needs consecutive frames; give --frames FIRST-LAST, or render to a folder")
    soundtrack = _soundtrack(job, frames, numbers) if job.sound else None
    origin = provenance(frames, pixel="video", quality=job.quality, overlay=job.overlay)
    video = open_video(
        job.out,
        size=job.size,
        fps=job.fps,
        settings=job.video,
        soundtrack=soundtrack,
        metadata={"title": job.audio.stem, "comment": json.dumps(origin, sort_keys=True)},
        overwrite=job.overwrite,
    )
    return video, numbers


def _soundtrack(job: RenderJob, frames: Frames, numbers: list[int]) -> Soundtrack:
    """The sound under the frames, cut exactly; the whole of it where all of it is asked for, so that it is copied."""
    timebase = frames.timebase
    assert timebase.part_s is not None
    whole = Timebase.for_excerpt(frames.track.duration_s, job.fps).part_s
    if len(numbers) == timebase.n_frames and timebase.start_s == 0 and timebase.part_s == whole:
        return Soundtrack(job.audio, Fraction(0))
    first_s = Fraction(numbers[0] - timebase.start_frame) / timebase.fps
    return Soundtrack(job.audio, job.start_s + first_s, min(len(numbers) / timebase.fps, timebase.part_s - first_s))


def _how_to_go_on(job: RenderJob, done: int, total: int) -> str:
    if job.images:
        return (
            f"stopped after {done} of {total} frames; they are whole in {job.out}. Run the same command again to go on"
        )
    return (
        f"stopped after {done} of {total} frames; no video was written. Run the same command again; "
        f"a render to a folder ({job.out.with_suffix('')}) can be stopped and resumed"
    )


def _judgement(job: RenderJob, response: Response) -> list[str]:
    """What the frames say about the preset; a map says nothing."""
    return response.warnings() if job.map_name is None else []


def _loop_warning(frames: Frames) -> list[str]:
    """A note where the job does not end where the preset's loop does."""
    loop_frames = frames.source.loop_frames
    if loop_frames is None or frames.timebase.n_frames % loop_frames == 0:
        return []
    loop_s = float(loop_frames / frames.timebase.fps)
    return [
        f"the preset loops every {loop_frames} frames ({loop_s:.2f} s) and this is no whole number of rounds; "
        f"--duration '{loop_frames} frames' gives one"
    ]
