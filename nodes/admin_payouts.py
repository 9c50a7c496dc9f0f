"""Payouts in the admin: the list, and taking over a CSV file after a look at what that would change."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse

from nodes.admin_events import RowsAdmin
from nodes.models import Payout
from nodes.payouts.importing import preview, read_lines, write
from nodes.payouts.lines import MOST_BYTES
from nodes.payouts.told import refusal, summary

MOST_SHOWN = 200  # lines of each kind
PERMISSIONS = ("nodes.add_payout", "nodes.change_payout")
TOO_LONG = f"The file has over {MOST_BYTES:,} bytes: divide it."


class UploadForm(forms.Form):
    file = forms.FileField(label="CSV file")

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(TOO_LONG)
        return file


@admin.register(Payout)
class PayoutAdmin(RowsAdmin):
    columns = ("timestamp", "node_name", "satellite", "period", "actual_payout", "estimated_payout", "variance")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="nodes_payout_import"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        url = reverse("admin:nodes_payout_import") if may_import(request) else None
        return super().changelist_view(request, {"import_url": url})

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET asks for a file, POST of one shows what it would change, and POST of its `text` does it."""
        if not may_import(request):
            raise PermissionDenied
        if request.method in ("GET", "HEAD"):
            return self._page(request, {"form": UploadForm()})
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "POST"])
        if "text" in request.POST:
            return self._confirmed(request, request.POST["text"])
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, {"form": form})
        return self._looked_at(request, form.cleaned_data["file"].read().decode("utf-8", "replace"))

    def _looked_at(self, request: HttpRequest, text: str) -> HttpResponse:
        found = read_lines(text)
        told: dict[str, Any] = {"bad": found.bad[:MOST_SHOWN], "more_bad": max(len(found.bad) - MOST_SHOWN, 0)}
        if reason := refusal(found):
            return self._page(request, told | {"form": UploadForm(), "refusal": reason})
        plan = preview(found)
        lines = [*((line, None) for line in plan.new), *((change.line, change.before) for change in plan.changed)]
        about = {"summary": summary(found, plan), "lines": lines[:MOST_SHOWN], "more": max(len(lines) - MOST_SHOWN, 0)}
        return self._page(request, told | about | {"text": "" if plan.changes_nothing else text})

    def _confirmed(self, request: HttpRequest, text: str) -> HttpResponse:
        if len(text) > 2 * MOST_BYTES:  # a browser makes two characters of each line end
            return self._page(request, {"form": UploadForm(), "refusal": TOO_LONG})
        found = read_lines(text)
        if reason := refusal(found):
            return self._page(request, {"form": UploadForm(), "refusal": reason})
        messages.success(request, f"Payouts: {summary(found, write(found))}.")
        return HttpResponseRedirect(reverse("admin:nodes_payout_changelist"))

    def _page(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        return self._render(request, "import_payouts", {"title": "Import payouts"} | context)


def may_import(request: HttpRequest) -> bool:
    return all(request.user.has_perm(permission) for permission in PERMISSIONS)
