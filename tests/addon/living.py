"""Graphs with the pictures that they are to give, and a square to show them on, for tests of live pictures."""

from __future__ import annotations

from typing import Any

import pytest
from live_scene import Case, make_cases, plane, settings


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, avcore_python: str) -> dict[str, Case]:
    """Every preset that can be live, and random networks."""
    return make_cases(tmp_path_factory.mktemp("live"), avcore_python)


@pytest.fixture
def square() -> Any:
    """A square that fills the picture, rendered as it is."""
    settings()
    return plane()
