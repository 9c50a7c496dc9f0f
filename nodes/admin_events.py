"""The monitor's tables in the admin, to read only: own pages, as Django's lists count rows and page deep."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from nodes.display import cell
from nodes.known import known_nodes
from nodes.models import EarningsEstimate, Event, Reputation, StorageSnapshot
from nodes.records import LAST_PAGE, RowPage, Source, page_of, row_of
from nodes.search_form import SearchForm

ACTIONS = ("GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT")
STATUSES = ("success", "canceled", "failed")
WIDEST_CELL = 60  # characters; the page of one row shows all


class RowsAdmin(admin.ModelAdmin):
    """List and detail of one model. `columns` are shown in the list, `values` can be asked for."""

    columns: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}
    node_index = False

    @property
    def source(self) -> Source:
        return Source(self.model, self.node_index)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        """Only list and detail: the addresses that change something do not exist."""
        name, site = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site
        return [
            path("", site.admin_view(require_safe(self.changelist_view)), name=f"{name}_changelist"),
            path("<str:pk>/", site.admin_view(require_safe(self.row_view)), name=f"{name}_change"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        self._require_view(request)
        form = SearchForm(request.GET, known_nodes(), self.values)
        page = page_of(self.source, form.criteria(), form.page()) if form.is_valid() else None
        labels = {field.attname: capfirst(field.verbose_name) for field in self.opts.concrete_fields}
        context = {
            "title": capfirst(self.opts.verbose_name_plural),
            "form": form,
            "page": page,
            "headers": [labels[name] for name in self.columns],
            "rows": self._listed(page) if page else [],
            "searched": f"{page.searched:,}" if page and page.searched else "",
            "last_page": LAST_PAGE,
        }
        links = _links(form, page) if page else {}
        return self._render(request, "rows", context | links | (extra_context or {}))

    def row_view(self, request: HttpRequest, pk: str) -> HttpResponse:
        self._require_view(request)
        row = row_of(self.source, pk)
        if row is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        values = [(capfirst(f.verbose_name), cell(getattr(row, f.attname))) for f in self.opts.concrete_fields]
        title = f"{capfirst(self.opts.verbose_name)} {row.pk}"
        return self._render(request, "row", {"title": title, "values": values})

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _listed(self, page: RowPage) -> list[dict[str, Any]]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return [
            {
                "url": reverse(name, args=[row.pk]),
                "id": row.pk,
                "cells": [cell(getattr(row, column), WIDEST_CELL) for column in self.columns],
            }
            for row in page.rows
        ]

    def _render(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        return TemplateResponse(request, f"admin/nodes/{template}.html", context)


def _links(form: SearchForm, page: RowPage) -> dict[str, str | None]:
    """Addresses with the same criteria: the page before and after, and the rows before those searched."""
    asked = {name: value for name in form.fields if (value := form.data.get(name)) and name != "page"}

    def at(number: int) -> str:
        return "?" + urlencode(asked | {"page": number})

    further = page.further_back
    return {
        "previous": at(page.number - 1) if page.number > 1 else None,
        "next": at(page.number + 1) if page.has_next and page.number < LAST_PAGE else None,
        "further_back": "?" + urlencode(asked | {"to": f"{further:%Y-%m-%dT%H:%M:%S}"}) if further else None,
    }


@admin.register(Event)
class EventAdmin(RowsAdmin):
    columns = ("timestamp", "node_name", "action", "status", "size", "duration_ms", "satellite_id", "error_reason")
    values = {"action": ACTIONS, "status": STATUSES}
    node_index = True


@admin.register(StorageSnapshot)
class StorageSnapshotAdmin(RowsAdmin):
    columns = ("timestamp", "node_name", "used_bytes", "available_bytes", "trash_bytes", "total_bytes", "used_percent")
    node_index = True


@admin.register(Reputation)
class ReputationAdmin(RowsAdmin):
    columns = (
        "timestamp",
        "node_name",
        "satellite",
        "audit_score",
        "suspension_score",
        "online_score",
        "is_disqualified",
        "is_suspended",
    )


@admin.register(EarningsEstimate)
class EarningsEstimateAdmin(RowsAdmin):
    columns = (
        "timestamp",
        "node_name",
        "satellite",
        "period",
        "total_earnings_gross",
        "total_earnings_net",
        "held_amount",
        "is_finalized",
    )
