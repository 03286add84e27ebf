"""What a run amounts to: every finding with its source, and the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from worker_lint.dataclass import dataclass, field
from worker_lint.finding import Severity, is_made

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.finding import Finding
    from worker_lint.source import Source


_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


@dataclass(slots=True)
class Report:
    """The result of a run, as every format takes it."""

    findings: list[tuple[Source, Finding]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """One line for each file or folder that could not be read, judged or written."""
    files_checked: int = 0
    fixed: int = 0
    """Findings that were mended, or with ``--diff`` would be."""
    files_fixed: int = 0
    ignored: int = 0
    """Findings beside which a comment was written that suppresses them, or with ``--diff`` would be."""
    known: int = 0
    """Findings that a baseline lists, and that are not among the others."""
    dry: bool = False
    """Whether nothing was written."""
    unsafe: bool = False
    """Whether unsafe fixes are asked for."""

    @property
    def fixable(self) -> int:
        """The number of findings that ``--fix`` would mend, as the run was started."""
        return sum(is_made(finding.fix, self.unsafe) for _, finding in self.findings)

    @property
    def fixable_unsafely(self) -> int:
        """The number of findings that only ``--unsafe-fixes`` would mend."""
        return sum(finding.fix is not None for _, finding in self.findings) - self.fixable

    def arrange(self) -> None:
        """Put the findings of each file together, in the order of its text; files stay in the order of their first."""
        rank: dict[Path, int] = {}
        for source, _ in self.findings:
            rank.setdefault(source.path, len(rank))
        self.findings.sort(key=lambda each: (rank[each[0].path], each[0].file_offset(each[1].start)))

    def count(self, severity: Severity) -> int:
        """Return the number of findings of this severity."""
        return sum(finding.severity is severity for _, finding in self.findings)

    def summary(self) -> str:
        """Return the closing line: counts, files checked, and what ``--fix`` would do."""
        parts = []
        if self.fixed:
            verb = "would be fixed" if self.dry else "fixed"
            parts.append(f"{_counted(self.fixed, 'finding')} {verb} in {_counted(self.files_fixed, 'file')}")
        if self.ignored:
            verb = "would be suppressed" if self.dry else "suppressed"
            parts.append(f"{_counted(self.ignored, 'finding')} {verb}")
        changed = self.fixed or self.ignored
        if self.findings:
            counts = [(self.count(severity), severity) for severity in Severity]
            kinds = ", ".join(_counted(n, _NOUNS[severity]) for n, severity in counts if n)
            parts.append(f"{_counted(len(self.findings), 'finding')}{' left' if changed else ''} ({kinds})")
        elif not changed:
            parts.append("no findings")
        if self.known:
            parts.append(f"{self.known:,} in the baseline")
        if self.errors:
            parts.append(_counted(len(self.errors), "failure"))
        text = f"{'; '.join(parts)}; {_counted(self.files_checked, 'file')} checked"
        if self.fixable:
            number = f"{self.fixable:,}" if self.fixable < len(self.findings) else "all" if self.fixable > 1 else "it"
            text += f"; --fix would mend {number}"
        if self.fixable_unsafely:
            more = " more" if self.fixable else ""
            text += f"; --fix --unsafe-fixes would mend {self.fixable_unsafely:,}{more}"
        return text


def statistics(report: Report, stream: TextIO) -> None:
    """Write the number of findings by rule, most first, then the summary."""
    from collections import Counter

    numbers = Counter(finding.code for _, finding in report.findings)
    rows = "".join(
        f"{number:>6,}  {code}\n" for code, number in sorted(numbers.items(), key=lambda row: (-row[1], row[0]))
    )
    errors = "".join(f"error: {error}\n" for error in report.errors)
    stream.write(f"{rows}{errors}{report.summary()}\n")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
