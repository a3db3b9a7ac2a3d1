"""An hour of `deepcall record` with kills, a full disk and a clock that is set, compared with what the sandbox says happened.

Run by .ci/trial, in a mount namespace of its own if it is not root."""

import argparse, calendar, os, pathlib, random, shutil, signal, subprocess, sys, tempfile, time

import trial_shift
from trial_compare import Comparison, Export, Run, planted, report, try_the_comparison
from trial_processes import run_processes
from trial_truth import Truth, utc

BASE = calendar.timegm((2026, 11, 2, 9, 0, 0))
EVERY = 10
# By so much the clock is set back, and later forth again.
BACK = 7 * 60
# So long nothing more happens at the end.
QUIET = 240
FULL = 150


class FakeClock:
    """A clock that starts at BASE and runs `rate` times as fast, the same for each process that is started with it."""

    def __init__(self, rate, preload):
        self.rate, self.preload = rate, preload
        # The wrapper makes what the processes share, and removes it as its child ends.
        script = 'echo "$FAKETIME_SHARED"; exec cat'
        command = ["faketime", "-f", self.spec(0), "sh", "-c", script]
        environment = os.environ | {"TZ": "UTC", "FAKETIME_DONT_RESET": "1"}
        self.keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.shared = self.keeper.stdout.readline().strip()
        bounds = [self.reading() for _ in range(20)]
        # Each reading says within which bounds the clock began.
        self.began = max(low for low, _ in bounds) / 2 + min(high for _, high in bounds) / 2

    def spec(self, offset):
        return f"@{utc(BASE + offset)} x{self.rate}"

    def environment(self, offset=0):
        own = {"LD_PRELOAD": self.preload, "FAKETIME_SHARED": self.shared, "FAKETIME": self.spec(offset)}
        return os.environ | own | {"FAKETIME_DONT_RESET": "1", "TZ": "UTC"}

    def reading(self):
        before = time.time()
        read = subprocess.run(["date", "+%s.%N"], env=self.environment(), capture_output=True, text=True, check=True)
        passed = (float(read.stdout) - BASE) / self.rate
        return before - passed, time.time() - passed

    def now(self):
        return BASE + (time.time() - self.began) * self.rate

    def wait_until(self, second):
        left = (second - self.now()) / self.rate
        if left > 0:
            time.sleep(left)

    def end(self):
        self.keeper.stdin.close()
        self.keeper.wait()


