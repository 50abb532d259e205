"""The third evaluator: what a query means on a tree, from the contract alone.

answer(root, query) reads every file under ROOT and returns, for each file that
matches, its hit lines and the spans to be marked in them.  It shares no code
and no idea with scout: section 4 of docs/query-language.md is written out as it
stands.
"""

import bisect
import os
import re
import stat
import sys
from typing import NamedTuple

import filters
import grammar
import pcre
from grammar import And, Filter, Near, Not, NotNear, Operand, Or, Pattern
from words import Text, form, nfc, parts

BREAKABLE = ("and", "or", "not", "near", "before", "phrase", "prefix", "glob", "case", "lines", "not-near",
             "nested", "or-group", "filter", "scope", "fuzzy", "part", "accents", "regex", "regex-class", "look")


class Occurrence(NamedTuple):
    """A span of word positions, both ends included."""
    first: int
    last: int


class Match(NamedTuple):
    """What a regex or lit: found: bytes of the text, and the words that they
    touch (-1: none)."""
    first: int
    last: int
    start: int
    end: int


class Hit(NamedTuple):
    """A hit line: its text starts at byte `offset` of the decoded file, and
    `spans` are the (start, end) in it of what matched."""
    line: int
    offset: int
    text: bytes
    spans: tuple


class Evaluator:
    """A query with a case mode ('i', 's' or 'S') to ask of texts; with `grep`, a
    tuple of -F or -P, and -w or -x, it is a pattern, one of several in a list.

    BROKEN names an operator to get wrong on purpose, which is how the test
    shows that it can fail.
    """

    def __init__(self, query, case="i", broken=None, by_line=False, grep=()):
        assert broken is None or broken in BREAKABLE
        self.grep = grep
        self.tree = _grep_pattern(query, grep) if grep else grammar.parse(query)
        self.case = case
        self.broken = broken
        self.known = {}             # spans of the text that was asked last
        self.by_line = by_line and broken != "scope"

    def hits(self, text):
        """The hit lines of TEXT as a tuple of Hit, or None if it does not match."""
        if self.by_line:
            return self.true_lines(text)
        occurrences = self.whole(text)
        if occurrences is None:
            return None
        hits = [Hit(line, text.line_offset(line), text.line_bytes(line),
                    tuple(sorted(spans)))
                for line, spans in sorted(_spans_by_line(occurrences, text).items())]
        return tuple(hits[:-1] if self.broken == "lines" else hits)

    def true_lines(self, text):
        """--scope=line: the lines that, each by itself, match."""
        hits = []
        for line, alone in enumerate(text.lines_alone(), 1):
            occurrences = self.whole(alone)
            if occurrences is not None:
                spans = _spans_by_line(occurrences, alone).get(1, ())
                hits.append(Hit(line, text.line_offset(line), text.line_bytes(line), tuple(sorted(spans))))
        return tuple(hits) or None

    def whole(self, text):
        """What match() gives for the query."""
        self.known = {}
        return self.match(self.tree, text)

    def match(self, node, text):
        """The leaf occurrences that take part, or None if NODE is false."""
        if isinstance(node, Operand):
            return self.occurrences(node, text) or None
        if isinstance(node, Pattern):
            return self.matches(node, text) or None
        if isinstance(node, Filter):
            passes = filters.passes(node.field, node.value, node.regex, text.facts,
                                    self.broken == "filter")
            return [] if passes else None
        if isinstance(node, Not):
            found = self.match(node.child, text)
            return [] if found is None or self.broken == "not" else None
        if isinstance(node, (And, Or)):
            parts = [self.match(child, text) for child in node.children]
            true = [part for part in parts if part is not None]
            needs_all = isinstance(node, And) != (
                self.broken == ("and" if isinstance(node, And) else "or"))
            if not true or (needs_all and len(true) < len(parts)):
                return None
            return [occurrence for part in true for occurrence in part]
        if isinstance(node, Near):
            return self.near(node, text) or None
        if isinstance(node, NotNear):
            return self.taking_part(node, text, set(self.spans(node, text))) or None
        raise TypeError(node)

    # An operand's occurrences.  A new kind of operand needs a branch here.

    def occurrences(self, operand, text):
        """Every span of TEXT that the operand matches, sorted."""
        case = operand.case or self.case
        sensitive = case == "s" or (case == "S" and operand.has_upper())
        if self.broken == "case":
            sensitive = False
        wanted = []                # for each piece, the raw words it matches
        for piece in operand.pieces:
            matches = self.piece_matcher(operand, piece, sensitive)
            wanted.append({raw for raw in text.distinct if matches(raw)})
        if not all(wanted):
            return []
        if self.broken == "phrase":
            wanted.reverse()
        raws, size = text.raws, len(wanted)
        return [Occurrence(at, at + size - 1) for at in range(len(raws) - size + 1)
                if raws[at] in wanted[0]
                and all(raws[at + i] in wanted[i] for i in range(size))]

    def matches(self, node, text):
        """Every Match of a regex or lit:, from left to right."""
        case = {"i": "I", None: self.case}.get(node.case, node.case)
        sensitive = case in "is" or (case == "S" and node.has_upper())
        flags = node.flags or ""
        if node.flags is None and "\n" in node.text:
            return []
        pattern = pcre.quoted(node.text) if node.flags is None else node.text
        if self.broken == "regex-class":
            pattern = pattern.replace("[", "[~").replace(r"\w", r"[\w~.]")
        if self.broken == "look":
            # not what a condition looks at: (?(?=a)b|c)
            pattern = re.sub(r"(?<!\(\?)\(\?<?[=!]|\\[bB]", lambda m: "(?:" if m[0][0] == "(" else "",
                             pattern)
        regex = pcre.compiled(pattern, not sensitive or "i" in flags, "m" in flags)
        if "m" in flags and not self.by_line:
            subjects = [(0, text.bytes)] if text.bytes else []
        else:
            subjects = [(text.line_offset(n), text.line_bytes(n).rstrip(b"\n"))
                        for n in range(1, len(text.line_starts) + 1)]
        found = [_touching(text, offset + start, offset + end, self.grep)
                 for offset, subject in subjects for start, end in regex.finditer(subject)
                 if end > start or not _is_after_all_lines(text, offset + start)]
        return found[self.broken == "regex":]

    def piece_matcher(self, operand, piece, sensitive):
        """A predicate on raw words."""
        no_marks = operand.no_marks and self.broken != "accents"

        def fold(raw):
            return form(raw, sensitive, no_marks)

        if piece.glob:
            items = piece.glob[:-1] if self.broken == "glob" else piece.glob
            glob = _Glob([i if i in "*?" else nfc(fold(i)) for i in items])
            return lambda raw: glob.matches(nfc(fold(raw)))
        wanted = fold(piece.raw)
        if operand.part:
            return lambda raw: any(fold(p) == wanted for p in parts(raw, self.broken == "part"))
        if operand.edits:
            return lambda raw: is_within(nfc(wanted), nfc(fold(raw)), operand.edits - (self.broken == "fuzzy"))
        if piece.prefix and self.broken != "prefix":
            start = nfc(wanted)
            return lambda raw: nfc(fold(raw)).startswith(start)
        return lambda raw: fold(raw) == wanted

    # NEAR and BEFORE

    def near(self, node, text):
        """The occurrences that take part: those for which SOME choice of one
        occurrence of each other operand is pairwise disjoint, keeps the
        distance between the first and the last, and, for BEFORE, the order."""
        window = self.window(node, text)
        if window is None:
            return []
        if not all(isinstance(child, Operand) for child in node.children):
            return self.taking_part(node, text, None)
        return [occurrence for k, occurrences in enumerate(window.lists)
                for occurrence in occurrences
                if window.has_choice({k: occurrence})]

    def window(self, node, text):
        lists = [self.spans(child, text) for child in node.children]
        if not all(lists):
            return None
        distance = node.distance + (self.broken == "near")
        ordered = node.ordered and self.broken != "before"
        return _Window(text, lists, distance, ordered, node.lines)

    def spans(self, node, text):
        """The occurrences of an operand of NEAR, sorted, each once."""
        if self.known.get("text") is not text:
            self.known = {"text": text}
        if id(node) not in self.known:
            self.known[id(node)] = self.all_spans(node, text)
        return self.known[id(node)]

    def all_spans(self, node, text):
        if isinstance(node, Operand):
            return self.occurrences(node, text)
        if isinstance(node, Pattern):
            return sorted({Occurrence(m.first, m.last) for m in self.matches(node, text) if m.first >= 0})
        if isinstance(node, Or):
            children = node.children[:1] if self.broken == "or-group" else node.children
            return sorted({span for child in children for span in self.spans(child, text)})
        if isinstance(node, NotNear):
            return self.isolated(node, text)
        window = self.window(node, text)
        hulls = set() if window is None else {hull for hull, _, _ in window.hulls()}
        if self.broken == "nested":              # the shortest alone
            hulls = {h for h in hulls if not any(g != h and h.first <= g.first and g.last <= h.last
                                                 for g in hulls)}
        return sorted(hulls)

    def isolated(self, node, text):
        """Of NOT NEAR: the occurrences of x with none of y within n."""
        xs, ys = (self.spans(child, text) for child in node.children)

        def is_near(x, y):
            if x.last >= y.first and y.last >= x.first:
                return x != y or self.broken == "not-near"
            left, right = min(x, y), max(x, y)
            gap = right.first - left.last
            if node.lines:
                gap = text.words[right.first].line - text.words[left.last].line
            return gap <= node.distance

        if not xs or not ys:
            return xs
        window = _Window(text, [xs, ys], node.distance, False, node.lines)
        return [x for x in xs if not any(is_near(x, ys[k]) for k in window.candidates({0: x}, 1))]

    def taking_part(self, node, text, wanted):
        """The leaf occurrences of NODE that make one of the WANTED spans of it
        (None: any of them)."""
        if isinstance(node, Operand):
            return [span for span in self.occurrences(node, text) if span in wanted]
        if isinstance(node, Pattern):
            return [m for m in self.matches(node, text) if (m.first, m.last) in wanted]
        if isinstance(node, Or):
            return [found for child in node.children for found in self.taking_part(child, text, wanted)]
        if isinstance(node, NotNear):        # wanted may come from another branch of an OR
            return self.taking_part(node.children[0], text, set(self.isolated(node, text)) & set(wanted))
        window = self.window(node, text)
        if window is None:
            return []
        part = [set() for _ in node.children]
        for hull, (i, x), (k, y) in window.hulls():
            if wanted is not None and hull not in wanted:
                continue
            part[i].add(x)
            part[k].add(y)
            for j, spans in enumerate(window.lists):
                if j not in (i, k):
                    part[j].update(z for z in spans if z not in part[j]
                                   and x.last < z.first and z.last < y.first
                                   and window.has_choice({i: x, k: y, j: z}, (x.last, y.first)))
        return [found for child, spans in zip(node.children, part)
                for found in self.taking_part(child, text, spans)]


