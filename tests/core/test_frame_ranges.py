"""Frame numbers: what people and farms write, and what is written for them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avcore.errors import UsageError
from avcore.frame_ranges import Syntax, format_numbers, parse_numbers, spans

FRAMES = st.sets(st.integers(-500, 500), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("text", "syntax", "numbers"),
    [
        ("7", "common", [7]),
        ("1-10", "common", range(1, 11)),
        ("1..10", "common", range(1, 11)),
        ("1-100x20", "common", [1, 21, 41, 61, 81]),
        ("1..100x20", "common", [1, 21, 41, 61, 81]),
        ("7,9-12", "common", [7, 9, 10, 11, 12]),
        ("1-3 7", "common", [1, 2, 3, 7]),
        (" 3 , 1 ", "common", [1, 3]),
        ("1-5,3-8", "common", range(1, 9)),
        ("-5--2", "common", [-5, -4, -3, -2]),
        ("-2..1", "common", [-2, -1, 0, 1]),
        ("1-10", "openjd", range(1, 11)),
        ("1-100:20", "openjd", [1, 21, 41, 61, 81]),
        ("-5-5", "openjd", range(-5, 6)),
        ("10-1:-3", "openjd", [1, 4, 7, 10]),
        ("1-3,5,7-9:2", "openjd", [1, 2, 3, 5, 7, 9]),
        ("9-9", "openjd", [9]),
        ("1 - 3, 5", "openjd", [1, 2, 3, 5]),
    ],
)
def test_what_can_be_read(text: str, syntax: Syntax, numbers: list[int]) -> None:
    assert parse_numbers(text, syntax=syntax) == list(numbers)


@pytest.mark.parametrize(
    ("text", "syntax"),
    [
        ("", "common"),
        (",", "common"),
        ("1,,2", "common"),
        ("a", "common"),
        ("5-1", "common"),
        ("1-10x0", "common"),
        ("1-100:20", "common"),  # a step to OpenJD, all hundred to fileseq
        ("1 -3", "common"),  # frames 1 and -3, or 1 to 3
        ("1-2-3", "common"),
        ("1e3", "common"),
        ("1-999999999", "common"),
        ("1..10", "openjd"),
        ("1-100x10", "openjd"),
        ("10-1", "openjd"),
        ("1-10:-1", "openjd"),
        ("1-10:0", "openjd"),
        ("", "openjd"),
    ],
)
def test_what_cannot_be_read_says_what_can(text: str, syntax: Syntax) -> None:
    with pytest.raises(UsageError, match="frame range"):
        parse_numbers(text, syntax=syntax)


def test_a_colon_is_explained() -> None:
    with pytest.raises(UsageError, match="a step is written 1-100x5"):
        parse_numbers("1-100:5")


@given(FRAMES, st.sampled_from(["common", "openjd"]), st.booleans())
def test_what_is_written_reads_back(numbers: set[int], syntax: Syntax, steps: bool) -> None:
    assert parse_numbers(format_numbers(numbers, syntax=syntax, steps=steps), syntax=syntax) == sorted(numbers)


@given(FRAMES, st.booleans())
def test_ranges_neither_overlap_nor_interleave(numbers: set[int], steps: bool) -> None:
    """OpenJD refuses both."""
    found = spans(numbers, steps=steps)
    assert all(before[-1] < after[0] for before, after in pairwise(found))
    assert steps or all(span.step == 1 for span in found)


def test_steps_are_compressed() -> None:
    assert format_numbers([*range(1, 11), *range(20, 41, 5), 90], syntax="common") == "1-10,20-40x5,90"
    assert format_numbers([3, 1, 2, 2]) == "1-3"
    assert format_numbers([1, 3]) == "1,3"
    assert format_numbers([]) == ""
