"""Pictures of the wall in a real browser: the one of the README, or all sizes and states in a folder, to be looked at.
Run by .ci/wall: PROGRAM AXE --picture | --pictures FOLDER."""

import pathlib, subprocess, sys, tempfile, time

from wall_servers import IS_STALE, PROGRAM, SERVE, Browser, DeepCall, Wall, names, on_break, open_wall

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 150_000
SCREENS = {"1080p": (1920, 1080), "4k": (3840, 2160), "phone": (390, 844)}


def of_readme(folder):
    """The sandbox, so that anybody can see the same."""
    target = ROOT / "docs/pictures/wall.png"
    shown = Wall(PROGRAM, folder, words="--sandbox --interval 2s --alert break=10m:15m --alert wrapup=90s")
    browser = Browser(folder, 1600, 900)
    try:
        browser.dark(True)
        open_wall(browser, shown)
        time.sleep(20)
        browser.picture(f"{folder}/wall.png")
    finally:
        browser.end()
        shown.end()
    subprocess.run(["pngquant", "--force", "--strip", "--output", str(target), "64", f"{folder}/wall.png"], check=True)
    size = target.stat().st_size
    assert size <= LARGEST, size
    print(f"{target.relative_to(ROOT)}: {size / 1000:.0f} kB")


def floor(count):
    deepcall = DeepCall(names(count))
    reasons = ("Lunch", "Tea", "Training", "Meeting", "Prayer")
    for at in range(count):
        agent, now = deepcall.agent(at), int(time.time())
        if at < max(2, count // 4):
            agent["break"] = on_break(reasons[at % 5], 1200 - 290 * at if at < 4 else 40 * at % 600)
        kind, message = (("missed", "caller hung up after 42 s"), ("callback", "wants a call at 15:00"), ("answered", "invoice 2207"))[at % 3]
        agent["tags"] = [{"_id": f"t{at}", "time": now - 97 * at % 3000, "type": kind, "message": message, "agentName": agent["name"]}]
    return deepcall


def every(folder, target):
    target.mkdir(parents=True, exist_ok=True)
    browser = Browser(folder)
    try:
        for count in (14, 18, 80, 200):
            home = pathlib.Path(folder) / str(count)
            home.mkdir()
            deepcall = floor(count)
            shown = Wall(PROGRAM, home, deepcall, f"{SERVE} --record")
            open_wall(browser, shown)
            browser.wait(f"return document.querySelectorAll('.tag bdi').length === {count}", "all tags", 60)
            for name, (width, height) in SCREENS.items():
                browser.size(width, height, name == "phone")
                for is_dark in (False, True):
                    browser.dark(is_dark)
                    browser.picture(target / f"{count}-{name}-{'dark' if is_dark else 'light'}.png")
            browser.size(1920, 1080)
            if count == 14:
                deepcall.down = True
                browser.wait("return document.querySelectorAll('.silent').length === 14", "silent", 90)
                browser.picture(target / "silent.png")
                shown.stop()
                browser.wait(IS_STALE, "NOT LIVE")
                browser.picture(target / "stale-dark.png")
                browser.dark(False)
                browser.picture(target / "stale-light.png")
                shown.go_on()
                browser.call("DELETE", "/cookie")
                browser.go(shown.url + "/")
                browser.picture(target / "form.png")
            shown.end()
        home = pathlib.Path(folder) / "empty"
        home.mkdir()
        empty(home, target, browser)
    finally:
        browser.end()


def empty(folder, target, browser):
    """Before the first answer, and where there is nothing to say of anybody."""
    deepcall = DeepCall(names(14))
    deepcall.down = True
    shown = Wall(PROGRAM, folder, deepcall, SERVE)
    browser.go(f"{shown.url}/#k={shown.key}")
    browser.wait("return !!document.querySelector('tbody tr')", "the floor")
    browser.picture(target / "unanswered.png")
    deepcall.down = False
    browser.wait("return [...document.querySelectorAll('.state')].every(cell => cell.innerText === 'neither')", "answers", 90)
    for name, (width, height) in SCREENS.items():
        browser.size(width, height, name == "phone")
        browser.picture(target / f"empty-{name}.png")
    browser.size(1920, 1080)
    shown.end()


def main():
    with tempfile.TemporaryDirectory() as folder:
        if "--picture" in sys.argv:
            of_readme(folder)
        else:
            every(folder, pathlib.Path(sys.argv[-1]))


main()
