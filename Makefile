# Every job has one command, the same on a laptop and in CI. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3.11
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export CDK_DISABLE_CLI_TELEMETRY := true
# .venv is made by pip: Poetry, which would take it, has environments of its own.
export POETRY_VIRTUALENVS_IN_PROJECT := false
# A shell that forbids it would have every process of the tests compile all of the code again.
unexport PYTHONDONTWRITEBYTECODE

# An export is its own constraint, too: pip 23 would take the newest release where a package asks for an extra of another.
PIP := .venv/bin/python -m pip install --quiet --require-hashes
# Lets npm trust what the machine trusts, for networks that inspect TLS; older releases of Node do not know the option.
NPM_CI := NODE_OPTIONS="$$(node --help | grep -o -m1 -e '--use-system-ca' || true)" npm ci --no-audit --no-fund --no-update-notifier
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
SOURCES := app.py benchmark configuration constructs stacks operations sandbox observability tests

.PHONY: help
help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: up
up: .venv/.sandbox node_modules/.cdk ## Deploy the whole stack to an emulated AWS on this machine
	@slipway sandbox up

.PHONY: down
down: .venv/.sandbox ## Stop the emulated AWS
	@slipway sandbox down

# One of each kind: a good release, releases that are taken back before and after tasks run, and what people and hosts do.
DRILLS_OF_CI := good-release tag-missing crash-at-start health-path-failing task-killed rollback release-cancelled

.PHONY: drill
drill: .venv/.sandbox node_modules/.cdk ## Rehearse every failure in a sandbox of its own; REPORT=FILE writes a report
	@slipway sandbox drill --all $(if $(REPORT),--report $(REPORT))

.PHONY: drill-ci
drill-ci: .venv/.sandbox node_modules/.cdk ## Rehearse a short choice of the failures
	@slipway --configuration tests/slipway.toml sandbox drill $(DRILLS_OF_CI) $(if $(REPORT),--report $(REPORT))

.PHONY: test-drills
test-drills: .venv/.development node_modules/.all ## See that drills fail in stacks that are weaker than they promise; takes minutes
	@pytest -m drill

.PHONY: install
install: .venv/.slipway ## Install the command, as .venv/bin/slipway

.PHONY: install-cdk
install-cdk: node_modules/.cdk ## Install the CDK CLI

.PHONY: observe
observe: ## Run the service with Prometheus, Alertmanager, Grafana and Jaeger on this machine, and say where to look
	@observability/observe.sh

.PHONY: synth
synth: .venv/.sandbox node_modules/.cdk ## Write the templates of every environment but the sandbox to cdk.out
	@cdk synth --quiet --no-notices

.PHONY: test
test: .venv/.development node_modules/.all service/.venv/.test .checkov/.installed ## Run every test that this machine allows; TIERS=FILE leaves what they took as JSON, COVERAGE=yes holds to the floors
	@python -m tests.run $(if $(TIERS),--tiers-report $(TIERS)) $(if $(COVERAGE),--cov)
	@$(if $(COVERAGE),$(MAKE) coverage-floors)

.PHONY: poetry
poetry: ## Install the packages with Poetry, into environments of its own
	@poetry install --no-interaction
	@poetry -C service install --no-interaction

.PHONY: coverage
coverage: node_modules/.all .checkov/.installed ## Run every test in Poetry's environments, and measure what they cover
	@mkdir -p coverage
	@cd service && poetry run pytest --quiet -m "" --cov --cov-report=xml:../coverage/service.xml
	@poetry run pytest --numprocesses 4 --cov --cov-report=xml:coverage/infrastructure.xml
	@$(MAKE) coverage-floors BY="poetry run"

# The service's floor, 100, is in its own pyproject.toml.
.PHONY: coverage-floors
coverage-floors:
	@for part in operations constructs; do \
	  $(BY) coverage report --include="$$part/*" --skip-covered --show-missing --fail-under=95; done

.PHONY: prometheus
prometheus: ## Install what observability is tested against, from Debian's packages
	@for program in prometheus prometheus-alertmanager; do command -v "$$program" >/dev/null || missing+=" $$program"; done; \
	if [[ -n $${missing:-} ]]; then $(AS_ROOT) apt-get update --quiet --quiet; \
	  $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends \
	    $$missing </dev/null; \
	  $(AS_ROOT) systemctl disable --now $$missing 2>/dev/null || true; fi # the tests start their own

