"""Writes the demo collection: data/samples/documents, SHA256SUMS, and checks questions.jsonl.

    pip install reportlab==5.1.0 python-docx==1.2.0
    python data/samples/make_samples.py --corpus ../shared/data/corpus

The handbook's texts are in data/samples/handbook; the rest is selected from two freely licensed
corpora (see README.md). The same input gives the same bytes.
"""

import argparse
import datetime
import hashlib
import html
import io
import json
import lzma
import re
import shutil
import zipfile
from pathlib import Path

import docx
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import ListFlowable, Paragraph, SimpleDocTemplate, Table

HERE = Path(__file__).resolve().parent
DOCUMENTS = HERE / "documents"
FIXED_TIME = (2026, 11, 1, 0, 0, 0)

# file name in handbook/ -> format of the published document
HANDBOOK = {
    "leave-policy": "md",
    "remote-work": "md",
    "learning": "md",
    "office-life": "txt",
    "equipment": "txt",
    "expenses": "docx",
    "health-and-safety": "docx",
    "data-protection": "docx",
    "it-security": "html",
    "onboarding": "html",
    "code-of-conduct": "html",
    "pay-and-pension": "pdf",
    "business-travel": "pdf",
    "client-projects": "pdf",
}

# (book of the corpus, format, section titles)
TEXTBOOKS = [
    (
        "biology_book",
        "pdf",
        [
            "Glycolysis",
            "Overview of Photosynthesis",
            "Cancer and the Cell Cycle",
            "DNA Repair",
            "The Genetic Code",
            "Importance of Fungi in Human Life",
            "Gymnosperms",
            "Roots",
            "Nutritional Requirements of Plants",
            "Human Population Growth",
        ],
    ),
    (
        "us_history_book",
        "pdf",
        [
            "The Glorious Revolution and the English Empire",
            "War in the South",
            "On the Move: The Transportation Revolution",
            "The Missouri Crisis",
            "Women’s Rights",
            "A New American Consumer Culture",
            "Taft’s “Dollar Diplomacy”",
            "Popular Culture and Mass Media",
        ],
    ),
    (
        "anatomy_book",
        "docx",
        [
            "Homeostasis",
            "The Functions of the Skeletal System",
            "The Lungs",
            "Gross Anatomy of the Kidney",
            "Types of Muscle Fibers",
            "Energy and Heat Balance",
            "Water Balance",
        ],
    ),
]
BOOK_TITLES = {
    "biology_book": "Biology",
    "us_history_book": "U.S. History",
    "anatomy_book": "Anatomy and Physiology",
}

COUNTRIES = [
    "Bhutan", "Botswana", "Brazil", "Canada", "Chile", "Denmark", "Ethiopia", "Finland", "Ghana",
    "Iceland", "Indonesia", "Ireland", "Japan", "Kenya", "Madagascar", "Mongolia", "Morocco", "Nepal",
    "New Zealand", "Norway", "Peru", "Portugal", "Switzerland", "Vietnam",
]  # fmt: skip
MAX_FACT = 600  # characters; the longest notes run to pages
LAND = (
    "Location", "Area – total", "Area - comparative", "Land boundaries – border countries", "Coastline",
    "Climate", "Terrain", "Elevation – highest point", "Elevation – lowest point", "Natural resources",
    "Population distribution", "Natural hazards", "Geography - note",
)  # fmt: skip
STATE = (
    "Country name – conventional long form", "Country name – etymology", "Government type",
    "Capital – name", "Capital – etymology", "Independence", "National holiday",
    "Flag: description", "National symbol(s)", "National anthem(s) – title",
)  # fmt: skip
ECONOMY = (
    "Economic overview", "Agricultural products", "Industries", "Exports - commodities",
    "Exports - partners", "Exchange rates – Currency",
)  # fmt: skip


def slug(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower().replace("’", "")).strip("-")


# A document is a list of blocks: ("h1" | "h2" | "p", text), ("ul", [text]), ("table", [[cell]]).


