"""docs/operations.md against the sources: limits and messages.

Needs the checkout; skipped where the test runs from a copy without it.
"""

import ast
import os
import re

LAYERS = ("base", "index_format", "indexer", "query", "tools")
UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
# What the system says, not scout.
REASONS = ("Permission denied", "No space left on device")
CALLS = ("scout_err_set", "scout_err_sys", "cli_message")
# Where the messages of operators come from; those of a query are with it.
OPERATION = re.compile(
    r"(indexer/.*|index_format/(generations|store\w*|modes|place|manifest)"
    r"|tools/(run_flags|run_report|job_report|registry\w*|schedule\w*|child"
    r"|update_command|build_command|compact_command|index_arg|status_command"
    r"|search_report|check_command|cli|scout-index))\.c")


# What stands for something else in the messages of the page.
PLACEHOLDER = (r"; |'\.\.\.[^']*'|'[A-Z]+'|\b[A-Z]{2,}\b|\b[A-Z]\b|\.\.\.|\d+"
               r"|\bgen-N\b|\(or: |/REGEX/|, line")


def checkout():
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    return top if os.path.exists(top + "/docs/operations.md") else None


def sources(top):
    for layer in LAYERS:
        for folder, _, files in os.walk(os.path.join(top, layer)):
            for name in files:
                if name.endswith((".c", ".h")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as f:
                        yield os.path.relpath(path, top), f.read()


def page(top):
    with open(top + "/docs/operations.md", encoding="utf-8") as f:
        return f.read()


def rows(text, heading):
    """The cells of the table rows under a heading."""
    part = re.search(r"^## %s\n(.*?)(?=^## |\Z)" % heading, text,
                     re.M | re.S)[1]
    for line in part.splitlines():
        if line.startswith("| ") and not line.startswith("| what "):
            yield [c.strip() for c in line.strip("|").split("|")]


def evaluate(expression, known):
    """A constant of C: numbers, names, + - * and shifts, casts left out."""
    text = re.sub(r"\((?:size_t|uint64_t|int64_t)\)", "", expression)
    text = re.sub(r"U?INT64_C\((\w+)\)", r"\1", text)
    names = set(re.findall(r"[A-Za-z_]\w*", text)) - {"x"}
    values = {n: known(n) for n in names}
    if any(v is None for v in values.values()):
        return None
    tree = ast.parse(text, mode="eval")
    for node in ast.walk(tree):
        if not isinstance(node, (ast.Expression, ast.BinOp, ast.operator,
                                 ast.Constant, ast.Name, ast.expr_context)):
            raise ValueError("not a constant: %r" % expression)
    return eval(compile(tree, "C", "eval"), {}, values)


def constants(all_text):
    def find(name):
        m = re.search(r"#define %s (.+)" % name, all_text) or \
            re.search(r"\b%s = ([^,\n}]+)" % name, all_text)
        return evaluate(m[1].split("/*")[0].strip(), find) if m else None
    return find


def number(text):
    m = re.search(r"(\d+)(?: (KiB|MiB|GiB|TiB))?", text)
    return int(m[1]) * UNITS.get(m[2], 1) if m else None


def limits(w):
    top = checkout()
    if not top:
        return w.skip("the page of limits", "no checkout here")
    find = constants("\n".join(t for _, t in sources(top)))
    named = 0
    for what, default, most, name in rows(page(top), "Limits"):
        name = name.strip("` ")
        if not name:
            continue
        named += 1
        w.equal("%s (%s)" % (what, name), number(most or default), find(name))
    w.check("most have a name", named > 20, named)
    with open(top + "/index_format/limits.h", encoding="utf-8") as f:
        listed = set(re.findall(r"\b(\w+_MAX_\w+) =", f.read()))
    told = {r[3].strip("` ") for r in rows(page(top), "Limits")}
    w.equal("all of limits.h", listed - told, set())


def literals(text):
    """The texts of the calls that make messages, strings joined."""
    for m in re.finditer(r"\b(%s)\s*\(" % "|".join(CALLS), text):
        depth, at, in_string = 1, m.end(), False
        while depth and at < len(text):
            c = text[at]
            if in_string:
                at += c == "\\"
                in_string = c != '"'
            elif c == '"':
                in_string = True
            else:
                depth += (c == "(") - (c == ")")
            at += 1
        call = text[m.end():at - 1]
        strings = re.findall(r'"((?:\\.|[^"\\])*)"', call)
        if strings and "SCOUT_E_USAGE" not in call:
            yield "".join(strings).replace('\\"', '"')


def plain(text):
    return re.sub(r"\s+", " ", text)


def pieces(text, placeholder):
    """What stands between the placeholders, if it is more than a word."""
    out = [p.strip(" ':;,.()[]/") for p in re.split(placeholder, text)]
    return [p for p in out if len(p) >= 8 and " " in p]


def messages(w):
    top = checkout()
    if not top:
        return w.skip("the page of messages", "no checkout here")
    text = page(top)
    code = plain("".join(
        "".join(re.findall(r'"((?:\\.|[^"\\\n])*)"|[^"]*?', t)) + "\n"
        for _, t in sources(top)).replace('\\"', '"'))
    documented = plain(" ".join(r[0] for r in rows(text, "Messages")))
    for row in rows(text, "Messages"):
        for piece in pieces(row[0], PLACEHOLDER):
            if piece not in REASONS:
                w.check("in the sources: %r" % piece, piece in code, row[0])
    told = 0
    for path, source in sources(top):
        if not OPERATION.fullmatch(path):
            continue
        for literal in literals(source):
            words = re.sub(r"%[-+.*\d]*[a-z]+", "", literal).split()
            if len([x for x in words if x.isalpha()]) < 4:
                continue
            told += 1
            w.check("%s: on the page: %r" % (path, literal), any(
                p in documented for p in
                pieces(literal, r"'?%[-+.*\d]*(?:ll|z)?[a-z]'?|, line")), "")
    w.check("many are told", told > 15, told)


CASES = [limits, messages]
