"""What an import would do, or did, in words."""

from nodes.payouts.importing import Plan
from nodes.payouts.lines import Parsed

NOTHING_USABLE = "No line of the file can be read: it needs node, period, satellite and amount in each."
EMPTY = "The file has no lines."


def refusal(found: Parsed) -> str:
    """Why there is nothing to import; empty where there is."""
    if found.lines:
        return ""
    return NOTHING_USABLE if found.bad else EMPTY


def summary(found: Parsed, plan: Plan) -> str:
    counts = (("new", len(plan.new)), ("changed", len(plan.changed)), ("the same as before", plan.same))
    told = ", ".join(f"{count:,} {what}" for what, count in counts)
    if not found.bad:
        return told
    lines = "line" if len(found.bad) == 1 else "lines"
    return f"{told}; {len(found.bad):,} {lines} left out that cannot be read"
