"""``avcore-headless farm``: a job as a bundle for render farms, and the engines that run it."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from avcore.errors import InputError, UsageError
from headless.farm.options import add_settings_options, chosen_settings
from headless.farm.steps import Profile
from headless.options import add_common_options, add_frames_option, chosen_frames, chosen_map

HELP = "write a job for a render farm, run it, or have it checked"


@dataclass(frozen=True)
class FarmReport:
    """What was done, and the commands that can come next."""

    bundle: str
    did: str
    shots: list[str]
    steps: dict[str, int]
    then: list[str]
    page: str = ""

    def text(self) -> str:
        """In a sentence, then the next commands."""
        return "\n".join(
            [f"{self.bundle}: {self.did}{'; then' if self.then else ''}", *(f"  {command}" for command in self.then)]
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of ``avcore-headless farm``."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    common = [_common()]
    _add_export(actions.add_parser("export", parents=common, help="write a job file or a scene as a bundle for farms"))
    _add_run(actions.add_parser("run", parents=common, help="do a bundle's job"))
    check = actions.add_parser(
        "check", parents=common, help="ask the farms' own tools whether they would take a bundle"
    )
    check.add_argument("bundle", type=Path, metavar="BUNDLE")
    check.add_argument("--openjd", default="", metavar="PROGRAM", help="the program openjd")
    check.add_argument("--deadline-python", default="", metavar="PYTHON", help="a Python that has Deadline's client")
    submit = actions.add_parser("submit", parents=common, help="send a bundle's job to a Flamenco Manager")
    submit.add_argument("bundle", type=Path, metavar="BUNDLE")
    submit.add_argument("--manager", required=True, metavar="URL", help="address of the Manager, http://host:8080")


def _common() -> argparse.ArgumentParser:
    """The options of all commands, for the actions, which must not reset what stands before them."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more while working")
    add_common_options(parser)
    return parser


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="JOB|SCENE.blend", help="a job file, or a scene to render")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="BUNDLE", help="the folder to write")
    parser.add_argument(
        "--engine",
        action="append",
        choices=("openjd", "flamenco", "slurm"),
        default=[],
        dest="engines",
        help="what else to write it for besides openjd (may be repeated)",
    )
    parser.add_argument(
        "--profile", choices=get_args(Profile), default="chunk", help="what the engine knows of OpenJD (default chunk)"
    )
    parser.add_argument("--no-verify", action="store_false", dest="verify", help="leave out the check of the films")
    parser.add_argument(
        "--scenes-on-farm", action="store_false", dest="make_scenes", help="make scenes of songs on the farm, not now"
    )
    parser.add_argument("--anyway", action="store_true", help="export a scene that a farm would lose something of")
    parser.add_argument(
        "--leave-songs", action="store_false", dest="copy_songs", help="do not copy songs into the bundle"
    )
    add_frames_option(parser)
    add_settings_options(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="BUNDLE")
    parser.add_argument("--engine", choices=("local", "dask"), default="local", help="who runs it (default local)")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="tasks at a time (default local 1, dask 2)")
    parser.add_argument("--scheduler", default="", metavar="URL", help="a Dask scheduler, as in tcp://host:8786")
    parser.add_argument("--retries", type=int, default=2, metavar="N", help="how often Dask tries a failed task again")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="values", help="a parameter of the bundle"
    )
    parser.add_argument("--step", default="", metavar="NAME", help="this step alone, as in Render")
    parser.add_argument("--openjd", default="", metavar="PROGRAM", help="the program openjd")


def run(args: argparse.Namespace) -> FarmReport:
    """Do one action.

    Raises:
        UsageError: it cannot be understood, or a farm does not take it.
        InputError: a file or program that it needs is missing.
        TaskError: a task failed.
    """
    return {"export": _export, "run": _run, "check": _check, "submit": _submit}[args.action](args)


def _export(args: argparse.Namespace) -> FarmReport:
    from headless.farm.export import export

    settings = chosen_settings(args)
    exported = export(
        args.source,
        args.out,
        settings=settings,
        profile=args.profile,
        engines=args.engines,
        frames=chosen_frames(args),
        verify=args.verify,
        make_scenes=args.make_scenes,
        copy_songs=args.copy_songs,
        anyway=args.anyway,
        paths=chosen_map(args),
    )
    tasks = {step.name: len(step.shots) * len(step.chunks(step.size(settings)) or [()]) for step in exported.steps}
    shots = [shot.name for shot in exported.job.shots]
    did = f"{len(shots)} {'shot' if len(shots) == 1 else 'shots'} in {sum(tasks.values())} tasks"
    commands = [then.replace("farm ", "avcore-headless farm ", 1) for then in exported.then]
    return FarmReport(str(exported.bundle.folder), did, shots, tasks, commands)


def _run(args: argparse.Namespace) -> FarmReport:
    from headless.farm.bundle import open_bundle
    from headless.farm.tasks import find_openjd

    bundle = open_bundle(args.bundle)
    values = {**bundle.parameters(), **_values(args.values)}
    rules = _rules(args.path_rules)
    out = sys.stderr if args.json else sys.stdout

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    if args.engine == "local":
        from headless.farm.local import run_local

        ours = {**values, "Python": sys.executable}
        run_local(
            bundle,
            ours,
            openjd=find_openjd(args.openjd),
            workers=args.workers or 1,
            only=args.step,
            rules=rules,
            say=say,
        )
    else:
        from headless.farm.dask import run_dask

        run_dask(
            bundle,
            values,
            scheduler=args.scheduler,
            workers=args.workers or 2,
            retries=args.retries,
            openjd=args.openjd,
            only=args.step,
            rules=rules,
            say=say,
        )
    return FarmReport(str(bundle.folder), "done", [], {}, [])


def _check(args: argparse.Namespace) -> FarmReport:
    from headless.farm.bundle import open_bundle
    from headless.farm.check import check_deadline, check_openjd
    from headless.farm.tasks import find_openjd

    bundle = open_bundle(args.bundle)
    summary = check_openjd(bundle, find_openjd(args.openjd))
    client = check_deadline(bundle, args.deadline_python)
    did = "openjd takes it" + (", and so does Deadline Cloud's client" if client is not None else "")
    return FarmReport(str(bundle.folder), f"{did}\n{summary}", [], {}, [])


def _submit(args: argparse.Namespace) -> FarmReport:
    import yaml

    from headless.farm.flamenco import submit

    file = args.bundle / "flamenco.yaml"
    if not file.is_file():
        raise InputError(f"{args.bundle} is not written for Flamenco; export it with --engine flamenco")
    page = submit(args.manager, yaml.safe_load(file.read_text(encoding="utf-8")))
    return FarmReport(str(args.bundle), f"submitted, see {page}", [], {}, [], page)


def _values(written: list[str]) -> dict[str, Any]:
    values = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f"--set {text[:40]!r} is not NAME=VALUE; write --set Frames=1-24")
        values[name] = value
    return values


def _rules(maps: list[str]) -> Path | None:
    """The file of rules that engines are given."""
    if not maps:
        return None
    if len(maps) > 1 or not maps[0].endswith(".json"):
        raise UsageError("`farm run` takes --map with one file of OpenJD's path mapping rules")
    return Path(maps[0])
