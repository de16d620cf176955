# make demo        the main job: ExoPlaSim with emulated radiation and convection, at most 6 minutes
# make demo-train  makes the emulators of the demo anew, at most 20 minutes
# make test        all tests but the long ones
# make test-all    the long ones too
# make clean       removes build/
#
# Each does its own set-up in build/: system packages where they are missing and apt may install
# them, a virtual environment, the library. TORCH_INDEX=URL takes torch from another index, such
# as the one that offers wheels for CPUs only.

PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
venv := build/venv
bin := $(venv)/bin
export PATH := $(CURDIR)/$(bin):$(PATH)
export OMP_NUM_THREADS ?= 1

sources := $(shell git ls-files --cached --others --exclude-standard \
  bridge fortran pyhybrid tests meson.build meson.options pyproject.toml)

.PHONY: setup build demo demo-train test test-all clean
.DELETE_ON_ERROR:

setup: build/.packages build/.venv
build: build/.installed

# Without root, what is there has to do: meson leaves out what it cannot build and says so.
build/.packages: packages.txt
	@mkdir -p build
	@sh tests/install_packages.sh packages.txt
	@touch $@

build/.venv: requirements.txt build/.packages
	@echo "setting up $(venv)"
	@$(PYTHON) -m venv $(venv)
	@$(bin)/pip install --quiet --disable-pip-version-check \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements.txt
	@touch $@

build/.installed: build/.venv $(sources)
	@echo "building the library"
	@$(bin)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps \
	  --config-settings=build-dir=build/meson --config-settings=setup-args=-Dtests=true .
	@touch $@

test: build
	@$(bin)/meson test -C build/meson --print-errorlogs --quiet
	@$(bin)/pytest -m "not slow"

test-all: build
	@$(bin)/meson test -C build/meson --print-errorlogs --quiet
	@$(bin)/pytest

demo: build
	@$(bin)/python examples/exoplasim demo $(DEMO_OPTIONS)

demo-train: build
	@$(bin)/python examples/exoplasim train $(DEMO_OPTIONS)

clean:
	@rm -rf build
