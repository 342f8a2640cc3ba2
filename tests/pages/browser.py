"""A headless Chromium over the DevTools protocol, through two pipes. Standard library only."""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def installed():
    """The path of a Chromium; nothing where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One page of a browser. Everything it asks for or complains of is kept."""

    def __init__(self, network="none"):
        """`network`: "none", or "loopback" for pages that a server on this machine brings."""
        self.profile = tempfile.TemporaryDirectory()
        to_browser, self.to = os.pipe()
        self.back, from_browser = os.pipe()
        command = [
            installed(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-pipe", f"--user-data-dir={self.profile.name}", "about:blank",
        ]
        if "headless-shell" in command[0]:
            command.remove("--headless")
        # The protocol is spoken on descriptors 3 and 4.
        plumbing = f'exec 3<&{to_browser} 4>&{from_browser}; exec "$@"'
        cut_off = self.without_network() if network == "none" else []
        self.process = subprocess.Popen(
            ["bash", "-c", plumbing, "bash", *cut_off, *command],
            pass_fds=(to_browser, from_browser), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.session = b"", 0, None
        self.events = []
        self.session = self.attach()
        for domain in ("Page", "Runtime", "Log", "Network", "Emulation"):
            if domain != "Emulation":
                self.call(f"{domain}.enable")

    @staticmethod
    def without_network():
        """A network namespace of its own, where the system permits one."""
        trial = ["unshare", "--net", "true"]
        if shutil.which("unshare") and subprocess.run(trial, capture_output=True).returncode == 0:
            return ["unshare", "--net"]
        return []

    def attach(self):
        for _ in range(100):
            targets = self.call("Target.getTargets")["targetInfos"]
            pages = [target for target in targets if target["type"] == "page"]
            if pages:
                found = self.call("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)
                return found["sessionId"]
            time.sleep(0.05)
        raise RuntimeError("Chromium has no page")

    def receive(self, timeout=60):
        """The next message."""
        while b"\0" not in self.buffer:
            if not select.select([self.back], [], [], timeout)[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self.back, 1 << 20)
            if not more:
                raise RuntimeError("Chromium ended")
            self.buffer += more
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def run(self, script):
        """The value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", str(answer)))
        return answer["result"].get("value")

    def open(self, path, width=1200, height=900):
        """Shows a file and waits until its scripts have drawn it."""
        self.show(pathlib.Path(path).resolve().as_uri(), "document.documentElement?.dataset.ready === 'yes'",
                  width, height)

    def show(self, url, ready, width=1200, height=900):
        """Goes to an address and waits until the expression `ready` is true there."""
        self.events.clear()
        self.size(width, height)
        self.call("Page.navigate", url=url)
        for _ in range(600):
            if self.run(ready) is True:
                return
            time.sleep(0.05)
        raise TimeoutError(f"{url} is not drawn: {self.complaints()}")

    def size(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def scheme(self, colours, medium="screen"):
        """"light" or "dark"; "screen" or "print"."""
        self.call("Emulation.setEmulatedMedia", media=medium,
                  features=[{"name": "prefers-color-scheme", "value": colours}])

    def complaints(self):
        """Errors, warnings and everything else that the page wrote to the console."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [event["params"] for event in self.events if event.get("method") in kinds]

    def requests(self):
        """Every address that was asked for, but what stands in the page itself."""
        asked = [event["params"]["request"]["url"] for event in self.events
                 if event.get("method") == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith("data:")]

    def click(self, selector):
        """A click of the mouse in the middle of what the selector finds."""
        place = self.run(f"""(() => {{ const node = document.querySelector({json.dumps(selector)});
            node.scrollIntoView({{block: "center"}}); const box = node.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2]; }})()""")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def press(self, key, code=0):
        """A key by its name: Tab, Enter, ArrowDown, " "."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
        text = {"Enter": "\r", " ": " "}.get(key, "")
        about = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code or codes[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def screenshot(self, path, whole=False):
        answer = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        pathlib.Path(path).write_bytes(base64.b64decode(answer["data"]))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])

    def close(self):
        self.session = None
        try:
            self.call("Browser.close")
        except (RuntimeError, OSError, TimeoutError):
            self.process.kill()
        self.process.wait(timeout=30)
        os.close(self.to)
        os.close(self.back)
        self.profile.cleanup()
