"""Where the report of ``worker-lint check`` goes, and in which formats."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from worker_lint.errors import SourceError, UsageError
from worker_lint.named_tuple import NamedTuple
from worker_lint.report import FORMATS, IN_WORDS, renderer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from worker_lint.report.summary import Report

_STANDARD_OUTPUT = 1
_MOST_LINKS = 40
"""Symbolic links that are followed from a name, as Linux does."""


class Output(NamedTuple):
    """One rendition of a report."""

    form: str
    """One of ``FORMATS``."""
    file: Path | None
    """None for standard output."""

    def __str__(self) -> str:
        return f"{self.form}={'-' if self.file is None else self.file}"


def configure(group: argparse._ArgumentGroup) -> None:
    """Declare the arguments that say what is written, and where to."""
    group.add_argument("--output-format", choices=FORMATS, help="(default: text)")
    group.add_argument("--output-file", type=Path, metavar="FILE", help="write the findings to FILE")
    group.add_argument(
        "--output",
        action="append",
        metavar="FORMAT=FILE",
        help="write the findings as FORMAT to FILE ('-': standard output); may be given several times",
    )
    group.add_argument("--statistics", action="store_true", help="count findings by rule instead of listing them")
    group.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default="auto",
        help="(default: %(default)s; NO_COLOR counts)",
    )


def outputs_of(args: argparse.Namespace) -> tuple[Output, ...]:
    """Return what the arguments ask to be written, before anything is checked or mended.

    None of it goes to standard output where a diff, or the mended text of standard input, does. Raises UsageError
    for what cannot be honoured, and SourceError for a file that could not be written.
    """
    outputs = _asked_for(args)
    if args.statistics and not any(output.form in IN_WORDS for output in outputs):
        raise UsageError(f"--statistics counts in words, not as {outputs[0].form}; leave one of them out")
    taker = "--diff" if args.diff else "--fix -" if args.fix and args.paths == [Path("-")] else None
    if taker is not None:
        for output in outputs:
            if output.file is None and (args.output or output.form not in IN_WORDS):
                raise UsageError(
                    f"{taker} writes to standard output, and so would {output.form}; "
                    f"write that to a file: --output {output.form}=FILE"
                )
        outputs = tuple(output for output in outputs if output.file is not None)
    if taker is not None or any(output.file is None for output in outputs):
        _refuse_to_replace_standard_output(outputs)
    _refuse_unwritable(outputs)
    return outputs


def write(outputs: Sequence[Output], report: Report, args: argparse.Namespace, standard: TextIO) -> None:
    """Write ``report`` to each of ``outputs``, and its summary to standard error where standard output gets none.

    ``standard`` is what takes it for standard output.

    A file has its old content or all of the new one. Raises SourceError where one cannot be written, once the others
    are.
    """
    report.arrange()  # what rules say that look across files comes last, and formats go file by file
    failed: list[str] = []
    for output in outputs:
        if output.file is not None:
            stream = io.StringIO()
            _render(output, report, stream, args)
            try:
                _put(output.file, stream.getvalue().encode("utf-8", "backslashreplace"))
            except SourceError as error:
                failed.append(str(error))
    for output in outputs:
        if output.file is None:
            _render(output, report, standard, args)
    if not outputs:
        sys.stderr.writelines(f"error: {error}\n" for error in report.errors)
    if all(output.file is not None for output in outputs):
        sys.stderr.write(f"{report.summary()}\n")
    if failed:
        raise SourceError("; ".join(failed))


def _asked_for(args: argparse.Namespace) -> tuple[Output, ...]:
    if args.output is None:
        file = args.output_file
        return (Output(args.output_format or "text", None if file is None else _unless_standard_output(file)),)
    for option, value in (("--output-format", args.output_format), ("--output-file", args.output_file)):
        if value is not None:
            raise UsageError(f"--output names both the format and the file; leave out {option} {value}")
    outputs = tuple(_output(spec) for spec in args.output)
    seen: dict[str, Output] = {}
    for output in outputs:
        place = "-" if output.file is None else os.path.realpath(output.file)
        if place in seen and place != os.devnull:
            where = "standard output" if output.file is None else f"the file {output.file}"
            raise UsageError(f"--output {seen[place]} and --output {output} both write to {where}; name another file")
        seen[place] = output
    return outputs


def _output(spec: str) -> Output:
    form, equals, file = spec.partition("=")
    if form not in FORMATS:
        from worker_lint.schema import suggestion

        known = suggestion(form, FORMATS) or f"; there are {', '.join(FORMATS)}"
        raise UsageError(f"--output {spec}: {form!r} is no format{known}")
    if not equals or not file:
        raise UsageError(f"--output {spec}: no file is named; write {form}=FILE, or {form}=- for standard output")
    return Output(form, _unless_standard_output(Path(file)))


def _render(output: Output, report: Report, stream: TextIO, args: argparse.Namespace) -> None:
    if args.statistics and output.form in IN_WORDS:
        from worker_lint.report.summary import statistics

        statistics(report, stream)
    else:
        renderer(output.form, color=_colored(output, args.color))(report, stream)


def _colored(output: Output, color: str) -> bool:
    if color == "auto":
        return (
            output.file is None
            and sys.stdout.isatty()
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM") != "dumb"
        )
    return color == "always"


def _unless_standard_output(file: Path) -> Path | None:
    """Return ``file``, but None where it stands for standard output, as ``-`` and ``/dev/stdout`` do."""
    return None if file == Path("-") or _descriptor(file) == _STANDARD_OUTPUT else file


def _descriptor(file: Path) -> int | None:
    """Return the descriptor of this process that ``file`` stands for, as ``/dev/fd/3`` does; None where it is none."""
    own = ("/dev/fd", f"/proc/{os.getpid()}/fd")
    for _ in range(_MOST_LINKS):
        if file.name.isdecimal() and len(file.name) < 10 and os.path.realpath(file.parent) in own:
            return int(file.name)
        if not os.path.islink(file):  # noqa: PTH114 - which is also an answer to a name that there cannot be
            break
        file = file.parent / file.readlink()
    return None


def _is_special(file: Path) -> bool:
    """Return whether ``file`` is a descriptor, a pipe, a terminal or a device: nothing can take its place."""
    if _descriptor(file) is not None:  # though what it leads to may be a file, such as a log with more in it
        return True
    try:
        mode = file.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _refuse_to_replace_standard_output(outputs: Sequence[Output]) -> None:
    """Raise UsageError where one of ``outputs`` would take the place of the file that standard output goes to."""
    for output in outputs:
        if output.file is not None and not _is_special(output.file) and _is_standard_output(output.file):
            raise UsageError(f"{output} and standard output both write to the file {output.file}; name another file")


def _is_standard_output(file: Path) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(sys.stdout.fileno()))
    except OSError:  # that is also what a stream without a descriptor raises
        return False


def _refuse_unwritable(outputs: Sequence[Output]) -> None:
    """Raise SourceError where it can be seen beforehand that one of ``outputs`` could not be written."""
    files = [output.file for output in outputs if output.file is not None]
    if files:
        from worker_lint.rewrite.files import refuse_unwritable

        for file in files:
            if not _is_special(file):
                refuse_unwritable(file)
            elif (descriptor := _descriptor(file)) is not None:
                try:
                    os.fstat(descriptor)
                except OSError as error:
                    raise _not_written(file, error) from None


def _put(file: Path, data: bytes) -> None:
    from worker_lint.rewrite.files import write_atomically

    if not _is_special(file):
        write_atomically(file, data)
        return
    descriptor = _descriptor(file)
    sys.stdout.flush()  # which may lead to the same
    try:
        # To open what a descriptor leads to would begin it anew.
        with open(file if descriptor is None else os.dup(descriptor), "wb") as stream:  # noqa: PTH123
            stream.write(data)
    except OSError as error:
        raise _not_written(file, error) from None


def _not_written(file: Path, error: OSError) -> SourceError:
    return SourceError(f"{file}: not written: {error.strerror}; name another file and run again")
