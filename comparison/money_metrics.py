"""The metrics of the money in the registry: what a node earned in a month, and what each TB brings."""

from comparison.metric import DOLLARS, EARNINGS, OVERALL, PERCENT, Metric
from comparison.metric_texts import HELD, PROFIT, PROJECTED, UNPAID, YIELD
from comparison.metric_texts import MONEY as AMOUNTS

# What is of the time that is known of a month: less than it says where that is a part.
TOTALS = frozenset({"total_earnings", "payout_after_held", "held_amount", "projected_earnings"})

MONEY: tuple[Metric, ...] = (
    Metric(
        "total_earnings",
        "Earnings, gross",
        *DOLLARS,
        "higher",
        (EARNINGS, OVERALL),
        "earnings",
        "What the node earned in the calendar month of the window's end, up to there, over all satellites, before "
        "anything is held back.",
        "Σ over satellites: storage + egress + repair + audit, each amount × its rate",
        AMOUNTS,
    ),
    Metric(
        "payout_after_held",
        "Payout after held",
        *DOLLARS,
        "higher",
        (EARNINGS,),
        "earnings",
        "Gross earnings less what the satellites hold back: 75 % in months 1 to 3 on a satellite, 50 % in 4 to 6, "
        "25 % in 7 to 9, nothing after.",
        "Σ over satellites: gross × (1 − held share)",
        AMOUNTS,
    ),
    Metric(
        "held_amount",
        "Held this month",
        *DOLLARS,
        None,
        (EARNINGS,),
        "earnings",
        "What the satellites hold back of this month. Half of it is returned in month 16, the rest at a graceful exit.",
        "Σ over satellites: gross × held share",
        HELD,
    ),
    Metric(
        "projected_earnings",
        "Projected to the month's end",
        *DOLLARS,
        "higher",
        (EARNINGS,),
        "earnings",
        "Gross earnings of the whole month if it goes on as it went so far; where only a part of that is known, of "
        "this part and of what is to come. No value on the first two days.",
        "gross so far + mean of the days known × days left",
        PROJECTED,
    ),
    Metric(
        "earnings_per_stored_tb",
        "Earnings per TB-month stored",
        "USD/TB-month",
        2,
        "higher",
        (EARNINGS, OVERALL),
        "yield",
        "Gross earnings of the month up to the window's end, divided by the TB-months stored in it until then "
        "(byte-hours / 720 / 10^12).",
        "gross / TB-months stored",
        YIELD,
    ),
    Metric(
        "earnings_per_allocated_tb",
        "Earnings per TB-month allocated",
        "USD/TB-month",
        2,
        "higher",
        (EARNINGS, OVERALL),
        "yield",
        "Gross earnings of the month up to the window's end, divided by the TB-months that were allocated to the node "
        "until then, used or not.",
        "gross / TB-months allocated",
        YIELD,
    ),
    Metric(
        "profit",
        "Profit of the month",
        *DOLLARS,
        "higher",
        (EARNINGS,),
        "profit",
        "Gross earnings projected to the month's end, less what the node costs in the whole month: its own cost and "
        "its share of its host's, as entered in the admin. No value where no costs are entered.",
        "projected gross − own cost − share of the host's cost",
        PROFIT,
    ),
    Metric(
        "profit_per_allocated_tb",
        "Profit per TB-month allocated",
        "USD/TB-month",
        2,
        "higher",
        (EARNINGS,),
        "yield",
        "Profit of the month, divided by the TB-months that are allocated to the node now.",
        "profit of the month / TB-months allocated",
        PROFIT,
    ),
    Metric(
        "unpaid_percent",
        "Occupied but not paid",
        *PERCENT,
        "lower",
        (EARNINGS,),
        "unpaid",
        "What the node's disk holds beyond what satellites pay for, out of what it holds: trash and garbage that is "
        "not collected yet. Only where the node's API tells both.",
        "(held by the disk − paid for) / held by the disk × 100",
        UNPAID,
    ),
)
