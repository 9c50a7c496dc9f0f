"""How gunicorn serves the site: one process with threads, because the cache in memory is per process."""

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from storj_site import env as read
from storj_site.lan import as_host

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storj_site.settings")
try:
    bind = f"{as_host(settings.BIND)}:{settings.PORT}"
    workers, threads = settings.WEB_CONCURRENCY, settings.THREADS
    # A request may wait for a place and then read; a worker that is silent for longer hangs.
    timeout = settings.POOL_TIMEOUT + settings.CONNECTION_TIMEOUT + 20
    if not read.secret_key(settings.DATA_DIR):
        raise ImproperlyConfigured("There is no SECRET_KEY: run `manage.py setup` once, which makes it, or set it.")
except ImproperlyConfigured as error:
    sys.exit(str(error))

wsgi_app = "storj_site.wsgi:application"
chdir = str(settings.BASE_DIR)
worker_class = "storj_site.worker.BoundedThreadWorker"
# Unlimited, as gunicorn's longest line is 8,190 bytes; the worker limits line and headers together.
limit_request_line = 0
# Whoever stops the site, systemd or Ctrl-C, has it ended within ten seconds, on slow machines too.
graceful_timeout = 6
# The heartbeat of a worker is a file: in memory, so that a slow SD card never makes a worker look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The proxies whose word counts on TLS; none may say by header which path was asked for.
forwarded_allow_ips = ",".join(settings.FORWARDED_ALLOW_IPS)
forwarder_headers = ""
control_socket_disable = True
# Every line costs a write; GUNICORN_CMD_ARGS="--access-logfile -" turns the access log on.
accesslog = None


def post_worker_init(worker: Any) -> None:
    # The site takes the prefix off the path itself, with or without it; gunicorn would refuse a path without.
    os.environ.pop("SCRIPT_NAME", None)

    from storj_site import housekeeper, polling, priority, warming

    priority.give_way()  # before there are threads
    warming.warm_up()
    housekeeper.start()
    polling.start()


def worker_exit(server: Any, worker: Any) -> None:
    if not worker.booted:
        return  # whoever stops it in the midst of its imports cannot import more
    from comparison import executor
    from storj_site import housekeeper, polling

    for thread in (housekeeper, polling):
        thread.ask_to_stop()
    housekeeper.stop()
    polling.stop()
    executor.shutdown()
