"""The folder that a farm gets: an OpenJD job bundle with the job, its scenes, and notes for AWS Deadline Cloud.

``template.yaml`` is the job for engines, ``job.yaml`` the same for the runner. ``parameter_values.yaml`` and
``asset_references.yaml`` are read by Deadline Cloud, and ``openjd_params.yaml`` by ``openjd run -p file://``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from avcore.errors import InputError
from avcore.files import write_whole
from headless.farm.steps import FarmSettings, Profile, Step
from headless.farm.template import template
from headless.job import Job

JOB_FOLDER = "JobFolder"


@dataclass(frozen=True)
class Bundle:
    """A bundle on disk."""

    folder: Path

    @property
    def template_file(self) -> Path:
        """The job as engines read it."""
        return self.folder / "template.yaml"

    @property
    def job_file(self) -> Path:
        """The job as the runner reads it."""
        return self.folder / "job.yaml"

    @property
    def parameters_file(self) -> Path:
        """The parameters' values, to change before a run."""
        return self.folder / "openjd_params.yaml"

    def parameters(self) -> dict[str, Any]:
        """What ``openjd_params.yaml`` says.

        Raises:
            InputError: it is not there or holds no parameters.
        """
        return _read_mapping(self.parameters_file)

    def template(self) -> dict[str, Any]:
        """What ``template.yaml`` says.

        Raises:
            InputError: it is not there or holds no template.
        """
        return _read_mapping(self.template_file)


def open_bundle(folder: Path) -> Bundle:
    """The bundle in ``folder``.

    Raises:
        InputError: there is none.
    """
    bundle = Bundle(folder.absolute())
    for file in (bundle.template_file, bundle.job_file):
        if not file.is_file():
            raise InputError(f"{folder} is no bundle, as it has no {file.name}; write one with `farm export`")
    return bundle


def write_bundle(
    job: Job, steps: Sequence[Step], folder: Path, *, settings: FarmSettings, profile: Profile = "chunk"
) -> Bundle:
    """Write the engines' side of a bundle; ``job.yaml`` lies in ``folder`` already.

    Raises:
        UsageError: the job does not fit what the profile can say.
        OutputError: the folder cannot be written.
    """
    bundle = Bundle(folder.absolute())
    described = template(job.name, steps, settings, profile)
    values = {
        parameter["name"]: parameter["default"]
        for parameter in described["parameterDefinitions"]
        if parameter["name"] != JOB_FOLDER  # its default is the bundle's folder, wherever that is moved to
    }
    farm = {
        "deadline:priority": settings.priority,
        "deadline:targetTaskRunStatus": "READY",
        "deadline:maxFailedTasksCount": 20,
        "deadline:maxRetriesPerTask": settings.retries,
    }
    documents = {
        "template.yaml": described,
        "openjd_params.yaml": values,
        "parameter_values.yaml": {
            "parameterValues": [{"name": name, "value": value} for name, value in (values | farm).items()]
        },
        "asset_references.yaml": {"assetReferences": asset_references(job, bundle.folder)},
    }
    for name, document in documents.items():
        write_whole(bundle.folder / name, to_yaml(document).encode())
    return bundle


def asset_references(job: Job, folder: Path) -> dict[str, Any]:
    """Files and folders outside the bundle that hosts need or write; what is inside travels with the folder."""
    files: set[Path] = set()
    written: set[Path] = set()
    for shot in job.shots:
        files |= {shot.song, shot.scene, *(bake.song for bake in shot.bakes)}
        files |= {
            Path(preset) for preset in (shot.preset, *(bake.preset for bake in shot.bakes)) if is_file_name(preset)
        }
        written |= {shot.out, *(bake.out for bake in shot.bakes)}
    outside = sorted(str(path) for path in files if path.is_file() and not path.is_relative_to(folder))
    return {
        "inputs": {"filenames": outside, "directories": []},
        "outputs": {"directories": sorted(str(path) for path in written if not path.is_relative_to(folder))},
        "referencedPaths": [],
    }


def is_file_name(preset: str) -> bool:
    """Whether a preset is named by its file."""
    return preset.endswith((".yaml", ".yml")) or os.sep in preset


def to_yaml(document: Any) -> str:
    """Plain data as YAML, in the order it has."""
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
    return text


def _read_mapping(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; write the bundle again") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path} is no YAML ({error}); write the bundle again") from error
    if not isinstance(document, dict):
        raise InputError(f"{path} holds no mapping; write the bundle again")
    return document
