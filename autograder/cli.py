"""The command line: one verb per command, acting on the course in the current folder."""

from typing import Annotated

import typer

from autograder import options
from autograder.options import Assignment, DryRun, Jobs, Json, Students, Version
from autograder.running import (
    all_processors,
    errors_in_one_line,
    report,
    sum_up,
    the_course,
    warm_up,
    warm_up_for_pages,
)

app = typer.Typer(
    help="Release and grade the course in the current folder, and write feedback.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _any_command(version: Version = False) -> None:
    """Only here for --version, which belongs to no command."""


@app.command()
def release(
    assignment: Assignment = None,
    keep_grades: Annotated[
        bool, typer.Option(help="Accept changed points and texts; submissions keep their grades.")
    ] = False,
) -> None:
    """Write the students' notebooks from source/ into release/."""
    with the_course() as course:
        from autograder.desk.progress import the_console, work_through
        from autograder.desk.selection import chosen

        console = the_console()
        for line in course.lessons():
            console.print(line, style="yellow", markup=False, soft_wrap=True)
        names = chosen(course, assignment)
        running = (course.release(name, keep_grades) for name in names)
        outcomes, stopped = work_through(console, "releasing", dict.fromkeys(names, 1), running)
        sum_up(console, outcomes, "released", stopped)


@app.command()
def personalise(
    assignment: Annotated[str, typer.Argument(help="An assignment with suspects.")],
    roster: options.Roster,
    zip: options.CopiesZip = None,
    names: options.Names = None,
) -> None:
    """Write a personal copy for every student of a roster, with bugs that nobody else has."""
    with the_course() as course:
        from autograder.desk import platform_zips
        from autograder.desk.progress import the_console, work_through
        from autograder.grading.outcome import Outcome
        from autograder.grading.roster import read_roster

        console, students = the_console(), read_roster(roster)
        named = platform_zips.zip_names(course, zip, names, {assignment: students})
        writing = course.personalise(assignment, students)
        written = (Outcome(assignment, "", "done") for _ in writing)
        totals = {assignment: len(students)}
        outcomes, stopped = work_through(console, "personalising", totals, written)
        sum_up(console, outcomes, "copies written", stopped)
        for line in (
            f"Hand out personal/{assignment}.zip; personal/{assignment}/ holds the same copies.",
            "Keep the file course_secret, and show it to nobody: grading needs it.",
        ):
            console.print(line, markup=False, soft_wrap=True)
        if zip:
            platform_zips.zip_copies(console, course, assignment, zip, named)


@app.command()
def intake(
    downloads: options.Downloads = None,
    assignment: options.OnlyAssignment = None,
    roster: options.ClassRoster = None,
    pattern: options.Pattern = None,
    dry_run: DryRun = False,
    undo: options.Undo = False,
) -> None:
    """Put what was downloaded from a learning platform into submitted/."""
    with the_course() as course:
        from autograder.desk.intake import Asked
        from autograder.desk.intake_table import take_in

        asked = Asked(tuple(downloads or ()), assignment, roster, pattern, dry_run, undo)
        if take_in(course, asked):
            raise typer.Exit(1)


@app.command()
def grade(
    assignment: Assignment = None,
    student: Students = None,
    force: Annotated[bool, typer.Option(help="Grade again what is already graded.")] = False,
    seed: options.Seed = None,
    jobs: Jobs = None,
    scheduler: options.Scheduler = None,
    json: Json = False,
) -> None:
    """Grade the submissions in submitted/ and print a table of grades."""
    if scheduler is None:
        warm_up(several=(jobs or all_processors()) > 1 and not student)
    with the_course() as course:
        from autograder.batch.grade_class import grade
        from autograder.desk.grade_table import print_grades
        from autograder.desk.progress import the_console, work_through
        from autograder.desk.selection import absent, among, chosen
        from autograder.grading.errors import CourseError
        from autograder.grading.misspelt_settings import in_words, misspelt
        from autograder.grading.outcome import Outcome

        console = the_console(quiet=json)
        for name, near in misspelt(course.app.config).items():
            typer.echo(f"autograder: nbgrader_config.py: {name}: {in_words(near)}", err=True)
        work = {
            name: students
            for name in chosen(course, assignment)
            if (students := among(course.students(name), student))
        }
        place = f"submitted/<student>/{assignment or '<assignment>'}/"
        missing = absent(student, work, f"no submission: there is no {place}")
        if not student:
            missing += [Outcome("", "", "failed", line) for line in course.strays()]
        if not work and not missing:
            which = assignment or "any assignment"
            raise CourseError(
                f"no submissions of {which} in {course.root}/submitted: put each notebook into "
                "submitted/<student>/<assignment>/<assignment>.ipynb"
            )
        totals = {name: len(students) for name, students in work.items()}
        again = force or seed is not None
        running = grade(course, work, again, seed, jobs or all_processors(), scheduler)
        outcomes, stopped = work_through(console, "grading", totals, running, missing)
        if not json:
            print_grades(console, course, outcomes, student or ())
        report(console, course, outcomes, "graded", stopped, json, student)


@app.command()
def regrade(
    assignment: Assignment = None,
    question: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this question may change a grade.")
    ] = None,
    student: Students = None,
    dry_run: DryRun = False,
    lower: Annotated[bool, typer.Option("--lower", help="Let grades become lower too.")] = False,
    jobs: Jobs = None,
    json: Json = False,
) -> None:
    """Grade again on the same cases, after a question was fixed."""
    warm_up(several=(jobs or all_processors()) > 1 and not student)
    with the_course() as course:
        from autograder.batch.regrade import regrade
        from autograder.desk.progress import the_console, work_through
        from autograder.desk.regrade_table import print_changes
        from autograder.desk.selection import NOT_GRADED, absent, graded

        console, work = the_console(quiet=json), graded(course, assignment, student)
        missing = absent(student, work, NOT_GRADED)
        totals = {name: len(students) for name, students in work.items()}
        running = regrade(course, work, question, lower, dry_run, jobs or all_processors())
        outcomes, stopped = work_through(console, "regrading", totals, running, missing)
        print_changes(console, outcomes, dry_run)
        report(console, course, outcomes, "regraded", stopped, json, student)


