"""Whose turn it is when all processors are busy."""

import os

from django.conf import settings


def give_way() -> None:
    """Lets storage nodes, their monitor and all else on the machine go first, by NICENESS.

    For a page can wait, and an upload that is late is lost. It is of this thread and those that it begins; who is nicer
    already stays so.
    """
    own_thread = 0
    os.setpriority(os.PRIO_PROCESS, own_thread, max(settings.NICENESS, os.getpriority(os.PRIO_PROCESS, own_thread)))
