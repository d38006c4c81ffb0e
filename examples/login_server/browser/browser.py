#!/usr/bin/env python3
"""Goes through the pages of the login server in headless Chromium, as people do and as attackers would like to: see README.md
beside this file. It needs Chromium, its driver, and the Python package selenium."""

import argparse
import base64
import hashlib
import hmac
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PASSWORD, OTHER_PASSWORD, THIRD_PASSWORD = "seven quiet herons", "eight louder herons", "nine patient herons"


class Server:
    """The login server, on a free port."""

    def __init__(self, binary: str, folder: pathlib.Path) -> None:
        self.outbox = folder / "outbox"
        command = [binary, "--listen", "127.0.0.1:0", "--cost", "minimal", "--outbox", str(self.outbox)]
        self.log = (folder / "server.log").open("w")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = self.process.stdout.readline().split()[-1]

    def letter(self, pattern: str) -> str:
        """What the newest letter says."""
        for _ in range(100):
            for letter in sorted(self.outbox.glob("*.txt"), reverse=True):
                found = re.search(pattern, letter.read_text())
                if found:
                    letter.unlink()
                    return found[1]
            time.sleep(0.05)
        raise AssertionError(f"no letter says {pattern}")

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(15) == 0, "the server did not end cleanly"
        self.process.stdout.close()
        self.log.close()


class Browser:
    """Chromium, with a profile of its own."""

    def __init__(self, server: Server, shots: pathlib.Path | None, width: int = 1280, scripts: bool = True) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        if not scripts:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        # Chromium takes no window that is narrower than 500 pixels.
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.server, self.shots, self.width, self.scripts = server, shots, width, scripts

    def visit(self, path: str) -> None:
        self.driver.get(self.server.url + path)
        self.look()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            box = self.driver.find_element(By.NAME, name)
            box.clear()
            box.send_keys(value)

    def press(self, label: str, shown: bool = True) -> None:
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.find_element(By.XPATH, f"//button[normalize-space()='{label}']").click()
        WebDriverWait(self.driver, 10).until(lambda _: is_gone(page))
        if shown:
            self.look()

    def sign_in(self, name: str, password: str = PASSWORD, path: str = "/login") -> None:
        self.visit(path)
        self.fill(username=name, password=password)
        self.press("Sign in")

    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "main").text

    def title(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "h1").text

    def path(self) -> str:
        return urlparse(self.driver.current_url).path

    def cookies(self) -> dict:
        return {cookie["name"]: cookie for cookie in self.driver.get_cookies()}

    def is_signed_in(self) -> bool:
        self.driver.get(self.server.url + "/")
        return "signed in as" in self.text()

    def look(self) -> None:
        """What must hold of every page."""
        log = self.driver.get_log("browser")
        problems = [entry["message"] for entry in log if entry["level"] in ("SEVERE", "WARNING")]
        # A refused form is a page with a status of its own, which Chromium notes.
        problems = [message for message in problems if "Failed to load resource" not in message or "/assets" in message]
        expect(not problems, f"{self.path()}: the console says {problems}")
        if self.scripts:
            expect(not self.driver.execute_script(CHECKS), f"{self.path()}: {self.driver.execute_script(CHECKS)}")

    def shoot(self, name: str) -> None:
        if self.shots:
            self.driver.save_screenshot(str(self.shots / f"{name}-{self.width}.png"))

    def close(self) -> None:
        self.driver.quit()


# One heading, a language, a title; a label for each box; a name for each button and link; nothing to scroll sideways for; and
# nothing too small to touch (WCAG 2.2: 1.3.1, 1.4.10, 2.4.2, 2.5.8, 3.1.1, 4.1.2).
CHECKS = """
const wrong = [];
const all = (what) => [...document.querySelectorAll(what)];
if (document.documentElement.lang !== "en") wrong.push("no language");
if (!document.title) wrong.push("no title");
if (all("h1").length !== 1 || all("main").length !== 1) wrong.push("not one heading and one main");
for (const box of all("input:not([type=hidden])")) {
  if (!box.labels.length || !box.labels[0].innerText.trim()) wrong.push("no label: " + box.name);
  if (!box.autocomplete) wrong.push("no autocomplete: " + box.name);
  for (const id of (box.getAttribute("aria-describedby") || "").split(" ").filter(Boolean))
    if (!document.getElementById(id)) wrong.push("described by nothing: " + id);
}
for (const it of all("button, a")) {
  const { width, height } = it.getBoundingClientRect();
  if (!it.innerText.trim()) wrong.push("no name: " + it.outerHTML);
  if (width < 24 || height < 24) wrong.push("too small: " + it.innerText + " " + width + "x" + height);
}
const ids = all("[id]").map((it) => it.id);
if (new Set(ids).size !== ids.length) wrong.push("an id twice");
if (all("[style], style, script:not([src])").filter((it) => !it.closest("svg")).length) wrong.push("something inline");
if (document.documentElement.scrollWidth > window.innerWidth) wrong.push("scrolls sideways");
return wrong.join("; ");
"""


