"""The fused kernel's machine code: made once, kept, and not needed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("numba", reason="Numba is not installed")

FIRST_FRAME = """
import logging, sys
import numpy as np
from avcore.compute import fused
assert "numba" not in sys.modules
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
fused.FusedPainter(threads=1).close()
"""


def in_a_process(code: str, cache: Path, **environment: str) -> str:
    variables = {**os.environ, "AVCORE_CACHE": str(cache), **environment}
    return subprocess.run(
        [sys.executable, "-c", code], env=variables, check=True, capture_output=True, text=True
    ).stdout


def test_it_is_compiled_once_and_says_so(tmp_path: Path) -> None:
    assert "compiling" in in_a_process(FIRST_FRAME, tmp_path)
    assert list(tmp_path.rglob("*.nbc"))
    assert in_a_process(FIRST_FRAME, tmp_path) == ""


def test_without_numba_another_painter_takes_over(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["numba"] = None
from avcore.compute.fused import FusedPainter
from avcore.compute.painter import CannotPaintError
try:
    FusedPainter()
except CannotPaintError as error:
    print(error)
"""
    assert "pip install numba" in in_a_process(code, tmp_path)
