"""What a browser shows of the wall. Run by .ci/wall: PROGRAM AXE."""

import pathlib, re, statistics, sys, tempfile, time

from wall_servers import (
    EVERY, IS_LIVE, IS_STALE, PROGRAM, SERVE, Browser, DeepCall, Line, Pushed, Wall, floor_event, names, on_break, open_wall,
)

AXE = str(pathlib.Path(sys.argv[2]).resolve())
ROWS = []

SHOWN = "return document.querySelectorAll('tbody tr').length"
LENGTHS = "return [...document.querySelectorAll('.for,.left,.clock')].map(node => node.textContent)"

HOSTILE = [
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "</main></body><script>alert(1)</script>", "javascript:alert(1)", '" autofocus onfocus="alert(1)', "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//evil.example>", "<meta http-equiv=refresh content=0;url=//evil.example>", "<base href=//evil.example>",
    "<form action=//evil.example><input name=key>", "&lt;script&gt;alert(1)&lt;/script&gt;", "]]><script>alert(1)</script>", "<!--",
    "-->", "<![CDATA[", "<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>", "<template><b>", "<td></tr></table>",
    "\u202egnp.exe", "\u2067abc\u2069", "a\u0000b", "\u001b[2J", "line\nbreak", "data: x", "event: floor", "محمد علي", "अनीता देशमुख", "王小明", "👩‍👩‍👧‍👦", "Z" + "\u0301" * 90,
]
# A usual name for the rest of 64.
HOSTILE += [f"<b id=x{at} onclick=alert({at})>{at}" for at in range(64 - len(HOSTILE))]


def row(what, found):
    ROWS.append((what, found))
    print(f"{what}: {found}", flush=True)


def sign_in(browser, wall):
    open_wall(browser, wall)
    address = browser.run("return location.href")
    assert address == wall.url + "/", address
    cookies = browser.call("GET", "/cookie")
    assert [(it["httpOnly"], it["sameSite"]) for it in cookies] == [(True, "Strict")], cookies
    assert wall.key not in str(cookies), "the key is the cookie"
    row("the key is in the fragment of the first address", "signed in; neither in the address bar nor in the cookie")


def sizes(browser, wall):
    browser.run("location.reload()")
    browser.wait(IS_LIVE, "live")
    script = """const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
        return all.filter(it => !it.name.endsWith('/events')).map(it => [it.name, it.decodedBodySize])"""
    loaded = browser.run(script)
    assert all(name.startswith(wall.url) for name, _ in loaded), loaded
    size = sum(size for _, size in loaded)
    rows = browser.run(SHOWN)
    assert size <= 24_000, loaded
    row("loaded, without compression", f"{size / 1000:.1f} kB in {len(loaded)} files, with {rows} agents on the floor")


def frozen(browser, wall):
    browser.run("window.sameDocument = true")
    wall.stop()
    try:
        _, seconds = browser.wait(IS_STALE, "NOT LIVE")
        before = browser.run(LENGTHS)
        told = browser.run("return [document.querySelector('#stale').innerText, document.title, document.querySelector('[rel=icon]').href]")
        assert re.fullmatch(r"NOT LIVE since \d\d:\d\d:\d\d", told[0]) and told[1].startswith("NOT LIVE"), told
        assert browser.run("return getComputedStyle(document.querySelector('main')).filter") == "grayscale(1)"
        time.sleep(2.5)
        assert browser.run(LENGTHS) == before, "lengths count on"
    finally:
        wall.go_on()
    row("server stopped (SIGSTOP)", f"banner, title and icon say NOT LIVE after {seconds:.1f} s; no length counts on")
    _, seconds = browser.wait(IS_LIVE, "live again")
    assert browser.run("return window.sameDocument") is True, "the page was loaded anew"
    assert browser.run("return document.querySelector('[rel=icon]').href") != told[2]
    row("server continued (SIGCONT)", f"live after {seconds:.1f} s, without loading the page")


