"""The preview's web pages: a list of boards, one page a board, and the one request that draws it."""

from __future__ import annotations

import gzip
import threading
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import waitress
from flask import Flask, Response, abort, render_template, request
from waitress import wasyncore

from collector import texts
from collector.clock import SystemClock, local
from collector.influx import Refused, Unavailable
from dashboards.preview import figures, queries, tables, timerange, variables
from dashboards.preview.reader import Boards

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkzeug.datastructures import MultiDict

    from collector.clock import Clock
    from collector.influx import Influx
    from dashboards.preview.queries import Answer
    from dashboards.preview.reader import Board, Json, Panel
    from dashboards.preview.timerange import Range
    from dashboards.preview.variables import Choice

REFRESHES = ("30s", "1m", "5m", "off")

# Plotly sets its styles at run time, hence 'unsafe-inline' for styles; scripts are ours or none.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def create_app(folder: Path, influx: Influx, language: str, clock: Clock | None = None) -> Flask:
    """The boards of a folder of generated JSON, in a language of collector.texts."""
    app = Flask(__name__)
    preview = _Preview(Boards(folder), influx, language, clock or SystemClock())
    app.jinja_env.globals.update(say=preview.say, language=language)
    app.add_url_rule("/", view_func=preview.index)
    app.add_url_rule("/d/<uid>", view_func=preview.page)
    app.add_url_rule("/d/<uid>/<slug>", endpoint="slug", view_func=preview.page)
    app.add_url_rule("/d/<uid>/data", view_func=preview.data)
    app.add_url_rule("/plotly.js", view_func=_plotly)
    app.after_request(_protect)
    for status, key in ((400, "bad_request"), (404, "not_found")):
        app.register_error_handler(status, preview.refusal(status, key))
    app.register_error_handler(Unavailable, preview.failed)
    app.register_error_handler(Refused, preview.failed)
    return app


def serve(
    app: Flask,
    host: str = "127.0.0.1",
    port: int = 8300,
    stop: threading.Event | None = None,
    *,
    opened: Callable[[], None] = lambda: None,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Until `stop` is set, or for ever. `opened` is called when it listens, and `beat` now and then, by the
    threads that make the pages: if they or the loop hang, it is not called.
    """
    sockets: dict[int, Any] = {}
    server = waitress.create_server(app, sockets, host=host, port=port, threads=8, ident=None)
    opened()
    if stop is None:
        server.run()
        return

    def end() -> None:
        stop.wait()
        server.pull_trigger()

    ending = threading.Thread(target=end, daemon=True)
    ending.start()
    pulse = _Beat(beat)
    while not stop.is_set():
        if pulse.done.is_set():
            pulse.done.clear()
            server.task_dispatcher.add_task(pulse)
        wasyncore.loop(timeout=1, use_poll=True, map=sockets, count=1)
    # First who may still pull the trigger, then what it is made of: a closed one cannot be pulled.
    server.task_dispatcher.shutdown()
    ending.join()
    wasyncore.close_all(sockets, ignore_all=True)


class _Beat:
    """A task among those that make pages, one at a time."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self.done = threading.Event()
        self.done.set()

    def service(self) -> None:
        try:
            self._beat()
        finally:
            self.done.set()

    def cancel(self) -> None:
        self.done.set()


class _Preview:
    def __init__(self, boards: Boards, influx: Influx, language: str, clock: Clock) -> None:
        self._boards = boards
        self._influx = influx
        self._language = language
        self._clock = clock

    def say(self, key: str) -> str:
        return texts.text(f"boards.{key}", self._language)

    def index(self) -> str:
        return render_template("index.html", boards=self._boards.get().values())

    def page(self, uid: str, slug: str = "") -> str:
        del slug  # Grafana's addresses carry the title; it says nothing
        board = self._board(uid)
        choices, span = self._asked(board)
        time = {"from": span.words[0], "to": span.words[1]}
        refresh = request.args.get("refresh", board.refresh)
        return render_template(
            "board.html",
            board=board,
            panels=sorted(board.panels, key=lambda panel: (panel.grid[1], panel.grid[0])),
            choices=choices,
            ranges=timerange.RANGES,
            chosen_range=timerange.named(span.words),
            time=time,
            refreshes=REFRESHES,
            refresh=refresh if refresh in REFRESHES else REFRESHES[0],
            links=[(link.title, _address(link.url, choices, time)) for link in board.links],
            arguments=urlencode([*_arguments(choices), *time.items()]),
        )

    def data(self, uid: str) -> Json:
        """All that the page needs to draw, at once."""
        board = self._board(uid)
        choices, span = self._asked(board)
        answers = queries.ask(board.panels, choices, span, self._influx)
        return {
            "panels": [{"id": p.id, **self._drawn(p, answers[p.id], span)} for p in board.panels],
            "updated": local(self._clock.wall()).strftime("%H:%M:%S"),
        }

    def refusal(self, status: int, key: str) -> Any:
        def handler(_fault: Exception) -> tuple[str, int]:
            return render_template("message.html", title=self.say(f"preview.{key}"), words=""), status

        return handler

    def failed(self, fault: Exception) -> tuple[str, int]:
        title = self.say("preview.failed")
        return render_template("message.html", title=title, words=str(fault)), 503

    def _board(self, uid: str) -> Board:
        board = self._boards.get().get(uid)
        if board is None:
            abort(404)
        return board

    def _asked(self, board: Board) -> tuple[list[Choice], Range]:
        try:
            span = timerange.parse(_range(board, request.args), self._clock.wall().timestamp())
            asked = {v.name: request.args.getlist(f"var-{v.name}") for v in board.variables}
            return variables.choose(board, self._influx, asked), span
        except ValueError:
            abort(400)

    def _drawn(self, panel: Panel, answer: Answer, span: Range) -> Json:
        if answer.error:
            return {"html": render_template("error.html", words=answer.error)}
        try:
            return self._content(panel, answer, span)
        except ValueError as fault:  # a kind of panel or calculation that is not known here
            return {"html": render_template("error.html", words=str(fault))}

    def _content(self, panel: Panel, answer: Answer, span: Range) -> Json:
        if panel.kind == "stat":
            stats = tables.stats(panel, answer.frames, self._language)
            return {"html": render_template("stat.html", stats=stats)}
        if panel.kind == "table":
            table = tables.table(panel, answer.frames, span, self._language)
            return {"html": render_template("table.html", table=table)}
        if answer.empty:
            return {"html": render_template("empty.html")}
        return {"figure": figures.figure(panel, answer.frames, span, answer.step, self._language)}


def _range(board: Board, args: MultiDict[str, str]) -> tuple[str, str]:
    """By the page's own list, by Grafana's two words, or as the board says."""
    if args.get("range") in timerange.RANGES:
        return timerange.quick(args["range"])
    return args.get("from", board.time[0]), args.get("to", board.time[1])


def _arguments(choices: list[Choice]) -> list[tuple[str, str]]:
    return [pair for choice in choices for pair in choice.arguments()]


def _address(url: str, choices: list[Choice], time: dict[str, str]) -> str:
    """A link from board to board takes variables and time along; it does not lead out."""
    return f"{url}?{urlencode([*_arguments(choices), *time.items()])}" if url.startswith("/d/") else ""


def _plotly() -> Response:
    response = Response(_plotly_code(), mimetype="text/javascript")
    response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@cache
def _plotly_code() -> bytes:
    """The library as bundled in the Python package: nothing is fetched from elsewhere."""
    from plotly.offline import get_plotlyjs

    code: str = get_plotlyjs()
    return gzip.compress(code.encode(), 6, mtime=0)


def _protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