def parse_markdown(text):
    blocks = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = part.split("\n")
        if lines[0].startswith("## "):
            blocks.append(("h2", lines[0][3:]))
        elif lines[0].startswith("# "):
            blocks.append(("h1", lines[0][2:]))
        elif lines[0].startswith("- "):
            blocks.append(("ul", [line[2:] for line in lines]))
        elif lines[0].startswith("|"):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
            blocks.append(("table", [rows[0], *rows[2:]]))
        else:
            blocks.append(("p", " ".join(lines)))
    return blocks


def write_txt(path, title, blocks):
    out = []
    for kind, content in blocks:
        if kind == "ul":
            out.append("\n".join("* " + item for item in content))
        elif kind == "table":
            out.append("\n".join(": ".join(row) for row in content))
        elif kind == "h1":
            out.append(content.upper())
        else:
            out.append(content)
    path.write_text("\n\n".join(out) + "\n", encoding="utf-8")


def write_md(path, title, blocks):
    out = []
    for kind, content in blocks:
        if kind == "ul":
            out.append("\n".join("- " + item for item in content))
        elif kind == "table":
            rows = ["| " + " | ".join(row) + " |" for row in content]
            rows.insert(1, "|" + " --- |" * len(content[0]))
            out.append("\n".join(rows))
        else:
            out.append({"h1": "# ", "h2": "## ", "p": ""}[kind] + content)
    path.write_text("\n\n".join(out) + "\n", encoding="utf-8")


