"""What a comparison costs, measured in fresh processes beside a full load of the same events.

A way to measure is one entry in `ways.WAYS` and, if it needs a process of another kind, one in `child.JOBS`.
"""
