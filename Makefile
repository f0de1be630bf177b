# `make demo` and `make test` set up everything they need, in this folder, and work offline afterwards.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
PYTHON313 ?= $(shell for p in python3.13 $$HOME/.pyenv/versions/3.13*/bin/python3.13; do \
	$$p -c '' 2>/dev/null && { echo $$p; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
OUT ?= out
AUDIO ?= $(OUT)/demo.wav
PRESET ?= ember
RENDER ?= --resolution 720p --fps 30 --duration 30

.PHONY: demo test test-all test-torch test-py313 test-addon test-headless test-gui extension lint types bench thumbnails clean

demo: $(VENV)/.installed
	@mkdir -p $(OUT)
	@test "$(AUDIO)" != "$(OUT)/demo.wav" || $(BIN)/python -m avcore.audio.demo "$(AUDIO)"
	$(BIN)/avcore render "$(AUDIO)" "$(OUT)/demo.mp4" --preset $(PRESET) $(RENDER) --overwrite

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -m "not slow"

# The long tests too, the torch path, and the newest Python that avcore supports.
test-all: $(VENV)/.installed-test test-torch test-py313
	$(BIN)/python -m pytest

test-torch:
	$(MAKE) VENV=.venv-torch .venv-torch/.installed-test
	.venv-torch/bin/python -m pip install --quiet torch==2.13.0
	@.venv-torch/bin/python -m pip install --quiet triton==3.7.1 || echo "no Triton for this system: its tests are skipped"
	.venv-torch/bin/python -m pytest tests/core/test_fields_torch.py tests/core/test_compute_*.py

test-py313:
	@test -n "$(PYTHON313)" || { echo "Python 3.13 is not here; install it, or name it: make PYTHON313=/path/to/python3.13" >&2; exit 1; }
	$(MAKE) VENV=.venv-313 PYTHON="$(PYTHON313)" test

# Pictures of the presets, from the demo track, for the README and for whoever lists presets.
thumbnails: $(VENV)/.installed
	@mkdir -p $(OUT) presets/thumbnails
	@test -f $(OUT)/demo.wav || $(BIN)/python -m avcore.audio.demo $(OUT)/demo.wav
	@for preset in presets/*.yaml; do name=$$(basename $$preset .yaml); \
		$(BIN)/avcore frame $(OUT)/demo.wav presets/thumbnails/$$name.jpg --preset $$preset --at 17 -r 256x256 --overwrite || exit 1; done
	$(BIN)/python -m tests.contact_sheet presets/thumbnails presets/contact-sheet.jpg

# The Blender extension. `make extension` builds the zips in dist/: light, full and full-torch, for each Python of Blender and
# each platform; EXTENSION narrows that: make extension EXTENSION="--only full --python 311 --platform linux-x64"
extension: $(VENV)/.installed .venv-bpy45/.ready
	$(BIN)/python addon/_build --out dist --largest 5 $(EXTENSION)

# Its tests, in real Blenders from PyPI, about 1 GB each. One that cannot be had here is said, and its tests are skipped.
test-addon: $(VENV)/.installed-test
	@for version in 42 45 50 52; do $(MAKE) --no-print-directory .venv-bpy$$version/.ready || echo "no Blender $$version here"; done
	$(BIN)/python -m pytest tests/addon $(TESTS)

.venv-bpy42/.ready: BPY = python3.11 bpy==4.2.23
.venv-bpy45/.ready: BPY = python3.11 bpy==4.5.15
.venv-bpy50/.ready: BPY = python3.11 bpy==5.0.1
.venv-bpy52/.ready: BPY = "$(PYTHON313)" bpy==5.2.3
.venv-bpy%/.ready:
	$(firstword $(BPY)) -m venv .venv-bpy$*
	.venv-bpy$*/bin/python -m pip install --quiet $(lastword $(BPY)) pytest
	@touch $@

# The runner of batch and farm renders, with bpy, avcore and the farm's programs in one environment, as users have them (2 GB).
# make test-headless HEADLESS_BPY="4.5.15 4.2.23 5.0.1" tests in several Blenders, and that they draw the same pictures;
# make test-headless TESTS=tests/headless/test_run.py is quicker.
HEADLESS_BPY ?= 4.5.15
HEADLESS_PYTHONS = $(HEADLESS_BPY:%=$(CURDIR)/.venv-headless-%/bin/python)
space := $(subst ,, )
test-headless: $(VENV)/.installed-test $(HEADLESS_BPY:%=.venv-headless-%/.ready)
	AVCORE_HEADLESS_PYTHON=$(firstword $(HEADLESS_PYTHONS)) AVCORE_HEADLESS_PYTHONS=$(subst $(space),:,$(HEADLESS_PYTHONS)) \
		$(BIN)/python -m pytest $(or $(TESTS),tests/headless)

.venv-headless-%/.ready: pyproject.toml
	python3.11 -m venv .venv-headless-$*
	.venv-headless-$*/bin/python -m pip install --quiet bpy==$* --editable '.[test,farm,dask]'
	@touch $@

# Its tests in a real Blender window, in a Debian of its own in out/gui-rig (1.5 GB); needs root on Debian.
test-gui: $(VENV)/.installed-test .venv-bpy45/.ready
	AVCORE_GUI_RIG=$(OUT)/gui-rig $(BIN)/python -m pytest tests/gui $(TESTS)

lint: $(VENV)/.installed-lint
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.installed-lint
	$(BIN)/mypy

# `make bench ONLY=cppn` for one of them; in .venv-torch the earlier system's method joins in.
bench: $(VENV)/.installed-test
	$(BIN)/python -m tests.bench $(ONLY) --json $(OUT)/bench.json

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "avcore needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv; \
		else echo "Python's venv module is missing; run: sudo apt-get install python3-venv" >&2; exit 1; fi
	"$(PYTHON)" -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --editable '.[test,lint]'
	@touch $@

clean:
	rm -rf .venv .venv-torch .venv-313 .venv-bpy* .venv-headless* dist
	rm -rf --one-file-system $(OUT)
