"""A button on a node's page in the admin that tells whether its API answers."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from nodes.models import Node
from nodes.sno.asking import probe
from nodes.sno.client import ApiTrouble
from nodes.sources import why_not_id

NO_ADDRESS = "This node has no API address: enter one and save it, then test the connection."


class TestConnection(admin.ModelAdmin):
    """To be mixed into the admin of nodes. What is tested is the address as it is saved."""

    change_form_template = "admin/nodes/node.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.test_connection)
        return [path("<int:pk>/test-connection/", view, name="nodes_node_test_connection"), *super().get_urls()]

    def test_connection(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        node = get_object_or_404(Node, pk=pk)
        if not node.api_url:
            messages.warning(request, NO_ADDRESS)
            return _back_to(node)
        try:
            found = probe(node.api_url)
            messages.success(request, found.sentence)
            if double := why_not_id(node.name, found.node_id):
                messages.warning(request, double)
        except ApiTrouble as trouble:
            messages.error(request, str(trouble))
        return _back_to(node)


def _back_to(node: Node) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:nodes_node_change", args=[node.pk]))
