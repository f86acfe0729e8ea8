# Everything a contributor runs. `make help` lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

installed := node_modules/.installed
sources := $(shell find src manifests -type f 2>/dev/null)
vitest = vitest run --reporter=default --reporter=json --outputFile.json=.reports/$(1).json

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(installed): package.json package-lock.json tools/install.sh
	@sh tools/install.sh
	@touch $@

.PHONY: install
install: $(installed) ## fetch the locked packages, Node 24 among them

.PHONY: build
build: dist/kubectl-r2k8s.cjs ## bundle the programs into dist/

dist/kubectl-r2k8s.cjs: $(installed) $(sources) tools/build.mjs package.json
	@node tools/build.mjs

.PHONY: test
test: servers check kubectl-test e2e ## everything: check with real warehouses, kubectl, and pods that really run
	@if ls .reports/not-run* >/dev/null 2>&1; then echo 'make test: all that was run passed'; cat .reports/not-run*; \
	else echo 'make test: all passed'; fi

.PHONY: demo
demo: build ## the tutorial of README.md on a cluster of its own
	@node tools/demo.ts

.PHONY: demo-down
demo-down: $(installed) ## remove the demo's cluster
	@node tools/demo.ts down

.PHONY: check
check: lint unit docs-check ## types, lint, format, tests, generated documents (no cluster)

.PHONY: lint
lint: $(installed) ## types, lint rules, format
	@tsc -p .
	@eslint --max-warnings 0 .
	@prettier --check --log-level warn .

.PHONY: servers
servers: ## build the servers that tests run against: a registry, an S3 server, cert-manager
	@rm -f .reports/not-run-servers; mkdir -p .reports; \
	for server in registry s3 cert-manager; do \
	  [ -n "$$(sh tools/test-server.sh $$server --build)" ] || \
	    echo "NOT RUN: tests against a real $$server. Install Go 1.26 (it is then built)." | tee -a .reports/not-run-servers; \
	done; [ ! -s .reports/not-run-servers ] || [ "$${CI:-}" != true ]

.PHONY: unit
unit: build ## unit, golden, property and command line tests; with real warehouses where those are built
	@mkdir -p .reports && rm -f .reports/*.json
	@R2K8S_TEST_REGISTRY="$$(sh tools/test-server.sh registry)" R2K8S_TEST_S3_SERVER="$$(sh tools/test-server.sh s3)" \
	  $(call vitest,unit)

.PHONY: golden
golden: build ## write the expected files of the golden cases anew: review the diff
	@vitest run test/golden.test.ts test/run/build-job.test.ts -u

.PHONY: docs
docs: build ## write the generated parts of docs/ anew
	@node tools/docs.mjs

.PHONY: docs-check
docs-check: build ## whether the generated parts of docs/ are up to date
	@node tools/docs.mjs --check

.PHONY: kubectl-test
kubectl-test: build ## compare with a real kubectl
	@rm -f .reports/not-run; mkdir -p .reports; kubectl="$$(sh tools/kubectl.sh)"; \
	if [ -n "$$kubectl" ]; then R2K8S_TEST_KUBECTL="$$kubectl" $(call vitest,kubectl) --config test/kubectl/vitest.config.ts; \
	else echo 'NOT RUN: the comparison with kubectl. Install Go 1.26 (kubectl is then built) or kubectl.' | tee .reports/not-run; \
	  [ "$${CI:-}" != true ]; fi

.PHONY: e2e
e2e: build ## tests on a cluster: pods of every kind, faults of the webhook
	@sh tools/e2e.sh

.PHONY: image
image: build ## the image of agent and webhook, as an OCI archive: by docker, or by buildah without an engine
	@sh image/build.sh

.PHONY: cluster-up
cluster-up: $(installed) ## a cluster for tests and the demo: kind where a container engine answers, else one made here
	@node tools/cluster/main.ts up

.PHONY: cluster-down
cluster-down: $(installed) ## remove it
	@node tools/cluster/main.ts down

.PHONY: bench
bench: build ## measure against kubectl and an empty Node program; prints a table of ratios
	@R2K8S_TEST_KUBECTL="$$(sh tools/kubectl.sh)" node test/bench/bench.ts

.PHONY: clean
clean: ## remove what was built (not the packages)
	rm -rf dist .reports .bench
