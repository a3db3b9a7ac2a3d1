"""Eight processes on one journal: two record, two watch, and four ask again and again. Some are killed and started again."""

import collections, http.client, http.server, json, os, pathlib, random, signal, socket, subprocess, threading, time

from trial_compare import Comparison, Export, Run, report
from trial_truth import Truth

EVERY = 5
# How long a takeover may take, after which one process polls again, and no other.
TAKEOVER = 10
# How long it takes at the start until each has begun, and knows that another one polls.
START = 30
SLOTS = {
    "record 1": ["record", "--all"], "record 2": ["record", "--all"],
    "watch 1": ["watch", "--all", "--record", "--json"], "watch 2": ["watch", "--all", "--record", "--json"],
    "tags --new": ["tags", "--all", "--new", "trial", "--json"], "tags": ["tags", "--all", "--since", "1h", "--json"],
    "status": ["status", "--all", "--json"], "break-status": ["break-status", "--all", "--json"],
}


class Counting(http.server.BaseHTTPRequestHandler):
    """Hands requests on to the sandbox, and notes when which agent was asked for what."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    asked, sandbox, profiles = [], None, {}

    def setup(self):
        super().setup()
        self.onward = http.client.HTTPConnection(self.sandbox)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((time.time(), self.profiles[json.loads(body)["ssid"]], self.path.rsplit("/", 1)[1]))
        self.onward.request("POST", self.path, body, {"content-type": "application/json"})
        reply = self.onward.getresponse()
        data = reply.read()
        self.send_response_only(reply.status)
        for name in ("content-type", "date"):
            self.send_header(name, reply.headers[name])
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Slot(threading.Thread):
    """One of the eight: a program that runs on, or is started again and again."""

    def __init__(self, name, arguments, environment, dice):
        super().__init__(name=name)
        self.words = [arguments.deepcall, *SLOTS[name]]
        self.goes_on = SLOTS[name][0] in ("record", "watch")
        if self.goes_on:
            self.words += ["--interval", f"{EVERY}s"]
        self.environment, self.dice = environment, dice
        self.process, self.is_over, self.was_killed = None, threading.Event(), False
        # What each run printed, and whether it was killed; what went wrong.
        self.printed, self.faults = [], []

    def run(self):
        while not self.is_over.is_set():
            self.was_killed = False
            with subprocess.Popen(self.words, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                self.process = process
                out, err = process.communicate()
            ended = self.is_over.is_set() and self.goes_on
            if not self.was_killed and not ended and process.returncode != 0:
                self.faults.append(f"{self.name} ended with {process.returncode}: {err.decode()[-300:]}")
            for word in ("locked", "panicked", "damaged", "busy"):
                if word in err.decode():
                    self.faults.append(f"{self.name} said {word}: {err.decode()[-300:]}")
            self.printed.append((out.decode(errors="replace"), self.was_killed))
            self.is_over.wait(self.dice.uniform(0, 8) if self.goes_on else self.dice.uniform(1, 3))

    def kill(self):
        process = self.process
        if process is None or process.poll() is not None:
            return False
        self.was_killed = True
        process.kill()
        return True


def run_processes(arguments, folder):
    dice = random.Random(arguments.seed)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "HOME": str(folder), "DEEPCALL_CONFIG_DIR": str(folder / "profiles"), "TZ": "UTC",
        "DEEPCALL_JOURNAL": str(folder / "journal" / "journal.db"),
    }
    first = [arguments.deepcall, "sandbox", "--seed", str(arguments.seed), "--port", str(port), "--profiles", str(folder / "profiles")]
    # The profiles name the port of the proxy.
    with subprocess.Popen(first, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as sandbox:
        sandbox.stdout.readline()
        sandbox.terminate()
    command = [arguments.deepcall, "sandbox", "--seed", str(arguments.seed), "--json", "-q"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    served = json.loads(server.stdout.readline())
    Counting.sandbox = served["server"].removeprefix("http://")
    Counting.profiles = {agent["ssid"]: agent["profile"] for agent in served["agents"]}
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", port), Counting)
    proxy.daemon_threads = True
    threading.Thread(target=proxy.serve_forever, daemon=True).start()

    slots = [Slot(name, arguments, environment, random.Random(f"{arguments.seed} {name}")) for name in SLOTS]
    began, kills = time.time(), []
    for slot in slots:
        slot.start()
    try:
        while (left := began + arguments.minutes * 60 - time.time()) > 0:
            time.sleep(min(left, dice.uniform(10, 40)))
            # The last minute is quiet, so that all that was sent is received.
            if left > 60 and (slot := dice.choice(slots)).kill():
                kills.append((time.time(), slot.name))
    finally:
        for slot in slots:
            slot.is_over.set()
        for slot in slots:
            while slot.is_alive():
                if slot.goes_on and slot.process.poll() is None:
                    slot.process.send_signal(signal.SIGTERM)
                slot.join(1)
        ended = time.time()
        server.kill()
        server.wait()
        proxy.shutdown()
    print(f"{(ended - began) / 60:.1f} minutes, {len(slots)} processes at a time, {sum(len(slot.printed) for slot in slots)} in all, "
          f"{len(kills)} killed: " + ", ".join(f"{count} {name}" for name, count in collections.Counter(name for _, name in kills).most_common()))
    verified = subprocess.run([arguments.deepcall, "journal", "verify"], env=environment, capture_output=True, text=True)
    print(verified.stdout.strip() or verified.stderr.strip())
    export = Export(arguments.deepcall, environment)
    truth = Truth(arguments.deepcall, arguments.seed, folder, arguments.preload, int(began) - 300, int(ended) + 1)
    run = Run(began, 0, 0)
    run.end = ended - 1
    comparison = Comparison(truth, export, [run], EVERY, 1, 5)
    is_well = report(comparison) & (verified.returncode == 0)
    faults = [fault for slot in slots for fault in slot.faults]
    faults += printed_by_watches(slots, truth, began, ended) + printed_for_a_script(slots, truth, comparison, ended)
    faults += one_poller(truth, began, ended, kills)
    for fault in faults[:30]:
        print(f"DIFFERS: {fault}")
    return is_well and not faults


def printed_by_watches(slots, truth, began, ended):
    faults, shown, again = [], 0, 0
    for slot in slots:
        if not slot.name.startswith("watch"):
            continue
        counts = collections.Counter()
        for out, _ in slot.printed:
            # A killed one may leave half a line.
            events = [json.loads(line) for line in out[: out.rfind("\n") + 1].splitlines()]
            tags = collections.Counter((event["profile"], event["id"]) for event in events if event["type"] == "tag")
            faults += [f"{slot.name} shows {key} {count} times in one run" for key, count in tags.items() if count > 1]
            counts.update(tags)
        shown += len(counts)
        again += sum(count - 1 for count in counts.values())
        for key, (came, _) in truth.tags.items():
            if began + 5 <= came <= ended - 3 * EVERY and key not in counts:
                faults.append(f"{slot.name} did not show {key}, which came at {came}")
        faults += [f"{slot.name} shows {key}, which was never sent" for key in counts if key not in truth.tags]
    print(f"the watches showed {shown} notifications, {again} of them again after a kill; {len(faults)} differ")
    return faults


def printed_for_a_script(slots, truth, comparison, ended):
    faults, whole, cut = [], collections.Counter(), collections.Counter()
    for slot in slots:
        if slot.name != "tags --new":
            continue
        for out, was_killed in slot.printed:
            try:
                tags = json.loads(out)["tags"]
            except json.JSONDecodeError:
                # A killed one had no time for all of it: it comes again.
                continue
            (cut if was_killed else whole).update((tag["profile"], tag["id"]) for tag in tags)
    faults += [f"tags --new gives {key} {count} times" for key, count in whole.items() if count > 1]
    for key, (came, _) in truth.tags.items():
        if comparison.first(key[0]) - 3500 <= came <= ended - 6 * EVERY and key not in whole and key not in cut:
            faults.append(f"tags --new never gives {key}, which came at {came}")
    again = sum((whole & cut).values())
    print(f"tags --new gave {len(whole | cut)} notifications, {again} of them again after a kill; {len(faults)} differ")
    return faults


def one_poller(truth, began, ended, kills):
    """In three intervals one process polls an agent three times, or four if the first one is at the edge, and once more soon
    after the moment for which the server announced the end of a wrap-up."""
    faults, most, least, total = [], 0, 10**9, collections.Counter()
    window = 3 * EVERY
    for profile in truth.profiles:
        announced = [stay.says[0] for stay in truth.stays if stay.profile == profile and stay.what == "wrapup"]
        moments = [at for at, who, call in Counting.asked if who == profile and call == "tags"]
        total[profile] = len(moments)
        for second in range(int(began) + START, int(ended) - window):
            if any(second - TAKEOVER <= at <= second + window for at, _ in kills):
                continue
            count = sum(second <= at < second + window for at in moments)
            most, least = max(most, count), min(least, count)
            early = sum(second - EVERY <= at < second + window for at in announced)
            if not 2 <= count <= 4 + early:
                faults.append(f"{profile} is polled {count} times in the {window} seconds from {second - began:.0f}")
    usual = (ended - began) / EVERY
    for profile, count in total.items():
        # At the start, and where somebody was killed, each of the others may poll once.
        if count > usual * 1.1 + len(SLOTS) * (len(kills) + 1):
            faults.append(f"{profile} is polled {count} times, and one process polls {usual:.0f} times")
    print(f"polls of notifications: {min(total.values())} to {max(total.values())} for each agent, {usual:.0f} intervals; "
          f"{least} to {most} in {window} seconds without a kill; {len(Counting.asked)} requests in all; {len(faults)} differ")
    return faults