def write_html(path, title, blocks):
    out = []
    for kind, content in blocks:
        if kind == "ul":
            items = "".join(f"\n  <li>{html.escape(item)}</li>" for item in content)
            out.append(f"<ul>{items}\n</ul>")
        elif kind == "table":
            rows = ""
            for i, row in enumerate(content):
                tag = "th" if i == 0 else "td"
                cells = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row)
                rows += f"\n  <tr>{cells}</tr>"
            out.append(f"<table>{rows}\n</table>")
        else:
            out.append(f"<{kind}>{html.escape(content)}</{kind}>")
    page = (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n</head>\n<body>\n" + "\n".join(out) + "\n</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8")


def write_docx(path, title, blocks):
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = ""
    document.core_properties.created = document.core_properties.modified = datetime.datetime(*FIXED_TIME)
    for kind, content in blocks:
        if kind == "h1":
            document.add_heading(content, level=1)
        elif kind == "h2":
            document.add_heading(content, level=2)
        elif kind == "ul":
            for item in content:
                document.add_paragraph(item, style="List Bullet")
        elif kind == "table":
            table = document.add_table(rows=0, cols=len(content[0]), style="Table Grid")
            for row in content:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            document.add_paragraph(content)
    buffer = io.BytesIO()
    document.save(buffer)
    # python-docx stamps each entry with the clock; written again with one time, it is repeatable.
    with zipfile.ZipFile(buffer) as stamped, zipfile.ZipFile(path, "w") as fixed:
        for name in stamped.namelist():
            if name != "docProps/thumbnail.jpeg":
                entry = zipfile.ZipInfo(name, FIXED_TIME)
                entry.compress_type = zipfile.ZIP_DEFLATED
                fixed.writestr(entry, without_thumbnail(name, stamped.read(name)))


def without_thumbnail(name, data):
    """The template's thumbnail is a picture of an empty page."""
    if name == "_rels/.rels":
        return re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", data)
    return data


def write_pdf(path, title, blocks):
    rl_config.invariant = 1  # no clock, no random id
    styles = getSampleStyleSheet()
    story = []
    for kind, content in blocks:
        if kind == "ul":
            items = [Paragraph(html.escape(item), styles["BodyText"]) for item in content]
            story.append(ListFlowable(items, bulletType="bullet"))
        elif kind == "table":
            story.append(Table(content))
        else:
            style = {"h1": "Heading1", "h2": "Heading2", "p": "BodyText"}[kind]
            story.append(Paragraph(html.escape(content), styles[style]))
    SimpleDocTemplate(str(path), pagesize=A4, title=title, author="").build(story)


WRITERS = {"txt": write_txt, "md": write_md, "html": write_html, "docx": write_docx, "pdf": write_pdf}


def write(folder, name, suffix, title, blocks):
    path = DOCUMENTS / folder / f"{name}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    WRITERS[suffix](path, title, blocks)
    return path.relative_to(DOCUMENTS).as_posix(), plain(blocks)


def plain(blocks):
    """The words of a document, for the check of the questions."""
    words = []
    for kind, content in blocks:
        if kind == "table":
            words += [" ".join(row) for row in content]
        else:
            words += content if kind == "ul" else [content]
    return "\n".join(words)


def rows(path):
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def handbook():
    for name, suffix in HANDBOOK.items():
        blocks = parse_markdown((HERE / "handbook" / f"{name}.md").read_text(encoding="utf-8"))
        yield write("handbook", name, suffix, blocks[0][1], blocks)


def textbooks(corpus):
    sections = rows(corpus / "openstax.jsonl.xz")
    for book, suffix, titles in TEXTBOOKS:
        for title in titles:
            (text,) = [s["text"] for s in sections if (s["book"], s["title"]) == (book, title)]
            blocks = [("h1", title), *textbook_paragraphs(text)]
            blocks.append(("p", f"From OpenStax, {BOOK_TITLES[book]}, CC BY 3.0; figures removed."))
            yield write("textbooks", slug(title), suffix, title, blocks)


def textbook_paragraphs(text):
    """Without what is left of figures: captions, and the pointers to them."""
    for paragraph in text.replace("\\'", "'").split("\n"):
        paragraph = re.sub(r" ?\((?:the figure|see the figure)[^)]*\)", "", paragraph).strip()
        if re.match(r"[A-Z0-9“]", paragraph) and not re.search(r'"\)$|\(credit', paragraph):
            yield ("p", paragraph)


def factbook(corpus):
    sections = {(r["country"], r["section"]): r["text"] for r in rows(corpus / "factbook.jsonl.xz")}
    for country in COUNTRIES:
        facts = facts_of(sections[(country, "Introduction")])
        people = facts_of(sections[(country, "People and Society")])
        blocks = [("h1", country), ("h2", "Background"), ("p", facts[0][1])]
        blocks += [("h2", "People"), ("table", [["Fact", "Value"], *people[:14]])]
        yield write("factbook", slug(country), "html", country, blocks)
        land = chosen(sections[(country, "Geography")], LAND)
        title = f"{country}: geography"
        yield write("factbook", f"{slug(country)}-geography", "txt", title, [("h1", title), *paragraphs(land)])
        state = chosen(sections[(country, "Government")], STATE)
        economy = chosen(sections[(country, "Economy")], ECONOMY)
        title = f"{country}: government and economy"
        blocks = [("h1", title), ("h2", "Government"), ("ul", [": ".join(fact) for fact in state])]
        blocks += [("h2", "Economy"), *paragraphs(economy)]
        yield write("factbook", f"{slug(country)}-government-and-economy", "md", title, blocks)


def chosen(text, keys):
    return [fact for fact in facts_of(text) if fact[0].startswith(keys)]


def paragraphs(facts):
    return [("p", ": ".join(fact)) for fact in facts]


def facts_of(text):
    facts = []
    for line in text.split("\n"):
        key, found, value = line.partition(": ")
        if found and (len(value) <= MAX_FACT or key == "Background"):
            facts.append([key.strip(), value.strip()])
    return facts


def check_questions(texts):
    """Every answer stands in the document that the question names; the rest name none."""
    ids = set()
    for number, line in enumerate((HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines(), 1):
        question = json.loads(line)
        assert set(question) == {"id", "question", "answers", "path"}, number
        assert question["id"] not in ids, number
        ids.add(question["id"])
        if question["answers"]:
            for answer in question["answers"]:
                assert answer in texts[question["path"]], f"line {number}: {answer!r}"
        else:
            assert question["path"] is None, number
    return len(ids)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder with openstax and factbook")
    corpus = parser.parse_args().corpus
    shutil.rmtree(DOCUMENTS, ignore_errors=True)
    texts = dict([*handbook(), *textbooks(corpus), *factbook(corpus)])
    sums = []
    for path in sorted(DOCUMENTS.rglob("*.*")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sums.append(f"{digest}  {path.relative_to(HERE).as_posix()}\n")
    (HERE / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
    characters = sum(map(len, texts.values()))
    print(f"{len(texts)} documents, {characters} characters, {check_questions(texts)} questions")


if __name__ == "__main__":
    main()
