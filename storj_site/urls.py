from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/", include("comparison.urls_api")),
    path("admin/", admin.site.urls),
]
