"""Asks a node's API for one route: bounded in time, size and depth, and never led anywhere else."""

import http.client
import io
import json
import socket
import ssl
import time
from typing import Any

from nodes.sno.address import USUAL_PORT, Address

TIMEOUT = 10.0  # seconds for the whole answer, from looking up the name on
MOST_BYTES = 2 * 2**20  # seven years of pay stubs are 300 kB; as Python's values it may be 50 times as much
_PIECE = 65_536


class ApiTrouble(Exception):
    """`str()` is a sentence without a path. `is_down`: asking the same node for more is of no use now."""

    def __init__(self, sentence: str, is_down: bool = False) -> None:
        super().__init__(sentence)
        self.is_down = is_down


def get(address: Address, route: str, seconds: float = TIMEOUT) -> Any:
    """The JSON that the API gives for `route`, such as /api/sno/. Raises ApiTrouble.

    No redirect is followed, no proxy of the environment used, and nothing asked for that an answer names.
    """
    deadline = time.monotonic() + min(seconds, TIMEOUT)
    connection = _Connection(address, deadline)
    try:
        connection.request("GET", address.prefix + route, headers={"Accept": "application/json", "Connection": "close"})
        return parsed_json(_body(connection.getresponse()))
    except ApiTrouble:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _explained(error, address) from error
    finally:
        connection.close()
        connection.hang_up()


def parsed_json(body: bytes) -> Any:
    """Raises ApiTrouble for what is no JSON as a storagenode writes it: in UTF-8, without NaN, and of finite depth."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except RecursionError:
        raise ApiTrouble("The answer is nested too deeply: this is not a storagenode's API.") from None
    except ValueError:
        if body.lstrip()[:1] == b"<":
            raise ApiTrouble(
                f"The answer is a web page: this is not a storagenode's API, whose port usually is {USUAL_PORT}."
            ) from None
        raise ApiTrouble("The answer is not JSON, or broken off: this is not a storagenode's API.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _body(response: http.client.HTTPResponse) -> bytes:
    _refuse_status(response)
    if (response.length or 0) > MOST_BYTES:
        raise _too_long()
    parts, left = [], MOST_BYTES
    while part := response.read1(min(_PIECE, left + 1)):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise _too_long()
    if response.length:
        raise http.client.IncompleteRead(b"")
    return b"".join(parts)


def _refuse_status(response: http.client.HTTPResponse) -> None:
    if 300 <= response.status < 400:
        raise ApiTrouble(
            "The API sends us to another address, which is not followed: enter the one that answers itself."
        )
    if response.status in (401, 403):
        raise ApiTrouble(
            f"The API refuses to answer (HTTP {response.status}): let this machine ask without a password."
        )
    if response.status != 200:
        raise ApiTrouble(f"The API answered with HTTP status {response.status}.")


def _too_long() -> ApiTrouble:
    return ApiTrouble(f"The answer is longer than {MOST_BYTES // 2**20} MiB: this is not a storagenode's API.")


def _explained(error: Exception, address: Address) -> ApiTrouble:
    at = f"at {address.host} on port {address.port}"
    check = f"check host and port (usually {USUAL_PORT}), and that the node publishes it to this machine"
    # In this order: most of these are kinds of OSError.
    sentences: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (TimeoutError, f"There was no whole answer {at} within {TIMEOUT:.0f} seconds: {check}."),
        (
            ssl.SSLCertVerificationError,
            f"The certificate {at} is not trusted by this machine: use http://, or mend it.",
        ),
        (ssl.SSLError, f"There is no TLS {at}: use http:// if the node's API is asked without a proxy."),
        (socket.gaierror, f"The host {address.host} is not known: check its name, or enter its IP address."),
        (ConnectionRefusedError, f"Nothing listens {at}: {check}."),
        ((ConnectionError, http.client.IncompleteRead), f"The connection {at} broke off in the middle of the answer."),
        ((http.client.HTTPException, ValueError), f"What answers {at} does not speak HTTP as a storagenode does."),
    )
    sentence = next((text for kinds, text in sentences if isinstance(error, kinds)), f"Cannot connect {at}: {check}.")
    return ApiTrouble(sentence, is_down=isinstance(error, OSError))


class _Connection(http.client.HTTPConnection):
    """One whose time is limited as a whole: a server that sends a byte now and then would go on for ever."""

    def __init__(self, address: Address, deadline: float) -> None:
        super().__init__(address.host, address.port)
        self._address = address
        self._deadline = deadline
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        self._plain = self._connected()
        if self._address.scheme == "https":
            context = ssl.create_default_context()
            self._plain = context.wrap_socket(self._plain, server_hostname=self._address.host)
        self.sock = _TimedSocket(self._plain, self._deadline)

    def hang_up(self) -> None:
        if self._plain is not None:
            self._plain.close()

    def _connected(self) -> socket.socket:
        """All addresses of the host together have the time that is left."""
        failure: OSError = OSError("no address")
        for family, kind, protocol, _, where in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            plain = socket.socket(family, kind, protocol)
            try:
                plain.settimeout(_left(self._deadline))
                plain.connect(where)
            except OSError as error:
                plain.close()
                failure = error
            else:
                plain.settimeout(_left(self._deadline))
                return plain
        raise failure


class _TimedSocket:
    """As much of a socket as http.client uses."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._plain = plain
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        self._plain.settimeout(_left(self._deadline))
        self._plain.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._plain, self._deadline))

    def close(self) -> None:
        """http.client calls it when it has the head of an answer, and reads on."""


class _TimedReader(io.RawIOBase):
    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._plain = plain
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._plain.settimeout(_left(self._deadline))
        return self._plain.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
