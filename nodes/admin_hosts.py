"""Hosts and groups of nodes in the admin. The nodes of a host are chosen on its page, or the host on a node's page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from nodes.display import NO_VALUE
from nodes.models import Host, Node, NodeGroup

MOST_LISTED = 10


class HostForm(forms.ModelForm):
    chosen = forms.ModelMultipleChoiceField(
        Node.objects.none(),
        required=False,
        label="Nodes",
        widget=forms.CheckboxSelectMultiple,
        help_text="Nodes of other hosts are not listed: each node has one host at the most.",
    )

    class Meta:
        model = Host
        fields = (
            "name",
            "currency",
            "usd_rate",
            "fixed_per_month",
            "watts",
            "price_per_kwh",
            "purchase_price",
            "purchased_on",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "chosen" in self.fields:
            self.fields["chosen"].queryset = Node.objects.filter(  # type: ignore[attr-defined]
                Q(host=None) | Q(host=self.instance.pk)
            )
            self.initial["chosen"] = list(Node.objects.filter(host=self.instance.pk)) if self.instance.pk else []

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()


@admin.register(Host)
class HostAdmin(admin.ModelAdmin):
    form = HostForm
    list_display = ("name", "costs", "listed_nodes")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Host]:
        return super().get_queryset(request).prefetch_related("nodes")

    def get_fields(self, request: HttpRequest, obj: Host | None = None) -> Any:
        """Whose nodes change with it needs the permission for that; others see which they are."""
        return (*HostForm.Meta.fields, "chosen" if self._may_choose(request, obj) else "listed_nodes")

    def get_readonly_fields(self, request: HttpRequest, obj: Host | None = None) -> Any:
        return () if self._may_choose(request, obj) else ("listed_nodes",)

    def get_form(self, request: HttpRequest, obj: Host | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if not self._may_choose(request, obj):
            form.base_fields.pop("chosen")  # a field that the form declares is in it whatever fields are asked for
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "chosen" in form.cleaned_data:
            put_on(form.instance, form.cleaned_data["chosen"])

    def _may_choose(self, request: HttpRequest, obj: Host | None) -> bool:
        may_save = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return may_save and request.user.has_perm("nodes.change_node")

    @admin.display(description="costs a month")
    def costs(self, host: Host) -> str:
        energy = f", {host.watts} W at {host.price_per_kwh.normalize():f} per kWh" if host.watts else ""
        return f"{host.fixed_per_month} {host.currency}{energy}"

    @admin.display(description="nodes")
    def listed_nodes(self, host: Host) -> str:
        names = [str(node) for node in host.nodes.all()]
        more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
        return (", ".join(names[:MOST_LISTED]) + more) or NO_VALUE


def put_on(host: Host, nodes: QuerySet[Node]) -> None:
    """Makes these the nodes of the host. Each is saved by itself: who computes with costs hears of it."""
    wanted = set(nodes)
    for node in wanted | set(host.nodes.all()):
        home = host if node in wanted else None
        if node.host != home:
            node.host = home
            node.save(update_fields=["host"])


@admin.register(NodeGroup)
class NodeGroupAdmin(admin.ModelAdmin):
    list_display = ("name", "number")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        groups: QuerySet[NodeGroup] = super().get_queryset(request)
        return groups.annotate(number=Count("nodes"))

    @admin.display(description="nodes", ordering="number")
    def number(self, group: Any) -> int:
        return int(group.number)
