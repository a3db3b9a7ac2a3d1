"""Compares what a journal exports with what the sandbox says happened. Times are seconds since 1970 by the server's clock,
unless they are called ours: those are the recorder's, whose clock may be another one in each run."""

import calendar, collections, copy, json, subprocess, time

# The recorder writes no later than this without an event.
PULSE = 5
KNOWN_EVENTS = {
    "tag", "break_started", "break_ended", "wrapup_started", "wrapup_ended", "connection_lost", "connection_restored", "gap",
}


def moment(text):
    """A time of a document, which is UTC in milliseconds."""
    if text is None:
        return None
    whole, _, rest = text.partition(".")
    assert rest.endswith("+00:00") and len(rest) == 9, text
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + int(rest[:3]) / 1000


def common(one, other):
    """How many seconds two times have in common."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


class Export:
    """What `journal export` prints."""

    def __init__(self, deepcall, environment):
        def export(what):
            command = [deepcall, "journal", "export", "--what", what, "--json", "--timezone", "UTC", "-q"]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)[what]

        self.events, self.tags, self.intervals, self.coverage = map(export, ("events", "tags", "intervals", "coverage"))


class Run:
    """A time in which a recorder ran. What it did from `doubtful` on may be lost with it."""

    def __init__(self, start, offset, events_before):
        self.start, self.offset, self.events_before = start, offset, events_before
        self.end, self.doubtful = None, None


class Comparison:
    def __init__(self, truth, export, runs, every, tolerance, start_up):
        """`every` is the interval of the recorder, `tolerance` how long an answer may be on its way, and `start_up` how
        long a recorder may take until its first answer."""
        self.truth, self.export, self.runs = truth, export, runs
        self.every, self.tolerance, self.start_up = every, tolerance, start_up
        self.faults, self.rows, self.notes = [], [], []
        # The breaks and wrap-ups that answers must have shown, and those whose bounds were compared.
        self.must, self.bounded = set(), set()
        self.look()

    def fault(self, text):
        self.faults.append(text)

    def row(self, what, happened, recorded, excused, before):
        """One line of the table; the faults since `before` are its own."""
        self.rows.append((what, happened, recorded, excused, len(self.faults) - before))

    def run_of(self, place):
        """The run that wrote the event at this place of the export, as far as its clock is concerned."""
        return [run for run in self.runs if run.events_before is not None and run.events_before <= place][-1]

    def server_time(self, place):
        return moment(self.export.events[place]["at"]) - self.run_of(place).offset

    def look(self):
        self.steps = [run for before, run in zip(self.runs, self.runs[1:]) if before.offset != run.offset]
        # The times of our clock that it went through twice.
        self.twice = [
            (run.start + run.offset, before.end + before.offset)
            for before, run in zip(self.runs, self.runs[1:]) if run.offset < before.offset
        ]
        # By our clock, when answers must have come that are written.
        self.certain = [
            (run.start + run.offset + self.start_up + self.every,
             (run.doubtful or run.end) + run.offset - PULSE - self.every - self.tolerance) for run in self.runs
        ]
        self.certain = [span for span in self.certain if span[0] < span[1]]
        self.rows_of = collections.defaultdict(list)
        for row in self.export.coverage:
            self.rows_of[row["profile"], row["part"]].append((moment(row["from"]), moment(row["to"]), row))
        for rows in self.rows_of.values():
            rows.sort(key=lambda row: row[:2])
        for profile in self.truth.profiles:
            for part in ("tags", "breaks", "wrapups"):
                if not self.rows_of[profile, part]:
                    self.fault(f"{part} of {profile} are covered at no time")
        if self.faults:
            return
        self.compare_tags()
        self.compare_stays("break", "breaks")
        self.compare_stays("wrapup", "wrapups")
        self.compare_coverage()
        self.compare_events()

    def compare_tags(self):
        before = len(self.faults)
        found = collections.Counter()
        for place, event in enumerate(self.export.events):
            if event["type"] != "tag":
                continue
            key = event["profile"], event["id"]
            found[key] += 1
            if event["changed"]:
                self.fault(f"{key} is recorded as changed")
            if key not in self.truth.tags:
                self.fault(f"{key} is recorded and was never sent")
                continue
            self.compare_tag(key, event)
            came, at = self.truth.tags[key][0], self.server_time(place)
            if at < came - self.tolerance:
                self.fault(f"{key} is recorded at {at} and came at {came}")
            is_old = came < self.first(event["profile"]) - self.tolerance
            is_new = came > self.first(event["profile"]) + self.tolerance
            if (is_old and not event["initial"]) or (is_new and event["initial"]):
                self.fault(f"{key} came at {came}, and its `initial` is {event['initial']}")
        for key, count in found.items():
            if count > 1:
                self.fault(f"{key} is recorded {count} times")
        must = set()
        for key, (came, _) in self.truth.tags.items():
            first, last = self.first(key[0]), self.last(key[0])
            if first - 3600 + self.tolerance <= came <= last - 1 - self.tolerance:
                must.add(key)
            elif not first - 3600 - self.tolerance <= came <= last and key in found:
                self.fault(f"{key} is recorded, and no answer can have shown it")
        for key in sorted(must - set(found)):
            self.fault(f"{key} is lost; it came at {self.truth.tags[key][0]}")
        listed = collections.Counter((tag["profile"], tag["id"]) for tag in self.export.tags)
        for tag in self.export.tags:
            if (key := (tag["profile"], tag["id"])) in self.truth.tags:
                self.compare_tag(key, tag)
        if listed != collections.Counter(dict.fromkeys(found, 1)):
            self.fault("the list of tags is another than that of the events")
        self.row("notifications", len(must), len(must & set(found)), 0, before)

    def compare_tag(self, key, recorded):
        came, sent = self.truth.tags[key]
        says = [recorded[name] for name in ("fields", "kind", "message", "call_id", "customer", "agent_id")]
        said = [sent, *(sent[name] for name in ("type", "message", "callId", "cNumber", "agentId"))]
        if says != said or abs(moment(recorded["time"]) - came) > 0.0005:
            self.fault(f"{key} is recorded otherwise than it was sent: {recorded} instead of {sent}")

    def first(self, profile):
        """The first answer about notifications, by the server's clock."""
        return self.rows_of[profile, "tags"][0][0] - self.runs[0].offset

    def last(self, profile):
        return self.rows_of[profile, "tags"][-1][1] - self.runs[-1].offset

    def compare_stays(self, what, part):
        before = len(self.faults)
        places = self.places(what)
        began = self.runs[0].start
        truth = {stay.key: stay for stay in self.truth.stays if stay.what == what and (stay.end or began + 1) > began}
        intervals = [interval for interval in self.export.intervals if interval["what"] == what]
        found = collections.Counter(self.key(interval) for interval in intervals)
        for key, count in found.items():
            if count > 1:
                self.fault(f"{key} is recorded {count} times")
            if key not in truth:
                self.fault(f"{key} is recorded and never was")
        unbounded = 0
        for interval in intervals:
            if (stay := truth.get(self.key(interval))) is not None:
                if self.compare_stay(interval, stay, places[self.key(interval)]):
                    self.bounded.add(stay.key)
                else:
                    unbounded += 1
        must = {stay.key for stay in truth.values() if self.must_be_seen(stay, part)}
        self.must |= must
        for key in sorted(must - set(found), key=str):
            self.fault(f"{key} is lost; it went on from {truth[key].start} to {truth[key].end}")
        short = len(set(truth) - set(found) - must)
        if unbounded:
            self.notes.append(f"{unbounded} {what}s went on in minutes that the clock skipped or went through twice: no bounds to compare")
        self.row(f"{what}s", len(truth), len(found), short, before)

    def key(self, interval):
        since = moment(interval["since"])
        name = int(since) if interval["what"] == "break" and since is not None else interval["call_id"]
        return interval["profile"], interval["what"], name

    def places(self, what):
        """Where the events of each stand: its beginning and its end."""
        places = collections.defaultdict(lambda: [None, None])
        for place, event in enumerate(self.export.events):
            if event["type"] in (f"{what}_started", f"{what}_ended"):
                known = places[self.key(event | {"what": what, "since": event.get("since"), "call_id": event.get("call_id")})]
                which = event["type"].endswith("ended")
                if known[which] is not None:
                    self.fault(f"{event} is recorded twice")
                known[which] = place
        return places

    def compare_stay(self, interval, stay, places):
        """Whether there were bounds to compare."""
        key = stay.key
        says = (moment(interval["ends_at"]), interval["customer"]) if stay.what == "wrapup" else interval["reason"]
        if says != stay.says:
            self.fault(f"{key} is recorded with {says} instead of {stay.says}")
        start_lo, start_hi, end_lo, end_hi = (moment(interval[it]) for it in ("start_lo", "start_hi", "end_lo", "end_hi"))
        bounds = [bound for bound in (start_lo, start_hi, end_lo, end_hi) if bound is not None]
        if bounds != sorted(bounds):
            self.fault(f"{key} has bounds in this order: {bounds}")
        if interval["open"] != (end_hi is None):
            self.fault(f"{key} is open: {interval['open']}, and its end is {end_hi}")
        began, ended = places
        if began is None:
            self.fault(f"{key} has no beginning")
            return True
        runs = [self.run_of(place) for place in places if place is not None]
        if interval["open"]:
            runs.append(self.runs[-1])
        # Of two answers that our clock gave the same time, nobody knows which came first.
        if len({run.offset for run in runs}) > 1 or any(self.is_ambiguous(bound) for bound in bounds):
            return False
        offset = runs[0].offset
        start = (self.truth.start if stay.start is None else stay.start) + offset
        end = None if stay.end is None else stay.end + offset
        near = self.tolerance
        if start_lo is not None and start_lo > start + near or start_hi < start - near:
            self.fault(f"{key} began at {start}, and that is not within {start_lo} and {start_hi}")
        if end is not None and end_lo > end + near:
            self.fault(f"{key} ended at {end}, before {end_lo}")
        if end_hi is not None and (end is None or end_hi < end - near):
            self.fault(f"{key} ended at {end}, and no later than {end_hi}")
        return True

    def is_ambiguous(self, ours):
        return any(begin <= ours <= end + 3 * self.every for begin, end in self.twice)

    def must_be_seen(self, stay, part):
        """Whether answers cannot have missed it: they are no further apart than three intervals."""
        if stay.start is None and stay.end is None:
            return True
        start = self.truth.start if stay.start is None else stay.start
        end = self.truth.end if stay.end is None else stay.end
        for run in self.runs:
            since = run.start + self.start_up + self.every
            until = (run.doubtful or run.end) - PULSE - self.tolerance
            if min(end, until) - max(start, since) >= 3 * self.every and not self.was_slow(stay.profile, part, run):
                return True
        for begin, last, _ in self.rows_of[stay.profile, part]:
            if self.is_ambiguous(begin) or self.is_ambiguous(last) or any(begin < it[0] and it[1] < last for it in self.twice):
                continue
            offset = self.offset_at(last)
            begin, last = begin - offset, last - offset
            near = self.tolerance
            if min(end, last) - max(start, begin) >= 3 * self.every + near:
                return True
            if start + near < begin < end - near or start + near < last < end - near:
                return True
        return False

    def was_slow(self, profile, part, run):
        """Whether the journal says that answers did not come within this run."""
        rows = self.rows_of[profile, part]
        return any(
            row["ended"] == "outage" and run.start + run.offset - 1 <= last <= run.end + run.offset for _, last, row in rows
        )

    def offset_at(self, ours):
        """How our clock went at this time of it, which it went through once."""
        near = [run for run in self.runs if run.start + run.offset <= ours + self.tolerance]
        return near[-1].offset if near else self.runs[0].offset

    def compare_coverage(self):
        before = len(self.faults)
        causes, slow, told, surely, covered = collections.Counter(), 0, 0, 0, 0
        for (profile, part), rows in sorted(self.rows_of.items()):
            if part == "tags":
                # What came meanwhile, the server has sent later. Of one that has sent nothing yet, nobody knows that it does.
                if any(row["ended"] is not None and row["repeats"] is not None for _, _, row in rows):
                    self.fault(f"notifications of {profile} are covered {len(rows)} times")
                continue
            for (_, last, row), (begin, _, _) in zip(rows, rows[1:]):
                if begin < last:
                    self.fault(f"coverage of {part} of {profile} overlaps at {begin}")
                if begin - last <= 3 * self.every:
                    continue
                causes[row["ended"]] += 1
                unexplained = sum(common((last, begin), span) for span in self.certain)
                if unexplained and row["ended"] == "outage":
                    slow += unexplained
                elif unexplained:
                    self.fault(f"{part} of {profile} are not covered from {last} to {begin} ({row['ended']}), and somebody recorded")
            for begin, end in self.pauses():
                if any(common((begin + self.tolerance, end - self.tolerance), row) for row in rows):
                    self.fault(f"{part} of {profile} are covered from {begin} to {end}, when nobody recorded")
                else:
                    told += 1
            surely += sum(end - begin for begin, end in self.certain)
            short = [(last, begin) for (_, last, _), (begin, _, _) in zip(rows, rows[1:]) if begin - last <= 3 * self.every]
            covered += sum(common(span, row) for span in self.certain for row in [*rows, *short])
            for begin, end in self.certain:
                if begin < rows[0][0] or rows[-1][1] < end:
                    self.fault(f"{part} of {profile} are not covered at {begin} or {end}, and somebody recorded")
        parts = len(self.truth.profiles) * 2
        self.notes.append("holes by cause: " + ", ".join(f"{count} {why}" for why, count in causes.most_common()))
        if slow:
            self.notes.append(f"{slow:.0f} seconds of holes are told as `outage`: this machine was too slow")
        self.row(f"pauses of over {3 * self.every} s, in {parts} parts", len(self.pauses()) * parts, told, 0, before)
        if slow > 0.05 * surely:
            self.fault(f"this machine is too slow for this rate: {slow:.0f} of {surely:.0f} seconds were not recorded")
        self.row(f"seconds of recording, in {parts} parts", round(surely), round(covered), round(slow), len(self.faults))

    def ours(self):
        """The times in which somebody recorded, by our clock, in order and joined."""
        joined = []
        for begin, end in sorted((run.start + run.offset, run.end + run.offset) for run in self.runs):
            if joined and begin <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], end)
            else:
                joined.append([begin, end])
        return joined

    def pauses(self):
        """The times in which nobody did, too long to be bridged by two answers."""
        ours = self.ours()
        pauses = ((before[1], after[0]) for before, after in zip(ours, ours[1:]))
        return [pause for pause in pauses if pause[1] - pause[0] > 3 * self.every + self.tolerance]

    def compare_events(self):
        before = len(self.faults)
        kinds = collections.Counter(event["type"] for event in self.export.events)
        for kind in set(kinds) - KNOWN_EVENTS:
            self.fault(f"{kinds[kind]} times {kind} is recorded, and never was")
        gaps = [event for event in self.export.events if event["type"] == "gap"]
        first = {}
        for event in self.export.events:
            first.setdefault(event.get("profile"), event)
        for event in gaps:
            # A run that is killed before it has recorded anything may have received what nobody else gets.
            if event["why"] == "taken_over" and first[event["profile"]] is event:
                continue
            # Notifications are sent for an hour, and nobody paused so long.
            if event["why"] not in ("answer_lost", "taken_over") or any(profile == event["profile"] for profile, _ in self.truth.tags):
                self.fault(f"a gap is recorded, and there was none: {event}")
        if gaps:
            self.notes.append(f"{len(gaps)} gaps are told of whom the server has sent nothing before: it may send each notification once")
        lost = kinds["connection_lost"]
        if lost:
            self.notes.append(f"{lost} times the server was slower than the limit of a request")
        others = sum(kinds[kind] for kind in set(kinds) - KNOWN_EVENTS)
        self.row("other events", 0, others, 0, before)


