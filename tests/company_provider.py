"""A company's provider: idpyoidc, which is certified as one, served by this process. Tests say who sits there.

It checks the client, where it may send people, PKCE, and that a code is used once. What it sends can be bent on its
way.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from cryptojwt.jwk.rsa import new_rsa_key
from cryptojwt.jws.jws import JWS, factory
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

CLIENT, SECRET = "levelset", "a-secret-of-the-provider-and-us-0123456789"

_PLACES = {
    "provider_config": (
        ".well-known/openid-configuration",
        "provider_config.ProviderConfiguration",
    ),
    "authorization": ("authorization", "authorization.Authorization"),
    "token": ("token", "token.Token"),
    "userinfo": ("userinfo", "userinfo.UserInfo"),
}


def _settings(issuer: str, back: str, people: dict[str, Any]) -> dict[str, Any]:
    endpoints = {
        name: {"path": path, "class": f"idpyoidc.server.oidc.{place}", "kwargs": {}}
        for name, (path, place) in _PLACES.items()
    }
    endpoints["authorization"]["kwargs"] = {"response_types_supported": ["code"]}
    endpoints["token"]["kwargs"] = {"client_authn_method": ["client_secret_basic"]}
    endpoints["userinfo"]["kwargs"] = {"client_authn_method": ["bearer_header"]}
    symmetric = {"type": "OCT", "use": ["enc"]}
    return {
        "issuer": issuer,
        "httpc_params": {"verify": False},
        "key_conf": {
            "key_defs": [{"type": "RSA", "use": ["sig"]}],
            "uri_path": "static/jwks.json",
        },
        "endpoint": endpoints,
        "preference": {"grant_types_supported": ["authorization_code"]},
        "token_handler_args": {
            "jwks_def": {
                # Into no file.
                "private_path": "",
                "key_defs": [{"type": "oct", "bytes": "24", "use": ["enc"], "kid": "code"}],
            },
            "code": {"lifetime": 600},
            "token": {"lifetime": 3600},
            "id_token": {"class": "idpyoidc.server.token.id_token.IDToken", "kwargs": {}},
        },
        "authz": {
            "class": "idpyoidc.server.authz.AuthzHandling",
            "kwargs": {
                "grant_config": {
                    "usage_rules": {
                        "authorization_code": {
                            "supports_minting": ["access_token", "id_token"],
                            "max_usage": 1,
                        },
                        "access_token": {},
                    },
                    "expires_in": 43200,
                }
            },
        },
        "authentication": {
            "anon": {
                "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:InternetProtocolPassword",
                "class": "idpyoidc.server.user_authn.user.NoAuthn",
                "kwargs": {"user": ""},
            }
        },
        "userinfo": {"class": "idpyoidc.server.user_info.UserInfo", "kwargs": {"db": people}},
        "add_on": {
            "pkce": {
                "function": "idpyoidc.server.oauth2.add_on.pkce.add_support",
                "kwargs": {"essential": True, "code_challenge_method": "S256"},
            }
        },
        "session_params": {
            "encrypter": {
                "kwargs": {
                    "keys": {
                        "key_defs": [{**symmetric, "kid": "password"}, {**symmetric, "kid": "salt"}]
                    }
                }
            },
            "sub_func": {
                "public": {
                    "class": "idpyoidc.server.session.manager.PublicID",
                    "kwargs": {"salt": "salt"},
                }
            },
        },
        "clients": {
            CLIENT: {
                "client_id": CLIENT,
                "client_secret": SECRET,
                "redirect_uris": [(back, {})],
                "response_types": ["code"],
                "response_types_supported": ["code"],
                "allowed_scopes": ["openid", "email"],
                "token_endpoint_auth_method": "client_secret_basic",
            }
        },
    }


@dataclass
class Provider:
    """Who sits before it, and how what it sends is bent."""

    issuer: str
    server: Any
    people: dict[str, dict[str, Any]]
    who: str = ""
    #: Changes what an ID token says before it is signed.
    says: Callable[[dict[str, Any]], None] = lambda _: None
    #: Changes a whole answer: the path, and the response.
    answers: Callable[[str, Response], Response | None] = lambda *_: None
    #: Signs the ID tokens; None for the provider's own key.
    key: Any = None
    #: "" for an algorithm without a signature.
    algorithm: str = "RS256"
    #: The address is in the ID token, and not only told to whoever asks with the access token.
    tells_email: bool = True
    #: The pages of it that were asked for.
    asked: list[str] = field(default_factory=list)

    def sits_there(self, name: str, email: str, *, verified: Any = True, **told: Any) -> None:
        """From now on whoever is sent to the provider is this account of it."""
        self.people[name] = {"email": email, "email_verified": verified, **told}
        self.who = name

    def own_key(self) -> Any:
        return self.server.keyjar.get_signing_key("RSA", "")[0]

    @staticmethod
    def another_key() -> Any:
        return new_rsa_key(kid="another")

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        path = request.path.lstrip("/")
        self.asked.append(path)
        response = self._answer(path, request)
        return (self.answers(path, response) or response)(environ, start)

    def _answer(self, path: str, request: Request) -> Response:
        if path == "static/jwks.json":
            return _json(json.loads(self.server.keyjar.export_jwks_as_json()))
        name = next((each for each, (place, _) in _PLACES.items() if place == path), "")
        return self._of_endpoint(name, request) if name else Response("nothing here", 404)

    def _of_endpoint(self, name: str, request: Request) -> Response:
        endpoint = self.server.endpoint[name]
        body = request.get_data(as_text=True)
        sent = dict(parse_qsl(body)) if request.method == "POST" else dict(request.args.items())
        info = {
            "headers": {key.lower(): value for key, value in request.headers.items()},
            "method": request.method,
            "url": request.url,
        }
        parsed = endpoint.parse_request(sent, http_info=info)
        if "error" in parsed:
            return _json(parsed.to_dict(), 400)
        if name == "authorization":
            return self._signed_in(endpoint, parsed)
        made = endpoint.process_request(parsed, http_info=info)
        if "error" in made:
            return _json(dict(made), 400)
        if name == "token":
            return self._token(made["response_args"])
        told = json.loads(endpoint.do_response(request=parsed, **made)["response"])
        return _json(told | self.people[self.who] if name == "userinfo" else told)

    def _signed_in(self, endpoint: Any, parsed: Any) -> Response:
        """Whoever sits there has just shown who they are, and is sent back."""
        method = self.server.context.authn_broker["anon"]
        sid = endpoint.create_session(parsed, self.who, method["acr"], 0, method["method"])
        made = endpoint.authz_part2(request=parsed, session_id=sid)
        answer = endpoint.do_response(request=parsed, **made)
        return Response("", 302, {"Location": answer["response"]})

    def _token(self, made: Mapping[str, Any]) -> Response:
        sent = dict(made)
        claims = dict(factory(sent["id_token"]).jwt.payload())
        if self.tells_email:
            claims |= self.people[self.who]
        self.says(claims)
        key = self.key or self.own_key()
        signer = JWS(json.dumps(claims), alg=self.algorithm or "none")
        sent["id_token"] = signer.sign_compact([key] if self.algorithm else None)
        return _json(sent)


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")


def hours_ago(hours: int) -> int:
    return int(time.time()) - hours * 3600


@contextmanager
def company_provider(back: str) -> Iterator[Provider]:
    """Serve one that sends people back to this address."""
    from idpyoidc.server import Server  # noqa: PLC0415 - takes a while, and few tests need it

    places: dict[str, Provider] = {}

    def app(environ: Any, start: Any) -> Any:
        return places["here"](environ, start)

    served = make_server("127.0.0.1", 0, app, threaded=True)
    issuer = f"http://127.0.0.1:{served.server_port}"
    people: dict[str, dict[str, Any]] = {}
    settings = _settings(issuer, back, people)
    server = Server(settings)
    server.context.cdb.update(settings["clients"])
    places["here"] = Provider(issuer, server, people)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield places["here"]
    finally:
        served.shutdown()
        thread.join()
        with suppress(OSError):
            served.server_close()
