from django.urls import path

from comparison.views import api

urlpatterns = [
    path("comparison", api.comparison, name="api-comparison"),
    path("nodes", api.nodes, name="api-nodes"),
]
