from typing import Any

from django.db.backends.sqlite3 import base

from nodes.places import TakesAPlace


class DatabaseWrapper(TakesAPlace, base.DatabaseWrapper):
    """Django's SQLite backend with a place per open connection, and no error for text that is not UTF-8."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.text_factory = _lenient_text
        return connection


def _lenient_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
