"""Check the built book: pages load nothing from the network, and nothing on them is broken.

The site is looked for in $SITE, by default in build/site/_build/html. Without it the tests of the site are skipped,
those of the checks themselves are not.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SITE = ROOT / os.environ.get("SITE", "build/site/_build/html")

LOADED = {  # tag -> attributes whose address the browser fetches by itself
    "audio": ["src"], "embed": ["src"], "iframe": ["src"], "image": ["href", "xlink:href"], "img": ["src", "srcset"],
    "input": ["src"], "object": ["data"], "script": ["src"], "source": ["src", "srcset"], "track": ["src"],
    "use": ["href", "xlink:href"], "video": ["src", "poster"],
}  # fmt: skip
LOADED_LINKS = {"dns-prefetch", "icon", "manifest", "modulepreload", "preconnect", "prefetch", "preload", "stylesheet"}
IN_CSS = re.compile(r"""(?:@import\s+(?:url\(\s*)?|url\(\s*)["']?([^"')\s;]+)""")
ADDRESS = re.compile(r"""["'`](?:https?:)?//[^\s"'`]+""")
REMEDY = 'describe it: ![text](file), or cell metadata {"mystnb": {"image": {"alt": "text"}}}'


class Page(HTMLParser):
    """One page, taken apart.

    Attributes:
        loads: addresses that the browser fetches by itself.
        links: addresses that the reader may follow.
        anchors: names that a link can point to.
        policy: the page's content security policy.
        complaints: faults that need no other file to be seen.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.complaints: list[str] = []
        self.has_math = False
        self.policy = ""
        self._inside: list[str] = []  # open elements whose text or place matters
        self.feed(html)
        self.complaints += [f"loads {url[:90]} from the network" for url in self.loads if is_external(url)]
        if "Traceback (most recent call last)" in html:
            self.complaints.append("shows a traceback")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in attributes}
        classes = set(attrs.get("class", "").split())
        self.anchors |= {attrs[name] for name in ("id", "name") if name in attrs}
        for name in LOADED.get(tag, []):
            candidates = attrs.get(name, "").split(", ") if name == "srcset" else [attrs.get(name, "")]
            self.loads += [candidate.split()[0] for candidate in candidates if candidate.strip()]
        if tag == "meta" and attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        for name, script in attrs.items():
            if name.startswith("on") and _hashed(script) not in self.policy:
                self.complaints.append(f"its policy forbids the script {name}={script!r}, {_hashed(script)}")
        if tag == "link" and LOADED_LINKS & set(attrs.get("rel", "").split()):
            self.loads.append(attrs.get("href", ""))
        if tag == "a" and "href" in attrs:
            self.links.append(attrs["href"])
        self.loads += IN_CSS.findall(attrs.get("style", ""))
        self.has_math |= "math" in classes and tag in ("div", "span")
        if "output" in classes and classes & {"stderr", "traceback"}:
            self.complaints.append("shows an error output of a notebook")
        if tag == "img" and "article" in self._inside:
            alt, source = attrs.get("alt", "").strip(), attrs.get("src", "")
            if not alt or Path(alt).name == Path(source).name:  # myst-nb puts the file's name where it is given no text
                self.complaints.append(f"image {source[:60]} has no text beside it; {REMEDY}")
        if tag in ("article", "style") or (tag == "script" and "json" not in attrs.get("type", "")):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        inside = self._inside[-1] if self._inside else ""
        if inside == "style":
            self.loads += IN_CSS.findall(data)
        if inside == "script":
            self.complaints += [f"a script names {address[1:90]}" for address in ADDRESS.findall(data)]


def _hashed(script: str) -> str:
    """Name an event handler as a content security policy does (W3C, Content Security Policy Level 3, section 6.7)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def is_external(url: str) -> bool:
    return bool(re.match(r"(https?:|ftp:|wss?:)?//", url.strip(), re.IGNORECASE))


def css_complaints(css: str) -> list[str]:
    return [f"loads {url[:90]} from the network" for url in IN_CSS.findall(css) if is_external(url)]


def broken_links(site: Path, pages: dict[str, Page]) -> list[str]:
    """Addresses within the site that lead nowhere: no such file, or no such place in it."""
    complaints = []
    for name, page in pages.items():
        for url in page.links + page.loads:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc or url in ("", "#"):
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            if not target.resolve().is_file():
                complaints.append(f"{name}: {url} leads to no file")
            elif parts.fragment and target.suffix == ".html":
                anchors = pages[target.resolve().relative_to(site.resolve()).as_posix()].anchors
                if unquote(parts.fragment) not in anchors:
                    complaints.append(f"{name}: {url} leads to no place on that page")
    return complaints


def read_site(site: Path) -> dict[str, Page]:
    files = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.relative_to(site).parts]
    return {path.relative_to(site).as_posix(): Page(path.read_text(encoding="utf-8")) for path in files}


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    if not SITE.is_dir() and "SITE" not in os.environ:
        pytest.skip(f"no built book at {SITE}; run `make book`, or name one in $SITE")
    return read_site(SITE)


def test_every_page_of_the_toc_is_there(pages):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"]] + [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    assert [name for name in names if f"{name}.html" not in pages] == []
    assert "index.html" in pages


def test_pages_have_no_faults_of_their_own(pages):
    assert [f"{name}: {complaint}" for name, page in pages.items() for complaint in page.complaints] == []


def test_pages_allow_no_event_handlers_but_the_themes(pages):
    themed = [(name, page) for name, page in pages.items() if name != "index.html"]  # which leads to the first page
    assert [name for name, page in themed if "script-src-attr 'unsafe-hashes'" not in page.policy] == []


def test_style_sheets_load_nothing_from_the_network(pages):
    sheets = sorted(SITE.rglob("*.css"))
    assert sheets
    complaints = {path.name: css_complaints(path.read_text(encoding="utf-8")) for path in sheets}
    assert {name: found for name, found in complaints.items() if found} == {}


def test_every_link_within_the_book_leads_somewhere(pages):
    assert broken_links(SITE, pages) == []


def test_equations_come_with_their_own_mathjax(pages):
    for name, page in pages.items():
        scripts = [url for url in page.loads if "mathjax" in url.lower() and not is_external(url)]
        assert not page.has_math or scripts, f"{name} has equations and no MathJax of its own"
        assert all(((SITE / name).parent / urlsplit(url).path).is_file() for url in scripts)


@pytest.mark.parametrize(
    "html, complaint",
    [
        ('<script src="https://cdn.example/require.js"></script>', "loads https://cdn.example/require.js"),
        ('<script>const U = "https://cdn.example/thebe.js"</script>', "a script names https://cdn.example/thebe.js"),
        ('<script type="module">import "//cdn.example/x.js"</script>', "a script names //cdn.example/x.js"),
        ('<link rel="shortcut icon" href="//cdn.example/a.png">', "loads //cdn.example/a.png"),
        ('<link rel="preconnect" href="https://fonts.example">', "loads https://fonts.example"),
        ('<img alt="a plot" src="HTTP://img.example/a.png">', "loads HTTP://img.example/a.png"),
        ('<img alt="a plot" srcset="a.png, https://img.example/b.png 2x">', "loads https://img.example/b.png"),
        ('<audio controls><source src="https://snd.example/a.ogg"></audio>', "loads https://snd.example/a.ogg"),
        ('<p style="background: url(https://img.example/a.png)">', "loads https://img.example/a.png"),
        ("<style>@import 'https://css.example/a.css';</style>", "loads https://css.example/a.css"),
        ('<div class="output traceback"><pre>ValueError</pre></div>', "error output"),
        ('<div class="output stderr"><pre>careful</pre></div>', "error output"),
        ('<img src="a.png" onerror="alert(1)">', "forbids the script onerror='alert(1)'"),
        ("<pre>Traceback (most recent call last):</pre>", "shows a traceback"),
        ('<article><img src="a.png"></article>', "image a.png has no text"),
        ('<article><p><img src="../_images/1f.png" alt="../_images/1f.png"></p></article>', "has no text"),
    ],
)
def test_a_bad_page_is_complained_of(html, complaint):
    assert [found for found in Page(html).complaints if complaint in found] != []


def test_a_good_page_is_not_complained_of():
    page = Page(
        '<link rel="stylesheet" href="_static/a.css"><link rel="canonical" href="https://book.example/">'
        '<script src="_static/a.js"></script><script type="application/json">{"$schema": "https://s.example"}</script>'
        '<img class="logo" src="logo.svg" alt=""><article><a href="https://arxiv.example">paper</a>'
        '<img src="data:image/png;base64,AA//" alt="a plot"><audio src="data:audio/wav;base64,AA//"></audio></article>'
    )
    assert page.complaints == []
    assert "https://arxiv.example" in page.links


@pytest.mark.parametrize("css", ["@import url(https://x.example/a.css);", "a{src:url('//x.example/a.woff2')}"])
def test_a_bad_style_sheet_is_complained_of(css):
    assert css_complaints(css) != []
    assert css_complaints("@import '../basic.css'; a{b:url(data:image/png;base64,AA) url(../a.woff)}") == []


def test_broken_links_are_found(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.html").write_text(
        '<p id="here"></p><a href="#here">1</a><a href="#gone">2</a><a href="../two.html#there">3</a>'
        '<a href="../two.html#gone">4</a><a href="three.html">5</a><img src="no.png?v=1"><a href="https://x.example">6</a>'
    )
    (tmp_path / "two.html").write_text('<h1 id="there"></h1>')
    found = broken_links(tmp_path, read_site(tmp_path))
    assert [complaint.split()[1] for complaint in found] == ["#gone", "../two.html#gone", "three.html", "no.png?v=1"]
