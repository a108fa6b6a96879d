"""What is wrong in the settings of a contact point: unknown keys, what is missing, secrets written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alerts.engine.dollars import secret_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.engine.files import AlertingFile
    from collector.document import Document, Key
    from collector.problem import Problem

_TYPES: dict[str, dict[str, type]] = {
    "email": {"addresses": str, "singleEmail": bool, "subject": str, "message": str},
    "webhook": {
        "url": str,
        "httpMethod": str,
        "maxAlerts": int,
        "username": str,
        "password": str,
        "authorization_scheme": str,
        "authorization_credentials": str,
        "headers": dict,
        "title": str,
        "message": str,
        "payload": dict,
        "tlsConfig": dict,
        "hmacConfig": dict,
        "http_config": dict,
    },
}
_INSIDE = {
    "payload": {"template", "vars"},
    "tlsConfig": {"caCertificate", "clientCertificate", "clientKey", "insecureSkipVerify"},
    "hmacConfig": {"secret", "header", "timestampHeader"},
    "http_config": {"oauth2"},
}
_REQUIRED = {"email": "addresses", "webhook": "url"}
_SECRETS = (
    ("password",),
    ("authorization_credentials",),
    ("hmacConfig", "secret"),
    ("tlsConfig", "clientKey"),
)
_SHOWN = {str: "a text", bool: "true or false", int: "a whole number", dict: "a mapping"}
_REFUSED_HEADERS = {"authorization", "host", "cookie", "user-agent", "date"}

_Fault = tuple[tuple[str, ...], str, str]  # where, what is wrong, what to write


def faults(files: Sequence[tuple[Document, AlertingFile]]) -> Iterator[Problem]:
    """Of the contact points of all files of a folder."""
    uids: dict[str, str] = {}
    for document, content in files:
        for i, point in enumerate(content.contact_points):
            if not point.receivers:
                yield document.problem(
                    "grafana/contact-point",
                    ("contactPoints", i),
                    f"the contact point {point.name!r} leads nowhere",
                    "write a receiver",
                )
            for j, receiver in enumerate(point.receivers):
                key: Key = ("contactPoints", i, "receivers", j)
                if receiver.uid in uids:
                    fault = f"the uid {receiver.uid!r} is taken, in {uids[receiver.uid]}"
                    yield document.problem("grafana/uid", (*key, "uid"), fault, "give each one of its own")
                uids.setdefault(receiver.uid, str(document.place(*key, "uid")))
                for where, fault, remedy in _faults(receiver.type, receiver.settings):
                    yield document.problem("grafana/contact-point", (*key, *where), fault, remedy)


def _faults(kind: str, settings: Mapping[str, Any]) -> Iterator[_Fault]:
    known = _TYPES.get(kind)
    if known is None:
        yield ("type",), f"{kind!r} is none of the ways that we write", f"write {' or '.join(_TYPES)}"
        return
    for name, value in settings.items():
        if name not in known:
            yield (
                ("settings", name),
                f"{name!r} is no setting of {kind}",
                "remove it: Grafana would ignore it",
            )
        elif not isinstance(value, known[name]) or (known[name] is int and isinstance(value, bool)):
            yield (
                ("settings", name),
                f"{value!r} is not {_SHOWN[known[name]]}",
                f"write {_SHOWN[known[name]]}",
            )
        elif isinstance(value, dict) and name in _INSIDE:
            for inner in value:
                if inner not in _INSIDE[name]:
                    fault = f"{inner!r} is no setting of {name}"
                    yield ("settings", name, inner), fault, "remove it: Grafana would ignore it"
    if not settings.get(_REQUIRED[kind]):
        yield ("settings",), f"{_REQUIRED[kind]!r} is missing", f"write `{_REQUIRED[kind]}: …`"
    yield from _secrets(settings)
    yield from _email(settings) if kind == "email" else _webhook(settings)


def _secrets(settings: Mapping[str, Any]) -> Iterator[_Fault]:
    for path in _SECRETS:
        value: Any = settings
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, str) and value and not secret_file(value):
            yield (
                ("settings", *path),
                "a secret is written out, or comes from the environment",
                "name the file that holds it: `$__file{/run/secrets/…}`",
            )


def _email(settings: Mapping[str, Any]) -> Iterator[_Fault]:
    written = settings.get("addresses")
    for address in (
        written.replace(",", ";").replace("\n", ";").split(";") if isinstance(written, str) else ()
    ):
        name, at, domain = address.strip().rpartition("@")
        if address.strip() and not (name and at and domain):
            yield ("settings", "addresses"), f"{address.strip()!r} is no address", "write name@domain; …"


def _webhook(settings: Mapping[str, Any]) -> Iterator[_Fault]:
    url = settings.get("url")
    if isinstance(url, str) and not url.startswith(("http://", "https://", "{{")):
        yield ("settings", "url"), f"{url!r} is no address of a web server", "write http:// or https://"
    if str(settings.get("httpMethod", "POST")) not in {"POST", "PUT"}:
        fault = f"a webhook cannot be called by {settings['httpMethod']!r}"
        yield ("settings", "httpMethod"), fault, "write POST or PUT"
    basic = {"username", "password"} & set(settings)
    bearer = {"authorization_scheme", "authorization_credentials"} & set(settings)
    if basic and bearer:
        yield (
            ("settings", min(bearer)),
            "a password and an authorization header at once are an error",
            "write one pair of them",
        )
    headers = settings.get("headers")
    for name in headers if isinstance(headers, dict) else ():
        if name.lower() in _REFUSED_HEADERS or name.lower().startswith("content-"):
            yield ("settings", "headers", name), f"Grafana refuses a header {name!r}", "remove it"
    signed = settings.get("hmacConfig")
    if isinstance(signed, dict) and not signed.get("secret"):
        yield ("settings", "hmacConfig"), "'secret' is missing", "write `secret: $__file{/run/secrets/…}`"
