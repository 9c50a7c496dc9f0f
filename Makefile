# Compares Storj storage nodes. `make help` lists what there is; README.md explains it.
.DEFAULT_GOAL := help
.PHONY: help run test adopt password install lint demo clean venv

VENV := .venv
# Always as a module: the scripts in $(VENV)/bin know the folder's old name once it has been moved.
PY := $(VENV)/bin/python
# The first Python on this machine that is new enough, or nothing.
PYTHON3 = $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

# Dependency groups of pyproject.toml: those asked for now, and those installed before, which stay up to date.
EXTRAS ?=
GROUPS = $(sort $(EXTRAS) $(NEEDED) $(shell cat $(VENV)/.groups 2>/dev/null))
# What must be installed; when that has changed, pip is called, otherwise not.
WANTED = $(shell cat requirements.txt pyproject.toml | cksum) $(GROUPS)

# The suite describes the defaults: settings in the operator's shell must not reach it.
BARE := env -i PATH="$$PATH" HOME="$$HOME" LANG=C.UTF-8 TERM="$$TERM" TMPDIR="$${TMPDIR:-/tmp}" CI="$$CI"

help:
	@echo "make run       set up what is missing and serve on http://127.0.0.1:8080/ (PORT=, BIND=, LAN=1, COLLECT=1)"
	@echo "make test      run the whole test suite on SQLite"
	@echo "make adopt     add what is missing, indexes mostly, to a large events database"
	@echo "make password  give the administrator a new password"
	@echo "make install   install the packages (EXTRAS=\"postgres redis memcached zstd\" for these)"
	@echo "make lint      check form, style and types"
	@echo "make demo      fill an empty events database with demonstration data (ARGS=--help)"
	@echo "make clean     remove everything that is made again by the above; the data folder stays"

run: install
	@exec $(PY) manage.py run

adopt: install
	@$(PY) manage.py setup --only-secrets
	@exec $(PY) manage.py adopt $(ARGS)

password: install
	@exec $(PY) manage.py set_password

demo: install
	@$(PY) manage.py setup --only-secrets
	@exec $(PY) manage.py demo $(ARGS)

test: NEEDED = test
test: install
	@exec $(BARE) $(PY) -m pytest $(ARGS)

lint: NEEDED = lint test
lint: install
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy .

# pip reads dependency groups from version 25.1 on; Debian 12 brings an older one.
install: venv
	@wanted='$(WANTED)'; test "$$wanted" = "$$(cat $(VENV)/.installed 2>/dev/null)" && exit 0; \
	echo "Installing the packages in $(VENV) ..."; \
	test -z '$(GROUPS)' || $(PY) -m pip install --quiet --disable-pip-version-check 'pip>=25.1' || exit 1; \
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt $(GROUPS:%=--group %) || exit 1; \
	echo '$(GROUPS)' > $(VENV)/.groups; echo "$$wanted" > $(VENV)/.installed

venv:
	@$(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exit 0; \
	test -n '$(PYTHON3)' || { echo "Python 3.11 or newer is missing: run \`sudo apt install python3 python3-venv\`." >&2; exit 1; }; \
	$(PYTHON3) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "Python's venv is missing: run \`sudo apt install python3-venv\`." >&2; exit 1; }; \
	$(PYTHON3) -m venv --clear $(VENV)

clean:
	rm -rf $(VENV) staticfiles .test-data .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
