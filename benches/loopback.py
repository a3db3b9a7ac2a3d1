"""Measures whole runs of deepcall against a reply served on loopback. Called by benches/run."""

import http.server, json, os, statistics, subprocess, sys, tempfile, time

PROGRAM, RUNS = sys.argv[1], 7
KINDS = ["incoming", "outgoing", "missed", "transfer", "callback", "voicemail", "note"]


def reply(count):
    now = int(time.time())
    tags = [
        {
            "_id": f"65f0c0ff{number:016x}",
            "type": KINDS[number % 7],
            "message": f"Call {number} from Asha Traders",
            "createdAt": now - number % 3500,
            "callId": f"C{number:016X}",
            "cNumber": f"91900{number:07d}",
            "cName": "आशा शर्मा",
            "agentId": str(1000 + number % 14),
            "queue": "Sales",
            "duration": str(number % 300),
            "iconId": f"icon_{KINDS[number % 7]}",
        }
        for number in range(count)
    ]
    icons = [{"iconId": f"icon_{kind}", "name": kind, "color": "#2e7d32"} for kind in KINDS]
    body = {"data": tags, "iconDetails": icons, "status": "success", "code": 200}
    return json.dumps(body, ensure_ascii=False).encode()


class Server(http.server.BaseHTTPRequestHandler):
    body = b""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


def measured(command, variables=None, stdin=None):
    """Median CPU seconds, median wall seconds, highest peak RSS in MiB."""
    cpu, wall, peak = [], [], 0
    for _ in range(RUNS):
        started = time.perf_counter()
        child = subprocess.Popen(
            command, env=variables, stdin=open(stdin or os.devnull), stdout=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            sys.exit(f"{command} ended with {status}")
        wall.append(time.perf_counter() - started)
        cpu.append(usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss / 1024)
    return statistics.median(cpu), statistics.median(wall), peak


def serve(count, saved):
    """A process of its own: what it holds in memory must not count as its sibling's peak."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        Server.body = reply(count)
        with open(saved, "wb") as file:
            file.write(Server.body)
        server = http.server.HTTPServer(("127.0.0.1", 0), Server)
        os.write(writing, str(server.server_port).encode())
        os.close(writing)
        server.serve_forever()
    return child, os.read(reading, 10).decode()


with tempfile.TemporaryDirectory() as home:
    saved = os.path.join(home, "reply.json")
    for count in (10_000, 20_000):
        child, port = serve(count, saved)
        variables = {
            "HOME": home,
            "DEEPCALL_SERVER": f"http://127.0.0.1:{port}",
            "DEEPCALL_SSID": "benchmark",
            "DEEPCALL_TIMEZONE": "Asia/Kolkata",
        }
        print(f"{count:,} tags, {os.path.getsize(saved) / 1e6:.1f} MB (median of {RUNS} runs)")
        print(f"  {'':28} {'CPU':>8} {'wall':>8} {'peak':>9}")
        rows = [("jq -c '.data[]'", measured(["jq", "-c", ".data[]"], stdin=saved))]
        for form in ("table", "ndjson", "json", "csv"):
            rows.append((f"deepcall tags -o {form}", measured([PROGRAM, "tags", "-q", "-o", form], variables)))
        for name, (cpu, wall, peak) in rows:
            ratio = rows[0][1][0] / cpu
            print(f"  {name:28} {cpu * 1e3:5.0f} ms {wall * 1e3:5.0f} ms {peak:5.1f} MiB  {ratio:4.1f} x jq")
        os.kill(child, 15)
        os.waitpid(child, 0)
