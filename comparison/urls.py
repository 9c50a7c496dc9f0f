from django.urls import path

from comparison.views import page

urlpatterns = [
    path("", page.page, name="compare"),
    path("comparison.csv", page.as_csv, name="comparison-csv"),
    path("comparison.json", page.as_json, name="comparison-json"),
]
