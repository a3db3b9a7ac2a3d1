"""What the sandbox says happened: the floor of a seed, asked for over the wire at moments of a clock that stands still.

It knows the requests and replies, and nothing of the program that records them."""

import calendar, http.client, json, os, pathlib, subprocess, time

HOUR = 3600
# Not longer than the shortest thing that there is to see: the pause between two breaks or wrap-ups may be shorter, but they
# differ in what they say.
STEP = 10
INDIA = 19_800


def utc(second):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))


class StoppedSandbox:
    """A sandbox whose time is what it was set to last."""

    def __init__(self, deepcall, seed, folder, preload):
        self.clock = pathlib.Path(folder) / "clock"
        self.set(0)
        environment = os.environ | {
            "LD_PRELOAD": preload, "FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC", "HOME": str(folder),
        }
        command = [deepcall, "sandbox", "--seed", str(seed), "--json", "-q"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        served = json.loads(self.process.stdout.readline())
        self.ssids = {agent["profile"]: agent["ssid"] for agent in served["agents"]}
        self.connection = http.client.HTTPConnection(served["server"].removeprefix("http://"))

    def set(self, second):
        new = self.clock.with_suffix(".new")
        new.write_text(utc(second))
        new.rename(self.clock)

    def ask(self, call, profile):
        body = json.dumps({"ssid": self.ssids[profile]})
        self.connection.request("POST", f"/api/v2/agentProfile/{call}", body, {"content-type": "application/json"})
        return json.loads(self.connection.getresponse().read())

    def end(self):
        self.connection.close()
        self.process.terminate()
        self.process.wait()


class Stay:
    """A break or a wrap-up, in whole seconds: from the first that showed it until the first that did not."""

    def __init__(self, profile, what, name, start, says):
        self.profile, self.what, self.name, self.start, self.says = profile, what, name, start, says
        self.end = None

    @property
    def key(self):
        return self.profile, self.what, self.name


class Truth:
    """Notifications that were shown from an hour before `start` on until `end`, and breaks and wrap-ups from `start` on."""

    def __init__(self, deepcall, seed, folder, preload, start, end):
        self.start, self.end = start, end
        sandbox = StoppedSandbox(deepcall, seed, folder, preload)
        try:
            self.profiles = list(sandbox.ssids)
            self.tags = self.all_tags(sandbox)
            self.stays = [stay for profile in self.profiles for stay in self.all_stays(sandbox, profile)]
        finally:
            sandbox.end()

    def all_tags(self, sandbox):
        """Each by its profile and id, with the second in which it came."""
        tags = {}
        for at in [*range(self.start, self.end, HOUR // 2), self.end]:
            sandbox.set(at)
            for profile in self.profiles:
                for item in sandbox.ask("tags", profile)["data"]:
                    before = tags.setdefault((profile, item["_id"]), item)
                    assert before == item, f"{item} was another before: {before}"
        return {key: (created(item), item) for key, item in tags.items()}

    def all_stays(self, sandbox, profile):
        stays, open_stay = [], None

        def differs(at):
            sandbox.set(at)
            now = state(sandbox, profile)
            return now is None or open_stay is None or now.key != open_stay.key

        def first(before, after, is_reached):
            """The first second after `before` of which it is true; it is true of `after`."""
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (before, middle) if is_reached(middle) else (middle, after)
            return after

        for at in range(self.start, self.end + STEP, STEP):
            sandbox.set(at)
            now = state(sandbox, profile)
            if now is not None and open_stay is not None and now.key == open_stay.key:
                continue
            if open_stay is not None:
                open_stay.end = first(at - STEP, at, differs)
            open_stay = None
            if now is not None:
                stays.append(now)
                open_stay = now
                if now.start is None and at > self.start:
                    now.start = first(at - STEP, at, lambda moment: not differs(moment))
        return stays


def state(sandbox, profile):
    """The break or the wrap-up that goes on. The server names the start of a break."""
    on_break = sandbox.ask("agentOnBreak", profile).get("data")
    if on_break and on_break["on_break"]:
        detail = on_break["breakDetail"]
        start = detail["startTime"]
        return Stay(profile, "break", start, start, detail["reason"])
    wrapup = sandbox.ask("checkAgentInWrapUp", profile).get("data")
    if wrapup and wrapup["response"]:
        says = (wrapup["wrapETime"], wrapup["cNumber"])
        return Stay(profile, "wrapup", wrapup["callId"], None, says)
    return None


def created(item):
    """When it came, in seconds. The server uses three sorts of time."""
    at = item["createdAt"]
    if isinstance(at, str):
        return calendar.timegm(time.strptime(at, "%Y-%m-%d %H:%M:%S")) - INDIA
    return at / 1000 if at > 10**11 else at
