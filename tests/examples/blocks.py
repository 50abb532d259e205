"""The code blocks of Markdown documents and of man pages."""
import re

MARK = re.compile(r"<!-- (examples|checked as|numbers vary|exit code|not run)"
                  r"(?: \(([^)]*)\))?(?:: (.*?))? -->$")


class Block:
    """Lines of a document that are set as code."""

    def __init__(self, path, line, rows, tree, marks):
        self.path, self.line, self.rows = path, line, rows
        self.tree = tree        # on which the examples run
        self.marks = marks      # {mark: [(pattern or None, value)]}

    def where(self, row=0):
        return "%s:%d" % (self.path, self.line + row)

    def value(self, mark):
        """What a mark for the whole block says, or None."""
        for pattern, value in self.marks.get(mark, ()):
            if pattern is None:
                return value or ""
        return None

    def left_out(self, text):
        """Does a mark leave out the lines of this block with such a text?"""
        return any(pattern and re.search(pattern, text)
                   for pattern, _ in self.marks.get("not run", ()))

    def console(self):
        return any(row.startswith("$ ") for row in self.rows)


def markdown(path, text):
    """The blocks of a document, indented or fenced."""
    rows = text.split("\n")
    tree, marks, i = None, {}, 0
    while i < len(rows):
        mark = MARK.match(" ".join(rows[i].split()))
        if rows[i].startswith("<!--") and not mark:
            raise SystemExit("%s:%d: a comment that is no mark" % (path, i + 1))
        if mark and mark[1] == "examples":
            tree = mark[3]
        elif mark:
            marks.setdefault(mark[1], []).append((mark[2], mark[3]))
        begin, body = i + 1, None
        if rows[i].startswith("```"):
            end = rows.index("```", i + 1)
            begin, body, i = begin + 1, rows[i + 1:end], end
        elif rows[i].startswith("    ") and (i == 0 or not rows[i - 1]):
            end = i
            while end < len(rows) and (rows[end].startswith("    ") or
                                       not rows[end]):
                end += 1
            while not rows[end - 1]:
                end -= 1
            body, i = [row[4:] for row in rows[i:end]], end - 1
        if body is not None:
            yield Block(path, begin, body, tree, marks)
            marks = {}
        i += 1


def man(path, text):
    """The displays below .Sh EXAMPLES, and the tags of its lists."""
    tree, marks, inside, rows = None, {}, False, None
    for i, row in enumerate(text.split("\n"), 1):
        mark = re.match(r'\.\\" ' + MARK.pattern[5:-5] + "$", row)
        if mark and mark[1] == "examples":
            tree = mark[3]
        elif mark:
            marks.setdefault(mark[1], []).append((mark[2], mark[3]))
        elif row.startswith(".Sh "):
            inside = row == ".Sh EXAMPLES"
        elif inside and row.startswith(".Bd "):
            begin, rows = i + 1, []
        elif rows is not None and row == ".Ed":
            yield Block(path, begin, rows, tree, marks)
            rows, marks = None, {}
        elif rows is not None:
            rows.append(unescape(row))
        elif inside and row.startswith(".Dl "):
            yield Block(path, i, [unescape(row[4:])], tree, marks)
            marks = {}
        elif inside and row.startswith(".It Li "):
            block = Block(path, i, [unescape(row[7:])], tree, {})
            block.marks = {"checked as": [(None, "a query")]}
            yield block


def unescape(text):
    return text.replace("\\(dq", '"').replace("\\&", "").replace("\\e", "\\")


def units(path, text):
    """What a document says, piece by piece: (line, text) of its paragraphs, items
    of lists, rows of tables, and lines of blocks that are to be read as such."""
    blocks = {b.line: b for b in markdown(path, text)}
    piece, begin = [], 0
    rows = text.split("\n")
    for i, row in enumerate(rows + [""], 1):
        starts = row.startswith(("- ", "|"))
        if piece and (not row or starts or row.startswith("#")):
            yield begin, " ".join(" ".join(piece).split())
            piece = []
        if not row or row.startswith(("#", "<!--", "    ")) or (
                row.startswith("|") and (set(row) <= set("|- ") or
                                         header(rows, i))):
            continue
        if not piece:
            begin = i
        piece.append(row)
    for line, block in blocks.items():
        if block.value("checked as") == "sentences":
            for i, row in enumerate(block.rows):
                yield line + i, " ".join(row.split())


def header(rows, i):
    """Is row i (from 1) the first of a table?"""
    return i < len(rows) and rows[i].startswith("|--")
