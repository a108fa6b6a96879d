"""How the server's processes log: a line an event, as text or as JSON, with ids as fields and nobody's name in it."""

from __future__ import annotations

import logging
import re
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from types import TracebackType

FORMS = ("text", "json")
# What a log call may say beside its words, in `extra`.
IDS = ("venue", "pc", "place", "worker", "policy", "rule", "what", "reason", "source", "way")

_ADDRESS = re.compile(r"[^\s<>\"'@=:;,]+@[^\s<>\"'@;,]+")  # of a mail, or the password in a URL
_QUERY = re.compile(r"(https?://[^\s?\"']+|/(?:api/v2/)?(?:write|query))\?[^\s\"')]*")


def clean(text: str) -> str:
    """Without mail addresses, passwords in URLs and whatever stands behind a URL's question mark.

    Most of what we log is ours; but a mail server's refusal names the recipient, and an error of the
    network the whole address.
    """
    return _QUERY.sub(r"\1", _ADDRESS.sub("…@…", text))


class _Text(logging.Formatter):
    """`WARNING collector.listener the broker cannot be reached worker=2`."""

    def format(self, record: logging.LogRecord) -> str:
        words = super().format(record)
        ids = {k: v for k, v in record.__dict__.items() if k in IDS}
        return clean(words + "".join(f" {name}={value}" for name, value in sorted(ids.items())))


class _Json(JsonFormatter):
    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        log_data["level"] = str(log_data["level"]).lower()
        return {name: clean(value) if isinstance(value, str) else value for name, value in log_data.items()}


class _Identity(logging.Filter):
    """Adds to each record which process it is of, as far as the call does not say."""

    def __init__(self, ids: dict[str, str]) -> None:
        super().__init__()
        self.ids = ids

    def filter(self, record: logging.LogRecord) -> bool:
        for name, value in self.ids.items():
            record.__dict__.setdefault(name, value)
        return True


def configure(form: str, stream: TextIO | None = None, **ids: str) -> None:
    """Log to a stream (default: stderr) as one of FORMS; `ids` are of this process, and stand in every line."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(_Identity(ids))
    if form == "json":
        handler.setFormatter(
            _Json(
                ["levelname", "name", "message"],
                rename_fields={"levelname": "level", "name": "logger"},
                timestamp="time",
                json_ensure_ascii=False,
            )
        )
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
    else:
        handler.setFormatter(_Text("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.INFO)


def identify(**ids: str) -> None:
    """More ids of this process, where it knows them only later."""
    for handler in logging.getLogger().handlers:
        for found in handler.filters:
            if isinstance(found, _Identity):
                found.ids |= ids


def _uncaught(kind: type[BaseException], fault: BaseException, traceback: TracebackType | None) -> None:
    """What ends the process is an event as well, and must not break the form."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("ended by an error", exc_info=(kind, fault, traceback))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        fault = args.exc_value
        logging.getLogger(__name__).critical(
            "a thread ended by an error", exc_info=(type(fault), fault, fault.__traceback__)
        )
