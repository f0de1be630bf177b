"""``avcore-headless run``: under way."""

from __future__ import annotations

import argparse
from typing import Any

from avcore.errors import UsageError

HELP = "under way"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless run``."""


def run(args: argparse.Namespace) -> Any:
    """Under way."""
    raise UsageError("run is not there yet")