def is_within(a, b, edits):
    """Whether the distance (optimal string alignment) of two strings is at most
    EDITS: the whole table, row by row."""
    if abs(len(a) - len(b)) > edits:
        return False                             # and too long to write a table for
    before, row = None, list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        after = [i]
        for j, y in enumerate(b, 1):
            after.append(min(after[j - 1] + 1, row[j] + 1, row[j - 1] + (x != y)))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                after[j] = min(after[j], before[j - 2] + 1)
        before, row = row, after
        if min(row) > edits and min(before) > edits:
            return False
    return row[len(b)] <= edits


class _Glob:
    """Literals, `?` and `*`; what stands between two `*` is taken as early as it
    comes, so that a long word costs no more than its length a few times."""

    def __init__(self, items):
        self.parts = [[]]          # between the stars
        for item in items:
            if item == "*":
                self.parts.append([])
            else:
                self.parts[-1] += [None] if item == "?" else list(item)

    @staticmethod
    def _is_at(part, text, at):
        return at >= 0 and at + len(part) <= len(text) and \
            all(c is None or c == text[at + i] for i, c in enumerate(part))

    def matches(self, text):
        first, last = self.parts[0], self.parts[-1]
        if len(self.parts) == 1:
            return len(text) == len(first) and self._is_at(first, text, 0)
        at, end = len(first), len(text) - len(last)
        if at > end or not self._is_at(first, text, 0) or not self._is_at(last, text, end):
            return False
        for part in self.parts[1:-1]:
            while at + len(part) <= end and not self._is_at(part, text, at):
                at += 1
            at += len(part)
            if at > end:
                return False
        return True


