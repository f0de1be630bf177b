"""The settings of ``FarmSettings`` as options of the command line."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints

from avcore.cli.options import option_type
from headless.farm.steps import FarmSettings


def add_settings_options(parser: argparse.ArgumentParser) -> None:
    """One option for each setting, with its help text and range."""
    hints = get_type_hints(FarmSettings)
    for field in dataclasses.fields(FarmSettings):
        told: dict[str, Any] = {"default": field.default, "help": f"{field.metadata['help']} (default {field.default})"}
        if hints[field.name] is bool:
            told |= {"action": "store_true", "help": field.metadata["help"]}
        elif get_origin(hints[field.name]) is not None:
            told["choices"] = get_args(hints[field.name])
        elif hints[field.name] is int:
            told |= {"type": option_type(_whole(field.metadata["low"], field.metadata["high"])), "metavar": "N"}
        parser.add_argument(f"--{field.name.replace('_', '-')}", **told)


def chosen_settings(args: argparse.Namespace) -> FarmSettings:
    """What those options say."""
    return FarmSettings(**{field.name: getattr(args, field.name) for field in dataclasses.fields(FarmSettings)})


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(f"{text[:20]!r} is not a whole number from {low} to {high}")
        return int(text)

    return parse
