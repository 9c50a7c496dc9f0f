from django.apps import AppConfig


class StorjSiteConfig(AppConfig):
    name = "storj_site"
    verbose_name = "Site"

    def ready(self) -> None:
        from storj_site import checks  # noqa: F401 - registers the system checks
