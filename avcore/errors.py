"""The one error tree. A message names the thing, the place and the next action, in one sentence or two."""


class AvcoreError(Exception):
    """Base of every error that a user can act on; ``exit_code`` is what the command line returns."""

    exit_code = 1


class UsageError(AvcoreError):
    """The request cannot be understood: a bad option, range or combination."""

    exit_code = 2


class PresetError(UsageError):
    """A preset is unknown, malformed or out of range."""


class InputError(AvcoreError):
    """An input file is missing, empty or unreadable."""

    exit_code = 3


class OutputError(AvcoreError):
    """An output could not be written: folder, disk space, encoder."""


class OutOfMemory(AvcoreError):
    """The machine's memory is too small for the work; a render farm gives the next try more."""

    exit_code = 33


class BusyError(AvcoreError):
    """Something is not to be had just now (a graphics card in use); the same command may work later."""

    exit_code = 75


class BusyOutputError(OutputError):
    """A disk failed in a way that passes, as network disks do; the same command may work later."""

    exit_code = 75


class Interrupted(AvcoreError):
    """The user stopped the work; the message says what is left and how to go on."""

    exit_code = 130
