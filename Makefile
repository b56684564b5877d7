.DEFAULT_GOAL := help
.PHONY: help install build run cli openapi asyncapi env-example format lint types boundaries unit on-database over-kafka listened check test test-long bench clean

# `make run PORT=8099` and `PORT=8099 make run` are the same.
export PORT DATA_DIR DATABASE_URL NODE_ENV

INSTALLED := node_modules/.package-lock.json
BUILT := dist/.built
SOURCES := $(shell find src -name '*.ts' -not -name '*.spec.ts')
# Where the test runs leave their figures; .ci/run sums them.
RESULTS ?= .results
JEST := node_modules/.bin/jest --json --silent=false
# Suites in which listeners and the cache have the most to do.
LISTENED := /(deliveries|event-streams|events-(interleavings|letters|listeners|metrics|redrive|relay)|item-cache|order-events|orders-(cancel|checkout|expiry|payments)|outgoing-webhooks|payments-(faults|keep-only|webhooks)|purchase|purchase-ways-to-pay|verify|who-wins)[.]spec
# Suites that choose their own servers, or in which no event is told and nothing cached is read.
EITHER_WAY := /(auth|cache-redis|database|database-outage|embedded-postgres|examples|http|idempotency|kafka-transport|permissions|refusals|sandbox-payments|test-servers)[.]spec

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(INSTALLED) ## install what is missing
$(INSTALLED): package-lock.json
	npm ci --no-audit --no-fund --prefer-offline
	@touch $@

build: $(BUILT) ## compile when sources are newer
$(BUILT): $(INSTALLED) $(SOURCES) tsconfig.json tsconfig.build.json
	node_modules/.bin/tsc -p tsconfig.build.json
	@touch $@

run: $(BUILT) ## start everything on PORT (8080) with data in DATA_DIR (.data)
	@node dist/main.js

cli: $(BUILT) ## run the command line: make cli ARGS="verify"
	@node dist/cli.js $(ARGS)

openapi: $(BUILT) ## write contracts/openapi.json from the code
	@npm run --silent openapi

asyncapi: $(BUILT) ## write contracts/asyncapi.json and contracts/schemas from the catalogue of events
	@npm run --silent asyncapi

env-example: $(BUILT) ## write .env.example from the schema of the settings
	@npm run --silent env-example

format: $(INSTALLED) ## check the format
	node_modules/.bin/prettier --check --log-level warn --cache .

lint: $(INSTALLED) ## check the lint rules
	node_modules/.bin/eslint --cache --cache-location node_modules/.cache/eslint/ .

types: $(INSTALLED) ## check the types
	node_modules/.bin/tsc --noEmit -p tsconfig.json

boundaries: $(INSTALLED) ## check who imports whom
	node_modules/.bin/depcruise --config .dependency-cruiser.cjs src

unit: $(INSTALLED) ## rules without a database, and the architecture
	@mkdir -p $(RESULTS)
	$(JEST) --outputFile=$(RESULTS)/unit.json --selectProjects unit architecture

on-database: $(BUILT) ## integration, contract, e2e and faults on real servers
	@mkdir -p $(RESULTS)
	$(JEST) --outputFile=$(RESULTS)/on-database.json --selectProjects integration contract e2e faults

OVER_KAFKA := TEST_TRANSPORT=kafka TEST_CACHE=redis $(JEST) --outputFile=$(RESULTS)/over-kafka.json --selectProjects integration e2e

over-kafka: $(BUILT) ## integration and e2e once more, with events over Kafka and the cache in Redis
	@mkdir -p $(RESULTS)
	$(OVER_KAFKA) --testPathIgnorePatterns '$(EITHER_WAY)'

listened: $(BUILT) ## of those, the suites in which listeners and the cache have the most to do
	@mkdir -p $(RESULTS)
	$(OVER_KAFKA) --testPathPatterns '$(LISTENED)'

check: format lint types boundaries unit ## everything that needs no server, in under a minute

test: check on-database listened ## everything; make over-kafka is the whole of its last part

test-long: $(BUILT) ## the long lane: ten times the kills, a hundred runs of every fault, the image's own steps
	@mkdir -p $(RESULTS)
	TEST_LANE=long $(JEST) --outputFile=$(RESULTS)/long.json --selectProjects faults contract

bench: $(BUILT) ## measure, and write what was measured to bench/
	node_modules/.bin/jest --silent=false --selectProjects bench

clean: ## remove what was built, not the data
	rm -rf dist $(RESULTS) coverage