class _Window:
    """The conditions of one NEAR, pair by pair.

    The distance is that from the end of the first chosen occurrence to the
    start of the last.  No pair is further apart than those two, so demanding
    it of every pair says the same, and lets a search give up early.
    """

    def __init__(self, text, lists, distance, ordered, lines):
        self.words = text.words
        self.lists = lists      # the occurrences of each operand
        self.longest = max(y.last - y.first for ys in lists for y in ys)
        self.distance = distance
        self.ordered = ordered
        self.lines = lines

    def first_on(self, line):
        """The position of the first word that is on this line or a later one."""
        return bisect.bisect_left(self.words, line, key=lambda word: word.line)

    def gap(self, left, right):
        if self.lines:
            return self.words[right.first].line - self.words[left.last].line
        return right.first - left.last

    def allows(self, i, x, k, y):
        """Whether operand I may have occurrence X while operand K has Y."""
        if x.last < y.first:
            return (i < k or not self.ordered) and self.gap(x, y) <= self.distance
        if y.last < x.first:
            return (k < i or not self.ordered) and self.gap(y, x) <= self.distance
        return False

    def hulls(self):
        """(span, (operand, first), (operand, last)) of every choice: the span is
        that of the choice, from its first to its last position."""
        for i, xs in enumerate(self.lists):
            for k, ys in enumerate(self.lists):
                if i == k:
                    continue
                for x in xs:
                    for y in (ys[at] for at in self.candidates({i: x}, k)):
                        if x.last < y.first and self.allows(i, x, k, y) and \
                                self.has_choice({i: x, k: y}, (x.last, y.first)):
                            yield Occurrence(x.first, y.last), (i, x), (k, y)

    def has_choice(self, chosen, between=(-1, sys.maxsize)):
        """Whether CHOSEN, {operand: occurrence}, extends to all operands, with
        the others BETWEEN two positions."""
        rest = {k: self.candidates(chosen, k)
                for k in range(len(self.lists)) if k not in chosen}
        if not rest:
            return True
        k = min(rest, key=lambda k: len(rest[k]))      # the scarcest first
        for i in rest[k]:
            y = self.lists[k][i]
            if between[0] < y.first and y.last < between[1] and \
                    all(self.allows(j, x, k, y) for j, x in chosen.items()):
                if self.has_choice({**chosen, k: y}, between):
                    return True
        return False

    def candidates(self, chosen, k):
        """Indexes of operand K's occurrences, without those that a chosen one
        rules out by position.  allows() still decides; this only saves time."""
        low, high = 0, len(self.words)                 # bounds on y.first
        for i, x in chosen.items():
            if self.ordered and i < k:
                low = max(low, x.last + 1)
            if self.ordered and k < i:
                high = min(high, x.first - 1)
            if not self.lines:
                low = max(low, x.first - self.distance - self.longest)
                high = min(high, x.last + self.distance)
            else:
                low = max(low, self.first_on(self.words[x.first].line - self.distance) - self.longest)
                high = min(high, self.first_on(self.words[x.last].line + self.distance + 1) - 1)
        return range(bisect.bisect_left(self.lists[k], (low,)),
                     bisect.bisect_right(self.lists[k], (high + 1,)))


