"""What can go wrong with a schedule."""


class ScheduleError(Exception):
    """A schedule cannot be printed, installed or noted. The message says why and what to do."""
