"""What a page shows of a result: the article, in two pieces, as what is seen first need not wait for the rest.

Of a result from the cache it is kept, unless it shows what is computed beside the result, or lacks pictures that could
not be read just then.
"""

from collections.abc import Hashable, Iterator
from typing import Any

from django.template.loader import render_to_string
from django.urls import get_script_prefix

from comparison.articles import Article, articles
from comparison.basis import bases, moment, month_of, rests_on_events, satellites_of, span_of, window_of
from comparison.change.view import change_shown, differences_shown, previous_span
from comparison.details_view import parts
from comparison.fleet import FLEET, SHEET, fleet
from comparison.forms import Choice, permanent
from comparison.many import MANY
from comparison.metrics import EARNINGS, TYPE_LABELS
from comparison.money.kinds_picture import kinds_picture, months_picture
from comparison.money.months_view import months
from comparison.money.view import statements
from comparison.money.worth_view import MEANING, worth_table
from comparison.multiples import multiples
from comparison.notes import remarks_of, said
from comparison.number_tables import number_tables
from comparison.pictures import pictures
from comparison.present import labels_of, sheet
from comparison.result import Result
from comparison.risk_picture import risk_picture
from comparison.risk_view import HEAD, folded, risk_lines
from comparison.summary import summary

FEW_COLUMNS = 3  # up to so many nodes leave room for the charts beside the table


def article(choice: Choice, result: Result) -> Article:
    found = kept(choice, result)
    return found if found is not None else Article(*made(choice, result))


def kept(choice: Choice, result: Result) -> Article | None:
    return articles.get(_key(choice), result["generated_at"])


def made(choice: Choice, result: Result) -> Iterator[str]:
    """The first piece, and then the rest."""
    labels = labels_of(choice.nodes)
    context = _figures(choice, result, labels)
    first = render_to_string("compare/_first.html", context)
    yield first
    behind = _behind(result, labels)
    rest = render_to_string("compare/_rest.html", context | behind)
    if result["cached"] and not any(choice.beside.query().values()) and not behind["pictures"].trouble:
        articles.put(_key(choice), result["generated_at"], Article(first, rest))
    yield rest


def is_few(choice: Choice, result: Result) -> bool:
    return len(result["nodes"]) <= FEW_COLUMNS and not choice.fleet.is_for(len(result["nodes"]))


def arranged(choice: Choice, result: Result) -> dict[str, Any]:
    """What the table of nodes needs; nothing of it where they are columns."""
    labels = labels_of(choice.nodes)
    is_fleet = choice.fleet.is_for(len(result["nodes"]))
    return {
        "type_label": TYPE_LABELS[result["type"]],
        "window": window_of(result),
        "fleet": fleet(result, labels, choice.fleet, choice.query) if is_fleet else None,
        "sort": choice.fleet.sort,
        "sheet_query": choice.query(view=SHEET),
        "fleet_query": choice.query(view=FLEET),
    }


def _key(choice: Choice) -> Hashable:
    """All that an article depends on beside its result."""
    return get_script_prefix(), choice.query(), tuple(labels_of(choice.nodes).items())


def _figures(choice: Choice, result: Result, labels: dict[str, str]) -> dict[str, Any]:
    risky, others = folded(risk_lines(result, labels))
    return arranged(choice, result) | {
        "result": result,
        "span": span_of(result),
        "month": month_of(result),
        "satellites": satellites_of(result),
        "all_query": choice.query(same_satellites=""),
        "generated_at": moment(result["generated_at"]),
        "sheet": sheet(result, labels),
        "few": is_few(choice, result),
        "summary": summary(result, labels),
        "bases": bases(result, labels),
        "bases_folded": len(result["nodes"]) > MANY,
        "notes": said(remarks_of(result, labels)),
        "rests_on_events": rests_on_events(result),
        "statements": statements(result, labels) if result["type"] == EARNINGS else None,
        "kinds": kinds_picture(result, labels) if result["type"] == EARNINGS else None,
        "worth": worth_table(result, labels),
        "worth_meaning": MEANING,
        "change": change_shown(result, labels),
        "differences": differences_shown(result, labels),
        "previous_span": previous_span(result),
        "months": months(result, labels),
        "months_kinds": months_picture(result),
        "risk_head": HEAD,
        "risk_lines": risky,
        "risk_folded": others,
        "risk": risk_picture(result, labels),
        "query": choice.query(),
        "permanent_query": choice.query(as_of=permanent(window_of(result).end), month=""),
    }


def _behind(result: Result, labels: dict[str, str]) -> dict[str, Any]:
    drawn = pictures(result, labels)
    return {
        "pictures": drawn,
        "multiples": multiples(result, labels, drawn.marked),
        "numbers": number_tables(result, labels),
        "parts": parts(result, labels),
    }