.PHONY: bench
bench: .venv/.sandbox node_modules/.cdk service/.venv/.test ## Measure everything, and write docs/performance.md; REPORT=FILE writes JSON only
	@.venv/bin/python -m benchmark $(if $(REPORT),--report $(REPORT)) $(if $(TIERS),--tiers $(TIERS))

# Two at a time, the longest first; every one says what it found, whatever the others found.
CHECKS := check-mypy check-pyright check-secrets check-service check-ruff check-imports check-dead-code check-licences lint-workflows
TOLD_IN_TURN := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: check
check: .venv/.development node_modules/.all service/.venv/.test ## Check format, lint, types, imports, dead code, secrets, licences, workflows
	@$(MAKE) --jobs=2 $(TOLD_IN_TURN) --keep-going $(CHECKS)

.PHONY: check-ruff
check-ruff: .venv/.development
	@ruff format --check $(SOURCES)
	@ruff check $(SOURCES)

.PHONY: check-mypy
check-mypy: .venv/.development
	@mypy

.PHONY: check-pyright
check-pyright: .venv/.development node_modules/.all
	@pyright

.PHONY: check-service
check-service: .venv/.development service/.venv/.test
	@cd service && ruff format --check . && ruff check . && mypy

# The contracts are in pyproject.toml, the service's in its own.
.PHONY: check-imports
check-imports: .venv/.development ## Check that each part imports only what it may
	@lint-imports --no-logo --no-cache
	@cd service && lint-imports --no-logo --no-cache

# First without the tests: what only a test calls is dead.
.PHONY: check-dead-code
check-dead-code: .venv/.development ## Look for code that nothing uses
	@vulture
	@vulture $(SOURCES) service/app service/benchmark service/tests

.PHONY: check-licences
check-licences: .venv/.development service/.venv/.test ## Check that no dependency's licence binds who uses this
	@pytest --quiet tests/toolchain/test_licences.py

# Locks and exports are full of hashes, and snapshots are made from code that is looked at.
NO_SECRETS := ':!poetry.lock' ':!package-lock.json' ':!*/poetry.lock' ':!*requirements/*.txt' ':!tests/stacks/__snapshots__'

.PHONY: check-secrets
check-secrets: .venv/.development ## Look for secrets in what git has; tests/toolchain/harmless.py lists what is none
	@git ls-files -z -- $(NO_SECRETS) | xargs --null \
	  detect-secrets-hook --no-verify --filter file://tests/toolchain/harmless.py::is_harmless

