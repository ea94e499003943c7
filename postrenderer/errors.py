"""The errors that a user can cause, each with the exit code that the process ends with.

A message is one paragraph in plain words: what is wrong, where it is, what to do. It is printed as it is, after
`acreg: `, without a traceback.
"""

from __future__ import annotations


class AcregError(Exception):
    """The manifests cannot be processed as asked: exit code 1."""

    exit_code = 1


class SettingsError(AcregError):
    """The command line, the environment or a settings file is wrong: exit code 2."""

    exit_code = 2


class InternalError(AcregError):
    """The self-check found a difference, or something happened that must not: exit code 3. Nothing was written."""

    exit_code = 3
