"""A folder with a whole Debian in it that has Blender and a screen: made once, entered by chroot. Needs root on Debian.

python -m tests.gui.rig out/gui-rig
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

SUITE = "sid"  # Blender 5.2 LTS
PACKAGES = (
    "blender", "python3-numpy", "python3-requests", "python3-zstandard", "python3-cattr", "python3-venv",
    "xvfb", "openbox", "xdotool", "imagemagick", "x11-utils", "libgl1-mesa-dri", "libegl1",
)  # fmt: skip
READY = "avcore-rig-ready"

# Private mounts: nothing stays mounted, whatever ends how.
_ENTER = """
root=$1 share=$2; shift 2
mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"; mount -t devpts devpts "$root/dev/pts" 2>/dev/null
mkdir -p "$root/mnt/share"; [ "$share" = / ] || mount --bind "$share" "$root/mnt/share"
cat /etc/resolv.conf > "$root/etc/resolv.conf" 2>/dev/null; cat /etc/hosts > "$root/etc/hosts" 2>/dev/null
exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
"""


def place() -> Path | None:
    """Where the rig is to be, None where nobody asked for one."""
    named = os.environ.get("AVCORE_GUI_RIG")
    return Path(named) if named else None


def why_not() -> str:
    """Why there can be no rig here, in a sentence; empty where there can."""
    if place() is None:
        return "a real window takes 1.5 GB and a minute to make: `make test-gui`"
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "the window needs a rig, and a rig needs root"
    if shutil.which("apt-get") is None:
        return "the window needs a rig, and a rig needs Debian"
    return ""


def make(root: Path) -> None:
    """Make the rig, where it is not there.

    Raises:
        subprocess.CalledProcessError: a step failed.
    """
    if (root / READY).exists():
        return
    if shutil.which("debootstrap") is None:
        subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-q", "debootstrap"], check=True, stdout=subprocess.DEVNULL)
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f"{root.name}.log").open("w") as log:
        command = ["debootstrap", "--variant=minbase", SUITE, str(root), *_mirror()]
        subprocess.run(command, check=True, stdout=log, stderr=subprocess.STDOUT)
    settings = root / "etc/apt/apt.conf.d"
    for proxy in Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy2(proxy, settings / proxy.name)
    (settings / "99date").write_text('Acquire::Check-Valid-Until "false";\nAcquire::Check-Date "false";\n')
    (root / "etc/mtab").unlink(missing_ok=True)
    (root / "etc/mtab").symlink_to("/proc/self/mounts")
    install = (
        f"apt-get update -q && apt-get install -y -q --no-install-recommends {' '.join(PACKAGES)} && apt-get clean"
    )
    enter(root, Path("/"), "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", install, check=True, quiet=True)
    (root / READY).touch()


def enter(
    root: Path, share: Path, *command: str, check: bool = False, quiet: bool = False, online: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a command in the rig; ``share`` is seen there as /mnt/share. Without ``online`` there is no network."""
    unshare = ["unshare", "--mount", "--propagation", "private", *([] if online else ["--net"])]
    return subprocess.run(
        [*unshare, "bash", "-c", _ENTER, "_", str(root.resolve()), str(share.resolve()), *command],
        check=check,
        text=True,
        stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def _mirror() -> list[str]:
    """Where this machine's own packages come from."""
    for path in (Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))):
        found = re.search(r"^(?:deb (?:\[.*?\] )?|URIs: )(\S+)", path.read_text(), re.M) if path.is_file() else None
        if found:
            return [found[1].rstrip("/")]
    return []