def down(browser, wall):
    # The first polls are spread over the interval.
    browser.wait("return ![...document.querySelectorAll('tbody tr')].some(row => row.innerText.includes('unknown'))", "all are known")
    wall.deepcall.down = True
    try:
        script = "return [...document.querySelectorAll('tbody tr')].every(row => /last seen \\d\\d:\\d\\d/.test(row.innerText))"
        _, seconds = browser.wait(script, "last seen", 60)
        before = browser.run("return [...document.querySelectorAll('.for,.left')].map(node => node.textContent)")
        time.sleep(2.5)
        assert browser.run("return [...document.querySelectorAll('.for,.left')].map(node => node.textContent)") == before
        assert browser.run(IS_LIVE), "the wall itself is live"
        said = browser.run("return document.querySelector('.live').innerText")
        assert "DeepCall" in said and "ago" in said, said
    finally:
        wall.deepcall.down = False
    row("DeepCall down", f"every row says since when after {seconds:.0f} s (2 polls of {EVERY} s and 5 s), its clock stands; “{said}”")
    browser.wait("return ![...document.querySelectorAll('tbody tr')].some(row => row.innerText.includes('last seen'))", "seen again", 90)


def seven_tabs(browser, wall):
    first = browser.call("GET", "/window")
    tabs = [first]
    for _ in range(6):
        tabs.append(browser.call("POST", "/window/new", {"type": "tab"})["handle"])
        browser.call("POST", "/window", {"handle": tabs[-1]})
        browser.call("POST", "/url", {"url": wall.url + "/"})
    seconds = []
    for tab in tabs:
        browser.call("POST", "/window", {"handle": tab})
        seconds.append(browser.wait(IS_LIVE, "live in every tab")[1])
        assert browser.run(SHOWN) == len(wall.deepcall.agents)
    for tab in tabs[1:]:
        browser.call("POST", "/window", {"handle": tab})
        browser.call("DELETE", "/window")
    browser.call("POST", "/window", {"handle": first})
    row("seven tabs", f"all load and are live, the slowest {max(seconds) * 1000:.0f} ms after it was chosen")


def offline(browser, wall):
    line = Line(int(wall.url.rsplit(":", 1)[1]))
    browser.go(f"{line.url}/#k={wall.key}")
    browser.wait("return !!document.querySelector('tbody tr')", "the floor")
    browser.wait(IS_LIVE, "live")
    line.cut()
    time.sleep(20)
    wall.deepcall.agent(3)["break"] = on_break("Offline")
    time.sleep(40)
    assert browser.run(IS_STALE), "it is offline"
    assert not browser.run("return document.body.innerText.includes('Offline')")
    line.is_cut = False
    _, seconds = browser.wait("return document.body.innerText.includes('Offline')", "the change that was missed", 30)
    browser.wait(IS_LIVE, "live")
    wall.deepcall.agent(3)["break"] = None
    row("60 s offline", f"NOT LIVE meanwhile; the change that was missed shows {seconds:.1f} s after the line is back")
    open_wall(browser, wall)


def latency(browser, wall, count=30):
    browser.run("""window.seen = {}; new MutationObserver(() => requestAnimationFrame(() => {
        for (const [reason] of document.body.innerText.matchAll(/Change-\\d+/g)) window.seen[reason] ??= Date.now();
    })).observe(document.body, {childList: true, subtree: true})""")
    agent = wall.deepcall.agent(5)
    for at in range(count):
        # A break that begins: another reason of the same break would have to be confirmed by a second answer.
        agent["break"] = on_break(f"Change-{at}")
        browser.wait(f"return window.seen['Change-{at}']", "a change")
        agent["break"] = None
        browser.wait("return ![...document.querySelectorAll('.state')].some(it => it.innerText.includes('Change'))", "the end of the break")
    seen = browser.run("return window.seen")
    took = sorted(seen[f"Change-{at}"] - wall.deepcall.told[f"Change-{at}"] for at in range(count))
    p95 = took[int(0.95 * count) - 1]
    row("from DeepCall's answer to the pixel", f"median {statistics.median(took):.0f} ms, p95 {p95:.0f} ms, {count} changes")


