"use strict";
// Swaps <main> when the server sends another one, counts lengths, turns pages, and says when nothing comes any more.
(() => {
  const doc = document, root = doc.documentElement, one = q => doc.querySelector(q), all = q => [...doc.querySelectorAll(q)];
  const {hash, pathname, search} = location, query = new URLSearchParams(search), wall = performance;
  // A fragment reaches no log, so the key comes in one.
  if (hash) history.replaceState(null, "", pathname + search);
  if (one("form")) {
    if (hash.startsWith("#k=")) fetch("/session", {method: "POST", body: new URLSearchParams({key: hash.slice(3)})})
      .then(() => location.reload());
    return;
  }
  const every = parseFloat(query.get("every")) * 1e3 || 15e3, wanted = +query.get("rows"), {title} = doc, icon = one("[rel=icon]");
  const live = icon.href, floor = Math.floor, data = () => one("main").dataset, put = (node, text) => node.textContent = text;
  let time = +doc.body.dataset.now, at = wall.now() - doc.body.dataset.age, turned = at, page = 0, stream;
  // `length` of page.rs says the same.
  const length = s => s < 100 ? s + " s" : s < 3600 ? floor(s / 60) + " min" : s < 86400
    ? floor(s / 3600) + " h " + String(floor(s % 3600 / 60)).padStart(2, 0) : floor(s / 86400) + " d";
  // In the zone of the floor, whatever clock the screen has.
  const clock = (ms, end) => new Date(ms + data().offset * 1e3).toISOString().slice(11, end);
  const tick = () => {
    // So that the banner is there within 12 s of the last beat, however late a tick comes.
    const silent = wall.now() - at > 11.5e3, ms = time + wall.now() - at, s = floor(ms / 1e3);
    if (root.classList.toggle("stale", silent) === one("#stale").hidden) {
      put(one("#stale"), "NOT LIVE since " + clock(time, 19));
      one("#stale").hidden = !silent;
      icon.href = silent ? icon.dataset.stale : live;
      doc.title = (silent ? "NOT LIVE · " : "") + title;
      fit();
    }
    if (silent) return;
    for (const node of all("[data-from]")) put(node, (node.dataset.least || "") + length(Math.max(0, s - node.dataset.from)));
    for (const node of all("[data-until]")) {
      const left = node.dataset.until - s;
      put(node, length(Math.abs(left)) + (left < 0 ? " over" : " left"));
    }
    put(one(".clock"), clock(ms, 16));
    if (wall.now() - turned > every) turn(1);
  };
  // As many rows as can be read, in as many columns as have room: --p is the height of a row, --r how many are in a column.
  const fit = () => {
    const rows = all("tbody tr"), n = rows.length;
    let r = n, c = 1, p = 0;
    if (n && matchMedia("(min-width:900px) and (min-height:500px)").matches) {
      const room = innerHeight - one("table").getBoundingClientRect().top - 8;
      for (r = wanted || Math.max(12, Math.min(18, n + 4)); ; r++) {
        p = room / r;
        c = n > r ? Math.max(1, Math.min(Math.ceil(n / r), floor(innerWidth / p / 17))) : 1;
        if (wanted || r * c >= n || room / (r + 1) < 48) break;
      }
    }
    const fixed = Math.min(all(".over,.warn").length, r * c - 1), step = r * c - fixed, pages = r * c < n ? Math.ceil((n - fixed) / step) : 1;
    page = (page + pages) % pages;
    rows.forEach((row, i) => row.hidden = pages > 1 && i >= fixed && floor((i - fixed) / step) !== page);
    root.style.setProperty("--p", p + "px");
    root.style.setProperty("--r", Math.min(r, n));
    root.classList.toggle("many", c > 1);
    put(one(".page"), pages > 1 ? page + 1 + " / " + pages : "");
  };
  const turn = by => {
    turned = wall.now();
    page += by;
    fit();
  };
  const seen = ms => {
    time = +ms;
    at = wall.now();
    tick();
  };
  const open = () => {
    stream = new EventSource("/events");
    stream.addEventListener("beat", event => seen(event.data));
    stream.addEventListener("floor", event => {
      const [ms, main] = event.data.split("\n"), {build} = data();
      one("main").outerHTML = main;
      if (data().build !== build) location.reload();
      put(one("#alerts"), data().alerts);
      fit();
      seen(ms);
    });
    // Refused: the browser does not try again by itself, and without a key there is a form to show.
    stream.onerror = () => stream.readyState > 1 && fetch("/", {method: "HEAD"})
      .then(answer => answer.status === 401 && location.reload(), () => 0).then(() => setTimeout(open, 5e3));
  };
  doc.onvisibilitychange = () => {
    stream?.close();
    if (doc.hidden) return;
    at = Math.max(at, wall.now() - 1e4);
    open();
  };
  onresize = fit;
  onkeydown = event => turn({ArrowRight: 1, ArrowLeft: -1}[event.key] | 0);
  root.classList.add("script");
  fit();
  tick();
  setInterval(tick, 250);
  if (!doc.hidden) open();
})();
