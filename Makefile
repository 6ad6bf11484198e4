# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is installed into .venv/ and .build/ of this folder; "make clean" takes both away.

PYTHON ?= python3
PORT ?= 0
SEED ?= simulator/example-seed.yml
MAIN := .venv/core-2.19
COLLECTIONS := .build/collections
LINK := $(COLLECTIONS)/ansible_collections/thordata/proxies

.DEFAULT_GOAL := help
.PHONY: help demo docs test matrix soak bench simulator tables libraries release clean

help:  ## Show the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST)

demo: $(MAIN)/.done $(LINK)  ## Converge a small account on the simulator: change, no change, check mode
	@$(MAIN)/bin/python demo/demo.py

test:  ## Run every check and test, or one (T=tests/unit/plugins/modules/test_sets.py::test_purge)
	@$(PYTHON) tests/run.py $(if $(T),one '$(T)')

matrix:  ## Run the same tests with the other versions of ansible-core, Python and requests
	@$(PYTHON) tests/run.py matrix

soak:  ## Run fourteen thousand random histories of purchases, sets and processes (an hour or so)
	@$(PYTHON) tests/run.py soak

docs: .venv/docs/.done $(LINK)  ## Build the site of guides and plugins: .build/docs/html/index.html
	@.venv/docs/bin/python docs/site/build.py

bench: .venv/bench/.done $(LINK)  ## Measure the speed, as ratios
	@.venv/bench/bin/python benchmarks/run.py

simulator: $(MAIN)/.done  ## Run the simulator of the API (PORT=, SEED=) until Ctrl-C
	@$(MAIN)/bin/python -m simulator --port $(PORT) --seed $(SEED)

tables: $(MAIN)/.done $(LINK)  ## Write the tables of error codes in the guides anew, from the code
	@$(MAIN)/bin/python docs/error_codes.py

libraries:  ## Fetch the libraries anew that the page of a report embeds, with npm
	@$(PYTHON) tests/libraries.py

release: $(MAIN)/.done .venv/checks/.done .venv/importer/.done  ## Make a release, all but its tag and upload (VERSION=1.2.3)
	@$(PYTHON) tests/release.py $(VERSION)

clean:  ## Take away all that was installed and built
	rm -rf .venv .build

.venv/%/.done: $(wildcard tests/requirements/*.txt) tests/unit/requirements.txt tests/environment.py
	@$(PYTHON) tests/environment.py $*

$(LINK):
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR) $@
