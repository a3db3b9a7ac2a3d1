"""Compares what `deepcall shift` says of a recorded time with what the sandbox says happened. Times are seconds since 1970 by
the clock of the recorder, which is that of the report, unless they are called the server's."""

import collections, copy, json, subprocess, time

from trial_compare import common

# Longer is no pause between two runs.
PAUSE = 400


class Shift:
    """What `deepcall shift` says of the time from `since` until `until`."""

    def __init__(self, deepcall, environment, since, until):
        self.since, self.until = since, until
        window = [option for name, at in (("--since", since), ("--until", until)) for option in (name, written(at))]
        command = [deepcall, "shift", *window, "--output", "json", "--timezone", "UTC", "-q"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        self.document = json.loads(done.stdout)
        self.agents = {agent["profile"]: agent for agent in self.document["agents"]}


def written(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def joined(spans):
    """The same times in their order, each once."""
    union = []
    for begin, end in sorted(span for span in spans if span[0] < span[1]):
        if union and begin <= union[-1][1]:
            union[-1][1] = max(union[-1][1], end)
        else:
            union.append([begin, end])
    return union


def length(spans):
    return sum(end - begin for begin, end in joined(spans))


class ShiftComparison:
    """Each figure of each agent, beside the least and the most that it may be.

    Where answers must have come, the least is what happened; the most is what happened at all. A break counts with its whole
    length, as answers showed it or allow it: the bounds of the report have to meet it. An answer may be on its way for
    `tolerance`, so each end of a break may be off by that."""

    def __init__(self, comparison, shift):
        self.known, self.shift = comparison, shift
        self.window = shift.since, shift.until
        self.rows, self.faults, self.notes = [], [], []
        if sorted(shift.agents) != sorted(comparison.truth.profiles):
            self.faults.append(f"the shift is about {sorted(shift.agents)} instead of {sorted(comparison.truth.profiles)}")
            return
        for profile in sorted(shift.agents):
            self.compare(profile, shift.agents[profile])

    def compare(self, profile, agent):
        cells = [profile]
        for what, unit, (least, most), (low, high) in [
            ("breaks", 1, self.stays(profile, "break"), [agent["breaks"]] * 2),
            ("minutes of break", 60, self.time(profile), (agent["break_seconds_min"], agent["break_seconds_max"])),
            ("wrap-ups", 1, self.stays(profile, "wrapup"), [agent["wrapups"]] * 2),
            ("percent covered", 0.01, self.share(profile), [agent["covered_share"]] * 2),
        ]:
            self.one(cells, profile, what, unit, (least, most), (low, high))
        tags = self.tags(profile)
        by_kind = collections.Counter(agent["tags_by_kind"])
        for kind in sorted(tags.keys() | by_kind):
            self.one([], profile, f"notifications of kind {kind}", 1, tags[kind], [by_kind[kind]] * 2)
        least, most = (sum(bounds[place] for bounds in tags.values()) for place in (0, 1))
        self.one(cells, profile, "notifications", 1, (least, most), [by_kind.total()] * 2)
        if not agent["break_seconds_min"] <= agent["break_seconds"] <= agent["break_seconds_max"]:
            self.faults.append(f"break_seconds of {profile} is outside of its own bounds")
        self.rows.append(cells)

    def one(self, cells, profile, what, unit, happened, shown):
        (least, most), (low, high) = happened, shown
        is_well = low is not None and low <= most and least <= high
        if not is_well:
            self.faults.append(f"{what} of {profile} is {between(low, high, unit)}, and was {between(least, most, unit)}")
        cells += [between(least, most, unit), between(low, high, unit) + ("" if is_well else " !")]

    def stays(self, profile, what):
        """How many there must be, and how many there were."""
        near, counts = self.known.tolerance, [0, 0]
        for stay in self.of(profile, what):
            pieces, is_split = self.pieces(stay)
            within = [common(piece, self.window) for piece in pieces]
            # Of one at a border, answers may show too little.
            counts[0] += stay.key in self.known.must and not is_split and max(within) > 2 * near
            counts[1] += any(common((begin - near, end + near), self.window) for begin, end in pieces)
        return counts

    def time(self, profile):
        """How long the breaks were that any answer showed, in sum."""
        shown = {self.known.key(row) for row in self.known.export.intervals}
        stays = [stay for stay in self.of(profile, "break") if stay.key in shown]
        surely, possibly = [], []
        for stay in stays:
            pieces, is_split = self.pieces(stay)
            pieces = [(max(begin, self.window[0]), min(end, self.window[1])) for begin, end in pieces]
            # Nor are the bounds of one that began or ended at a time that the clock went through twice.
            if not is_split and not any(self.known.is_ambiguous(at) for piece in pieces for at in piece):
                surely += pieces
            # Of what went on while the clock was set, only the two ends are known.
            possibly.append((min(begin for begin, _ in pieces), max(end for _, end in pieces)))
        slack = 2 * self.known.tolerance * len(stays)
        return max(0, length(surely) - slack), sum(max(0, end - begin) for begin, end in possibly) + slack

    def share(self, profile):
        """How much of the window must be covered, and how much can be."""
        known = self.known
        whole = self.window[1] - self.window[0]
        certain = joined((max(begin, self.window[0]), min(end, self.window[1])) for begin, end in known.certain)
        holes = []
        for part in ("breaks", "wrapups"):
            rows = known.rows_of[profile, part]
            # What is told as an outage was one of this machine, and is compared elsewhere.
            holes += [
                (last, begin) for (_, last, row), (begin, _, _) in zip(rows, rows[1:])
                if begin - last <= 3 * known.every or row["ended"] == "outage"
            ]
        missing = sum(common(span, hole) for span in certain for hole in joined(holes))
        uncovered = sum(common((begin + known.tolerance, end - known.tolerance), self.window) for begin, end in known.pauses())
        return (length(certain) - missing) / whole, (whole - uncovered) / whole

    def tags(self, profile):
        """By kind, how many notifications there must be, and how many there were."""
        known, near = self.known, self.known.tolerance
        counts = collections.defaultdict(lambda: [0, 0])
        for (whose, _), (came, item) in known.truth.tags.items():
            if whose != profile:
                continue
            # It is by the clock of the recorder as it was noticed: in this run, or soon after a pause.
            runs = [run for run in known.runs if run.start - PAUSE <= came <= self.end(run) + near]
            times = {came + run.offset for run in runs or known.runs[:1]}
            is_shown = came <= known.last(profile) - 1 - near
            inside = [self.window[0] + near <= at < self.window[1] - near for at in times]
            outside = [at < self.window[0] - near or self.window[1] + near <= at for at in times]
            bounds = counts[item["type"]]
            bounds[0] += is_shown and all(inside)
            bounds[1] += not all(outside)
        return counts

    def of(self, profile, what):
        return [stay for stay in self.known.truth.stays if (stay.profile, stay.what) == (profile, what)]

    def end(self, run):
        """Until when its clock is that of the recorder, by the server's."""
        following = self.known.runs[self.known.runs.index(run) + 1:]
        return following[0].start if following else float("inf")

    def pieces(self, stay):
        """When it went on, in pieces between which the clock was set, and whether there are several."""
        start = self.known.truth.start if stay.start is None else stay.start
        end = self.known.truth.end if stay.end is None else stay.end
        steps = [self.known.runs[0], *self.known.steps]
        ends = [step.start for step in steps[1:]] + [float("inf")]
        pieces = [
            (max(start, begin.start if place else start) + begin.offset, min(end, until) + begin.offset)
            for place, (begin, until) in enumerate(zip(steps, ends))
        ]
        pieces = [piece for piece in pieces if piece[0] < piece[1]]
        return pieces, len(pieces) > 1


def between(least, most, unit):
    if least is None:
        return "unknown"
    least, most = (f"{bound / unit:.{0 if unit == 1 else 1}f}" for bound in (least, most))
    return least if least == most else f"{least} to {most}"


def planted(comparison):
    """The report with one mistake each, of which a comparison has to find all."""
    shift = comparison.shift

    def with_a(what, change):
        # Of everybody: of one agent, answers may have shown too little.
        worse = copy.deepcopy(shift)
        for agent in [*worse.agents.values()]:
            change(agent, worse)
        return what, worse

    def add(name, number):
        return lambda agent, _: agent.update({name: agent[name] + number})

    def longer(agent, _):
        for name in ("break_seconds", "break_seconds_min", "break_seconds_max"):
            agent[name] += 900

    def shorter(agent, _):
        agent.update(break_seconds=0, break_seconds_min=0, break_seconds_max=0)

    def rename(agent, _):
        agent["tags_by_kind"] = {f"{kind}s": count for kind, count in agent["tags_by_kind"].items()}

    yield with_a("a break too many", add("breaks", 9))
    yield with_a("no break at all", lambda agent, _: agent.update(breaks=0))
    yield with_a("breaks that are too long", longer)
    yield with_a("breaks that are too short", shorter)
    yield with_a("a figure outside of its bounds", add("break_seconds", 7200))
    yield with_a("wrap-ups too many", add("wrapups", 9))
    yield with_a("wrap-ups that are not known", lambda agent, _: agent.update(wrapups=None))
    yield with_a("another kind of notifications", rename)
    yield with_a("more that is covered", lambda agent, _: agent.update(covered_share=1.0))
    yield with_a("nothing that is covered", lambda agent, _: agent.update(covered_share=0.0))
    yield with_a("an agent is missing", lambda agent, worse: worse.agents.pop(min(worse.agents)))


TITLES = ["agent"] + [title for name in ("breaks", "minutes", "wrap-ups", "% covered", "notifications") for title in (name, "shift")]
