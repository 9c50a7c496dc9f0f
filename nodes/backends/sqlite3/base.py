from django.db.backends.sqlite3 import base

from nodes.places import TakesAPlace


class DatabaseWrapper(TakesAPlace, base.DatabaseWrapper):
    """Django's SQLite backend with a place per open connection."""
