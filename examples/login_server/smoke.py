#!/usr/bin/env python3
"""Starts the login server, goes through its main calls as a program does, and ends it:
smoke.py PROGRAM [ARGUMENT...], the arguments being those of the server."""

import http.client
import json
import subprocess
import sys

PASSWORD = "seven quiet herons"


def main() -> int:
    command = [*sys.argv[1:], "--listen", "127.0.0.1:0", "--cost", "minimal"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        walk(port)
        process.terminate()
        status = process.wait(15)
        assert status == 0, f"it ended with {status}"
    finally:
        process.kill()
    print("registered, logged in, refreshed, logged out, and ended: ok")
    return 0


def walk(port: int) -> None:
    def send(method: str, path: str, body: dict | None = None, token: str = "") -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", port, 20)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text or b"{}")

    def expect(status: int, answered: tuple[int, dict]) -> dict:
        assert answered[0] == status, f"{answered} and not {status}"
        return answered[1]

    expect(200, send("GET", "/healthz"))
    # Perhaps of an earlier run, in the same table: the answer does not tell.
    account = {"username": "smoke@example.com", "password": PASSWORD}
    expect(201, send("POST", "/register", account))
    wrong = expect(401, send("POST", "/login", account | {"password": "guess"}))
    assert wrong["error"] == "invalid_credentials", wrong
    tokens = expect(200, send("POST", "/login", account))
    me = expect(200, send("GET", "/me", token=tokens["access_token"]))
    assert me["username"] == "smoke@example.com", me
    assert expect(200, send("GET", f"/users/{me['id']}", token=tokens["access_token"])) == me
    tokens = expect(200, send("POST", "/refresh", {"refresh_token": tokens["refresh_token"]}))
    asked = {"token": tokens["access_token"]}
    assert expect(200, send("POST", "/introspect", asked, tokens["access_token"]))["active"]
    expect(204, send("POST", "/logout", {}, tokens["access_token"]))
    expect(401, send("GET", "/me", token=tokens["access_token"]))


if __name__ == "__main__":
    sys.exit(main())
