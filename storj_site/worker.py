"""gunicorn's worker with threads, for clients that are slow or silent: its own waits for them without limit.

Sixteen connections that never send the end of a request would otherwise hold all threads, for good.
"""

import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Any

from django.conf import settings
from gunicorn import util
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.workers.gthread import TConn, ThreadWorker

# Bytes of a request line with its headers. gunicorn's own limit on the line ends at 8,190, and an
# address with MAX_NODES nodes is longer.
MAX_HEAD = 65_536
BODY_TIMEOUTS = 6  # a body may take so many times CLIENT_TIMEOUT in all
PIECE = 65_536  # bytes of an answer that a client has to take within CLIENT_TIMEOUT


class ClientSocket(socket.socket):
    """Waits for its client no longer than it may; then it fails as if the client had gone."""

    _until = inf
    _head_left = inf

    def expect_head(self) -> None:
        """From now on a request has to begin, and its headers have to end."""
        self._until, self._head_left = monotonic() + settings.CLIENT_TIMEOUT, MAX_HEAD

    def expect_body(self) -> None:
        self._until, self._head_left = monotonic() + BODY_TIMEOUTS * settings.CLIENT_TIMEOUT, inf

    def recv(self, size: int, flags: int = 0) -> bytes:
        with self._limited(min(settings.CLIENT_TIMEOUT, self._until - monotonic())):
            data = super().recv(size, flags)
        self._head_left -= len(data)
        if self._head_left < 0:
            raise LimitRequestHeaders(f"more than {MAX_HEAD} bytes")
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        view = memoryview(data)
        for start in range(0, len(view), PIECE):
            with self._limited(settings.CLIENT_TIMEOUT):
                super().sendall(view[start : start + PIECE], flags)

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        with self._limited(settings.CLIENT_TIMEOUT):
            return super().sendfile(file, offset, count)

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        usual = self.gettimeout()
        # What is there already may be read, however late it is.
        self.settimeout(max(0.0, seconds if usual is None else min(seconds, usual)))
        try:
            yield
        except (TimeoutError, BlockingIOError):
            self._until = 0  # nobody waits for it again
            raise ConnectionResetError(errno.ECONNRESET, "the client was silent for too long") from None
        finally:
            self.settimeout(usual)


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no type hints
    def close(self, graceful: bool = False) -> None:
        """At once: the main loop, which calls this, must not linger for a client; the thread has done so."""
        super().close()


class BoundedThreadWorker(ThreadWorker):  # type: ignore[misc]
    _handled: frozenset[int] = frozenset()

    def init_signals(self) -> None:
        super().init_signals()
        # Ctrl-C reaches gunicorn's own process too, which tells its workers. Both at once met in the lock of the pool
        # of threads, for good.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Without an end of the pool, which the interpreter sees to: its lock may be held by what is interrupted."""
        if self._is_first(sig):
            super(ThreadWorker, self).handle_quit(sig, frame)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """At once: requests under way need not share the machine with it, nor its end be waited for."""
        if not self._is_first(sig):
            return
        if self.booted:
            # Loaded by then, which is later than this module.
            from storj_site import housekeeper, polling

            for thread in (housekeeper, polling):
                thread.ask_to_stop()
        super().handle_exit(sig, frame)

    def _is_first(self, sig: int) -> bool:
        """One that interrupts the handling of the same signal would wait for the locks of that."""
        is_first = sig not in self._handled
        self._handled |= {sig}
        return is_first

    def accept(self, listener: Any) -> None:
        try:
            client, address = listener.accept()
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.ECONNABORTED):
                return
            raise
        self.nr_conns += 1
        sock = ClientSocket(fileno=client.detach())
        self.enqueue_req(Connection(self.cfg, sock, address, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        # The time counts from here, so that those who wait for a thread in vain together wait once.
        conn.sock.expect_head()
        conn.data_ready = True  # a wait of gunicorn's own, for the first byte, would come on top
        super().enqueue_req(conn)

    def handle(self, conn: Connection) -> Any:
        goes_on = super().handle(conn)
        if not goes_on:
            util.close_graceful(conn.sock)
        return goes_on

    def handle_request(self, req: Any, conn: Connection) -> Any:
        conn.sock.expect_body()
        return super().handle_request(req, conn)
