"""``avcore-headless probe``: under way."""

from __future__ import annotations

import argparse
from typing import Any

from avcore.errors import UsageError

HELP = "under way"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless probe``."""


def run(args: argparse.Namespace) -> Any:
    """Under way."""
    raise UsageError("probe is not there yet")