def _spans_by_line(occurrences, text):
    """{line: set of (start, end)}, each occurrence clipped to its lines.  Only
    lines that hold one of an occurrence's words are touched by it."""
    lines = {}
    for occurrence in occurrences:
        if isinstance(occurrence, Match):
            _add_match(occurrence, text, lines)
            continue
        touched = {}
        for word in text.words[occurrence.first:occurrence.last + 1]:
            start, _ = touched.get(word.line, (word.start, 0))
            touched[word.line] = (start, word.end)
        for line, (start, end) in touched.items():
            offset = text.line_offset(line)
            lines.setdefault(line, set()).add((start - offset, end - offset))
    return lines


def _grep_pattern(patterns, grep):
    """The Pattern that -F or -P, -w and -x make of one or several."""
    if "-F" in grep:
        patterns = [pcre.quoted(p) for p in patterns]
    regex = "|".join(f"(?:{p})" for p in patterns)
    if "-x" in grep:
        regex = f"^(?:{regex})$"
    elif "-w" in grep:
        regex = rf"(?<!\w)(?:{regex})(?!\w)"
    return Pattern("".join(patterns), regex, "", smart="".join(patterns))


def _is_after_all_lines(text, at):
    """The end of a text that ends with a line break is on no line."""
    return at == len(text.bytes) and (not text.bytes or text.bytes.endswith(b"\n"))


