"""Fixtures of the tests of `headless`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.headless.blenders import Blender, blender_of, named
from tests.headless.farming import bundle, exported, home, reference

__all__ = ["bundle", "exported", "home", "reference"]


@pytest.fixture(params=named(), ids=lambda python: Path(python).parents[1].name)
def blender(request: pytest.FixtureRequest) -> Blender:
    """Each Blender that is at hand."""
    return blender_of(request.param)
