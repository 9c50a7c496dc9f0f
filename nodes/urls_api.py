from django.urls import path

from nodes import views

urlpatterns = [
    # A name may have slashes.
    path("events/<path:node>", views.events, name="api-events"),
    path("nodes/<path:node>/sno", views.sno, name="api-sno"),
]