@app.command()
def feedback(
    assignment: Assignment = None,
    student: Students = None,
    jobs: Jobs = None,
    zip: options.PagesZip = None,
    names: options.Names = None,
) -> None:
    """Write a feedback page for each graded submission into feedback/."""
    warm_up_for_pages(several=(jobs or all_processors()) > 1 and not student)
    with the_course() as course:
        from autograder.batch.feedback_pages import write_pages
        from autograder.desk import platform_zips
        from autograder.desk.progress import the_console, work_through
        from autograder.desk.selection import NOT_GRADED, absent, graded

        console, work = the_console(), graded(course, assignment, student)
        missing = absent(student, work, NOT_GRADED)
        named = platform_zips.zip_names(course, zip, names, work)
        totals = {name: len(students) for name, students in work.items()}
        running = write_pages(course, work, jobs or all_processors())
        outcomes, stopped = work_through(console, "writing feedback on", totals, running, missing)
        if zip and not stopped:
            platform_zips.zip_pages(console, course, outcomes, zip, named)
        sum_up(console, outcomes, "pages written", stopped)


@app.command()
def export(
    sheet: options.Sheet,
    to: options.To,
    assignment: options.OneAssignment = None,
    column: options.Title = None,
    output: options.Output = None,
    dry_run: DryRun = False,
    unread_as_0: options.UnreadAs0 = False,
) -> None:
    """Fill the grades into the sheet that was downloaded from a learning platform."""
    with the_course() as course:
        from autograder.desk.export import export
        from autograder.desk.progress import the_console

        which = (assignment, column, output)
        export(the_console(), course, to, sheet, *which, dry_run, unread_as_0)


@app.command()
def results(
    submission: options.Submission,
    to: options.ToRunner,
    output: options.Results = options.RESULTS,
    course: options.CourseFolder = options.HERE,
    student: options.OneStudent = None,
    metadata: options.Metadata = None,
    assignment: options.OnlyThis = None,
) -> None:
    """Grade one file on its student's own cases, for a platform that runs this command.

    Nothing is recorded. A submission that can't be read gets 0 points and a sentence for the
    student; if the grader fails, there are no results, and the exit status is 1.
    """
    warm_up(several=False, root=course)
    with errors_in_one_line():
        from autograder.desk import gradescope

        gradescope.remove_earlier(output)
    with the_course(course) as found:
        from autograder.batch.grade_alone import grade_alone
        from autograder.desk import one_submission
        from autograder.desk.platform_student import student_of
        from autograder.grading.not_a_notebook import NothingToGrade

        try:
            name, notebooks = one_submission.find(found, submission, assignment)
            who = student_of(found, name, student, metadata)
            graded = grade_alone(found, name, who, notebooks)
            written = gradescope.results(found, name, who, graded)
        except NothingToGrade as nothing:
            written = gradescope.refused(str(nothing))
        gradescope.write(output, written)
        typer.echo(f"{output}: {written['score']:g} points")


@app.command("report")
def report_on_the_class(
    assignment: Assignment = None,
    anonymous: options.Anonymous = False,
    output: options.ReportOutput = None,
) -> None:
    """Write a page about the class: points, questions, mistakes, and what to do next."""
    with the_course() as course:
        from autograder.desk.class_report import write_reports
        from autograder.desk.progress import the_console

        write_reports(the_console(), course, assignment, anonymous, output)


@app.command()
def bugs(
    name: Annotated[
        str | None, typer.Argument(help="One bug; a list of all by default.", show_default=False)
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Only bugs of this kind.")] = None,
    picture: Annotated[
        str | None, typer.Option(metavar="FILE", help="Draw the effect of the bug as a picture.")
    ] = None,
) -> None:
    """List the bank of planted bugs, or show one with its effect."""
    with errors_in_one_line():
        from autograder.desk.bug_bank import show
        from autograder.desk.progress import the_console

        if picture and name is None:
            raise typer.BadParameter("name the bug to draw before --picture")
        show(the_console(), name, kind, picture)


@app.command()
def doctor() -> None:
    """Check what is installed, what is missing and what to do about it."""
    from autograder.desk.doctor import examine, in_lines

    findings = examine()
    for line in in_lines(findings):
        typer.echo(line)
    if not all(each.fine for each in findings):
        raise typer.Exit(1)
