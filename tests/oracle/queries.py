"""Random queries for a corpus, every one valid, and a list of invalid ones.

Queries are grown as trees whose leaves are operands as a user would type them,
made mostly of words that stand near each other in some file, and printed with
or without redundant parentheses.  Printing and precedence are this module's own
business: nothing here is shared with the parser in grammar.py but FIELDS.
"""

import re
import time
import unicodedata

import grammar
import regexes
import words as wordlib

CASE_FLAGS = [("i", []), ("i", []), ("I", ["-i"]), ("s", ["-s"]), ("S", ["-S"])]

UNKNOWN = ["zzyzx", "nowhere", "qqq", "\u00e6\u00f8", "\u732b", "fo", "xx"]
JOINERS = ["-", ".", "::", "/", "'", "+", "->", ",", "=", "\\", "&&", "\u2019", ".?."]
SPACES = [" "] * 12 + ["  ", "\t", "\n", "\u3000", "\u00a0", "\u2003"]

CROWDED_WORDS = 5000     # in one file: too many ways to choose for wide windows

# How tightly a kind of expression binds; a child that binds less is wrapped.
OR, AND, NOT, NEAR, MINUS, LEAF = range(6)

INVALID = [
    "", " ", "\u3000", "()", "(", ")", "( a", "a )", "((a)", "a (", "a ()",
    '"a b', '"', 'a "', '"a\\"', "a AND", "AND a", "a OR", "OR a", "OR", "AND", "NOT", "a NOT",
    "a AND AND b", "a OR OR b", "a AND OR b", "a OR AND b", "(a AND) b", "(a OR) b", "a (AND b)",
    "NEAR", "NEAR a", "a NEAR", "a NEAR NEAR b", "a NEAR AND b", "a NEAR OR b", "(a NEAR) b",
    "BEFORE a", "a BEFORE/3", "ADJ", "PRE/2 a",
    "a NEAR/0 b", "a BEFORE/0 b", "a ADJ/0 b", "a PRE/0 b",
    "a NEAR/x b", "a NEAR/ b", "a NEAR/3x b", "a NEAR/l b", "a NEAR/-1 b", "a BEFORE/x b",
    "a ADJ/x b", "a PRE/x b", "a NEAR/2L b", "a NEAR/1.5 b", "a NEAR/3ll b",
    "a NEAR/2 b NEAR/3 c", "a NEAR b NEAR/3 c", "a NEAR b BEFORE c", "a NEAR/3 b BEFORE/3 c",
    "a NEAR/2 b NEAR/2l c", "a BEFORE/2l b BEFORE/2 c", "a ADJ/2 b PRE/3 c",
    "a NEAR (b AND c)", "a NEAR (b c)", "(a b) NEAR c", "a NEAR -b", "-a NEAR b", "a NEAR NOT b",
    "a NEAR (NOT b)", "(-a) NEAR b", "a BEFORE/2 (b AND NOT c)",
    "a NOT NEAR", "NOT NEAR a", "a NOT NEAR/0 b", "a NOT BEFORE b", "a NOT NEAR b NEAR c",
    "a NOT NEAR/1 b NOT NEAR/2 c", "a NOT NEAR (b c)", "a NOT NEAR -b", "(a OR b c) NEAR d",
    "path:", "file: x", 'ext:""', "ext:.c", "ext:c,,h", "lang:nosuch", "size:big", "size:2k..1k", "size:..",
    "modified:2026-02-30", "modified:0d", "modified:x", "path:/(/", "a NEAR path:x", "(ext:c OR a) NEAR b",
    'lit:""', "lit:", "//", "a //", "/(/", "/a/ NEAR -b",
    "->", "->lock", "++", "a AND ++", "...", "- a", "-", "a -", "--a", "-NOT a", "---a", "-.a",
    "(-)", "-)", "*", "**", "?", "a AND *", "-*", "~",
    '"a b"*', '"a b"~', '"a"?', '"a"~2',
    "foo~4", "foo-bar~", "fo*~", "foo~~", "part:", "part:a-b", "part:fo*", "part:foo~", "part:->",
    "accents:no", "case:yes", "accents:maybe a", "case:x a", "case:yes case:no a",
]


