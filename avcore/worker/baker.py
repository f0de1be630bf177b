"""The process of one bake: a request on its first line of input, progress and an answer out.

When its input is closed it stops, keeps its whole frames and ends: so it is cancelled, and so it ends with the worker.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from avcore.cli.stop import Stoppable
from avcore.errors import AvcoreError, Interrupted, UsageError
from avcore.worker.calls import Pace, failure
from avcore.worker.contract import Bake, Baked, Cancelled, decode, read_message
from avcore.worker.streams import claim, lines

if TYPE_CHECKING:
    from avcore.render.job import RenderJob

# Once told to stop, it ends within this time, whatever it is in the middle of.
PATIENCE_S = 20.0
NICENESS = 5  # so that previews stay quick


def main() -> int:
    """Bake; the exit code is that of the command line."""
    source, write = claim()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # one that starts in the background ignores it
    with Stoppable():
        try:
            line = next(lines(source), None)
            if line is None:
                return 0
            envelope = decode(line)
            threading.Thread(target=_stop_at_the_end, args=(source,), daemon=True).start()
            if hasattr(os, "nice"):
                os.nice(NICENESS)
            try:
                pace = Pace(lambda progress: write(envelope.id, progress))
                answer: Any = bake(read_message(Bake, envelope.body), pace)
            except Interrupted as stop:
                answer = Cancelled(str(stop))
            except AvcoreError as error:
                answer = failure(error)
            write(envelope.id, answer)
        except KeyboardInterrupt:
            write(envelope.id, Cancelled("stopped before the first frame"))
    return 0


def bake(request: Bake, pace: Pace) -> Baked:
    """Render as the request says.

    Raises:
        AvcoreError: see ``avcore.render.job.render``.
    """
    from avcore.cli.options import check_out
    from avcore.encode.frame_folder import clear_frame_folder
    from avcore.render.job import map_job, render

    job = render_job(request)
    if request.maps and job.images is None:
        raise UsageError("a video has no maps; bake images to get them")
    bits = 16 if request.bits == 16 else None
    jobs: dict[str, RenderJob] = {"": job}
    jobs |= {name: map_job(job, name, bits=bits) for name in request.maps}
    for each in jobs.values():
        check_out(each.out, each.audio, overwrite=each.overwrite)
    if request.overwrite:
        for map_name in request.maps:  # now: once it is stopped and goes on, what lies there must be its own
            clear_frame_folder(jobs[map_name].out)
    reports = {}
    for index, (name, each) in enumerate(jobs.items()):

        def progress(stage: str, done: float, total: float, before: int = index) -> None:
            parts = len(jobs) if stage == "frames" else 1
            pace(stage, done + before * total if parts > 1 else done, parts * total)

        reports[name] = render(each, progress=progress)
    report = reports[""]
    first, last = job.start_frame, job.start_frame + report.frames + report.skipped - 1
    if job.frames is not None and job.images is not None:
        numbers = _numbers(job)
        first, last = numbers[0], numbers[-1]
    files = {name: _file(each, first) for name, each in jobs.items()}
    return Baked(
        out=str(job.out),
        first_file=files.pop(""),
        first_frame=first,
        last_frame=last,
        frames=report.frames,
        skipped=report.skipped,
        seconds=sum(each.seconds for each in reports.values()),
        frames_per_second=report.frames_per_second,
        drawn_by=report.device,
        signal=report.response.signal or "",
        correlation=report.response.correlation,
        warnings=tuple(dict.fromkeys(warning for each in reports.values() for warning in each.warnings)),
        maps=files,
    )


def _numbers(job: RenderJob) -> list[int]:
    """The numbers of the frames that lie in the job's folder."""
    from avcore.encode import read_manifest

    manifest = read_manifest(job.out)
    return sorted(manifest.frames) if manifest is not None else []


def _file(job: RenderJob, number: int) -> str:
    """The file of a frame, or the video."""
    from avcore.encode import read_manifest

    manifest = read_manifest(job.out) if job.images is not None else None
    return str(job.out if manifest is None else job.out / manifest.frame_file(number))


def render_job(request: Bake) -> RenderJob:
    """The job that a request stands for.

    Raises:
        UsageError: a number or a word in it will not do.
        PresetError: the preset or an override will not do.
    """
    from avcore.cli.options import parse_duration, parse_size
    from avcore.encode import ImageSettings, VideoSettings
    from avcore.render.job import RenderJob
    from avcore.timebase import parse_fps
    from avcore.worker.library import load

    video = VideoSettings(codec=request.codec, crf=request.crf, speed=request.speed, hardware=request.hardware)
    images = None
    if request.format != "video":
        images = ImageSettings(request.format, 16 if request.format == "exr" else request.bits)
    return RenderJob(
        audio=Path(request.audio),
        out=Path(request.out),
        preset=load(request.preset, request.overrides),
        size=parse_size(f"{request.width}x{request.height}"),
        fps=parse_fps(request.fps),
        start_s=Fraction(request.start_s).limit_denominator(10**9),
        duration=None if request.duration is None else parse_duration(str(request.duration)),
        frames=request.frames,
        start_frame=request.start_frame,
        device=request.device,
        quality=request.quality,
        precision=request.precision,
        threads=request.threads,
        overlay=request.overlay,
        sound=request.sound,
        overwrite=request.overwrite,
        images=images,
        video=video,
    )


def _stop_at_the_end(source: BinaryIO) -> None:
    """Wait for the end of the input, then stop the main thread; where that takes too long, end the process."""
    while os.read(source.fileno(), 2**16):
        pass  # nothing follows the request
    _thread.interrupt_main()
    time.sleep(PATIENCE_S)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