class OtherSite:
    """A page of another site, which sends forms to the server."""

    def __init__(self, target: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {"to": ["/"]} | parse_qs(urlparse(self.path).query)
                boxes = "".join(
                    f'<input name="{name}" value="{values[0]}">' for name, values in query.items() if name != "to"
                )
                html = f'<form method="post" action="{target}{query["to"][0]}">{boxes}<button>Win</button></form>'
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # By name, it is another site; by another port, the same site and another origin.
        self.urls = [f"http://localhost:{self.server.server_port}", f"http://127.0.0.1:{self.server.server_port}"]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def is_gone(element) -> bool:
    """Whether another page has taken its place."""
    try:
        element.is_enabled()
    except WebDriverException:
        return True
    return False


def code(key: str, at: float | None = None) -> str:
    """What an authenticator app shows: RFC 6238."""
    secret = base64.b32decode(key.replace(" ", "") + "=" * (-len(key.replace(" ", "")) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int((at or time.time()) // 30)), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start:start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def accounts(server: Server, browser: Browser) -> None:
    """Register, sign in, and see who one is; whoever is taken is told the same."""
    browser.visit("/")
    browser.shoot("home")
    for name in ("alice@example.com", "alice@example.com"):
        browser.visit("/register")
        browser.shoot("register")
        browser.fill(username=name, password=PASSWORD)
        browser.press("Register")
        expect(browser.title() == "Sign in" and "You can sign in now" in browser.text(), browser.text())
    browser.visit("/register")
    browser.fill(username="bob@example.com", password="short")
    browser.press("Register")
    expect("Choose another password" in browser.text(), browser.text())
    browser.shoot("register-refused")
    browser.sign_in("alice@example.com")
    expect(browser.path() == "/" and "alice@example.com" in browser.text(), browser.text())
    browser.shoot("home-signed-in")
    browser.driver.get(server.url + "/me")
    me = browser.driver.find_element(By.TAG_NAME, "body").text
    expect('"username":"alice@example.com"' in me, me)
    for name, cookie in browser.cookies().items():
        flags = (cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"])
        expect(name.startswith("__Host-") and flags == (True, True, "Lax", "/"), f"{name}: {flags}")
    expect("__Host-doorward-session" in browser.cookies(), "no session's cookie")


def refusals(server: Server, browser: Browser) -> None:
    """A wrong password looks the same whether there is such an account or not."""
    pages = []
    for name in ("alice@example.com", "nobody@example.com"):
        browser.sign_in(name, "not the password")
        pages.append((browser.title(), browser.text(), browser.path()))
        browser.shoot("refused")
    expect(pages[0] == pages[1], f"{pages}")
    expect("The username or the password is wrong" in pages[0][1], pages[0][1])


def sessions(server: Server, browser: Browser, other: Browser) -> None:
    """Two browsers; one ends the session of the other, then signs out."""
    other.sign_in("alice@example.com")
    browser.sign_in("alice@example.com", path="/login?next=/sessions")
    expect(browser.path() == "/sessions", browser.path())
    text = browser.text()
    expect(text.count("Chrome on Linux") >= 2 and "this one" in text, text)
    browser.shoot("sessions")
    browser.press("End this one")
    expect(browser.text().count("Chrome on Linux") == text.count("Chrome on Linux") - 1, browser.text())
    while "End this one" in browser.text():
        browser.press("End this one")
    expect(not other.is_signed_in() and browser.is_signed_in(), "the wrong session has ended")
    browser.visit("/sessions")
    browser.press("Sign out")
    expect("You are signed out" in browser.text(), browser.text())
    browser.shoot("signed-out")
    browser.visit("/sessions")
    expect(browser.path() == "/login", "who is signed out sees sessions")
    # Back, and nothing is shown from the browser's cache.
    browser.driver.back()
    expect("Chrome on Linux" not in browser.text(), "the cache has kept a page")


def second_factor(server: Server, browser: Browser) -> None:
    """Enrol, sign in with a code, then with a recovery code, then remove it."""
    browser.sign_in("alice@example.com", path="/login?next=/second-factor")
    browser.shoot("second-factor")
    browser.press("Set up an app")
    browser.shoot("enrol")
    key = browser.driver.find_element(By.CSS_SELECTOR, "main code").text
    picture = browser.driver.find_element(By.CSS_SELECTOR, "figure svg").size
    expect(min(picture.values()) > 150, f"the QR code is {picture}")
    browser.fill(code="000000")
    browser.press("Go on")
    expect("The code is wrong" in browser.text(), browser.text())
    browser.fill(code=code(key))
    browser.press("Go on")
    expect(browser.title() == "Your recovery codes", browser.text())
    browser.shoot("recovery-codes")
    codes = [it.text for it in browser.driver.find_elements(By.CSS_SELECTOR, ".codes code")]
    expect(len(codes) >= 8, f"{codes}")

    browser.driver.delete_all_cookies()
    browser.sign_in("alice@example.com", path="/login?next=/second-factor")
    expect(browser.title() == "Enter your code", browser.text())
    browser.shoot("code")
    browser.fill(code="000000")
    browser.press("Go on")
    expect("The code is wrong" in browser.text(), browser.text())
    browser.shoot("code-refused")
    # The next code: the last one was used.
    browser.fill(code=code(key, time.time() + 30))
    browser.press("Go on")
    expect(browser.path() == "/second-factor", f"{browser.path()}: {browser.text()}")
    browser.shoot("second-factor-enrolled")

    browser.driver.delete_all_cookies()
    browser.sign_in("alice@example.com")
    browser.fill(code=codes[0])
    browser.press("Go on")
    expect(browser.title() == "Your recovery codes", browser.text())
    browser.visit("/second-factor")
    browser.press("Remove the second factor")
    expect("The second factor is removed" in browser.text(), browser.text())


def recovery(server: Server, browser: Browser) -> None:
    """A forgotten password, and the letter."""
    browser.driver.delete_all_cookies()
    browser.visit("/recover")
    browser.shoot("recover")
    browser.fill(username="alice@example.com")
    browser.press("Send the link")
    expect("If there is such an account" in browser.text(), browser.text())
    browser.shoot("letter-sent")
    link = server.letter(r"(http://\S+)")
    browser.driver.get(link)
    browser.look()
    browser.shoot("new-password")
    browser.fill(password="short")
    browser.press("Set the password")
    browser.fill(password=OTHER_PASSWORD)
    browser.press("Set the password")
    expect("Your new password is in force" in browser.text(), browser.text())
    browser.fill(username="alice@example.com", password=OTHER_PASSWORD)
    browser.press("Sign in")
    expect("alice@example.com" in browser.text(), browser.text())
    browser.driver.get(link)
    browser.fill(password=PASSWORD)
    browser.press("Set the password")
    expect("The link is not good any more" in browser.text(), browser.text())


def password(server: Server, browser: Browser, other: Browser) -> None:
    """Another password, and back: the other browser is signed out by it, and this one is not."""
    for present, new in ((OTHER_PASSWORD, THIRD_PASSWORD), (THIRD_PASSWORD, OTHER_PASSWORD)):
        other.driver.delete_all_cookies()
        other.sign_in("alice@example.com", present)
        browser.driver.delete_all_cookies()
        browser.sign_in("alice@example.com", present, path="/login?next=/password")
        expect(browser.title() == "Change your password", browser.text())
        browser.shoot("password")
        browser.fill(current_password="not the password", password=new)
        browser.press("Change the password")
        expect("The current password is wrong" in browser.text(), browser.text())
        browser.shoot("password-refused")
        browser.fill(current_password=present, password=new)
        browser.press("Change the password")
        expect("Your new password is in force" in browser.text(), browser.text())
        browser.shoot("password-changed")
        expect(browser.is_signed_in() and not other.is_signed_in(), "the wrong session has ended")


def forgery(server: Server, browser: Browser) -> None:
    """Forms of other sites change nothing."""
    browser.sign_in("alice@example.com", OTHER_PASSWORD)
    evil = OtherSite(server.url)
    try:
        for url in evil.urls:
            for to, fields in (
                ("/logout", ""),
                ("/sessions/end-others", ""),
                ("/second-factor/enrol", ""),
                ("/password", f"&current_password={OTHER_PASSWORD}&password={THIRD_PASSWORD}".replace(" ", "+")),
                ("/login", f"&username=alice@example.com&password={OTHER_PASSWORD.replace(' ', '+')}"),
            ):
                browser.driver.get(f"{url}/?to={to}{fields}")
                browser.press("Win", shown=False)
                # The session's cookie does not come along from another site: there, nobody is signed in.
                refused = "The request comes from another site" in browser.text() or browser.title() == "Sign in"
                expect(refused, f"{url} {to}: {browser.text()}")
                browser.driver.get_log("browser")
        browser.shoot("forged")
        expect(browser.is_signed_in(), "another site has signed somebody out")
    finally:
        evil.close()
    # Nor can it be put into a frame.
    browser.driver.get(f"data:text/html,<iframe src='{server.url}/login'></iframe>")
    time.sleep(0.3)
    browser.driver.switch_to.frame(0)
    expect(not browser.driver.find_elements(By.NAME, "password"), "the login is shown in a frame of another site")
    browser.driver.switch_to.default_content()
    browser.driver.get_log("browser")


def keyboard(server: Server, browser: Browser) -> None:
    """Signs in without a mouse."""
    browser.driver.delete_all_cookies()
    browser.visit("/login")
    expect(browser.driver.switch_to.active_element.get_attribute("name") == "username", "the focus is elsewhere")
    browser.driver.switch_to.active_element.send_keys("alice@example.com", Keys.TAB)
    browser.driver.switch_to.active_element.send_keys(OTHER_PASSWORD, Keys.TAB)
    expect(browser.driver.switch_to.active_element.text == "Sign in", "no button behind the password")
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    expect("alice@example.com" in browser.text(), browser.text())


def operator(server: Server, browser: Browser) -> None:
    """The chart refreshes, and tells of an attack."""
    browser.visit("/operator")
    before = browser.driver.execute_script("return document.getElementById('numbers').innerText")
    source = browser.driver.find_element(By.ID, "chart").get_attribute("src")
    for guess in range(30):
        body = f"username=nobody{guess % 7}@example.com&password=guess{guess % 3}".encode()
        try:
            urllib.request.urlopen(server.url + "/login", body)
        except urllib.error.HTTPError as refused:
            refused.close()
    time.sleep(5)
    # It may be exchanged just now.
    after = browser.driver.execute_script("return document.getElementById('numbers').innerText")
    expect(after != before, "the numbers do not change")
    expect(browser.driver.find_element(By.ID, "chart").get_attribute("src") != source, "the chart does not refresh")
    width = browser.driver.execute_script("return document.getElementById('chart').naturalWidth")
    expect(width == 960, f"the chart is not shown: {width}")
    browser.look()
    browser.shoot("operator")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True, help="the program: target/debug/examples/login_server")
    parser.add_argument("--screenshots", type=pathlib.Path, help="a folder for pictures of every page")
    told = parser.parse_args()
    if told.screenshots:
        told.screenshots.mkdir(parents=True, exist_ok=True)
    for width, scripts in ((1280, True), (390, True), (1280, False)):
        with tempfile.TemporaryDirectory() as name:
            server = Server(told.server, pathlib.Path(name))
            shots = told.screenshots if scripts else None
            browser = Browser(server, shots, width, scripts)
            other = Browser(server, None, width, scripts)
            try:
                for step in (accounts, refusals, sessions, second_factor, recovery, password, forgery, keyboard, operator):
                    if step is operator and not scripts:
                        continue
                    step(server, browser, other) if step in (sessions, password) else step(server, browser)
                    print(f"{width} px, {'with' if scripts else 'without'} scripts: {step.__name__} ok")
            finally:
                browser.close()
                other.close()
                server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
