"""The headers of every answer. None of them depends on what the viewer may not know."""

from flask import Flask, Response, request, session
from secure import Secure
from secure.headers import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

_CSP = (
    ContentSecurityPolicy()
    .default_src("'none'")
    .script_src("'self'")
    .style_src("'self'")
    .img_src("'self'")
    .font_src("'self'")
    .connect_src("'self'")
    .form_action("'self'")
    .base_uri("'none'")
    .frame_ancestors("'none'")
    .object_src("'none'")
)
_SECURE = Secure(
    csp=_CSP,
    coop=CrossOriginOpenerPolicy().same_origin(),
    corp=CrossOriginResourcePolicy().same_origin(),
    hsts=StrictTransportSecurity().max_age(31_536_000).include_subdomains(),
    permissions=PermissionsPolicy().camera().geolocation().microphone().payment().usb(),
    referrer=ReferrerPolicy().no_referrer(),
    xcto=XContentTypeOptions().nosniff(),
    xfo=XFrameOptions().deny(),
)
#: Name -> value, the same on every answer.
CONSTANT = _SECURE.headers


def init_app(app: Flask) -> None:
    @app.after_request
    def add(response: Response) -> Response:
        _SECURE.set_headers(response)
        if request.endpoint == "static" and request.method != "OPTIONS":
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
            )
            return response
        # Touched on every page, so that a page which reads the session and one which does not look the same.
        session.get("_user_id")
        response.vary.add("Cookie")
        response.headers["Cache-Control"] = "no-store"
        return response
