"""A bundle under a real Slurm on this machine alone. Needs root, and slurm-wlm and munge installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.headless.farming import LAST, SHOT, export, frames, made, python, run, step, wait_for
from tests.headless.test_farm_openjd import faults, parts, rendered

PROGRAMS = ("slurmctld", "slurmd", "munged", "mungekey", "sbatch", "scontrol", "squeue")
CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={daemon}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
RequeueExit=75
KillWait=30
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=2048
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cluster of this machine; its configuration."""
    lacking = [program for program in PROGRAMS if shutil.which(program) is None]
    if lacking or os.geteuid() != 0:
        pytest.skip(f"needs root, and {', '.join(lacking) or 'nothing else'}: apt-get install slurm-wlm munge")
    folder = tmp_path / "slurm"
    for name in ("state", "spool"):
        (folder / name).mkdir(parents=True)
    file = folder / "slurm.conf"
    host = socket.gethostname().partition(".")[0]
    told = {"folder": folder, "host": host, "cpus": os.cpu_count() or 1}
    file.write_text(CONFIGURATION.format(controller=free_port(), daemon=free_port(), **told))
    monkeypatch.setenv("SLURM_CONF", str(file))
    run("mungekey", "--create", "--keyfile", folder / "munge.key")
    munge = [
        f"--{name}={folder}/munge.{name.partition('-')[0]}" for name in ("key-file", "socket", "pid-file", "log-file")
    ]
    munge.append(f"--seed-file={folder}/munge.seed")
    commands = (["munged", "--force", "--foreground", *munge], ["slurmctld", "-D"], ["slurmd", "-D", "-N", host])
    daemons = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for command in commands[:1]
    ]
    wait_for((folder / "munge.socket").exists, timeout_s=20)
    for command in commands[1:]:
        daemons.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))  # noqa: PERF401
    try:
        wait_for(lambda: "idle" in run("sinfo", "--noheader", "--format=%t", code=None).stdout, timeout_s=60)
        yield file
    finally:
        for daemon in reversed(daemons):
            daemon.terminate()
            daemon.wait(60)


@pytest.mark.slow
def test_arrays_and_a_task_that_is_requeued(
    slurm: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = ("--engine", "slurm", "--frames-per-task", LAST, "--bake-frames-per-task", LAST, "--memory-mib", 512)
    bundle = export(home / "trial.yaml", tmp_path / "bundle", *cut)
    plain = shutil.copytree(bundle, tmp_path / "plain")
    for command in ("bake", "render", "encode"):
        step(plain, command)

    monkeypatch.setenv("AVCORE_PYTHON", python())
    for name, value in faults(slow_s=1.0).items():
        monkeypatch.setenv(name, value)
    queued = run("bash", bundle / "slurm" / "submit.sh").stdout
    render = next(line.split()[1] for line in queued.splitlines() if line.startswith("Render"))
    wait_for(lambda: len(rendered(bundle)) >= 2)
    run("scontrol", "requeue", f"{render}_1")
    wait_for(lambda: set(run("squeue", "--noheader", "--format=%t", f"--jobs={render}").stdout.split()) == {"PD"})
    kept = {name: (bundle / name).stat().st_mtime_ns for name in rendered(bundle)}
    assert set(kept) < frames(range(1, LAST + 1))
    assert not parts(bundle)
    run("scontrol", "update", f"JobId={render}_1", "StartTime=now")
    wait_for(lambda: not run("squeue", "--noheader").stdout.strip(), timeout_s=240)

    assert made(bundle) == made(plain), log(bundle)
    assert {name: (bundle / name).stat().st_mtime_ns for name in kept} == kept
    assert f"{SHOT}.mp4" in str(list(made(bundle)))


def log(bundle: Path) -> str:
    """What the tasks said."""
    return "\n".join(f"{file.name}\n{file.read_text()}" for file in sorted((bundle / "slurm").glob("*.log")))
