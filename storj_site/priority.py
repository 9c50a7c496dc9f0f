"""Whose turn it is when all processors are busy."""

import logging
import os

from django.conf import settings

logger = logging.getLogger(__name__)


def give_way() -> None:
    """Lets storage nodes, their monitor and all else on the machine go first, by NICENESS.

    For a page can wait, and an upload that is late is lost. It is of this thread and those that it begins; who is nicer
    already stays so. Between services of systemd, or containers, their own shares of the processors decide instead.
    """
    own_thread = 0
    wanted = max(settings.NICENESS, os.getpriority(os.PRIO_PROCESS, own_thread))
    try:
        os.setpriority(os.PRIO_PROCESS, own_thread, wanted)
    except OSError as error:  # a service may be forbidden to
        logger.warning("The site does not give way to other programs: a niceness of %d is refused (%s)", wanted, error)
