"""The collector beside the site: a process of its own that ends when the site has ended, however that ends."""

import os
import subprocess
import sys

from django.conf import settings

from storj_site.serving import without_password


def start_collector() -> None:
    """Starts `manage.py collect` as a child of this process, which is going to be the server.

    The child looks for its parent itself: a server that is killed cannot stop anybody.
    """
    command = [sys.executable, "manage.py", "collect", "--beside", str(os.getpid())]
    subprocess.Popen(command, cwd=settings.BASE_DIR, env=without_password(os.environ), stdin=subprocess.DEVNULL)  # noqa: S603 - our own command
