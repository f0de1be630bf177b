"""Presets through the worker: saved so that they read back, and packs that a stranger made."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from avcore.errors import AvcoreError, InputError, PresetError, UsageError
from avcore.presets import list_presets, load_preset
from avcore.presets.library import packs_folder
from avcore.worker import packs
from avcore.worker.contract import InstallPack, ListPresets, Preview, SavePreset
from avcore.worker.library import load, save, user_folder
from avcore.worker.packs import install_pack

GOOD = "schema: 1\nname: Good\nextends: ember\nfield: {seed: 5}\n"


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's folder for each test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def keep(name: str, base: str, overrides: dict[str, Any] | None = None, *, overwrite: bool = False) -> Path:
    """Save, with nothing else said."""
    return Path(save(name, base, overrides or {}, description="", overwrite=overwrite).path)


OVERRIDES: list[dict[str, Any]] = [
    {},
    {"field.gain": 1e-05, "field.seed": 4294967295},
    {"colour.brightness.base": 1.5, "colour.brightness.kick": -0.2, "field.coords.zoom": 2.0},
    {"colour.palette": ["#102030", "#ffeedd"], "colour.shadow": "#000001"},
    {"colour.palette": "lagoon", "field.period": "8 bars", "field.coords.radius": True},
    {"signals.kick.source": {"treble": 1.0}, "colour.palette": {"colours": ["#fff", "#000"], "at": [0, 0.3]}},
]


@pytest.mark.parametrize("overrides", OVERRIDES)
def test_a_saved_preset_reads_back_as_it_was_seen(overrides: dict[str, Any]) -> None:
    path = keep("My 2nd: try".replace(":", ""), "ember", overrides)
    saved = load_preset(path.stem)
    seen = load("ember", overrides)
    assert saved.path == path
    assert saved.name == "My 2nd try"
    for part in ("signals", "field", "colour", "layers", "render", "description"):
        assert getattr(saved, part) == getattr(seen, part)
    assert len(path.read_text()) < 2500


def test_a_saved_preset_follows_what_it_extends() -> None:
    assert "extends: " in keep("child", "ember", {"field.gain": 3.0}).read_text()


def test_a_preset_saved_over_itself_keeps_what_it_extends() -> None:
    keep("ember", "ember", {"field.gain": 3.0})
    path = keep("ember", "ember", {"field.seed": 9}, overwrite=True)
    again = load_preset(path)
    assert (again.field.gain, again.field.seed) == (3.0, 9)
    assert again.colour == load_preset(Path(__file__).parents[2] / "presets" / "ember.yaml").colour


def test_nothing_is_replaced_unasked() -> None:
    path = keep("mine", "ember")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="already"):
        keep("MINE", "ink")
    assert path.read_bytes() == before
    keep("mine", "ink", overwrite=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize("name", ["", "  ", "../up", "a/b", "a\\b", ".hidden", "x" * 100, "a\nb", "c:d", "nul\0"])
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        keep(name, "ember")
    assert not user_folder().exists()


def test_a_wrong_override_saves_nothing() -> None:
    with pytest.raises(PresetError):
        keep("wrong", "ember", {"field.gain": "loud"})
    assert not user_folder().exists()


def test_a_file_outside_the_library_is_saved_whole_unless_it_needs_files(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(GOOD)
    path = keep("kept", str(own), {"field.gain": 2.0})
    own.unlink()
    assert load_preset(path).field.seed == 5
    own.write_text("schema: 1\nfield: {type: cppn, weights: w.safetensors}\n")
    with pytest.raises(PresetError, match=r"w\.safetensors"):
        keep("lost", str(own))


def test_through_the_worker(tmp_path: Path, demo_track: Path) -> None:
    from worker_process import WorkerProcess

    with WorkerProcess() as worker:
        saved = worker.ask(SavePreset("Glut", "ember", {"field.gain": 2.0}, "Slow embers"))
        installed = worker.ask(InstallPack(str(pack(tmp_path / "warm.zip", {"good.yaml": GOOD}))))
        assert installed.presets == ("good",)
        listed = {preset.name: preset for preset in worker.ask(ListPresets()).presets}
        assert (listed["glut"].origin, listed["glut"].description) == ("user", "Slow embers")
        assert listed["good"].origin == "pack"
        assert Path(saved.path) == Path(listed["glut"].path)
        for name in ("glut", "good"):
            assert worker.ask(Preview(str(demo_track), name, {}, 1, 16, 16)).frame == 31


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def weights() -> bytes:
    """A weight file of the network that ``WEIGHTED`` states."""
    from tempfile import TemporaryDirectory

    from avcore.fields.cppn import CppnSpec

    with TemporaryDirectory() as folder:
        path = Path(folder) / "w.safetensors"
        CppnSpec(seed=3).draw_weights().save(path)
        return path.read_bytes()


WEIGHTED = "schema: 1\nfield: {type: cppn, weights: w/net.safetensors}\n"


def test_a_pack_brings_presets_weights_and_thumbnails(tmp_path: Path) -> None:
    inside: dict[str, str | bytes] = {
        "Warm/Good.yaml": GOOD, "Warm/child.yaml": "schema: 1\nextends: good\nname: Child\n",
        "Warm/net.yaml": WEIGHTED, "Warm/w/net.safetensors": weights(), "Warm/thumbnails/Good.png": b"PNG",
        "Warm/README.md": "hello", "__MACOSX/Warm/._Good.yaml": b"\0", "Warm/.DS_Store": b"\0",
    }  # fmt: skip
    installed = install_pack(pack(tmp_path / "Warm Nights.zip", inside))
    assert (installed.pack, installed.presets) == ("warm-nights", ("child", "good", "net"))
    folder = Path(installed.folder)
    assert folder.parent == packs_folder()
    assert sorted(path.name for path in folder.iterdir()) == [
        "Good.yaml", "README.md", "child.yaml", "net.yaml", "thumbnails", "w",
    ]  # fmt: skip
    assert load_preset("child").field.seed == 5
    assert load_preset("net").file("w/net.safetensors") == folder / "w" / "net.safetensors"
    assert {entry.origin for entry in list_presets() if entry.name in installed.presets} == {"pack"}
    assert not any(path.name.startswith(".") for path in packs_folder().iterdir())


def test_a_pack_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = pack(tmp_path / "p.zip", {"good.yaml": GOOD, "other.yaml": GOOD})
    install_pack(path)
    pack(path, {"good.yaml": GOOD.replace("5", "6")})
    with pytest.raises(UsageError, match="installed already"):
        install_pack(path)
    assert load_preset("good").field.seed == 5
    install_pack(path, overwrite=True)
    assert load_preset("good").field.seed == 6
    assert len(list(packs_folder().iterdir())) == 1
    assert not (packs_folder() / "p" / "other.yaml").exists()


def test_a_pack_does_not_stand_for_a_preset_that_is_there(tmp_path: Path) -> None:
    path = pack(tmp_path / "p.zip", {"ember.yaml": GOOD})
    with pytest.raises(UsageError, match="has a preset ember"):
        install_pack(path)
    install_pack(path, overwrite=True)
    assert load_preset("ember").origin == "shipped"


def linked(path: Path) -> Path:
    entry = zipfile.ZipInfo("link.yaml")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.yaml", GOOD)
        archive.writestr(entry, "/etc/passwd")
    return path


def encrypted(path: Path) -> Path:
    data = bytearray(pack(path, {"good.yaml": GOOD}).read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    return path


def damaged(path: Path) -> Path:
    data = bytearray(pack(path, {"good.yaml": GOOD * 20}).read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    return path


def twice(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("good.yaml", GOOD)
        archive.writestr("GOOD.yaml", GOOD)
    return path


def not_a_zip(path: Path) -> Path:
    path.write_text("hello")
    return path


def with_file(name: str) -> Callable[[Path], Path]:
    return lambda path: pack(path, {"good.yaml": GOOD, name: "x"})


HOSTILE: dict[str, Callable[[Path], Path]] = {
    "parent": with_file("../evil.yaml"),
    "deep parent": with_file("a/../../evil.yaml"),
    "absolute": with_file("/tmp/evil.yaml"),
    "drive": with_file("C:/evil.yaml"),
    "backslash": with_file("a\\..\\evil.yaml"),
    "python": with_file("evil.py"),
    "pickle": with_file("net.pt"),
    "no ending": with_file("evil"),
    "hidden": with_file(".evil.yaml"),
    "reserved": with_file("con.txt"),
    "control": with_file("a\x1b.txt"),
    "too deep": with_file("a/b/c/d/e.txt"),
    "link": linked,
    "encrypted": encrypted,
    "damaged": damaged,
    "twice": twice,
    "no zip": not_a_zip,
    "missing": lambda path: path,
    "empty": lambda path: pack(path, {}),
    "no preset": lambda path: pack(path, {"a.txt": "x"}),
    "broken preset": lambda path: pack(path, {"good.yaml": GOOD, "bad.yaml": GOOD.replace("seed", "sed")}),
    "weights missing": lambda path: pack(path, {"net.yaml": WEIGHTED}),
    "weights broken": lambda path: pack(path, {"net.yaml": WEIGHTED, "w/net.safetensors": b"\x80\x04pickle"}),
    "weights outside": lambda path: pack(
        path, {"net.yaml": "schema: 1\nfield: {type: cppn, weights: ../../x.safetensors}\n"}
    ),
    "many": lambda path: pack(path, {f"{i}.txt": "" for i in range(packs.MOST_FILES + 1)}),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_pack_that_is_none_leaves_nothing(kind: str, tmp_path: Path) -> None:
    path = HOSTILE[kind](tmp_path / "pack.zip")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(AvcoreError) as caught:
        install_pack(path)
    assert isinstance(caught.value, InputError | PresetError)
    assert "avcore-part" not in str(caught.value)
    assert not packs_folder().exists() or not list(packs_folder().iterdir())
    assert set(tmp_path.iterdir()) - set(before) <= {tmp_path / "data"}


def test_a_bomb_is_stopped_by_what_it_unpacks_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_BYTES", 5 * 2**20)
    path = pack(tmp_path / "bomb.zip", {"good.yaml": GOOD, "a.txt": b"\0" * (6 * 2**20)})
    assert path.stat().st_size < 20_000
    with pytest.raises(InputError, match="unpacks to more than 5 MB"):
        install_pack(path)
    assert not list(packs_folder().iterdir())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    with pytest.raises(AvcoreError, match="cannot be written"):
        keep("a", "ember")
