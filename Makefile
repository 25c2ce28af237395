# Every target works from a bare checkout: python3, pip and make are enough.
PYTHON ?= python3
BIN := .venv/bin
# With their extras: some versions of pip look for `package[extra]` apart from `package`, and refuse
# the newest one that they find, which has no hash here.
LOCKED := --no-strip-extras --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-header --quiet

# For the target that it is given for, and not for those that run beside it.
unexport THOROUGH

.PHONY: grade test check thorough platforms parity sheets attacks courses servers browser restarts \
    hosts lint types form site lock fuzz mutants bench bench-box bench-report bench-feedback \
    bench-hunts bench-gradcheck peers engines numpys clean

## make grade: release the course, grade the sample class, write feedback, print the grades
grade: .venv/installed
	$(BIN)/autograder release
	$(BIN)/python -m tests.sample_class
	$(BIN)/autograder grade --force
	$(BIN)/autograder feedback
	@echo
	@echo "Feedback pages:  feedback/<student>/<assignment>/<assignment>.html"
	@echo "Graded notebooks: autograded/    Gradebook: gradebook.db"
	@echo "Formgrader:      $(BIN)/jupyter lab, then Nbgrader > Formgrader"

PYTEST = $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

PLATFORMS = tests/desk/test_export.py tests/desk/test_intake.py tests/desk/test_platform_zips.py \
    tests/desk/test_fill_sheet.py tests/desk/test_csv_file.py tests/desk/test_run_autograder.py \
    tests/desk/test_results.py tests/desk/test_results_of_any_course.py \
    tests/grading/test_any_edits.py tests/grading/test_archives.py \
    tests/grading/test_mark_schemes.py tests/grading/test_find_notebook.py \
    tests/grading/test_reading.py

COURSES = tests/hosts tests/courses tests/batch tests/test_golden.py tests/test_cli.py \
    tests/test_lessons.py tests/desk/test_class_report.py tests/desk/test_doctor.py \
    tests/desk/test_end_of_a_run.py tests/desk/test_feedback_page.py \
    tests/desk/test_grade_table.py tests/desk/test_not_graded.py tests/grading/test_course.py \
    tests/grading/test_execute.py tests/grading/test_extra_files.py tests/grading/test_flags.py \
    tests/grading/test_formgrader.py tests/grading/test_personal_copies.py \
    tests/grading/test_safe_pages.py tests/grading/test_stock_nbgrader.py \
    tests/grading/test_valid_ids.py

LONG = tests/attacks tests/servers tests/browser tests/questions/test_parity.py $(PLATFORMS) \
    $(COURSES)
APART = tests/restarts tests/numpys tests/hosts/long

## make test: all tests except those that have their own target
test: .venv/installed
	$(PYTEST) $(LONG:%=--ignore %) $(APART:%=--ignore %)

## make check: those of `test`, `platforms`, `parity`, `attacks`, `courses`, `servers` and `browser` in
## one run, which takes less time than one after the other
check: .venv/installed
	$(PYTEST) $(APART:%=--ignore %)

## make thorough: draw ten times as many examples, seeds and networks; THOROUGH=50 for more
thorough: .venv/installed
	THOROUGH=$(or $(THOROUGH),10) $(PYTEST) \
	    $$(grep --recursive --files-with-matches --include "test_*.py" "import THOROUGH" tests)

## make platforms: from a platform's download to its grade sheet; its own scripts; any edits of cells
platforms: .venv/installed
	$(PYTEST) $(PLATFORMS)

## make parity: whether students see what they get, for all declared answers with twenty seeds;
## THOROUGH=5 for five
parity: .venv/installed
	THOROUGH=$(or $(THOROUGH),20) $(BIN)/python -m pytest --numprocesses auto tests/questions/test_parity.py

## make sheets: fill ten thousand generated grade sheets each of Canvas and Moodle
sheets: .venv/installed
	THOROUGH=50 $(BIN)/python -m pytest --numprocesses auto tests/desk/test_csv_file.py \
	    tests/desk/test_fill_sheet.py

