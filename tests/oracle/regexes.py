"""Random regexes that fit a text: a piece of it, its characters and stretches
made more general, with about everything that PCRE2 has.

A regex is grown as a list of atoms, each a complete piece of syntax, so that any
stretch of them can be put in a group.
"""

import re
import unicodedata

from pcre import is_valid, quoted

JUNK = ["foo", "ba[rz]", "zz+", "[0-9]+", "\u00e9", "\\w", "x", "_", "lock\\b", "\\d\\d", "\u6771", "->"]
RUNS = [r"\w+", r"\w*", r"\S+", r".*", r".+?", r".*?", r"\w{2,}", r"[a-z_]+", r"[^\s]*+", r"\pL+", r"\p{L}*",
        r"[[:alnum:]]+", r"[\w-]+", r"\w{1,3}?", r"\w++", r"\R?", r"[0-9a-f]+", r"[^,]{0,4}"]
# Of which the case folds to something odd, and what is written otherwise.
ODD = {"k": "\u212a", "s": "\u017f", "\u00e5": "\u212b", "i": "\u0130", "I": "\u0131", "\u03c9": "\u2126",
       "\u03c3": "\u03c2", "\u00df": "\u1e9e", "\u01c6": "\u01c5", "\u00b5": "\u03bc"}


def make(rng, text, words, at):
    """(regex, flags) of what stands at word AT of WORDS in TEXT, bytes; one that
    PCRE2 takes."""
    for _ in range(20):
        several = rng.random() < 0.15
        kind = rng.random()
        if kind < 0.25:
            atoms = _inside_word(rng, words[at].raw)
        else:
            atoms = [_atom(rng, c) for c in _piece(rng, text, words, at, several)]
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
            atoms = _changed(rng, atoms)
        regex = _framed(rng, atoms)
        flags = rng.choice(["", "", "", "", "i", "i", "m"]) if not several else rng.choice(["m", "m", "im"])
        if regex and is_valid(regex, flags):
            return regex, flags
    return quoted(rng.choice(["foo", "->", "a b"])), ""


def _piece(rng, text, words, at, several):
    """A few characters of TEXT about a word, none of them invalid."""
    last = min(at + rng.choice([0, 0, 0, 1, 1, 2]), len(words) - 1)
    piece = text[max(0, words[at].start - rng.choice([0, 0, 0, 1, 2])):words[last].end + rng.choice([0, 0, 0, 1, 2])]
    runs = [run for run in re.split("[\udc80-\udcff]", piece.decode("utf-8", "surrogateescape"))]
    if not several:
        runs = [line for run in runs for line in run.split("\n")]
    chars = max(runs, key=len)
    start = rng.randrange(len(chars) + 1) if rng.random() < 0.4 else 0
    return chars[start:start + rng.choice([1, 2, 3, 5, 8, 12])] or chars[:4] or "o"


def _inside_word(rng, raw):
    """A word with classes for its digits or some letters: 0x[0-9a-f]{4}."""
    raw = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")[:30].replace("\ufffd", "")
    atoms = []
    for run in re.findall(r"\d+|[^\W\d_]+|.", raw, re.DOTALL):
        kind = rng.random()
        if run.isdigit() and kind < 0.8:
            atoms.append(rng.choice(["[0-9]+", r"\d+", "[0-9]{%d}" % len(run), "[0-9a-f]{1,%d}" % (len(run) + 1),
                                     "[[:xdigit:]]*", "[0-9]*", r"\d?"]))
        elif kind < 0.25 and len(run) > 1:
            cut = rng.randrange(1, len(run))
            atoms += [quoted(run[:cut]), rng.choice([r"\w+", "[a-z]*", ".", r"\p{Ll}+", "[^_]*", "."]) ]
        elif kind < 0.35:
            atoms += [_atom(rng, c) for c in run]
        else:
            atoms.append(quoted(run))
    return atoms or ["o"]


