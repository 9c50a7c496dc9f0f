"""Rows of several nodes in one order, from an index that has the rows of each in that order."""

from collections.abc import Sequence

# SQLite takes 500.
MOST_PARTS = 400


def merged(vendor: str, parts: Sequence[str], order: str, most: int) -> str:
    """The rows of these SELECTs, MOST_PARTS at most, in this order: a statement of which `most` rows are to be fetched.

    Databases merge the parts and read of each as far as they need. PostgreSQL only does if each is sorted
    and limited itself; SQLite would sort those once more.
    """
    if vendor == "postgresql" and len(parts) > 1:
        parts = [f"({part} ORDER BY {order} LIMIT {most})" for part in parts]
    return f"{' UNION ALL '.join(parts)} ORDER BY {order}"
