"""Helps the tools on, each to what it understands; and lets each request come from another of many addresses, as from a
botnet."""

import base64
import http.client
import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Adapter:
    """A proxy that the server trusts, which says that requests come from `sources` addresses in turn.

    To hydra it is a form whose refusals are 200, for it goes no further at 401. To medusa it is HTTP Basic, for its
    module for forms stops at 401 and 429, and crashes where a login succeeds."""

    def __init__(self, upstream: int, sources: int) -> None:
        # Of many networks, each of another /24.
        addresses = itertools.cycle([f"198.{18 + number // 256}.{number % 256}.7" for number in range(sources)])
        lock = threading.Lock()

        def ask(method: str, path: str, body: bytes, headers: dict) -> tuple[int, bytes]:
            with lock:
                headers = headers | {"Accept": "application/json", "X-Forwarded-For": next(addresses)}
            connection = http.client.HTTPConnection("127.0.0.1", upstream, 30)
            try:
                connection.request(method, path, body or None, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path != "/basic":
                    self.answer(200, ask("GET", self.path, b"", {})[1])
                    return
                scheme, _, credentials = (self.headers.get("Authorization") or "").partition(" ")
                if scheme != "Basic":
                    # Medusa asks first what it is to send.
                    self.answer(401, b"")
                    return
                username, _, password = base64.b64decode(credentials).decode().partition(":")
                body = json.dumps({"username": username, "password": password}).encode()
                status, text = ask("POST", "/login", body, {"Content-Type": "application/json"})
                self.answer(200 if status == 200 else 401, text)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kept = ("content-type", "cookie")
                headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
                self.answer(200, ask("POST", self.path, body, headers)[1])

            def answer(self, status: int, text: bytes) -> None:
                self.send_response(status)
                if status == 401:
                    self.send_header("WWW-Authenticate", 'Basic realm="login"')
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_: object) -> None:
                """A tool that was stopped hangs up."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