def check_with_axe(browser, what):
    browser.run(pathlib.Path(AXE).read_text())
    rules = "{rules: {'color-contrast-enhanced': {enabled: true}}}"
    found = browser.run_later(f"axe.run({rules}).then(it => arguments[0]([it.passes.length, it.violations.map(one => [one.id, one.nodes[0].html])]))")
    assert found[1] == [], (what, found)
    return found[0]


def axe(browser, wall):
    passes = []
    for is_dark in (False, True):
        browser.dark(is_dark)
        for width, height in ((1920, 1080), (390, 844)):
            browser.size(width, height, width < 900)
            open_wall(browser, wall)
            passes.append(check_with_axe(browser, f"{width} dark {is_dark}"))
            wall.stop()
            browser.wait(IS_STALE, "NOT LIVE")
            passes.append(check_with_axe(browser, f"stale {width} dark {is_dark}"))
            wall.go_on()
            browser.wait(IS_LIVE, "live")
        browser.size(1920, 1080)
        browser.call("DELETE", "/cookie")
        browser.go(wall.url + "/")
        passes.append(check_with_axe(browser, f"form dark {is_dark}"))
    browser.dark(False)
    row("axe, with contrast of 7:1", f"0 faults on {len(passes)} pages: floor, NOT LIVE and form; wide and narrow; light and dark")


def scripts_off(browser, wall):
    browser.call("DELETE", "/cookie")
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.go(wall.url + "/")
        find = lambda selector: next(iter(browser.call("POST", "/element", {"using": "css selector", "value": selector}).values()))
        browser.call("POST", f"/element/{find('input')}/value", {"text": wall.key})
        browser.call("POST", f"/element/{find('button')}/click")
        began, loads = time.time(), set()
        while len(loads) < 2 and time.time() - began < 40:
            loads.add(re.search(r'data-now="(\d+)"', browser.call("GET", "/source"))[1])
            time.sleep(0.5)
        text = browser.call("GET", "/source")
        assert len(loads) > 1, "it is not loaded anew"
        assert re.search(r'<td class="for[^"]*">(≥ )?\d+ (s|min)</td>', text), text
    finally:
        browser.cdp("Emulation.setScriptExecutionDisabled", value=False)
    row("scripts off", "the form signs in, lengths are written out, the page is loaded anew every 10 s")


def hostile(browser, folder):
    deepcall = DeepCall(HOSTILE)
    for at, name in enumerate(HOSTILE):
        agent = deepcall.agent(at)
        agent["tags"] = [{"_id": f"t{at}", "time": int(time.time()), "type": name[:40], "message": name, "agentName": name, "customer": name}]
        agent["break"] = on_break(name) if at % 2 else None
    wall = Wall(PROGRAM, folder, deepcall, SERVE)
    note = "window.csp = []; document.addEventListener('securitypolicyviolation', event => csp.push(event.violatedDirective)); window.alert = () => csp.push('alert')"
    added = browser.cdp("Page.addScriptToEvaluateOnNewDocument", source=note)
    open_wall(browser, wall)
    browser.wait(f"return document.querySelectorAll('tbody tr').length === 64 && document.querySelectorAll('.tag bdi').length === 64", "64 agents")
    time.sleep(2 * EVERY)
    kinds = browser.run("return [...new Set([...document.querySelectorAll('body, body *')].map(node => node.localName))].sort()")
    usual = "b bdi body caption h1 h2 header i li main ol p section small span table tbody td th thead time tr ul".split()
    assert set(kinds) <= set(usual), kinds
    attributes = browser.run("return [...new Set([...document.querySelectorAll('body, body *')].flatMap(node => node.getAttributeNames()))].sort()")
    known = "aria-hidden aria-live class data-age data-alerts data-build data-from data-least data-now data-offset data-until hidden id role scope".split()
    assert set(attributes) <= set(known), attributes
    assert browser.run("return csp") == []
    # What is refused by the policy, and errors of scripts; not that the address was answered with 401 before the form was sent.
    wrong = [it for it in browser.call("POST", "/se/log", {"type": "browser"}) if it["level"] == "SEVERE" and it["source"] != "network"]
    assert wrong == [], wrong
    browser.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=added["identifier"])
    row("64 hostile names, reasons, kinds and messages", "no alert, no element and no attribute that others lack, 0 violations of the policy")
    wall.end()


