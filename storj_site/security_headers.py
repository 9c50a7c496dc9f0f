"""What browsers may do with an answer of this site: every answer says so, static files and refusals too.

Each page has its scripts and styles in files of its own, so that nothing inline needs to be allowed. Sources: Content
Security Policy Level 3 and Permissions Policy, both of the W3C.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # the admin's own styles have small pictures within them
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
NOT_USED = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(" ".join(rule) for rule in CONTENT_SECURITY_POLICY.items()),
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_USED),
}


class SecurityHeadersMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
