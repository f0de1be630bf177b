"""How messages are written: whole, exact, and refused where they are not messages."""

from __future__ import annotations

import json
import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest

from avcore.worker import contract
from avcore.worker.contract import (
    MAX_LINE_BYTES,
    PROTOCOL,
    REQUESTS,
    Analyze,
    ArrayFile,
    Bake,
    Curves,
    Failed,
    Hello,
    MessageError,
    Parameter,
    Picture,
    Preview,
    Progress,
    decode,
    encode,
    read_message,
)
from avcore.worker.streams import lines

MESSAGES = [
    Hello(),
    Curves("a.wav", {"kick": {"source": "bass", "range": [0, 2.5]}}, times_s=(0.1, 1e-9, 3.0), span_s=None),
    Bake("søng\n\u2028.wav", "out \udcff dir", "ember", {"field.gain": 3.0, "a.b": ["#fff"]}, duration="8 bars"),
    Bake("a", "b", "c", duration=2.5),
    Progress("frames", 3.0, 10.0, None, 2.5),
    Failed("InputError", "a\nb", "choose-sound", 3, "Traceback"),
    Picture(ArrayFile("/p.npy", (4, 8, 3), "float32"), 1, 0.1 + 0.2, 0.5, "CPU", ("note",)),
    Parameter("a.b", "look", "A", "help", "float", 0.1, signals={"kick": -0.5}),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_is_written_reads_back_equal(message: Any) -> None:
    line = encode(7, message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    envelope = decode(line)
    assert envelope.id == 7
    assert read_message(type(message), envelope.body) == message


def test_every_request_names_its_reply_and_has_a_kind() -> None:
    for kind, request in REQUESTS.items():
        assert isinstance(request.REPLY, type)
        assert contract.KINDS[request] == kind
        assert request.__doc__


@pytest.mark.parametrize(
    "line",
    [
        b"hello", b"\xff\xfe", b"[]", b"{}", b"null", b'{"id": 1, "kind": "hello"}', b"[" * 100_000, b'{"id": 1,',
        b'{"id": "1", "kind": "hello", "body": {}}', b'{"id": true, "kind": "hello", "body": {}}',
        b'{"id": -1, "kind": "hello", "body": {}}', b'{"id": 1, "kind": "curves", "body": {"start_s": NaN}}',
        b'{"id": ' + b"9" * 5000 + b', "kind": "hello", "body": {}}',
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(MessageError):
        decode(line)


@pytest.mark.parametrize(
    ("cls", "body", "word"),
    [
        (Analyze, {}, "audio"),
        (Analyze, {"audio": 3}, "expected text, got 3"),
        (Analyze, {"audio": "a", "n_peaks": 1.5}, "whole number"),
        (Analyze, {"audio": "a", "n_peaks": True}, "whole number"),
        (Analyze, {"audio": "a", "peaks": 3}, "no field 'peaks'"),
        (Preview, {"audio": "a", "preset": "b", "quality": "best"}, "one of draft, final"),
        (Preview, {"audio": "a", "preset": "b", "overrides": []}, "overrides"),
        (Curves, {"audio": "a", "times_s": [0, "1"]}, "times_s\\[1\\]: expected a number"),
    ],
)
def test_fields_are_held_to_their_types(cls: type, body: dict[str, Any], word: str) -> None:
    with pytest.raises(MessageError, match=word):
        read_message(cls, body)


def test_whole_numbers_do_for_numbers_and_lists_for_tuples() -> None:
    message = read_message(Curves, {"audio": "a", "times_s": [0, 1], "span_s": 1})
    assert message.times_s == (0.0, 1.0)
    assert isinstance(message.span_s, float)


def test_numbers_that_json_does_not_have_are_never_written() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        encode(1, Progress("frames", float("nan"), 1.0))


def test_lines_end_at_line_ends_alone() -> None:
    text = "a\u2028b\x0cc".encode()
    assert list(lines(BytesIO(text + b"\r\n\n  \nlast\ncut off"))) == [text, b"last"]


def test_a_line_that_is_too_long_is_passed_over() -> None:
    long = b"x" * (MAX_LINE_BYTES + 10)
    assert list(lines(BytesIO(long + b"\nnext\n" + long))) == [None, b"next", None]
    fits = b"y" * (MAX_LINE_BYTES - 1)
    assert list(lines(BytesIO(fits + b"\n"))) == [fits]


def test_prints_do_not_reach_the_messages() -> None:
    script = (
        "import os, subprocess, sys\n"
        "from avcore.worker.contract import Progress\n"
        "from avcore.worker.streams import claim\n"
        "source, write = claim()\n"
        "print('from Python'); sys.stdout.flush(); os.write(1, b'from C\\n')\n"
        "subprocess.run(['echo', 'from a program'])\n"
        "assert sys.stdin.read() == ''\n"
        "write(1, Progress(source.readline().decode().strip(), 1, 2))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=b"given\n", capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout)["body"]["stage"] == "given"
    for words in (b"from Python", b"from C", b"from a program"):
        assert words in done.stderr


def test_the_contract_loads_nothing_heavy() -> None:
    script = "import sys, avcore.worker.contract; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert {"numpy", "numba", "yaml", "torch"}.isdisjoint(loaded)
    assert PROTOCOL >= 1