def pages(browser, folder):
    deepcall = DeepCall(names(200))
    for at in range(3):
        deepcall.agent(at)["break"] = on_break("Lunch", 1200)
    wall = Wall(PROGRAM, folder, deepcall, SERVE)
    seen, visible = set(), "return [...document.querySelectorAll('tbody tr')].filter(row => !row.hidden).map(row => row.querySelector('th').innerText)"
    open_wall(browser, wall, "?every=1s")
    browser.wait("return document.querySelectorAll('.over').length === 3", "three over the limit")
    over = browser.run("return [...document.querySelectorAll('.over th')].map(node => node.innerText)")
    began = time.time()
    while len(seen) < 200 and time.time() - began < 60:
        now = browser.run(visible)
        assert set(over) <= set(now), now
        seen |= set(now)
        time.sleep(0.3)
    assert len(seen) == 200, len(seen)
    assert browser.run("const {scrollHeight, scrollWidth} = document.documentElement; return scrollHeight <= innerHeight && scrollWidth <= innerWidth")
    cut = browser.run("return [...document.querySelectorAll('tbody tr')].filter(row => !row.hidden).some(row => row.getBoundingClientRect().bottom > innerHeight)")
    assert not cut, "a row is cut"
    count = browser.run("return document.querySelector('.page').innerText")
    row("200 agents at 1920 × 1080", f"{count.split('/')[1].strip()} pages turn, rows over the limit on each, nothing scrolls or is cut")
    browser.size(3840, 2160)
    browser.wait("return document.querySelector('.page').innerText.endsWith('/ 2')", "two pages")
    browser.size(1920, 1080)
    wall.end()


def letters(browser, folder):
    """The height of capitals: a font has its own share of its size."""
    deepcall = DeepCall(names(18))
    wall = Wall(PROGRAM, folder, deepcall, SERVE)
    open_wall(browser, wall)
    browser.wait("return document.querySelectorAll('tbody tr').length === 18", "18 agents")
    script = """const cell = document.querySelector('tbody th'), style = getComputedStyle(cell), paint = document.createElement('canvas').getContext('2d');
        paint.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`; return paint.measureText('H').actualBoundingBoxAscent"""
    height = browser.run(script)
    assert height >= 38.5, height
    assert browser.run("const {scrollHeight} = document.documentElement; return scrollHeight <= innerHeight")
    row("18 agents at 1920 × 1080", f"all on one page; capitals are {height:.0f} pixels high, 25 mm on a 55-inch screen")
    wall.end()


def today(browser, folder):
    """The breaks of today, out of a journal that began with this wall."""
    deepcall = DeepCall(names(18))
    for at, reason in enumerate(("Lunch", "Tea", "Training")):
        deepcall.agent(at)["break"] = on_break(reason, 1500 - 420 * at)
    wall = Wall(PROGRAM, folder, deepcall, f"{SERVE} --record")
    open_wall(browser, wall)
    cells = "[...document.querySelectorAll('td.breaks')]"
    browser.wait(f"return {cells}.filter(cell => cell.innerText).length === 18", "the breaks of today")
    said = browser.run(f"return {cells}.map(cell => cell.innerText)")
    assert sum("1 break, " in text for text in said) == 3 and sum("no break" in text for text in said) == 15, said
    for width, height in ((1920, 1080), (3840, 2160), (900, 500), (390, 844)):
        browser.size(width, height, width < 900)
        cut = browser.run(f"return {cells}.filter(it => it.offsetParent && it.scrollWidth > it.clientWidth).map(it => it.innerText)")
        assert cut == [], (width, cut)
    for width, height in ((1920, 1080), (390, 844)):
        browser.size(width, height, width < 900)
        check_with_axe(browser, f"today {width}")
    browser.size(1920, 1080)
    row("the breaks of today, with a journal", "in each of 18 rows, whole from 900 × 500 to 3840 × 2160 and on a telephone; axe finds nothing")
    wall.end()


