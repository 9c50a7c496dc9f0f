"""What others may want to know of a node's API."""

from django.dispatch import Signal

# Sent with a node's name as `node` after its first answer was stored: what was computed without it is out of date.
first_answer = Signal()
