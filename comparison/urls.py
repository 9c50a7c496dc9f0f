from django.urls import path

from comparison.views import page, start, stream

urlpatterns = [
    path("", page.page, name="compare"),
    path("compare/stream", stream.stream, name="compare-stream"),
    path("start-page", start.keep, name="start-page"),
    path("comparison.csv", page.as_csv, name="comparison-csv"),
    path("earnings.csv", page.earnings_csv, name="earnings-csv"),
    path("comparison.md", page.as_markdown, name="comparison-markdown"),
    path("comparison.json", page.as_json, name="comparison-json"),
]
