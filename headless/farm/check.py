"""Whether farms would take a bundle, by their own tools: ``openjd``, and the client of AWS Deadline Cloud."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from avcore.errors import InputError, UsageError
from headless.farm.bundle import Bundle

OFFLINE = Path(__file__).with_name("deadline_offline.py")


def check_openjd(bundle: Bundle, openjd: str) -> str:
    """Hold a bundle's template and its parameters' values to OpenJD's rules; the summary that openjd gives of it.

    Raises:
        UsageError: openjd does not take it; its own sentence.
    """
    _ask([openjd, "check", str(bundle.template_file)])
    values = json.dumps({name: str(value) for name, value in bundle.parameters().items()})
    return _ask([openjd, "summary", str(bundle.template_file), "-p", values])


def check_deadline(bundle: Bundle, python: str = "") -> str | None:
    """Let Deadline Cloud's client submit a bundle to nobody; None where the client is not installed.

    ``python`` is one that has the package ``deadline``, which does not fit into one environment with ``openjd-cli``
    in all versions.

    Raises:
        UsageError: the client does not take it; its own sentence.
        InputError: that Python is not there.
    """
    if not python and importlib.util.find_spec("deadline") is None:
        return None
    try:
        return _ask([python or sys.executable, str(OFFLINE), str(bundle.folder)])
    except OSError as error:
        raise InputError(f"{python} cannot be started ({error.strerror}); name a Python that has deadline") from error


def _ask(command: Sequence[str]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if answer.returncode:
        said = (answer.stderr.strip() or answer.stdout.strip()).removeprefix("ERROR: ")
        raise UsageError(f"{Path(command[0]).name} does not take the bundle: {said or 'it does not say why'}")
    return answer.stdout.strip()
