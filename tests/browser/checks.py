"""What is looked for on a page in the browser. Each check answers a list of faults in words.

Styles are laid over a page by constructed sheets, and axe is brought in through the debugger, so
the strict policy of the installation stays in force while it is checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
SMALLEST_TARGET = 24
NARROW = 320
MOST_STOPS = 400

_VISIBLE = """
const shown = (e) => {
  const r = e.getBoundingClientRect();
  return r.width > 1 && r.height > 1 && e.checkVisibility({visibilityProperty: true});
};
const named = (e) => e.outerHTML.replace(/\\s+/g, " ").slice(0, 140);
"""


def axe(page: Any, *, rules: list[str] | None = None) -> list[str]:
    """Violations of WCAG 2.2 A and AA, or of some rules only."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text())
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": STANDARD}
    found = page.evaluate(
        "(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
    )
    return [
        f"axe {one['id']}: {node['html'][:160]} ({(node.get('failureSummary') or '')[:200]})"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


def frame(page: Any) -> list[str]:
    """Language, direction, title, one main heading, one main part."""
    said = page.evaluate(
        """() => ({
          lang: document.documentElement.lang, dir: document.documentElement.dir,
          title: document.title.trim(), h1: document.querySelectorAll("h1").length,
          main: document.querySelectorAll("main").length,
          heading: (document.querySelector("h1") || {innerText: ""}).innerText.trim()})"""
    )
    faults = []
    if not said["lang"] or said["dir"] not in {"ltr", "rtl"}:
        faults.append(f"no language or direction: {said['lang']!r} {said['dir']!r}")
    if not said["title"] or not said["title"].endswith("Commonweal"):
        faults.append(f"a title that does not say where: {said['title']!r}")
    if said["h1"] != 1 or not said["heading"] or said["main"] != 1:
        faults.append(f"{said['h1']} main headings, {said['main']} main parts")
    return faults


def sideways(page: Any) -> list[str]:
    """WCAG 1.4.10: at 320 pixels nothing makes the page itself scroll sideways.

    Letters are set a little apart, as much as a machine's own font may be wider than this one's.
    """
    before = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 640})
    wide = page.evaluate(
        "() => {"
        + _VISIBLE
        + """
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("* { letter-spacing: 0.05em !important }");
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        const root = document.documentElement;
        const rtl = root.dir === "rtl";
        const faults = root.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *, header *, footer *, nav *")]
          .filter(shown)
          .filter((e) => { const r = e.getBoundingClientRect(); return rtl ? r.left < -1 : r.right > innerWidth + 1; })
          .filter((e) => { for (let p = e.parentElement; p; p = p.parentElement)
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(p).overflowX)) return false;
            return true; })
          .map((e) => `${root.scrollWidth} px wide: ${named(e)}`).slice(-3).concat(root.scrollWidth > innerWidth ? [`the page is ${root.scrollWidth} px wide`] : []);
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
        return faults;
      }"""
    )
    page.set_viewport_size(before)
    return [f"sideways: {each}" for each in wide]


def targets(page: Any) -> list[str]:
    """WCAG 2.5.8: 24 by 24 pixels; or in a line of text; or 24 pixels from the next one's middle."""
    small = page.evaluate(
        "(least) => {"
        + _VISIBLE
        + """
        const all = [...document.querySelectorAll(
            "a[href], button, input:not([type=hidden]), select, textarea, summary")]
          .filter(shown).filter((e) => !e.classList.contains("govuk-skip-link"));
        const box = (e) => {  // The label of a box or button to tick is part of the target.
          const r = e.getBoundingClientRect();
          if (!["radio", "checkbox"].includes(e.type) || !e.labels || !e.labels.length) return r;
          const l = e.labels[0].getBoundingClientRect();
          const left = Math.min(r.left, l.left), top = Math.min(r.top, l.top);
          const right = Math.max(r.right, l.right), bottom = Math.max(r.bottom, l.bottom);
          return {left, top, right, bottom, width: right - left, height: bottom - top};
        };
        const boxes = all.map(box);
        const isSmall = boxes.map((r) => r.width < least || r.height < least);
        const inText = (e) => {
          if (getComputedStyle(e).display !== "inline") return false;
          let block = e.parentElement;
          while (block && getComputedStyle(block).display === "inline") block = block.parentElement;
          const around = block.innerText.trim().length - e.innerText.trim().length;
          return around > 0;
        };
        const middle = (r) => [(r.left + r.right) / 2, (r.top + r.bottom) / 2];
        const near = (i, j) => {
          const [x, y] = middle(boxes[i]);
          if (isSmall[j]) {
            const [a, b] = middle(boxes[j]);
            return Math.hypot(x - a, y - b) < least - 0.5;
          }
          const r = boxes[j];
          const dx = Math.max(r.left - x, 0, x - r.right), dy = Math.max(r.top - y, 0, y - r.bottom);
          return Math.hypot(dx, dy) < least / 2 - 0.5;
        };
        return all.flatMap((e, i) => {
          if (!isSmall[i] || inText(e)) return [];
          const other = all.findIndex((o, j) => j !== i && near(i, j));
          return other < 0 ? [] : [`${named(e)} beside ${named(all[other])}`];
        });
      }""",
        SMALLEST_TARGET,
    )
    return [f"small target: {each}" for each in small[:5]]


