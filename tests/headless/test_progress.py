"""What is said while work goes on, read by the patterns of the programs that read it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from headless.progress import FARM, Progress, choose_style

# As the tools have them: openjd-sessions (action filter), Flamenco 3.9's worker, the Blender adaptor of Deadline Cloud,
# Deadline 10's and CGRU's generic readers, and Tractor's.
OPENJD_PROGRESS = re.compile(r"^openjd_progress: (?P<value>\d+(\.\d+)?)$")
OPENJD_OTHER = re.compile(r"^openjd_(?P<kind>status|fail): (?P<text>.+)$")
FLAMENCO_SAVED = re.compile(r"(^|render\s+\|\s+)Saved: '(.*)'")
FLAMENCO_TIME = re.compile(r"(^|render\s+\|\s+)Time: ([0-9:.]+)")
FLAMENCO_SKIPPED = re.compile(r"(^|render\s+\|\s+)[sS]kipping existing frame")
ADAPTOR = re.compile(r"^Fra:.*Sample\s(\d+)\/(\d+)$")
PERCENT = {
    "deadline10": re.compile(r".*Progress: (\d+)%.*"),
    "alf": re.compile(r"^ALF_PROGRESS (\d+)%$"),
    "cgru": re.compile(r"^PROGRESS: (\d+)%$"),
}


def said(style: str, work: Callable[[Progress], None]) -> list[str]:
    lines: list[str] = []
    with Progress(style, write=lambda text: lines.extend(text.splitlines())) as progress:
        work(progress)
    return lines


def a_job(progress: Progress) -> None:
    progress("analysis", 0.0, 1.0)
    progress("frames", 0, 2)
    progress.skipped(1, Path("/out/f_0001.png"))
    progress.rendering(2, seconds=61.5, sample=12, samples=64, scene="Scene", layer="ViewLayer")
    progress.saved(2, Path("/out/f_0002.png"), seconds=61.75)
    progress("frames", 2, 2)
    progress.failed("there is no\nsong")


def test_flamenco_counts_steps_and_finds_previews() -> None:
    lines = said("flamenco", a_job)
    assert [match[2] for line in lines if (match := FLAMENCO_SAVED.search(line))] == ["/out/f_0002.png"]
    assert [match[2] for line in lines if (match := FLAMENCO_TIME.search(line))] == ["01:01.75"]
    assert sum(bool(FLAMENCO_SKIPPED.search(line)) for line in lines) == 1


def test_the_blender_adaptor_reads_samples() -> None:
    def work(progress: Progress) -> None:
        progress.rendering(12, seconds=1.2, sample=12, samples=64, scene="Scene", layer="ViewLayer")
        progress.rendering(12, seconds=1.3, sample=13, samples=64)  # too soon after the one before

    (line,) = said("openjd", work)
    match = ADAPTOR.search(line)
    assert match is not None
    assert match.groups() == ("12", "64")
    assert line.startswith("Fra:12 Mem:")


def test_openjd_hears_progress_status_and_failure() -> None:
    lines = said("openjd", a_job)
    assert [float(match["value"]) for line in lines if (match := OPENJD_PROGRESS.match(line))] == [0.0, 100.0]
    others = [match.groups() for line in lines if (match := OPENJD_OTHER.match(line))]
    assert others == [("status", "analysis"), ("status", "frames"), ("fail", "there is no song")]


@pytest.mark.parametrize("style", PERCENT)
def test_other_farms_read_percent(style: str) -> None:
    lines = said(style, a_job)
    assert [match[1] for line in lines if (match := PERCENT[style].match(line))] == ["0", "100"]


@pytest.mark.parametrize("style", PERCENT)
def test_progress_stays_within_bounds(style: str) -> None:
    lines = said(style, lambda progress: progress("frames", 7, 5))
    assert [match[1] for line in lines if (match := PERCENT[style].match(line))] == ["100"]


def test_scripts_get_a_line_of_json_for_each_frame() -> None:
    lines = said("json", a_job)
    assert all(line.startswith("headless_event: ") for line in lines)
    events = [json.loads(line.removeprefix("headless_event: ")) for line in lines]
    assert [(event["event"], event.get("frame")) for event in events] == [
        ("skipped", 1),
        ("saved", 2),
        ("failed", None),
    ]
    assert events[1]["path"] == "/out/f_0002.png"


def test_every_line_begins_at_the_start_of_a_line() -> None:
    for style in ("openjd", "flamenco", "deadline10", "alf", "cgru", "json"):
        assert all(line and not line[0].isspace() for line in said(style, a_job))


def test_the_farm_is_known_by_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FARM, raising=False)
    assert choose_style("auto") == "flamenco"  # no terminal here: lines for a log
    assert choose_style("auto", as_json=True) == "bar"  # standard output is the result's
    monkeypatch.setenv(FARM, "openjd")
    assert choose_style("auto") == "openjd"
    assert choose_style("cgru") == "cgru"
    monkeypatch.setenv(FARM, "nonsense")
    assert choose_style("auto") == "flamenco"
