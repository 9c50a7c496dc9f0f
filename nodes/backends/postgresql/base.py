from django.db.backends.postgresql import base

from nodes.places import TakesAPlace


class DatabaseWrapper(TakesAPlace, base.DatabaseWrapper):
    """Django's PostgreSQL backend with a place per open connection."""