_STOP = (
    "() => {"
    + _VISIBLE
    + """
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) return null;
    const strong = (s) => s && ((parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== "none")
      || s.boxShadow !== "none");
    const label = e.labels && e.labels[0];
    const looks = [getComputedStyle(e), getComputedStyle(e, "::before"),
      label && getComputedStyle(label, "::before"), label && getComputedStyle(label),
      e.nextElementSibling && getComputedStyle(e.nextElementSibling, "::before")];
    const r = (label && ["radio", "checkbox"].includes(e.type) ? label : e).getBoundingClientRect();
    const at = [...document.querySelectorAll("*")].indexOf(e);
    return {at, name: named(e), strong: looks.some(strong),
      seen: r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth};
  }"""
)


def focus(page: Any) -> list[str]:
    """Tab from top to end: in the order of the document, each stop marked and in view, no trap."""
    page.evaluate("() => { scrollTo(0, 0); document.querySelector('.govuk-skip-link').focus(); }")
    begun = page.evaluate(_STOP)
    jumps = page.evaluate(
        "() => [...document.querySelectorAll('[tabindex]')].filter((e) => e.tabIndex > 0)"
        ".map((e) => e.outerHTML.slice(0, 140))"
    )
    faults = [f"focus is taken out of turn by {each}" for each in jumps]
    last = first = begun["at"]
    stops = 1
    while stops < MOST_STOPS:
        page.keyboard.press("Tab")
        stop = page.evaluate(_STOP)
        if stop is None or stop["at"] == first:
            break
        stops += 1
        if stop["at"] < last:  # A date has several stops in one field.
            faults.append(f"focus goes back to {stop['name']}")
        if not stop["strong"]:
            faults.append(f"focus is not marked on {stop['name']}")
        if not stop["seen"]:
            faults.append(f"focus is out of view on {stop['name']}")
        last = stop["at"]
    reachable = page.evaluate(
        _VISIBLE
        + """[...document.querySelectorAll("a[href], button, select, textarea, summary, input:not([type=hidden])")]
        .filter((e) => shown(e) || e.classList.contains("govuk-skip-link")).filter((e) => !e.disabled && e.tabIndex >= 0)
        .filter((e) => e.type !== "radio" || e.checked
          || !document.querySelector(`input[type=radio][name="${e.name}"]:checked`)
             && e === document.querySelector(`input[type=radio][name="${e.name}"]`)).length"""
    )
    if stops >= MOST_STOPS and reachable < MOST_STOPS:
        faults.append("focus never comes to an end")
    if stops < reachable:
        faults.append(f"only {stops} of {reachable} can be reached by keyboard")
    return faults[:6]


def spacing(page: Any) -> list[str]:
    """WCAG 1.4.12: with the reader's own spacing of text nothing is cut off."""
    cut = page.evaluate(
        "() => {"
        + _VISIBLE
        + """
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
          word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        const hides = (s) => ["hidden", "clip"].includes(s);
        const faults = [];
        for (const e of document.querySelectorAll("main *, header *, footer *, nav *")) {
          if (!shown(e) || e.closest("svg, .govuk-visually-hidden")) continue;
          if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
          const r = e.getBoundingClientRect();
          for (let p = e; p && p !== document.body; p = p.parentElement) {
            const s = getComputedStyle(p), b = p.getBoundingClientRect();
            if (p === e ? (hides(s.overflowY) && e.scrollHeight > e.clientHeight + 2)
                : (hides(s.overflowY) && r.bottom > b.bottom + 2)
                  || (hides(s.overflowX) && (r.right > b.right + 2 || r.left < b.left - 2)))
              faults.push(named(e));
          }
        }
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
        return faults;
      }"""
    )
    return [f"cut off by wider spacing: {each}" for each in cut[:3]]


LAYOUT = (frame, sideways, targets, spacing)
EVERYTHING = (axe, focus, *LAYOUT)