class Disk:
    """A small disk that can be filled. The journal is on it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "disk"
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", str(self.folder)], check=True)
        self.filler = self.folder / "filler"

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    pass
        assert shutil.disk_usage(self.folder).free == 0, "the disk is not full"

    def free(self):
        self.filler.unlink()

    def end(self):
        subprocess.run(["umount", str(self.folder)], check=True)


class Recorder:
    """The recorder in its runs, one after the other."""

    def __init__(self, arguments, clock, folder, disk):
        self.arguments, self.clock, self.runs, self.process = arguments, clock, [], None
        self.offset, self.is_full, self.waits = 0, False, 0
        self.log = open(pathlib.Path(folder) / "recorder.log", "a+")
        self.own = {
            "HOME": str(folder), "DEEPCALL_CONFIG_DIR": str(pathlib.Path(folder) / "profiles"),
            "DEEPCALL_JOURNAL": str(disk.folder / "journal" / "journal.db"),
        }

    def environment(self):
        return self.clock.environment(self.offset) | self.own

    def start(self, events_before=None):
        self.runs.append(Run(self.clock.now(), self.offset, events_before))
        if self.is_full:
            self.runs[-1].doubtful = self.runs[-1].start
        command = [self.arguments.deepcall, "record", "--all", "--interval", f"{EVERY}s"]
        self.process = subprocess.Popen(command, env=self.environment(), stdout=subprocess.DEVNULL, stderr=self.log)

    def stop(self, signal_number):
        """Ends this run. On a full disk it may have ended by itself: it says so, and is started again."""
        ended = self.process.poll()
        if ended is not None:
            assert self.is_full or self.runs[-1].doubtful, f"the recorder ended by itself, with {ended}: see {self.log.name}"
        self.process.send_signal(signal_number)
        self.process.wait()
        self.runs[-1].end = self.clock.now()

    def keep_running(self, until):
        """Waits, and starts a recorder again that cannot begin on a full disk, as a service would be."""
        while self.clock.now() < until:
            self.clock.wait_until(min(until, self.clock.now() + 5))
            if self.process.poll() is not None:
                self.stop(signal.SIGKILL)
                self.waits += 1
                self.start()

    def disk_is(self, is_full):
        self.is_full = is_full
        if is_full and self.runs[-1].doubtful is None:
            self.runs[-1].doubtful = self.clock.now()
        elif not is_full:
            self.freed = self.clock.now()

    def survived(self):
        """The disk has space again, and the recorder has written what waited: nothing of this run is in doubt."""
        self.runs[-1].doubtful = None


def plan(dice, kills):
    """For each run how long it is, how it ends, and how long the pause after it is, in seconds."""
    endings = ["kill"] * kills
    for place, what in ((len(endings) * 2 // 3, "set forth"), (len(endings) // 3, "set back")):
        endings.insert(place, what)
    pauses = [dice.choice([0, 0, 1, 3, 10, 30, 60]) * dice.uniform(0.5, 1.5) for _ in endings]
    pauses[dice.randrange(len(pauses))] = 200
    shares = [dice.expovariate(1) for _ in endings]
    # Two of them have a full disk: in the first one it has space again before the end, the second one is killed before.
    survives, dies = dice.sample([place for place, what in enumerate(endings) if what == "kill"], 2)
    least = {survives: FULL * 2, dies: FULL}
    rest = 3600 - QUIET - sum(pauses) - sum(least.values())
    lengths = [rest * share / sum(shares) + least.get(place, 0) for place, share in enumerate(shares)]
    return list(zip(lengths, endings, pauses)), survives, dies


def an_hour(arguments, folder):
    dice = random.Random(arguments.seed)
    runs, survives, dies = plan(dice, arguments.kills)
    disk = Disk(folder)
    clock = FakeClock(arguments.rate, arguments.preload)
    recorder = Recorder(arguments, clock, folder, disk)
    command = [arguments.deepcall, "sandbox", "--seed", str(arguments.seed), "--profiles", str(folder / "profiles"), "--port", "0"]
    server = subprocess.Popen(command, env=clock.environment() | {"HOME": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        server.stdout.readline()
        began = clock.now()
        recorder.start(0)
        for place, (length, ending, pause) in enumerate(runs):
            end = clock.now() + length
            if place == survives:
                clock.wait_until(end - 1.7 * FULL)
                disk.fill()
                recorder.disk_is(full := True)
                clock.wait_until(end - 0.7 * FULL)
                disk.free()
                recorder.disk_is(not full)
                clock.wait_until(end)
                recorder.survived()
            elif place == dies:
                clock.wait_until(end - FULL / 2)
                disk.fill()
                recorder.disk_is(True)
            recorder.keep_running(end) if recorder.is_full else clock.wait_until(end)
            recorder.stop(signal.SIGKILL if ending == "kill" else signal.SIGTERM)
            clock.wait_until(clock.now() + pause)
            events_before = None
            if ending != "kill":
                recorder.offset = -BACK if ending == "set back" else 0
                events_before = len(Export(arguments.deepcall, recorder.environment()).events)
            recorder.start(events_before)
            if place == dies:
                recorder.keep_running(clock.now() + FULL / 2)
                disk.free()
                recorder.disk_is(False)
                recorder.keep_running(clock.now() + 10)
        clock.wait_until(clock.now() + QUIET)
        recorder.stop(signal.SIGTERM)
        ended = clock.now()
        environment = recorder.environment()
        verified = subprocess.run([arguments.deepcall, "journal", "verify"], env=environment, capture_output=True, text=True)
        export = Export(arguments.deepcall, environment)
        shift = trial_shift.Shift(arguments.deepcall, environment, int(began) + 1, int(ended))
        shutil.copytree(disk.folder / "journal", folder / "journal")
    finally:
        for process in (server, recorder.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        disk.end()
        clock.end()
    killed = sum(ending == "kill" for _, ending, _ in runs)
    print(f"{(ended - began) / 60:.0f} minutes at {arguments.rate} times their speed: {len(recorder.runs)} runs, {killed} kills, "
          f"a full disk twice ({recorder.waits} starts failed on it), the clock set back by {BACK // 60} minutes and forth again")
    print(verified.stdout.strip() or verified.stderr.strip())
    truth = Truth(arguments.deepcall, arguments.seed, folder, arguments.preload, int(began) - 300, int(ended) + 1)
    tolerance, start_up = 1 + 0.1 * arguments.rate, 0.6 * arguments.rate + EVERY

    def make(export):
        return Comparison(truth, export, recorder.runs, EVERY, tolerance, start_up)

    comparison = make(export)
    is_well = report(comparison) & try_the_comparison(comparison, planted(comparison), make) & (verified.returncode == 0)
    return is_well & of_the_shift(comparison, shift) & what_it_said(recorder.log)


def of_the_shift(comparison, shift):
    """The report of the hour beside what happened: of each figure first the least and the most that it may be."""
    if not comparison.rows:
        # Nothing of somebody was recorded.
        return False

    def make(shift):
        return trial_shift.ShiftComparison(comparison, shift)

    compared = make(shift)
    return report(compared, trial_shift.TITLES) & try_the_comparison(compared, trial_shift.planted(compared), make)


def what_it_said(log):
    """The recorder has to say that the disk was full, and nothing of some other trouble."""
    log.seek(0)
    lines = log.read().splitlines()
    bad = [line for line in lines if any(word in line for word in ("locked", "panicked", "damaged", "no such"))]
    for line in bad:
        print(f"DIFFERS: the recorder said: {line}")
    full = sum("no space is left" in line for line in lines)
    print(f"the recorder said {full} times that no space is left")
    if not full:
        print("DIFFERS: the recorder did not notice that the disk was full")
    return not bad and full > 0


def preload():
    """The library, as faketime has it loaded."""
    command = ["faketime", "-f", "+0", "sh", "-c", 'echo "$LD_PRELOAD"']
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(prog=".ci/trial")
    parser.add_argument("deepcall")
    parser.add_argument("what", choices=["hour", "processes"])
    parser.set_defaults(preload=preload())
    parser.add_argument("--rate", type=int, default=60, help="how many times as fast as usual")
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1000), help="which floor, and which moments")
    parser.add_argument("--minutes", type=float, default=10, help="how long the processes run")
    parser.add_argument("--keep", action="store_true", help="keep the folder")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="deepcall-trial-"))
    is_well = False
    try:
        is_well = (an_hour if arguments.what == "hour" else run_processes)(arguments, folder)
    finally:
        if arguments.keep or not is_well:
            print(f"kept in {folder}")
        else:
            shutil.rmtree(folder)
    print("equal but for the gaps that are told" if is_well else "NOT EQUAL")
    sys.exit(not is_well)


main()