def day(browser, wall):
    """A day of events at speed, on the real page and script."""
    calm = wall.get("/").split("<main ")[1].split("</main>")[0]
    calm = "<main " + calm + "</main>"
    other = calm.replace("neither", "on break")
    most = 4_000

    def events():
        for at in range(most):
            yield floor_event(other if at % 2 else calm)
            time.sleep(0.025)
        lengths = (0, 59, 99, 100, 119, 3599, 3600, 86399, 86400, 172800)
        now = int(time.time())
        cells = "".join(f"<span class=length data-from={now - length}></span>" for length in lengths)
        yield floor_event(calm.replace("</main>", f"<p id=end>{cells}</p></main>"), now)
        time.sleep(60)

    pushed = Pushed(wall, events)
    browser.go(pushed.url + "/")
    heap = lambda: {it["name"]: it["value"] for it in browser.cdp("Performance.getMetrics")["metrics"]}
    browser.cdp("Performance.enable")
    time.sleep(3)
    browser.cdp("HeapProfiler.collectGarbage")
    first = heap()
    browser.wait("return !!document.querySelector('#end')", "the end of the day", 300)
    browser.cdp("HeapProfiler.collectGarbage")
    last = heap()
    grown = (last["JSHeapUsedSize"] - first["JSHeapUsedSize"]) / 1e6
    assert grown <= 2 and last["Nodes"] <= first["Nodes"] + 500, (first, last)
    row(f"{most} changes at speed", f"the page's heap grows by {grown:.2f} MB, its nodes by {last['Nodes'] - first['Nodes']:.0f}")
    shown = browser.run("return [...document.querySelectorAll('.length')].map(node => node.textContent)")
    assert shown == ["0 s", "59 s", "99 s", "1 min", "1 min", "59 min", "1 h 00", "23 h 59", "1 d", "2 d"], shown


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("usual", "hostile", "pages", "letters", "today"):
            (pathlib.Path(folder) / name).mkdir()
        deepcall = DeepCall(names(14))
        for at, (reason, ago) in enumerate((("Lunch", 1200), ("Tea", 700), ("Training", 60))):
            deepcall.agent(at)["break"] = on_break(reason, ago)
        for at, name in enumerate(names(14)):
            deepcall.agent(at)["tags"] = [{"_id": f"t{at}", "time": int(time.time()) - 60 * at, "type": "missed", "message": "hung up", "agentName": name}]
        wall = Wall(PROGRAM, f"{folder}/usual", deepcall, SERVE)
        browser = Browser(folder)
        try:
            sign_in(browser, wall)
            sizes(browser, wall)
            frozen(browser, wall)
            down(browser, wall)
            seven_tabs(browser, wall)
            offline(browser, wall)
            latency(browser, wall)
            axe(browser, wall)
            scripts_off(browser, wall)
            day(browser, wall)
            hostile(browser, f"{folder}/hostile")
            pages(browser, f"{folder}/pages")
            letters(browser, f"{folder}/letters")
            today(browser, f"{folder}/today")
            wall.end()
        finally:
            browser.end()
    print("\n| in Chromium | seen |\n| --- | --- |")
    for what, found in ROWS:
        print(f"| {what} | {found} |")


main()
