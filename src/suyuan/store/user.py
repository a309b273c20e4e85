"""Who runs this process, by the operating system."""

import getpass
import os


def user_name() -> str:
    """The name of the account, or its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
