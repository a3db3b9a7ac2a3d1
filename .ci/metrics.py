"""The wall's numbers in a real Prometheus; see .ci/metrics."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

PROGRAM = sys.argv[1]
RULES = pathlib.Path("docs/prometheus")
# A debug build on a busy machine; what must be quick is measured apart.
PATIENCE = 90
AGENTS = 14


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Place:
    """A folder with sessions, a journal, a key and a Prometheus."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.sandbox_port, self.wall_port, self.prometheus_port = free_port(), free_port(), free_port()
        self.variables = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DEEPCALL_CONFIG_DIR": str(self.folder / "floor"),
            "DEEPCALL_JOURNAL": str(self.folder / "journal" / "journal.db"),
        }
        (self.folder / "journal").mkdir(mode=0o700)
        self.running = []

    def start(self, *line):
        process = subprocess.Popen(line, env=self.variables, stdout=subprocess.PIPE, text=True,
                                   stderr=open(self.folder / "stderr", "a"))
        self.running.append(process)
        return process

    def end(self, process):
        process.terminate()
        process.wait(10)

    def sandbox(self):
        process = self.start(PROGRAM, "sandbox", "--port", str(self.sandbox_port), "--agents", str(AGENTS),
                             "--profiles", str(self.folder / "floor"))
        assert process.stdout.readline(), (self.folder / "stderr").read_text()
        return process

    def wall(self):
        process = self.start(PROGRAM, "serve", "--all", "--record", "--key-file", str(self.folder / "deepcall.key"),
                             "--listen", f"127.0.0.1:{self.wall_port}")
        assert process.stdout.readline(), (self.folder / "stderr").read_text()
        return process

    def prometheus(self):
        config = (RULES / "prometheus.yml").read_text()
        assert "127.0.0.1:8040" in config
        (self.folder / "prometheus.yml").write_text(config.replace("127.0.0.1:8040", f"127.0.0.1:{self.wall_port}"))
        shutil.copy(RULES / "deepcall.rules.yml", self.folder)
        subprocess.run(["promtool", "check", "config", str(self.folder / "prometheus.yml")], check=True,
                       stdout=subprocess.DEVNULL)
        return self.start("prometheus", f"--config.file={self.folder}/prometheus.yml",
                          f"--storage.tsdb.path={self.folder}/data",
                          f"--web.listen-address=127.0.0.1:{self.prometheus_port}")

    def metrics(self):
        key = (self.folder / "deepcall.key").read_text().strip()
        request = urllib.request.Request(f"http://127.0.0.1:{self.wall_port}/metrics",
                                         headers={"Authorization": f"Bearer {key}"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4"), reply.headers
            return reply.read().decode()

    def ask(self, query):
        """The values by their labels."""
        url = f"http://127.0.0.1:{self.prometheus_port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        with urllib.request.urlopen(url, timeout=10) as reply:
            found = json.load(reply)["data"]["result"]
        return [(row["metric"], float(row["value"][1])) for row in found]

    def number(self, query):
        found = self.ask(query)
        return found[0][1] if found else None

    def firing(self):
        return {labels["alertname"] for labels, _ in self.ask('ALERTS{alertstate="firing"}')}


def until(holds, what):
    """How many seconds it takes; the condition may fail while something starts."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        with contextlib.suppress(OSError):
            if holds():
                took = time.monotonic() - began
                print(f"{what}: {took:.0f} s", flush=True)
                return took
        time.sleep(0.2)
    sys.exit(f"{what}: not within {PATIENCE} s")


def samples(text):
    pattern = re.compile(r"^(\w+)(\{.*\})? ([-+.eE0-9]+)$")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {match[1] + (match[2] or ""): float(match[3]) for match in map(pattern.match, lines)}


def of(name, text):
    return {series: value for series, value in samples(text).items() if series.split("{")[0] == name}


def check_format(text):
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", ""), checked
    print(f"promtool check metrics: no remark on {len(samples(text))} series", flush=True)


def trial(place):
    sandbox, wall, prometheus = place.sandbox(), place.wall(), place.prometheus()
    until(lambda: len(of("deepcall_on_break", place.metrics())) == AGENTS, "all agents are seen")
    check_format(place.metrics())
    until(lambda: place.number("count(deepcall_on_break)") == AGENTS, "Prometheus has them")
    until(lambda: not place.firing(), "nothing fires")

    place.end(sandbox)
    down = until(lambda: not of("deepcall_on_break", place.metrics()), "DeepCall is down: no state is shown any more")
    assert down <= 20, down
    text = place.metrics()
    assert set(of("deepcall_up", text).values()) == {0}, text
    states = ["deepcall_in_wrapup", "deepcall_break_start_timestamp_seconds", "deepcall_wrapup_end_timestamp_seconds",
              "deepcall_alerts_firing"]
    assert not any(of(name, text) for name in states), text
    assert of("deepcall_tags_total", text), "counters stay"
    check_format(text)
    until(lambda: place.firing() == {"DeepcallNotAnswered", "DeepcallNobodySeen"}, "both alarms fire")
    assert place.number("count(deepcall_on_break)") is None

    sandbox = place.sandbox()
    until(lambda: len(of("deepcall_on_break", place.metrics())) == AGENTS, "DeepCall is back: all agents are seen")
    until(lambda: not place.firing() & {"DeepcallNotAnswered", "DeepcallNobodySeen"}, "both alarms are over")

    name = "ravi"
    subprocess.run([PROGRAM, "logout", "--profile", name], env=place.variables, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    series = f'{{profile="{name}"}}'
    gone = until(lambda: f"deepcall_on_break{series}" not in samples(place.metrics()), "a session is removed: its state is gone")
    assert gone <= 20, gone
    assert samples(place.metrics())[f"deepcall_up{series}"] == 0
    until(lambda: place.number(f"count(ALERTS{{alertname='DeepcallNotAnswered',alertstate='firing',profile='{name}'}})") == 1,
          "its alarm fires")

    before = place.metrics()
    place.end(wall)
    wall = place.wall()
    until(lambda: len(of("deepcall_on_break", place.metrics())) == AGENTS - 1, "the wall is started again: agents are seen")
    after = place.metrics()
    check_format(after)
    count = 0
    for name in ["deepcall_breaks_total", "deepcall_break_seconds_total", "deepcall_wrapups_total",
                 "deepcall_wrapup_seconds_total", "deepcall_tags_total", "deepcall_gaps_total",
                 "deepcall_uncovered_seconds_total"]:
        for series, value in of(name, before).items():
            if 'profile="ravi"' not in series:
                count += 1
                # It lasts a minute at most.
                grown = samples(after).get(series, 0) - value
                assert 0 <= grown <= (90 if "seconds" in name else 10), (series, value, grown)
    assert count > 3 * AGENTS, count
    until(lambda: place.number("min_over_time(up{job='deepcall'}[20s])") == 1, "Prometheus has scraped it again")
    assert not place.ask("resets(deepcall_tags_total[10m]) > 0")
    print(f"{count} counters went on where they were", flush=True)


with tempfile.TemporaryDirectory() as folder:
    place = Place(folder)
    try:
        trial(place)
    finally:
        for process in place.running:
            process.kill()
            process.wait()
print("as it should be")
