from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from storj_site import views

admin.site.site_header = admin.site.site_title = "Storj node comparison"

urlpatterns = [
    path("", include("comparison.urls")),
    path("api/", include("comparison.urls_api")),
    path("api/", include("nodes.urls_api")),
    path("login/", views.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("status/", views.status, name="status"),
    path("healthz", views.healthz, name="healthz"),
]

handler400 = "storj_site.failures.bad_request"
handler404 = "storj_site.failures.not_found"
handler500 = "storj_site.failures.server_error"