def _atom(rng, c):
    """One character, as itself or as something that matches it."""
    kind = rng.random()
    if kind < 0.62:
        return quoted(c)
    if kind < 0.66 and c in ODD:
        return ODD[c]
    if kind < 0.68:
        return "\\x{%x}" % ord(c) if c not in "\ud800" else "."
    if kind < 0.72:
        return "." if c != "\n" else r"\s"
    if kind < 0.78:
        return _class(rng, c)
    if kind < 0.84:
        return quoted(c) + rng.choice(["?", "*", "+", "+?", "??", "{1,2}", "++", "*+", "{2}", "{0,1}", "*?"])
    if c == "\n":
        return rng.choice([r"\R", r"\R+", r"\s*", r"\n", r"\v", r"[^x]", r"\W+"])
    if c.isalpha():
        return rng.choice([r"\w", r"\pL", r"\p{L}", r"\S", "[[:alpha:]]", r"\p{Lu}", r"\p{Ll}", r"[^\W\d]", r"\X",
                           r"\N", "[a-z]", "[A-Z]", r"\p{Xwd}", r"\p{Greek}", "[\u00e0-\u00ff]"])
    if c.isdigit():
        return rng.choice([r"\d", r"\w", r"\pN", "[0-9]", "[[:digit:]]", r"\S", r"[\d.]"])
    if c.isspace():
        return rng.choice([r"\s", r"\h", r"\W", r"[^\S]", "[[:space:]]", r"\s*", r"\s+"])
    if unicodedata.category(c)[0] == "M":
        return rng.choice([r"\pM", r"\p{Mn}?", ".", r"\X?", r"\W", r"\w?"])
    return rng.choice([r"\W", r"[^\w]", r"\S", r"\pP", "[[:punct:]]", ".", r"\W*"])


def _class(rng, c):
    """A class with the character in it, or all but another."""
    if c in "]^-\\[" or not c.isprintable() or c in "/ ":
        c = "a"
    return rng.choice([f"[{c}x]", f"[^{'q' if c != 'q' else 'z'}]", f"[{c}0-9]", f"[{c}-{chr(ord(c) + 3)}]"
                       if c.isalnum() else f"[{c}a]", f"[{c.swapcase()[0]}{c}]", rf"[{c}\s]", f"[^{c}]"])


def _changed(rng, atoms):
    """ATOMS with a stretch of them made something else."""
    start = rng.randrange(len(atoms))
    end = min(len(atoms), start + rng.choice([1, 1, 2, 3, 6]))
    inner = "".join(atoms[start:end])
    junk = rng.choice(JUNK)
    new = rng.choice([
        [f"({inner})"], [f"(?:{inner})?"], [f"(?:{inner})+"], [f"({inner}){{1,2}}"], [f"(?:{inner})??"],
        [f"(?>{inner})"], [f"(?<n>{inner})"], [f"(?:{inner}|{junk})"], [f"(?:{junk}|{inner})"],
        [f"({inner}|)"], [f"(?:|{inner})"], [f"(?:{junk}|{inner}|{rng.choice(JUNK)})"], [f"(?:{inner})*"],
        [f"(?i:{inner})"], [f"(?i)", inner], [f"(?-i:{inner})"], [f"(?s:{inner})"], [f"(?m)", inner],
        [f"(?={inner})", inner], [f"(?!{junk})", inner], [inner, f"(?<={inner})"], [f"(?<!{junk})", inner],
        [inner, f"(?!{junk})"], [f"({inner})", r".*\1"], [f"({inner})", r"\1?"], [f"({inner})", r"(?:\1|.)"],
        [rng.choice(RUNS)], [rng.choice(RUNS)], [inner, rng.choice(RUNS)], [rng.choice(RUNS), inner],
        [r"\b", inner], [inner, r"\b"], [r"\B", inner], [inner, r"\K"], [f"(?:{inner})++"], [r"\Q" + "ab" + r"\E?", inner],
        [f"(?|{inner}|({junk}))"], [f"(?({'?=' + inner}){inner}|{junk})"], [f"(?:{inner}){{0}}"], [inner, "{0,3}"[:0]],
    ])
    return atoms[:start] + [a for a in new if a] + atoms[end:]


def _framed(rng, atoms):
    """The regex, with something about it."""
    kind = rng.random()
    body = "".join(atoms)
    if kind < 0.08:
        return "(?x) " + " ".join(atoms) + " "
    if kind < 0.16:
        return "^" + rng.choice(["", r"\s*", ".*"]) + body
    if kind < 0.24:
        return body + rng.choice(["", r"\s*", ".*"]) + "$"
    if kind < 0.28:
        return rng.choice(["(?i)", "(?s)", "(?m)", "(?im)", "(?U)", "(?J)"]) + body
    if kind < 0.34:
        return r"\b" + body + r"\b"
    if kind < 0.42:
        return body + "|" + rng.choice(JUNK) + rng.choice(["", "|" + rng.choice(JUNK)])
    if kind < 0.45:
        return rng.choice([r"\A", "^", "(?<![a-z])"]) + body + rng.choice([r"\z", r"\Z", "$", "(?![a-z])"])
    return body