# What zizmor is told to leave alone is in .github/zizmor.yml; actionlint asks shellcheck about the scripts.
.PHONY: lint-workflows
lint-workflows: .venv/.development ## Check GitHub's workflows and actions, and the Dockerfiles
	@actionlint
	@zizmor --offline --quiet --no-progress --collect=workflows --collect=actions --collect=dependabot .github
	@hadolint $(wildcard service/Dockerfile observability/*/Dockerfile)
	@check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

.PHONY: lint-templates
lint-templates: .venv/.development .checkov/.installed ## Check every template with cfn-lint and checkov
	@pytest --quiet tests/stacks/test_templates.py tests/stacks/test_checkov.py

# pip-audit and npm audit end with an error for what they find: the report at the end says it all. What one of them did
# not write, because it failed, is missing there, and the report says that, too.
.PHONY: audit
audit: .venv/.slipway .audit/.installed node_modules/.cdk ## Look for known vulnerabilities of what is locked
	@rm -rf audit && mkdir -p audit
	@for file in requirements/*.txt service/requirements/*.txt; do name=$${file/requirements\//}; name=$${name/\//-}; \
	  .audit/bin/pip-audit --require-hashes --disable-pip --progress-spinner off --format json \
	    --requirement "$$file" --output "audit/$${name%.txt}.json" || true; done
	@npm audit --json > audit/npm.json || true
	@.venv/bin/slipway report audit audit --project .

.PHONY: format
format: .venv/.development ## Format the code and mend what can be mended
	@ruff check --fix $(SOURCES) && ruff format $(SOURCES)
	@cd service && ruff check --fix . && ruff format .

.PHONY: snapshots
snapshots: .venv/.development ## Accept the templates and the acknowledgements as they are now
	@pytest tests/stacks/test_snapshots.py tests/stacks/test_acknowledgements.py --snapshot-update

.PHONY: dashboard
dashboard: .venv/.sandbox ## Write Grafana's dashboard anew from observability/grafana/
	@.venv/bin/python -m observability.grafana.generate

.PHONY: lock
lock: ## Resolve the dependencies anew and export them with their hashes; needs Poetry and its export plugin
	@poetry lock && poetry -C service lock && poetry -C requirements/checkov lock && \
	  poetry -C requirements/audit lock
	@poetry export --quiet --only main,build --output requirements/deploy.txt
	@poetry export --quiet --only sandbox --output requirements/sandbox.txt
	@poetry export --quiet --only node --output requirements/node.txt
	@poetry export --quiet --only development --output requirements/development.txt
	@cd requirements/checkov && poetry export --quiet --output ../checkov.txt
	@cd requirements/audit && poetry export --quiet --output ../audit.txt
	@cd service && poetry export --quiet --output requirements/runtime.txt
	@cd service && poetry export --quiet --with test --output requirements/test.txt

.PHONY: clean
clean: ## Stop the emulated AWS, and remove everything that make made
	@if [[ -e .sandbox/state.json && -e .venv/.sandbox ]]; then slipway sandbox down; fi
	@rm -rf .venv .checkov .audit audit service/.venv node_modules cdk.out coverage .sandbox .pytest_cache .mypy_cache .ruff_cache

# --- Set-up. Each stamp is newer than what it was made from. ---

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is not installed; Slipway needs Python 3.11." >&2; exit 2; }
	@echo "... create the virtual environment" >&2
	@$(PYTHON) -m venv .venv

# jsii supports Node 22 and 24: any other is left alone, and one from PyPI goes into the virtual environment.
.venv/.node: requirements/node.txt | .venv/bin/python
	@if [[ -e .venv/bin/node ]] || ! node --version 2>/dev/null | grep -qE '^v(22|24)\.'; then \
	  echo "... install Node 24 into the virtual environment" >&2; $(PIP) -r requirements/node.txt -c requirements/node.txt; fi
	@touch $@

.venv/.slipway: requirements/deploy.txt pyproject.toml | .venv/bin/python
	@echo "... install the packages (about a minute the first time)" >&2
	@$(PIP) -r requirements/deploy.txt -c requirements/deploy.txt
	@.venv/bin/python -m pip install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

.venv/.sandbox: requirements/sandbox.txt .venv/.slipway .venv/.node
	@$(PIP) -r requirements/sandbox.txt -c requirements/sandbox.txt
	@touch $@

.venv/.development: requirements/development.txt .venv/.sandbox
	@echo "... install the packages for development" >&2
	@$(PIP) -r requirements/development.txt -c requirements/development.txt
	@touch $@

node_modules/.cdk: package.json package-lock.json .npmrc .venv/.node
	@echo "... install the CDK CLI" >&2
	@[[ -e node_modules/.all ]] || $(NPM_CI) --omit=dev >&2
	@touch $@

node_modules/.all: package.json package-lock.json .npmrc .venv/.node
	@$(NPM_CI) >&2
	@touch $@ node_modules/.cdk

# checkov pins packages that everything else needs in other versions.
.checkov/.installed: requirements/checkov.txt
	@echo "... install checkov in an environment of its own (half a minute the first time)" >&2
	@$(PYTHON) -m venv .checkov
	@.checkov/bin/python -m pip install --quiet --require-hashes -r $< -c $<
	@touch $@

.audit/.installed: requirements/audit.txt
	@echo "... install pip-audit in an environment of its own" >&2
	@$(PYTHON) -m venv .audit
	@.audit/bin/python -m pip install --quiet --require-hashes -r $< -c $<
	@touch $@

service/.venv/.test: service/requirements/test.txt
	@echo "... install the service's packages" >&2
	@$(PYTHON) -m venv service/.venv
	@service/.venv/bin/python -m pip install --quiet --require-hashes -r $< -c $<
	@touch $@