# --- Words as a user would type them ---------------------------------------------

def _respell(rng, raw):
    """RAW in another case or normal form, most often as it is."""
    kind = rng.random()
    if kind < 0.5:
        return raw
    if kind < 0.75:
        return rng.choice([str.upper, str.lower, str.title, str.casefold])(raw)
    if kind < 0.95:
        return unicodedata.normalize(rng.choice(["NFC", "NFD"]), raw)
    at = rng.randrange(1, len(raw)) if len(raw) > 1 else len(raw)
    return raw[:at] + rng.choice(["\u00ad", "\u200d"]) + raw[at:]


def _is_operand(text):
    """Whether TEXT, bare, is an operand and not an operator or a field."""
    return (text.split("/")[0] not in ("AND", "OR", "NOT", "NEAR", "BEFORE", "ADJ", "PRE")
            and text.split(":")[0] not in grammar.FIELDS)


class Generator:
    """Makes queries for one corpus, {path: Text}."""

    def __init__(self, rng, texts, with_times=True):
        self.rng = rng
        self.with_times = with_times
        self.paths = [path.decode() for path in sorted(texts) if _is_utf8(path)] or ["a"]
        self.sizes = [text.facts.size for text in texts.values() if text.facts] or [0]
        self.no_marks = False
        self.files = [text.words for _, text in sorted(texts.items()) if text.words]
        self.bytes_of = {id(text.words): text.bytes for text in texts.values()}
        self.crowded = any(len(words) > CROWDED_WORDS for words in self.files)

    # Leaves

    def place(self):
        """A file's words and a position in it, or None in an empty corpus."""
        if not self.files or self.rng.random() < 0.02:
            return None
        file = self.rng.choice(self.files)
        return file, self.rng.randrange(len(file))

    def word(self, place):
        """A word's raw text: the one at PLACE, or a near miss."""
        if place is None or self.rng.random() < 0.04:
            return self.rng.choice(UNKNOWN)
        file, at = place
        raw = _respell(self.rng, file[at].raw)
        return self.other_marks(raw) if self.no_marks and not file[at].unspaced else raw

    def other_marks(self, raw):
        """RAW with marks less or more, if a letter is left."""
        text = unicodedata.normalize("NFD", raw)
        if self.rng.random() < 0.6:
            text = "".join(c for c in text if not wordlib.is_mark(ord(c)))
        if self.rng.random() < 0.5 and text:
            at = self.rng.randrange(1, len(text) + 1)
            text = text[:at] + self.rng.choice("\u0301\u0308\u0323\u0345") + text[at:]
        return text if len(wordlib.split_words(text.encode("utf-8", "surrogateescape"))) == 1 else raw

    def operand(self, place, joined=True):
        """A word, prefix or phrase of what stands at PLACE."""
        kind = self.rng.random()
        if place is not None and self.rng.random() < 0.1:
            return self.pattern(place)
        if kind < 0.5 or place is None:
            text = self.word(place)
            if self.rng.random() < 0.1 or not _is_operand(text):
                return f'"{text}"'
            return text
        if kind < 0.62:
            return self.fuzzy(place) if kind < 0.56 else self.part(place)
        if kind < 0.72:
            return self.prefix(place)
        if kind < 0.8:
            return self.glob(place)
        return self.phrase(place, joined)

    def fuzzy(self, place):
        """A word with a few typing mistakes, one more or less than allowed."""
        raw = self.word(place)
        if len(wordlib.split_words(raw.encode("utf-8", "surrogateescape"))) != 1 or len(raw) > 200:
            return f'"{raw}"'
        chars = list(raw)
        edits = self.rng.choice([1, 1, 1, 2, 2, 3])
        for _ in range(edits + self.rng.choice([-1, 0, 0, 0, 1])):
            at = self.rng.randrange(len(chars) + 1)
            kind = self.rng.random()
            if kind < 0.3 and len(chars) > 1:
                del chars[min(at, len(chars) - 1)]
            elif kind < 0.55:
                chars.insert(at, self.rng.choice("abes1_\u00e9\u03b9"))
            elif kind < 0.75:
                chars[min(at, len(chars) - 1)] = self.rng.choice("aBes1\u00e9")
            elif 0 < at < len(chars):
                chars[at - 1], chars[at] = chars[at], chars[at - 1]
        text = "".join(chars)
        found = wordlib.split_words(text.encode("utf-8", "surrogateescape"))
        if len(found) != 1 or len(found[0].raw) != len(text) or not _is_operand(text):
            text = raw.strip("\u00ad\u200d")
        return text + "~" + (self.rng.choice(["", "1"]) if edits == 1 else str(edits))

    def part(self, place):
        """A part of a word, or something that is none."""
        raw = self.word(place)
        parts = wordlib.parts(raw) or (raw,)
        text = self.rng.choice(parts) if self.rng.random() < 0.8 else raw[:self.rng.randrange(len(raw)) + 1]
        text = _respell(self.rng, text).strip("\u00ad\u200d")
        found = wordlib.split_words(text.encode("utf-8", "surrogateescape"))
        if len(found) != 1 or found[0].raw != text:
            return f'"{raw}"'
        return f'part:"{text}"' if self.rng.random() < 0.2 else f"part:{text}"

    def glob(self, place):
        """A word with a few of its characters left out or written as `?`."""
        file, at = place
        raw = self.word(place)
        if file[at].unspaced or not _is_operand(raw):
            return self.prefix(place)
        kept = list(raw)
        for _ in range(self.rng.choice([1, 1, 2, 3])):
            start = self.rng.randrange(len(kept) + 1)
            length = self.rng.randrange(0, 4)
            if len(kept) - len(kept[start:start + length]) < 1:
                continue
            kept[start:start + length] = [self.rng.choice("*?*")]
        text = "".join(kept)
        literal = text.replace("*", "").replace("?", "")
        # a literal that ends or begins with what folds to nothing is not ours
        found = wordlib.split_words(literal.encode("utf-8", "surrogateescape"))
        if len(found) != 1 or found[0].unspaced or \
                any(wordlib.is_ignorable(ord(c)) for c in literal):
            return self.prefix(place)
        return text

    def prefix(self, place):
        file, at = place
        if file[at].unspaced:
            text = _respell(self.rng, file[at].raw)
            return text + "*" if self.rng.random() < 0.3 else text
        raw = self.word(place)
        while len(raw) > 1 and self.rng.random() < 0.7:
            raw = raw[:self.rng.randrange(1, len(raw))]
        return raw.rstrip("\u00ad\u200d") + "*"

    def phrase(self, place, joined):
        """Adjacent words of a file, over line breaks too; now and then with one
        of them changed, so that it does not occur."""
        file, at = place
        run = [w for w in file[at:at + self.rng.choice([2, 2, 2, 3, 3, 4, 6])]]
        words = [_respell(self.rng, w.raw) for w in run]
        if self.rng.random() < 0.1:
            self.rng.shuffle(words)
        if not joined or self.rng.random() < 0.5:
            return self.quoted(words)
        if all(w.unspaced for w in run) and self.rng.random() < 0.8:
            return "".join(words)
        if self.rng.random() < 0.4:
            for i, w in enumerate(run):
                if not w.unspaced and (i == len(run) - 1 or self.rng.random() < 0.2):
                    words[i] = words[i][:self.rng.randrange(1, len(words[i]) + 1)] + "*"
        text = words[0]
        for word in words[1:]:
            text += self.rng.choice(JOINERS) + word
        return text if _is_operand(text) else self.quoted(words)

    def quoted(self, words):
        gap = self.rng.choice([" ", " ", " ", ", ", "\n", "-", '\\"', "\\\\", "* ", " ) "])
        return '"' + gap.join(words) + '"'

    # Regexes and exact text

    def pattern(self, place):
        """A regex or lit: of the text about PLACE."""
        if self.rng.random() < 0.3:
            return self.exact(place)
        regex, flags = regexes.make(self.rng, self.bytes_of[id(place[0])], *place)
        return f"/{regex}/{flags}"

    def exact(self, place):
        text = self.piece(place).replace("\\", "\\\\").replace('"', '\\"')
        return f'lit:"{text}"'

    def piece(self, place):
        """Text about PLACE without a line break or a byte that is not UTF-8."""
        rng = self.rng
        words, at = place
        text = self.bytes_of[id(words)]
        last = words[min(at + rng.choice([0, 0, 1, 2]), len(words) - 1)]
        piece = text[max(0, words[at].start - rng.choice([0, 0, 1, 3])):last.end + rng.choice([0, 0, 1, 2])]
        lines = re.split("[\udc80-\udcff\n\0]", piece.decode("utf-8", "surrogateescape"))
        line = max(lines, key=len)
        start = rng.randrange(len(line) + 1) if rng.random() < 0.5 else 0
        piece = line[start:start + rng.randint(1, 12)]
        if rng.random() < 0.2:
            piece = "".join(regexes.ODD.get(c, c) for c in piece)
        return piece or rng.choice(["o", "->", "fo", "a b", ", ", "()", "x"])

    def grep(self):
        """(pattern, flags) as after -F or -P, with some of -w and -x, and -e."""
        rng = self.rng
        place = self.place() or (self.files[0], 0)
        kind = rng.choice(["-F", "-P", "-P"])
        flags = [kind] + rng.choice([[], [], ["-w"], ["-w"], ["-x"]])
        patterns = []
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            if kind == "-F":
                patterns.append(self.piece(place))
                continue
            regex, _ = regexes.make(rng, self.bytes_of[id(place[0])], *place)
            if not patterns or not re.search(r"\\[1-9]|\(\?<n>|\(\?x|\(\?[J|]|^\(\?i?m?s?U?\)", regex):
                patterns.append(regex)       # groups are numbered through
        if "-x" in flags and rng.random() < 0.5 and kind == "-F":
            line = self.bytes_of[id(place[0])].split(b"\n")[0].decode("utf-8", "replace")
            patterns[0] = line[:200].replace("\ufffd", "").replace("\0", "") or "a"
        for pattern in patterns[1:]:
            flags += ["-e", pattern]
        return patterns[0], flags

    # Filters

    def filter(self):
        rng = self.rng
        field = rng.choice(["path"] * 4 + ["file", "file", "ext", "ext", "lang", "size", "size"] +
                           ["modified"] * 2 * self.with_times)
        if field in ("path", "file"):
            return self.path_filter(field)
        if field == "ext":
            value = ",".join(rng.sample(["c", "h", "md", "tar.gz", "gz", "py", "in", "c.in", "txt", "b"], rng.randint(1, 3)))
        elif field == "lang":
            value = ",".join(rng.sample(["c", "py", "txt", "md"], rng.randint(1, 2)))
        elif field == "size":
            value = self.range(lambda: str(rng.choice(self.sizes + [100, 1000])) if rng.random() < 0.7
                               else rng.choice(["0", "1k", "2k", "100k", "1M"]), lambda n: grammar.filters._size(n))
        elif rng.random() < 0.5:
            value = f"{rng.choice([1, 7, 24, 100])}{rng.choice('hdw')}"
        else:
            value = self.range(lambda: time.strftime("%Y-%m-%d", time.localtime(
                time.time() - rng.randrange(40) * 86400)), lambda day: day)
        return f'{field}:"{value}"' if rng.random() < 0.2 else f"{field}:{value}"

    def range(self, make, key):
        kind = self.rng.random()
        if kind < 0.5:
            return self.rng.choice(["", ">", "<", ">=", "<="]) + make().replace("0", "1", 1)
        a, b = sorted([make(), make()], key=key)
        return self.rng.choice([f"{a}..{b}", f"{a}..{b}", f"..{b}", f"{a}.."])

    def which_files(self):
        """-g, -t or -T of the command line, one or two."""
        rng = self.rng
        flags = []
        for _ in range(rng.choice([1, 1, 2])):
            kind = rng.random()
            if kind < 0.4 and flags[:1] != ["-g"]:
                flags += [rng.choice(["-t", "-T"]), rng.choice(["c", "py", "txt", "md"])]
            else:
                glob = self.path_glob(rng.choice(self.paths))
                if "\n" not in glob and not flags[:1] in (["-t"], ["-T"]):
                    flags += ["-g", rng.choice(["", "", "!"]) + glob]
        return flags

    def path_filter(self, field):
        rng = self.rng
        path = rng.choice(self.paths)
        name = path.split("/")[-1] if field == "file" else path
        kind = rng.random()
        start = rng.randrange(len(name))
        piece = name[start:start + rng.randint(1, 6)]
        if kind < 0.4 and not set(piece) & set("*?["):
            value = piece
        elif kind < 0.75:
            value = self.path_glob(name)
        elif "\n" in piece or "\ufffd" in piece:
            value = "a"
        else:
            piece = re.escape(piece).replace("/", "\\/").replace("\\ ", " ").replace("\\#", "#")
            regex = rng.choice(["", "^"]) + piece + rng.choice(["", "", "$", "[a-z0-9]*", "(\\.c|x)?"])
            return f"{field}:/{regex}/{rng.choice(['', '', 'i', 'm'])}"
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        if rng.random() < 0.3 or re.search(r'[\s()"\\]', value) or value[0] == "/" or not value.isascii():
            return f'{field}:"{quoted}"'
        return f"{field}:{value}"

    def path_glob(self, name):
        """A glob that this path or name matches, most often."""
        rng = self.rng
        parts = ["".join("\\" + c if c in "*?[]{},\\!" else c for c in part) for part in name.split("/")]
        last = parts[-1]
        if "\\" not in last:
            at = rng.randrange(len(last) + 1)
            parts[-1] = rng.choice([last[:at] + "*", "*" + last[at:], last[:at] + "?" + last[at + 1:], "*",
                                    last[:at] + "*" + last[at + 2:], "[a-f]*", "[!x]*", "*.{c,md,tar.gz}"])
        else:
            parts[-1] = "*"
        if len(parts) > 1 and rng.random() < 0.6:
            at = rng.randrange(len(parts) - 1)
            parts[at:at + rng.randint(0, len(parts) - at)] = ["**"]
            if parts[-1] == "**":
                parts.append("*")
        if "**" in parts and parts.count("**") > 1 or "" in parts:
            parts = ["**", "*"]
        return rng.choice(["", "", "/"]) + "/".join(parts)

    # Expressions: (binding, text)

    def query(self):
        """A valid query; it may start with a dash."""
        settings = []
        self.no_marks = self.rng.random() < 0.15
        if self.no_marks:
            settings.append("accents:no")
        if self.rng.random() < 0.08:
            settings.append("case:" + self.rng.choice(["no", "yes", "auto"]))
        tree = self.expression(self.rng.choice([0, 0, 1, 1, 2, 3, 4]))
        if not settings:
            return tree[1]
        terms = [*settings, self.wrap(tree, AND)]
        self.rng.shuffle(terms)
        return " ".join(terms)

    def expression(self, depth):
        rng = self.rng
        if rng.random() < 0.12:
            return LEAF, self.filter()
        if depth == 0:
            return self.near() if rng.random() < 0.35 else (LEAF, self.operand(self.place()))
        kind = rng.random()
        if kind < 0.20:
            return self.near()
        if kind < 0.65:
            return self.joined(AND, depth)
        if kind < 0.80:
            return self.joined(OR, depth)
        return self.negated(self.expression(depth - 1))

    def negated(self, child):
        binding, text = child
        if self.rng.random() < 0.5 and (binding < LEAF or self.can_follow_minus(text)):
            return MINUS, "-" + self.wrap(child, LEAF)
        return NOT, "NOT" + self.space() + self.wrap(child, NOT)

    @staticmethod
    def can_follow_minus(text):
        return text[0] in '"/' or unicodedata.category(text[0])[0] in "LMN"

    def joined(self, binding, depth):
        """AND, written or implied, or OR of two to four expressions."""
        children = [self.expression(self.rng.randrange(depth)) for _ in
                    range(self.rng.choice([2, 2, 2, 3, 4]))]
        if binding == AND and self.rng.random() < 0.3:
            children[-1] = self.negated(children[-1])
        text = self.wrap(children[0], binding)
        for child in children[1:]:
            word = "OR" if binding == OR else self.rng.choice(["AND", ""])
            right = self.wrap(child, binding)
            if word:
                text += self.space() + word + self.space() + right
            elif text[-1] in ')"' and right[0] in '("' or right[0] == "(":
                text += self.rng.choice(["", " "]) + right       # kmalloc(size)
            else:
                text += self.space() + right
        return binding, text

    def near(self, depth=2, place=None):
        """Operands that stand close together in one file, mostly."""
        rng = self.rng
        name = rng.choice(["NEAR", "NEAR", "NEAR", "BEFORE", "BEFORE", "ADJ", "PRE"])
        distances = ["", "/1", "/1", "/2", "/3", "/4", "/6", "/25", "/1000", "/0l", "/0l", "/1l", "/2l"]
        size = rng.choice([2, 2, 2, 3, 3, 4])
        if depth < 2:                            # an inner one: all ways to choose
            distances.remove("/1000")
            size = rng.choice([2, 2, 2, 3])
        if self.crowded:
            distances = ["/1", "/1", "/2", "/3"] + [""] * (depth == 2)
            size = min(size, 2 + (depth == 2))
        distance = rng.choice(distances)
        place = place or self.place()
        operands = []
        for _ in range(size):
            if operands and rng.random() < 0.15:
                operands.append(rng.choice(operands))            # a NEAR a NEAR b
            elif operands and rng.random() < 0.08:
                operands.append(self.operand(place))             # foo* NEAR foo
            else:
                operands.append(self.near_operand(place and self.nearby(place), depth))
        if rng.random() < 0.05:
            operands[0] = f"({operands[0]})"
        word = f"{self.space()}{name}{distance}{self.space()}"
        if rng.random() < 0.25:
            operands = operands[:rng.choice([2, 2, 3])]
            word = f"{self.space()}NOT{self.space()}NEAR{distance}{self.space()}"
        return NEAR, word.join(operands)

    def near_operand(self, place, depth):
        """A leaf, an OR-group or a NEAR in parentheses."""
        kind = self.rng.random()
        if depth == 0 or kind < 0.75:
            return self.operand(place)
        if kind < 0.87:
            return f"({self.near(depth - 1, place)[1]})"
        branches = [self.near_operand(place and self.nearby(place), depth - 1)
                    for _ in range(self.rng.choice([2, 2, 3]))]
        if self.rng.random() < 0.2:
            branches[-1] = self.near(depth - 1, place)[1]       # binds tighter than OR
        return f"({f'{self.space()}OR{self.space()}'.join(branches)})"

    def nearby(self, place):
        file, at = place
        if self.rng.random() < 0.1:
            return self.place()
        at += self.rng.choice([-5, -2, -1, 0, 1, 1, 2, 3, 4, 8, 15])
        return file, min(max(at, 0), len(file) - 1)

    def wrap(self, child, binding):
        """CHILD's text where something of BINDING is wanted."""
        own, text = child
        if own < binding or (own < LEAF and self.rng.random() < 0.15) or self.rng.random() < 0.03:
            pad = self.rng.choice(["", "", " "])
            return f"({pad}{text}{pad})"
        return text

    def space(self):
        return self.rng.choice(SPACES)


def _is_utf8(path):
    try:
        path.decode()
        return True
    except UnicodeDecodeError:
        return False


def make(rng, texts, count, with_times=True):
    """COUNT triples (query, case mode, flags for scout-query); WITH_TIMES, some
    ask when files were modified."""
    generator = Generator(rng, texts, with_times)
    out = []
    while len(out) < count:
        flags = []
        if generator.files and rng.random() < 0.12:
            query, flags = generator.grep()
        else:
            query = generator.query()
        if len(query.encode("utf-8")) < 60_000:
            case, more = rng.choice(CASE_FLAGS)
            flags = flags + more
            if rng.random() < 0.2:
                flags = flags + ["--scope=line"]
            if rng.random() < 0.12:
                flags = flags + generator.which_files()
            out.append((query, case, flags))
    return out
