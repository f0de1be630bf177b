"""AWS Deadline Cloud's own client takes a bundle, up to the wire."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tests.headless.farming import headless, python, run, told


@pytest.fixture(scope="module")
def client() -> str:
    """A Python with the client, which may need an environment of its own."""
    named = os.environ.get("AVCORE_DEADLINE_PYTHON") or python()
    if run(named, "-c", "import deadline.client", code=None).returncode:
        pytest.skip("Deadline Cloud's client is not installed; AVCORE_DEADLINE_PYTHON names a Python that has it")
    return named


def test_the_client_takes_the_bundle(bundle: Path, client: str) -> None:
    answer = told(headless("farm", "check", bundle, "--deadline-python", client, "--json"))
    assert "Deadline Cloud's client" in answer["did"]
    sent = told(run(client, Path(__file__).parents[2] / "headless/farm/deadline_offline.py", bundle))
    assert sent["parameters"]["JobFolder"] == {"path": str(bundle)}
    assert sent["parameters"]["Frames"] == {"string": "1-6"}
    assert (sent["priority"], sent["maxRetriesPerTask"]) == (50, 2)


@pytest.mark.parametrize(
    "value", [{"name": "Unknown", "value": 1}, {"name": "JobFolder", "value": 3.5}, {"name": "Frames"}]
)
def test_the_client_refuses_a_bundle_that_is_wrong(bundle: Path, client: str, value: dict[str, object]) -> None:
    """Otherwise its word would be worth nothing."""
    (bundle / "parameter_values.yaml").write_text(yaml.safe_dump({"parameterValues": [value]}))
    answer = told(headless("farm", "check", bundle, "--deadline-python", client, "--json", code=2))
    assert "does not take the bundle" in answer["error"]
