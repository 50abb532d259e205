"""What was asked: kinds of operands, where they stood, settings, regexes.

Each query is counted under several names, `where/kind` for instance, and under the
same name once more if a file matched.  wanted() lists all names that a long run
has to have seen.
"""

import re

import grammar
from grammar import And, Filter, Near, Not, NotNear, Operand, Or, Pattern

KINDS = ("word", "phrase", "prefix", "glob", "fuzzy", "part", "lit", "regex", "regex-m")
FILTERS = ("path", "file", "ext", "lang", "size", "modified")
AROUND = ("alone", "and", "or", "not", "near", "near-lines", "before", "before-lines", "not-near-x", "not-near-y",
          "or-in-near", "near-in-near")
SETTINGS = ("case-i", "case-I", "case-s", "case-S", "accents", "scope", "which-files")
GREP = tuple(f"{kind}{more}" for kind in ("-F", "-P") for more in ("", " -w", " -x", " -e"))
REGEX = {
    "class": r"\[[^\]]+\]", "property": r"\\[pP]", "posix": r"\[\[:", "lazy": r"[*+?}]\?", "possessive": r"[*+?}]\+",
    "optional": r"\)\?", "bounded": r"\{\d+,\d*\}", "alternation": r"\|", "group": r"\((?!\?)", "named": r"\(\?<n>",
    "atomic": r"\(\?>", "branch reset": r"\(\?\|", "conditional": r"\(\?\(", "backreference": r"\\1",
    "lookahead": r"\(\?=", "negative lookahead": r"\(\?!", "lookbehind": r"\(\?<=", "negative lookbehind": r"\(\?<!",
    r"\b": r"\\b", r"\B": r"\\B", r"\w": r"\\w", r"\s": r"\\s", r"\d": r"\\d", r"\K": r"\\K", r"\X": r"\\X",
    r"\R": r"\\R", r"\h": r"\\h", r"\Q": r"\\Q", "hex": r"\\x\{", "^": r"(?<![\[\\])\^", "$": r"\$", r"\A": r"\\A",
    r"\z": r"\\[zZ]", "(?i)": r"\(\?i[m)]", "(?-i:": r"\(\?-i", "(?x)": r"\(\?x", "(?s)": r"\(\?s", "(?m)": r"\(\?m",
    "not ASCII": r"[^\0-\x7f]", "class in a word": r"\w\[[^\]]+\][+*{?]?\S*\w", "long s, K sign": "[\u017f\u212a\u1e9e\u0130]",
}


def wanted():
    """All names that a long run has to have."""
    rows = [f"{where}/{kind}" for where in AROUND for kind in KINDS]
    rows += [f"{where}/{kind}" for where in ("alone", "and", "or", "not") for kind in FILTERS]
    rows += [f"{setting}/{kind}" for setting in SETTINGS for kind in KINDS if (setting, kind) != ("scope", "regex-m")]
    return rows + [f"regex {name}" for name in REGEX] + [f"grep {name}" for name in GREP]


def features(asked):
    """The names of a query."""
    found = set()
    if asked.grep():
        kind = asked.grep()[0]
        found |= {f"grep {kind}"} | {f"grep {kind} {more}" for more in ("-w", "-x", "-e") if more in asked.flags}
        if kind == "-P":
            for pattern in asked.patterns():
                _regex(pattern, found)
        return found
    tree = grammar.parse(asked.query)
    kinds = set()
    _walk(tree, "alone", found, kinds)
    settings = {f"case-{asked.case}"}
    settings |= {"accents"} if "accents:no" in asked.query else set()
    settings |= {"scope"} if asked.by_line() else set()
    settings |= {"which-files"} if {"-g", "-t", "-T"} & set(asked.flags) else set()
    return found | {f"{setting}/{kind}" for setting in settings for kind in kinds}


def _kind(leaf):
    if isinstance(leaf, Filter):
        return leaf.field
    if isinstance(leaf, Pattern):
        return "lit" if leaf.flags is None else "regex-m" if "m" in leaf.flags else "regex"
    if leaf.part or leaf.edits:
        return "part" if leaf.part else "fuzzy"
    if len(leaf.pieces) > 1:
        return "phrase"
    piece = leaf.pieces[0]
    return "prefix" if piece.prefix else "glob" if piece.glob else "word"


def _regex(text, found):
    found |= {f"regex {name}" for name, shape in REGEX.items() if re.search(shape, text)}


def _walk(node, where, found, kinds):
    if isinstance(node, (Operand, Pattern, Filter)):
        found.add(f"{where}/{_kind(node)}")
        kinds.add(_kind(node))
        if isinstance(node, Pattern) and node.flags is not None:
            _regex(node.text, found)
    elif isinstance(node, Not):
        _walk(node.child, "not", found, kinds)
    elif isinstance(node, (And, Or)):
        inside = where.startswith(("near", "before", "not-near", "or-in"))
        name = "or-in-near" if inside else "and" if isinstance(node, And) else "or"
        for child in node.children:
            _walk(child, name, found, kinds)
    elif isinstance(node, (Near, NotNear)):
        inner = where.startswith(("near", "before", "not-near", "or-in"))
        for i, child in enumerate(node.children):
            name = "near-in-near" if inner else ("not-near-x", "not-near-y")[i] if isinstance(node, NotNear) \
                else ("before" if node.ordered else "near") + "-lines" * node.lines
            _walk(child, name, found, kinds)


def report(asked, answered, everything):
    """Rows to print, and how many names were never seen."""
    never = [name for name in wanted() if not asked[name]]
    rows = [f"  {name:32} {asked[name]:6} {answered[name]:6}" for name in wanted()] if everything else []
    return rows + [f"oracle: never asked: {name}" for name in never], len(never)
