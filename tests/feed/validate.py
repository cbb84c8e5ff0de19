"""Reads a feed's three files with parsers that kalends did not write, and prints what is wrong, a line each."""

import json
import sys
from pathlib import Path

import atoma
import feedparser
import html5lib

folder = Path(sys.argv[1])
document = json.loads((folder / "feed.json").read_text("utf-8"))
items = document["items"]
wrong = []


def same(what, found, expected):
    if found != expected:
        wrong.append(f"{what}: {found!r} is not {expected!r}")


# JSON Feed, by atoma's reader, and the rules of the format that it does not ask for.
feed = atoma.parse_json_feed_file(str(folder / "feed.json"))
same("feed.json: version", feed.version, "https://jsonfeed.org/version/1.1")
same("feed.json: ids", [item.id_ for item in feed.items], [item["id"] for item in items])
same("feed.json: ids are unique", len({item["id"] for item in items}), len(items))
for item in items:
    if not item.get("content_html") or not item.get("content_text"):
        wrong.append(f"feed.json: {item['id']} has no content")
    for attachment in item.get("attachments", []):
        same("feed.json: attachment", {"url", "mime_type"} <= attachment.keys(), True)

# Atom, by feedparser, which is lenient and says so, and by atoma, which is strict.
loose = feedparser.parse((folder / "atom.xml").read_bytes(), sanitize_html=False, resolve_relative_uris=False)
same("atom.xml: well-formed", bool(loose.bozo), False)
same("atom.xml: version", loose.version, "atom10")
strict = atoma.parse_atom_file(str(folder / "atom.xml"))
for name, entries in (("feedparser", loose.entries), ("atoma", strict.entries)):
    ids = [entry.id if name == "feedparser" else entry.id_ for entry in entries]
    same(f"atom.xml: ids by {name}", ids, [item["id"] for item in items])
for entry, item in zip(loose.entries, items):
    same("atom.xml: title", entry.title, item["title"])
    same("atom.xml: published", entry.published, item["date_published"])
    same("atom.xml: content", entry.content[0].value.strip(), item["content_html"].strip())
    same("atom.xml: tags", [tag.term for tag in entry.get("tags", [])], item.get("tags", []))
    enclosures = [(each.href, each.type, int(each.length)) for each in entry.enclosures]
    attached = [(each["url"], each["mime_type"], each["size_in_bytes"]) for each in item.get("attachments", [])]
    same("atom.xml: enclosures", enclosures, attached)

# HTML, by html5lib, which stops at the first error of the page and of each fragment.
parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
pages = [("index.html", parser.parse((folder / "index.html").read_text("utf-8")))]
pages += [(item["id"], parser.parseFragment(item["content_html"])) for item in items]
for name, page in pages:
    for element in page.iter():
        if element.tag in ("script", "iframe", "object", "base", "form"):
            wrong.append(f"{name}: there is a <{element.tag}>")
        for key, value in element.attrib.items():
            if key.startswith("on"):
                wrong.append(f"{name}: an attribute {key}")
            if key in ("href", "src") and ":" in value and not value.startswith(("http://", "https://")):
                wrong.append(f"{name}: {key}={value!r}")
        if name == "index.html" and not element.attrib.get("src", "media/").startswith("media/"):
            wrong.append(f"{name}: the page loads {element.attrib['src']!r}")
articles = [each.attrib["id"] for each in pages[0][1].iter() if each.attrib.get("class") in ("post", "part")]
same("index.html: posts", sorted(articles), sorted(item["_kalends"]["key"] for item in items))

print("\n".join(wrong) or f"valid: {len(items)} entries")
sys.exit(bool(wrong))
