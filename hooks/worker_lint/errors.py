"""The errors a user can mend: each is one clear line, and ends the command with status 2."""

from __future__ import annotations


class WorkerLintError(Exception):
    """Something the user can mend; its text is one line that names the file, the line and the remedy."""


class UsageError(WorkerLintError):
    """Arguments that cannot be honoured together, or name what does not exist."""


class SettingsError(WorkerLintError):
    """A settings file that does not parse, or holds what is not a setting."""


class ProfileError(WorkerLintError):
    """A hardware profile that is missing, malformed, of another schema version, or impossible."""


class BaselineError(WorkerLintError):
    """A baseline that is missing, or cannot be read as one."""


class SourceError(WorkerLintError):
    """A file under inspection that cannot be read, decoded, parsed or written."""
