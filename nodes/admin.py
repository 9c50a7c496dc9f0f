"""The operator's own records in the admin: nodes with their figures, and API tokens."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html

from nodes import admin_events, admin_hosts, admin_payouts  # noqa: F401 - they register the monitor's tables, and hosts
from nodes.admin_api import TestConnection
from nodes.admin_log import NodeForm, attach_standings, standing_of
from nodes.display import NO_VALUE, moment, size, with_commands
from nodes.errors import EventsUnavailable
from nodes.known import ensure_nodes, natural_order, recorded_names
from nodes.models import ApiToken, Node, SatelliteTerms
from nodes.overview import NodeFigures, overview
from nodes.sources import looked_at
from nodes.tokens import issue, revoke

STILL_KNOWN = (
    "Not possible here: this node is still in the events database, so it would be made again at the next look, with "
    "another id and without its label, cost and notes. `manage.py remove_node` removes it with all that is known of it."
)


class SatelliteTermsInline(admin.TabularInline):
    model = SatelliteTerms
    extra = 0


@admin.register(Node)
class NodeAdmin(TestConnection):
    """Nodes come from the events, or are added by hand; only one that is not known there can be deleted.

    A known one would be made again at the next look, with another id and without its label, cost and notes.
    """

    list_display = (
        "name",
        "label",
        "last_event",
        "events_last_day",
        "used_space",
        "worst_online_score",
        "api_in_a_line",
        "log_in_a_line",
        "host",
        "cost_per_month",
        "is_known",
    )
    list_select_related = ("host",)
    list_filter = ("host", "groups")
    sortable_by = ("name", "label", "host", "cost_per_month")
    search_fields = ("name", "label")
    form = NodeForm
    fields = (
        "name",
        "label",
        "groups",
        "api_url",
        "api_standing",
        "log_path",
        "log_standing",
        "host",
        "cost_per_month",
        "notes",
        "deletion",
    )
    filter_horizontal = ("groups",)
    readonly_fields = ("name", "api_standing", "log_standing", "deletion")
    inlines = (SatelliteTermsInline,)
    list_per_page = 100
    empty_value_display = NO_VALUE

    def get_fields(self, request: HttpRequest, obj: Node | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name == "name" or name not in self.readonly_fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Node | None = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Node | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or _why_kept(obj) is None)

    def save_model(self, request: HttpRequest, obj: Node, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.log_path and "log_path" in form.changed_data:
            can_be_read, sentence = looked_at(obj.log_path)
            messages.add_message(request, messages.INFO if can_be_read else messages.WARNING, sentence)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # asks for no permission per node
        return actions

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        if request.method != "GET":  # an action: nothing is listed
            return super().get_changelist_instance(request)
        known, trouble = _make_known()
        changes = super().get_changelist_instance(request)
        changes.result_list = listed = list(changes.result_list)
        if not changes.multi_page and ORDER_VAR not in request.GET:  # pages are cut by the database, in its own order
            listed.sort(key=lambda node: natural_order(node.name))
        for node in listed:
            node.is_known = None if trouble else node.name in known
            node.log_standing = node.api_standing = NO_VALUE
        trouble = trouble or _attach_figures(listed)
        if trouble:
            messages.warning(request, trouble)
        return changes

    @admin.display(description="last event")
    def last_event(self, node: Node) -> str:
        return moment(_figures(node).last_event)

    @admin.display(description="events in the last 24 hours")
    def events_last_day(self, node: Node) -> str:
        count = _figures(node).events_last_day
        return NO_VALUE if count is None else str(count)

    @admin.display(description="used space")
    def used_space(self, node: Node) -> str:
        return size(_figures(node).used_bytes)

    @admin.display(description="worst online score")
    def worst_online_score(self, node: Node) -> str:
        score = _figures(node).online_score
        if score is None:
            return NO_VALUE
        return f"{score.value:.2f} %" + (f" (as of {score.at:%Y-%m-%d})" if score.is_old and score.at else "")

    @admin.display(description="API")
    def api_in_a_line(self, node: Node) -> str:
        return _in_a_line(standing_of(node, "api"))

    @admin.display(description="log")
    def log_in_a_line(self, node: Node) -> str:
        return _in_a_line(standing_of(node, "log"))

    @admin.display(description="what its API says")
    def api_standing(self, node: Node) -> str:
        return with_commands(standing_of(node, "api"))

    @admin.display(description="how far its log is read")
    def log_standing(self, node: Node) -> str:
        return with_commands(standing_of(node, "log"))

    @admin.display(description="still in the events", boolean=True)
    def is_known(self, node: Node) -> bool | None:
        return getattr(node, "is_known", None)

    @admin.display(description="deletion")
    def deletion(self, node: Node) -> str:
        return with_commands(_why_kept(node) or "Possible: this node is no longer in the events database.")


def _in_a_line(sentence: str) -> str:
    """Long ones are cut at the edge of their column, and whole in a tooltip and on the node's own page."""
    return format_html(
        '<span class="in-a-line" title="{}">{}</span>', sentence.replace("`", ""), with_commands(sentence)
    )


def _make_known() -> tuple[set[str], str | None]:
    """Makes the Node of every node in the events; returns their names, and the sentence if they cannot be read."""
    try:
        return {node.name for node in ensure_nodes(recorded_names())}, None
    except EventsUnavailable as error:
        return set(), str(error)


def _why_kept(node: Node) -> str | None:
    """The sentence that says why this node must not be deleted now, asked of the events once per object."""
    if not hasattr(node, "why_kept"):
        try:
            node.why_kept = STILL_KNOWN if node.name in recorded_names() else None  # type: ignore[attr-defined]
        except EventsUnavailable as error:
            node.why_kept = f"Not possible now: {error}"  # type: ignore[attr-defined]
    return cast("str | None", node.why_kept)  # type: ignore[attr-defined]


def _attach_figures(nodes: list[Node]) -> str | None:
    try:
        figures = overview([node.name for node in nodes])
        attach_standings(nodes)
    except EventsUnavailable as error:
        return str(error)
    for node in nodes:
        node.figures = figures[node.name]  # type: ignore[attr-defined]
    return None


def _figures(node: Node) -> NodeFigures:
    return getattr(node, "figures", NodeFigures())


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Made here, shown once, never changed. Who is no superuser sees and makes only tokens of his own."""

    list_display = ("label", "user", "scope", "created_at", "revoked_at")
    list_select_related = ("user",)
    actions = ("revoke_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        tokens = super().get_queryset(request)
        return tokens if _is_superuser(request) else tokens.filter(user_id=request.user.pk)

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        if obj is not None:
            return ["label", "user", "scope", "created_at", "revoked_at"]
        return ["user", "label", "scope"] if _is_superuser(request) else ["label", "scope"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"user": request.user.pk}

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_revoke_permission(request)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: ModelForm, change: bool) -> None:
        if not _is_superuser(request):
            obj.user = cast(User, request.user)
        obj.secret = issue(obj)  # type: ignore[attr-defined]

    def response_add(self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None) -> HttpResponse:
        """The secret in the answer itself: a message would first be stored in a cookie or a session."""
        context = self.admin_site.each_context(request) | {
            "title": "API token made",
            "opts": self.opts,
            "token": obj,
            "secret": obj.secret,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/nodes/token_made.html", context)

    @admin.action(description="Revoke selected API tokens", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        revoked = revoke(tokens)
        messages.success(request, f"{revoked} API token{'' if revoked == 1 else 's'} revoked.")


def _is_superuser(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
