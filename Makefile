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

.PHONY: demo test test-all test-torch test-py313 lint types bench thumbnails clean

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
	rm -rf .venv .venv-torch .venv-313 $(OUT)
