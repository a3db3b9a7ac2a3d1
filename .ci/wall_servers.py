"""A DeepCall that a test controls, the wall before it, and a browser driven by the WebDriver protocol."""

import base64, http.server, json, os, pathlib, signal, socket, subprocess, sys, threading, time, urllib.error, urllib.request

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
EVERY = 2
SERVE = f"--interval {EVERY}s --alert break=10m:15m"

IS_STALE = "return document.documentElement.classList.contains('stale') && !document.querySelector('#stale').hidden"
IS_LIVE = "return !document.documentElement.classList.contains('stale') && document.querySelector('#stale').hidden"

FOUND = {"status": "success", "code": 200}
NO_BREAK = {"status": "error", "errCode": 1502, "message": "On break is : 0"}
NO_WRAPUP = {"status": "error", "errCode": 1504, "message": "Agent not in wrap time"}


def names(count):
    given = "Asha Ravi Meera Vikram Priya Sunil Fatima Joseph Kavita Deepak Lakshmi Neha Arjun Sana".split()
    return [given[at % len(given)] + (f" {at // len(given) + 1}" if at >= len(given) else "") for at in range(count)]


def on_break(reason, ago=0):
    return {"reason": reason, "stime": int(time.time()) - ago}


class DeepCall(http.server.ThreadingHTTPServer):
    """What it says of each agent is in `agents`; while it is `down`, it closes every connection."""

    daemon_threads = True

    def __init__(self, names):
        super().__init__(("127.0.0.1", 0), Replies)
        self.agents = {f"of-a-simulated-session-{at:03}": {"name": name, "break": None, "tags": []} for at, name in enumerate(names)}
        self.down = False
        # When a reason was first written to a connection.
        self.told = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def agent(self, at):
        return self.agents[f"of-a-simulated-session-{at:03}"]

    def handle_error(self, request, address):
        """A client that has gone is no fault."""


class Replies(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.down:
            self.close_connection = True
            self.connection.close()
            return
        agent = self.server.agents[body["ssid"]]
        reason = None
        if self.path.endswith("tags"):
            reply = FOUND | {"data": agent["tags"], "iconDetails": []}
        elif self.path.endswith("agentOnBreak"):
            reason = agent["break"] and agent["break"]["reason"]
            reply = {"status": "success", "data": {"on_break": 1, "breakDetail": agent["break"]}} if agent["break"] else NO_BREAK
        else:
            reply = NO_WRAPUP
        text = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.server.told.setdefault(reason, time.time() * 1e3)
        self.wfile.write(text)


class Wall:
    """`deepcall serve` of a simulated team, or of the sandbox."""

    def __init__(self, program, folder, deepcall=None, words=""):
        self.deepcall = deepcall
        variables = {"HOME": str(folder), "PATH": os.environ["PATH"], "DEEPCALL_STORE": "file", "TZ": "Asia/Kolkata"}
        if deepcall:
            variables["DEEPCALL_SERVER"] = f"http://127.0.0.1:{deepcall.server_port}"
            team = "".join(f"agent-{at:03}\t{ssid}\n" for at, ssid in enumerate(deepcall.agents))
            login = [program, *"login -q --from-file - --no-verify --allow-http".split()]
            subprocess.run(login, env=variables, cwd=folder, input=team, text=True, check=True, stdout=subprocess.DEVNULL)
        command = [program, *"serve --listen 127.0.0.1:0 --json".split(), *words.split()]
        self.errors = open(pathlib.Path(folder) / "serve.stderr", "w")
        self.process = subprocess.Popen(command, env=variables, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=self.errors)
        said = json.loads(self.process.stdout.readline())
        self.url, self.key = said["url"].rstrip("/"), said["key"]

    def get(self, path, **headers):
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.key}"} | headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.terminate()
        self.process.wait(10)


class Line(threading.Thread):
    """A line to the wall that can be cut."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.is_cut, self.ends = port, False, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start()

    def run(self):
        while True:
            near = self.listener.accept()[0]
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.port))
            self.ends += [near, far]
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, target), daemon=True).start()

    def carry(self, source, target):
        try:
            while part := source.recv(1 << 16):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        self.is_cut = True
        for end in self.ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Pushed(http.server.ThreadingHTTPServer):
    """The page of a wall, with a stream of its own."""

    daemon_threads = True

    def __init__(self, wall, events):
        super().__init__(("127.0.0.1", 0), Copies)
        self.wall, self.events = wall, events
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, address):
        """A browser that has gone is no fault."""


class Copies(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
        self.send_response(200)
        is_stream = path == "/events"
        self.send_header("Content-Type", "text/event-stream" if is_stream else kinds.get(path[path.rfind("."):], "text/html; charset=utf-8"))
        self.end_headers()
        if not is_stream:
            self.wfile.write(self.server.wall.get(path).encode())
            return
        for event in self.server.events():
            self.wfile.write(event.encode())
            self.wfile.flush()


def open_wall(browser, wall, query=""):
    browser.go(f"{wall.url}/{query}#k={wall.key}")
    browser.wait("return !!document.querySelector('tbody tr [data-from], tbody tr .for')", "the floor")
    browser.wait(IS_LIVE, "live")


def floor_event(main, moment=None):
    return f"event: floor\ndata: {int((moment or time.time()) * 1e3)}\ndata: {main}\n\n"


class Browser:
    """Chromium, without a window."""

    def __init__(self, folder, width=1920, height=1080):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = next(line for line in self.driver.stdout if "started successfully on port" in line)
        self.base = "http://127.0.0.1:" + line.rstrip().rstrip(".").rsplit(" ", 1)[1]
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/browser"]
        options.append(f"--window-size={width},{height}")
        wish = {"browserName": "chrome", "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": options}, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wish}})
        self.base += "/session/" + session["sessionId"]
        self.size(width, height)

    def call(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise Refused(json.load(error)["value"]) from None

    def cdp(self, command, **values):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": values})

    def size(self, width, height, is_phone=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone)

    def dark(self, is_dark):
        value = "dark" if is_dark else "light"
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def go(self, url):
        # The same address with another fragment would not be loaded.
        self.call("POST", "/url", {"url": "about:blank"})
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def run_later(self, script, *arguments):
        return self.call("POST", "/execute/async", {"script": script, "args": list(arguments)})

    def wait(self, script, what, most=30):
        """Until the script returns something true; returns it and how many seconds that took."""
        began = time.time()
        while time.time() - began < most:
            if found := self.run(script):
                return found, time.time() - began
            time.sleep(0.05)
        raise AssertionError(f"{what}: not within {most} s: {self.run('return document.body.innerText')[:2000]}")

    def picture(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("GET", "/screenshot")))

    def end(self):
        self.call("DELETE", "")
        self.driver.terminate()
        self.driver.wait()


class Refused(Exception):
    pass