def planted(comparison):
    """The export with one mistake each, of which a comparison has to find all."""
    export = comparison.export

    def with_a(what, change):
        worse = copy.deepcopy(export)
        change(worse)
        return what, worse

    def place(kind):
        places = [place for place, event in enumerate(export.events) if event["type"] == kind]
        return places[len(places) // 2]

    def later(text):
        return text[:17] + ("10" if text[17:19] != "10" else "50") + text[19:]

    def alter(name, **changes):
        def change(worse):
            rows = getattr(worse, name)
            rows[len(rows) // 2].update(changes)
        return change

    def of(worse, what):
        rows = (row for row in worse.intervals if row["what"] == what and row["start_lo"] and row["end_hi"])
        compared = comparison.must & comparison.bounded
        return max((row for row in rows if comparison.key(row) in compared), key=lambda row: row["certain_seconds"])

    def shift(worse, what, name, seconds, row=None):
        row = row or of(worse, what)
        at = moment(row[name]) + seconds
        row[name] = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".000+00:00"

    def seen_at_once(worse):
        """Of a break that was seen first after a pause, an earlier moment may be right as well."""
        rows = (row for row in worse.intervals if row["what"] == "break" and row["start_lo"])
        return min((row for row in rows if comparison.key(row) in comparison.bounded), key=lambda row: moment(row["start_hi"]) - moment(row["start_lo"]))

    def drop(worse, what):
        worse.intervals.remove(of(worse, what))

    def double(worse, what):
        worse.intervals.append(of(worse, what))

    def uncover(worse, part):
        rows = [row for row in worse.coverage if row["part"] == part]
        worse.coverage.remove(max(rows, key=lambda row: moment(row["to"]) - moment(row["from"])))

    def bridge(worse, part):
        """As if nobody had paused."""
        profile = worse.coverage[0]["profile"]
        rows = [row for row in worse.coverage if row["part"] == part and row["profile"] == profile]
        for before, after in zip(rows, rows[1:]):
            before["to"] = after["from"]

    yield with_a("an event is missing", lambda worse: worse.events.pop(place("tag")))
    yield with_a("an event is there twice", lambda worse: worse.events.append(export.events[place("tag")]))
    yield with_a("a notification is missing in the list", lambda worse: worse.tags.pop())
    yield with_a("a notification is another", alter("tags", customer="919000000000"))
    yield with_a("a break is missing", lambda worse: drop(worse, "break"))
    yield with_a("a wrap-up is missing", lambda worse: drop(worse, "wrapup"))
    yield with_a("a break is there twice", lambda worse: double(worse, "break"))
    yield with_a("a break began elsewhen", lambda worse: of(worse, "break").update(since=later(of(worse, "break")["since"])))
    yield with_a("a wrap-up is of another call", lambda worse: of(worse, "wrapup").update(call_id="C0"))
    yield with_a("a break was shown before it began", lambda worse: shift(worse, "break", "start_hi", -90, seen_at_once(worse)))
    yield with_a("a wrap-up did not end when it did", lambda worse: shift(worse, "wrapup", "end_lo", 60))
    yield with_a("a coverage is missing", lambda worse: uncover(worse, "breaks"))
    yield with_a("the coverage of notifications is missing", lambda worse: uncover(worse, "tags"))
    yield with_a("a pause is not told", lambda worse: bridge(worse, "wrapups"))
    yield with_a("the end of a break is there twice", lambda worse: worse.events.append(export.events[place("break_ended")]))
    yield with_a("a gap is told that was none", lambda worse: worse.events.append(
        {"type": "gap", "at": export.events[-1]["at"], "profile": "asha", "from": None, "to": None, "why": "outage"}))
    yield with_a("an event is recorded that never was", lambda worse: worse.events.append(
        export.events[-1] | {"type": "agent_changed"}))


def table(rows):
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows)]
    for row in rows:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())


TITLES = ("what", "happened", "recorded", "excused", "differ")


def report(comparison, titles=TITLES):
    """Prints what was compared. Returns whether all is well."""
    table([titles, *comparison.rows])
    for note in comparison.notes:
        print(f"note: {note}")
    for fault in comparison.faults[:30]:
        print(f"DIFFERS: {fault}")
    return not comparison.faults


def try_the_comparison(comparison, mistakes, make):
    """Whether it finds each of the planted mistakes. `make` compares what has one."""
    found, missed = 0, []
    for what, worse in mistakes:
        is_found = set(make(worse).faults) - set(comparison.faults)
        found += bool(is_found)
        missed += [] if is_found else [what]
    print(f"the comparison finds {found} of {found + len(missed)} planted mistakes")
    for what in missed:
        print(f"NOT FOUND: {what}")
    return not missed
