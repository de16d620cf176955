# make demo        the main job: ExoPlaSim with emulated radiation and convection, at most 6 minutes
# make demo-train  makes the emulators of the demo anew, at most 20 minutes
# make test        all tests but the long ones
# make test-all    the long ones too
# make docs        this documentation as a site: build/docs/html/index.html; needs doxygen
# make fuzz        readers of files from elsewhere under libFuzzer, ten minutes each; needs clang.
#                  FUZZ_SECONDS=60 and FUZZ_TARGETS="card config" make it shorter
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

.PHONY: setup build demo demo-train test test-all docs fuzz clean
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

test-all: build build/.docs
	@$(bin)/meson test -C build/meson --print-errorlogs --quiet
	@$(bin)/pytest

demo: build
	@$(bin)/python examples/exoplasim demo $(DEMO_OPTIONS)

demo-train: build
	@$(bin)/python examples/exoplasim train $(DEMO_OPTIONS)

build/.docs: docs/requirements.txt build/.venv
	@$(bin)/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

docs: build build/.docs
	@$(bin)/sphinx-build -q -W --keep-going -b html -d build/docs/doctrees -c docs . build/docs/html
	@echo "build/docs/html/index.html"

FUZZ_SECONDS ?= 600
FUZZ_TARGETS ?= card config network restart

# Products by portable code: what libxsmm compiles no sanitizer sees.
build/fuzz/build.ninja: build/.venv
	@CC=clang CXX=clang++ $(bin)/meson setup build/fuzz -Dfuzz=true \
	  -Db_sanitize=address,undefined -Dbuildtype=plain -Doptimization=1 -Ddebug=true \
	  -Dtorch=disabled -Dpython=disabled -Dnative=disabled -Dlibxsmm=disabled

fuzz: build/fuzz/build.ninja
	@$(bin)/ninja -C build/fuzz $(FUZZ_TARGETS:%=tests/fuzz/fuzz_%)
	@sh tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS) $(FUZZ_TARGETS)

clean:
	@rm -rf build
