"""What an owner's program sends to the login server."""

import http.client
import json


class Client:
    """From an address of its own, if need be."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.port, self.source = port, source

    def post(self, path: str, body: dict) -> tuple[int, dict]:
        return self._send("POST", path, json.dumps(body))

    def get(self, path: str) -> tuple[int, str]:
        connection = self._connect()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def _send(self, method: str, path: str, body: str) -> tuple[int, dict]:
        connection = self._connect()
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, 10, source_address=(self.source, 0))
