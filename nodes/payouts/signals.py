"""What others may want to know of imported payouts."""

from django.dispatch import Signal

# Sent with the names of the nodes as `nodes` after payouts were stored: what was computed without them is out of date.
payouts_imported = Signal()