def _touching(text, start, end, grep=()):
    """The Match of these bytes; any byte counts as a word to -F and -P."""
    if grep and start < end:
        return Match(0, 0, start, end)
    at = bisect.bisect_right(text.word_ends(), start)
    last = at
    while last < len(text.words) and text.words[last].start < end:
        last += 1
    return Match(at, last - 1, start, end) if last > at and start < end else Match(-1, -1, start, end)


def _add_match(match, text, lines):
    """A match, clipped to its lines; one without a word has lines alone."""
    first = bisect.bisect_right(text.line_starts, match.start)
    last = max(first, bisect.bisect_left(text.line_starts, match.end))
    for line in range(first, last + 1):
        offset = text.line_offset(line)
        spans = lines.setdefault(line, set())
        content = offset + len(text.line_bytes(line).rstrip(b"\n"))
        start, end = max(match.start, offset), min(match.end, content)
        if match.first >= 0 and start < end:
            spans.add((start - offset, end - offset))


# --- Trees of files ------------------------------------------------------------

def list_files(root):
    """Relative paths of the regular files under ROOT (bytes) that are not
    hidden, in path order: component by component."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(b".")]
        for name in names:
            path = os.path.join(folder, name)
            if not name.startswith(b".") and stat.S_ISREG(os.lstat(path).st_mode):
                found.append(os.path.relpath(path, root))
    return sorted(found, key=path_key)


def path_key(path):
    return path.split(b"/")


def load_tree(root):
    """{relative path: Text} of the text files under ROOT (bytes)."""
    texts = {}
    for path in list_files(root):
        with open(os.path.join(root, path), "rb") as f:
            text = Text.of_file(f.read())
        if text is not None:
            text.facts = filters.Facts.of(root, path)
            texts[path] = text
    return texts


def answer(texts, query, case="i", broken=None, by_line=False, grep=()):
    """{relative path: tuple of Hit} of the matching files.  TEXTS is what
    load_tree() gave, or a folder."""
    if isinstance(texts, (str, bytes)):
        texts = load_tree(os.fsencode(texts))
    evaluator = Evaluator(query, case, broken, by_line, grep)
    answers = {path: evaluator.hits(text) for path, text in texts.items()}
    return {path: hits for path, hits in answers.items() if hits is not None}


def lines_of(answers):
    """The contract's answer alone: {path: sorted line numbers}."""
    return {path: [hit.line for hit in hits] for path, hits in answers.items()}
