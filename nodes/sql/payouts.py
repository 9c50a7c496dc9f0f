"""What writing payouts needs beside the ORM."""

from django.db.backends.base.base import BaseDatabaseWrapper

LOCK_TIMEOUT = "10s"


def lock_payouts(connection: BaseDatabaseWrapper) -> None:
    """Until the transaction ends nobody else can write payouts: two who find none would both add one.

    On SQLite the transaction itself has the only writer's lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            cursor.execute("LOCK TABLE payout_history IN SHARE ROW EXCLUSIVE MODE")