## make numpys: whether the checks say the same with the versions of numpy that students have
numpys: .venv/installed
	for each in 1.26.4+3.8.4 2.0.2+3.9.4; do \
	    $(PYTHON) -m venv .venv/numpy-$${each%+*} && \
	    .venv/numpy-$${each%+*}/bin/pip install --quiet numpy==$${each%+*} \
	        matplotlib==$${each#*+} || exit 1; done
	$(BIN)/python -m pytest tests/numpys

## make courses: whole courses: released, graded by several processes, changed, adopted, installed,
## shown on pages; lessons; a class on each host
courses: .venv/installed
	$(PYTEST) $(COURSES) --ignore tests/hosts/long

## make attacks: grade hostile submissions beside honest ones, with stock nbgrader and our command
attacks: .venv/installed
	$(PYTEST) tests/attacks

## make servers: test a gradebook in PostgreSQL, and grading on Dask's workers
servers: .venv/installed
	$(PYTEST) tests/servers

## make browser: follow students and instructors through Jupyter and our pages, in a real Chromium
browser: .venv/installed
	$(PYTEST) tests/browser

## make restarts: kill a run at 25 random moments, and continue it
restarts: .venv/installed
	$(BIN)/python -m pytest tests/restarts

## make hosts: grade a class in containers (after `make engines`), and one with hostile submissions
hosts: .venv/installed
	$(BIN)/python -m pytest tests/hosts/long

## make lint: the form, types and spelling of modules and notebooks
lint: types form

types: .venv/installed
	$(BIN)/mypy --no-error-summary

form: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/codespell *.md *.toml *.yml Makefile docs autograder gradcheck tests benchmarks source \
	    notebooks

## make site: the guides in docs/ as a site, in build/site; with REPOSITORY=https://…/blob/main, links
## to files outside of docs/ lead there; otherwise they are plain text
site: .venv/installed
	$(BIN)/sphinx-build --builder html --fresh-env --fail-on-warning --keep-going --quiet \
	    --doctree-dir build/doctrees $(if $(REPOSITORY),--define repository=$(REPOSITORY)) \
	    docs build/site

## make fuzz: random bytes for the decoder of a child's messages; SECONDS=600 for longer
fuzz: .venv/installed
	$(BIN)/python -m tests.box.fuzz $(or $(SECONDS),60)

## make mutants: change numbers and conditions one at a time, for half an hour, and print those that
## no test notices; FILES=autograder/box/wire.py for one module (or more, or folders)
mutants: .venv/installed
	$(BIN)/python -m tests.mutants $(FILES)

## make bench: compare with stock nbgrader on a class, for half an hour; QUICK=1 for minutes
bench: .venv/installed
	$(BIN)/python -m benchmarks.grading $(if $(QUICK),--quick)

## make bench-box: measure what the walls cost, compared with a bare fork
bench-box: .venv/installed
	$(BIN)/python -m benchmarks.box

## make bench-report: measure the report on a class of a thousand
bench-report: .venv/installed
	$(BIN)/python -m benchmarks.class_report

## make bench-feedback: compare pages of feedback with stock nbgrader's
bench-feedback: .venv/installed
	$(BIN)/python -m benchmarks.feedback_pages

## make bench-hunts: let simulated learners hunt bugs, for some minutes
bench-hunts: .venv/installed
	$(BIN)/python -m benchmarks.bug_hunts

## make bench-gradcheck: compare gradient checks, for half an hour; QUICK=1 for minutes; TIMES=1 for
## the times alone
bench-gradcheck: .venv/installed
	$(BIN)/python -m benchmarks.gradcheck $(if $(QUICK),--quick) $(if $(TIMES),--times)

## make peers: install the frameworks whose gradient checks are compared (some gigabytes)
peers: .venv/installed
	$(BIN)/pip install --quiet --require-hashes -r benchmarks/gradcheck/peers.lock

## make engines: install runc and bubblewrap, and fetch the engines' seccomp profiles
engines: .venv/installed
	apt-get install --yes --no-install-recommends runc bubblewrap
	mkdir -p .venv/engines
	cd .venv/engines && apt-get download golang-github-docker-docker-dev \
	    golang-github-containers-common && for each in *.deb; do dpkg -x "$$each" .; done

## make lock: pin the newest versions that pyproject.toml allows (needs uv)
lock:
	uv pip compile pyproject.toml --extra cluster --extra postgres --extra test \
	    --extra browser --extra site $(LOCKED) \
	    --upgrade -o requirements.lock
	uv pip compile pyproject.toml --extra peers --constraint requirements.lock --no-annotate $(LOCKED) \
	    --upgrade -o benchmarks/gradcheck/peers.lock

## make clean: delete grades, the site and the environment; source/ and release/ stay
clean:
	rm -rf .venv submitted autograded feedback report build gradebook.db .nbgrader.log

# A half-made environment is removed, so that it is never taken for a complete one. pip would compile
# what it installs on one processor.
.venv: requirements.lock
	rm -rf .venv
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --no-compile --require-hashes -r requirements.lock \
	    && $(BIN)/python -m compileall -q -j 0 .venv/lib || { rm -rf .venv; exit 1; }
	touch .venv

# The package itself stays editable: only its dependencies and entry points are installed.
.venv/installed: .venv pyproject.toml
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch .venv/installed
