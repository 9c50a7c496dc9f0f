"""Pages about the site itself."""

from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from comparison.access import may_view
from storj_site.health import health
from storj_site.status import parts


class Login(LoginView):
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs have the form of Django 6
        """Without an address that leads back here, which Django answers with an error."""
        url = super().get_redirect_url()
        return "" if urlsplit(url).path == self.request.path else url


@csrf_exempt
@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    answers = health()
    words = {name: "ok" if answered else "unavailable" for name, answered in answers.items()}
    return JsonResponse(words, status=200 if all(answers.values()) else 503)


@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    if not (request.user.is_active and request.user.is_staff):
        raise PermissionDenied
    context = admin.site.each_context(request) | {"title": "Status", "parts": parts(may_view(request))}
    return render(request, "status.html", context)
