"""Where a database of the settings is, so that two can be compared and one be shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

_SEARCH_PATH = re.compile(r"search_path\s*=\s*((?:\\.|\S)+)")  # a space in it is escaped
_THIS_MACHINE = ("", "localhost", "127.0.0.1", "::1")
_USUAL_PORT = "5432"


@dataclass(frozen=True)
class Target:
    """A file, or a schema in a database on a server. Without user and password: it is shown."""

    file: Path | None = None
    server: str = ""
    name: str = ""
    schema: str = ""

    def __str__(self) -> str:
        if self.file:
            return str(self.file)
        return f"database {self.name} on {self.server}" + (f", search_path {self.schema}" if self.schema else "")

    def is_copy_of(self, other: "Target") -> bool:
        """Whether it can be a replica of the other: the same file, or the same names on any server."""
        return (self.file, self.name, self.schema) == (other.file, other.name, other.schema)


def target(config: Mapping[str, Any]) -> Target:
    if "sqlite3" in config["ENGINE"]:
        return Target(file=_file(str(config["NAME"])))
    options = config.get("OPTIONS", {})
    return Target(server=_server(config), name=str(config["NAME"]), schema=_schema(str(options.get("options", ""))))


def _file(name: str) -> Path:
    """The path behind links; a read-only file is given as a URI."""
    return Path(url2pathname(urlparse(name).path) if name.startswith("file:") else name).resolve()


def _schema(options: str) -> str:
    """Where tables are made: the first of the search path, empty for PostgreSQL's own default.

    As there, the last of several options counts, and a schema with the user's name is taken not to exist.
    """
    search_paths = _SEARCH_PATH.findall(options)
    schemas = [name.strip('\\ "') for name in search_paths[-1].split(",")] if search_paths else []
    first = next((name for name in schemas if name not in ("", "$user")), "public")
    return "" if first == "public" else first


def _server(config: Mapping[str, Any]) -> str:
    host, port = str(config.get("HOST") or ""), str(config.get("PORT") or _USUAL_PORT)
    # A path is that of a socket's folder.
    return f"{'localhost' if host in _THIS_MACHINE or host.startswith('/') else host}:{port}"
