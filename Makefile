# make demo   from a bare clone to a graded sample class
# make test   from a bare clone: install, lint, types, and every test
# make bench  the benchmarks, in one table
# Others: setup, build, solutions, lint, clean.

PYTHON ?= python3
LABS   ?=
ALL_LABS := $(basename $(notdir $(wildcard labs/*.py)))
JOBS   ?= $(shell nproc 2>/dev/null || echo 2)

BIN       := .venv/bin
INSTALLED := .venv/.installed
export STATS220_DATA ?= $(wildcard $(abspath ../shared/data))
ifeq ($(STATS220_DATA),)
unexport STATS220_DATA
endif

.PHONY: setup build demo test lint built solutions bench clean
.DELETE_ON_ERROR:

setup: $(INSTALLED)

# torch and torchvision are a matched pair: one pip call resolves both, held to the pins of a reproducible class.
$(INSTALLED): pyproject.toml constraints.txt
	@sh tools/system-packages.sh
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[staff,dev]'
	@touch $@

build: setup
	$(BIN)/stats220 build $(LABS)

demo: build
	$(BIN)/stats220 demo --out build/demo --jobs $(JOBS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Once what is committed is known to be as it should, build/nbgrader, which is not, for the tests against nbgrader.
built: setup
	$(BIN)/stats220 build --check
	$(BIN)/stats220 build

# A file's tests stay together and in order: what they share, a graded class or a lab's bank, is made once and not in each process.
test: lint built
	for lab in $(ALL_LABS); do $(BIN)/stats220 attempts $$lab --jobs $(JOBS) || exit 1; done
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

solutions: setup
	$(BIN)/stats220 build --execute $(LABS)

bench: setup
	$(BIN)/python -m benchmarks

clean:
	rm -rf build .venv
