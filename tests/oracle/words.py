"""Text and words, as section 1 of docs/query-language.md defines them.

Everything here is written from the contract, plainly and without regard for
speed, so that it can disagree with scout.  Only the Unicode tables are shared:
categories, decompositions and combining classes come from libutf8proc, which
scout is linked against too, and scripts from the Unicode data files (Debian's
package unicode-data; SCOUT_UNICODE_DATA names another folder).
"""

import ctypes
import functools
import os
from typing import NamedTuple

BINARY_PREFIX = 8192

# utf8proc's option bits
STABLE, COMPAT, COMPOSE, DECOMPOSE = 1 << 1, 1 << 2, 1 << 3, 1 << 4
IGNORE, CASEFOLD = 1 << 5, 1 << 10

# Scripts written without spaces, by their long and their short name.
UNSPACED = {"Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar",
            "Hani", "Hira", "Kana", "Laoo", "Khmr", "Mymr"}


# --- Unicode tables ----------------------------------------------------------

class _Property(ctypes.Structure):
    """The head of utf8proc_property_t; the rest is not needed."""
    _fields_ = [("category", ctypes.c_uint16), ("combining_class", ctypes.c_uint16)]


def _load_utf8proc():
    for name in ("libutf8proc.so.2", "libutf8proc.so.3", "libutf8proc.so"):
        try:
            lib = ctypes.CDLL(name)
        except OSError:
            continue
        lib.utf8proc_category_string.restype = ctypes.c_char_p
        lib.utf8proc_unicode_version.restype = ctypes.c_char_p
        lib.utf8proc_get_property.restype = ctypes.POINTER(_Property)
        lib.utf8proc_decompose_char.restype = ctypes.c_ssize_t
        lib.utf8proc_decompose_char.argtypes = [
            ctypes.c_int32, ctypes.POINTER(ctypes.c_int32), ctypes.c_ssize_t,
            ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
        lib.utf8proc_normalize_utf32.restype = ctypes.c_ssize_t
        lib.utf8proc_normalize_utf32.argtypes = [
            ctypes.POINTER(ctypes.c_int32), ctypes.c_ssize_t, ctypes.c_int]
        return lib
    raise SystemExit("oracle: libutf8proc not found (Debian: apt install libutf8proc2)")


_LIB = _load_utf8proc()


def _load_unspaced():
    """The code points whose Script_Extensions hold one of UNSPACED."""
    folder = os.environ.get("SCOUT_UNICODE_DATA", "/usr/share/unicode")

    def lines(name):
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                rows = f.read().splitlines()
        except OSError as e:
            raise SystemExit(f"oracle: {e} (Debian: apt install unicode-data)")
        for row in rows:
            row = row.split("#")[0]
            if ";" in row:
                span, value = (part.strip() for part in row.split(";"))
                first, _, last = span.partition("..")
                yield range(int(first, 16), int(last or first, 16) + 1), value

    unspaced = set()
    for span, script in lines("Scripts.txt"):
        if script in UNSPACED:
            unspaced.update(span)
    for span, scripts in lines("ScriptExtensions.txt"):   # overrides Script
        unspaced.difference_update(span)
        if UNSPACED & set(scripts.split()):
            unspaced.update(span)
    return unspaced


_UNSPACED_POINTS = _load_unspaced()


@functools.cache
def category(cp):
    """General category, two letters."""
    return _LIB.utf8proc_category_string(cp).decode()


@functools.cache
def combining_class(cp):
    return _LIB.utf8proc_get_property(cp).contents.combining_class


@functools.cache
def decompose(cp, options):
    """One code point's decomposition under the given options."""
    buf = (ctypes.c_int32 * 64)()
    n = _LIB.utf8proc_decompose_char(cp, buf, 64, options, ctypes.byref(ctypes.c_int(0)))
    assert 0 <= n <= 64, f"utf8proc_decompose_char(U+{cp:04X}) = {n}"
    return tuple(buf[:n])


@functools.cache
def is_ignorable(cp):
    """Default ignorable, which is what utf8proc drops with IGNORE alone."""
    return decompose(cp, IGNORE) == ()


@functools.cache
def is_word_char(cp):
    cat = category(cp)
    return not is_ignorable(cp) and (cat[0] in "LMN" or cat == "Pc")


@functools.cache
def is_mark(cp):
    return category(cp)[0] == "M"


def is_unspaced(cp):
    return cp in _UNSPACED_POINTS


# --- Folding -----------------------------------------------------------------

@functools.lru_cache(maxsize=100_000)
def fold(raw, sensitive=False):
    """The form in which words are compared: NFKD, ignorables removed, and full
    case folding unless SENSITIVE.  The whole word, however long it is."""
    options = STABLE | COMPAT | DECOMPOSE | IGNORE | (0 if sensitive else CASEFOLD)
    points = []
    for char in raw:
        points += decompose(ord(char), options)
    return "".join(map(chr, _canonical_order(points)))


def _canonical_order(points):
    """Sort each run of code points of non-zero combining class, stably."""
    out, run = [], []
    for cp in points:
        if combining_class(cp):
            run.append(cp)
        else:
            out += sorted(run, key=combining_class)
            out.append(cp)
            run = []
    return out + sorted(run, key=combining_class)


@functools.lru_cache(maxsize=100_000)
def nfc(folded):
    """The NFC form of a folded word, with which globs are compared."""
    buf = (ctypes.c_int32 * (len(folded) + 1))(*map(ord, folded))
    n = _LIB.utf8proc_normalize_utf32(buf, len(folded), STABLE | COMPOSE)
    assert n >= 0
    return "".join(map(chr, buf[:n]))


@functools.lru_cache(maxsize=100_000)
def form(raw, sensitive=False, no_marks=False):
    """fold(), and without accents what is left of that."""
    folded = fold(raw, sensitive)
    return "".join(c for c in folded if not is_mark(ord(c))) if no_marks else folded


# --- Parts -------------------------------------------------------------------

def _kind(cp):
    """What a character is to the parts of a word."""
    cat = category(cp)
    if is_ignorable(cp) or cat[0] == "M":
        return "mark"
    return {"Lu": "upper", "Lt": "upper", "Ll": "lower", "Pc": "connector"}.get(
        cat, "number" if cat[0] == "N" else "letter")


@functools.lru_cache(maxsize=100_000)
def parts(raw, broken=False):
    """The parts of a word as it is written.  BROKEN cuts at case alone."""
    letters = []                             # [kind, text], marks with their base
    for c in raw:
        kind = _kind(ord(c))
        if kind == "mark" and letters:
            letters[-1][1] += c
        else:
            letters.append([kind, c])
    kinds = [kind for kind, _ in letters] + [None]
    found, part = [], ""
    for i, (kind, text) in enumerate(letters):
        before = kinds[i - 1] if i else None
        if (kind == "connector" and not broken) or (
                before not in (None, "mark") and (((before == "number") != (kind == "number") and not broken)
                or (before == "lower" and kind == "upper")
                or (before == kind == "upper" and kinds[i + 1] == "lower"))):
            found.append(part)
            part = ""
        if kind != "connector" or broken:
            part += text
    return tuple(p for p in [*found, part] if p)


# --- Decoding ----------------------------------------------------------------

def decode_file(data):
    """The text of a file as bytes: UTF-16 recoded, a UTF-8 BOM dropped."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _utf16_to_utf8(data[2:], "little" if data[0] == 0xFF else "big")
    if data[:3] == b"\xef\xbb\xbf":
        return data[3:]
    return data


def _utf16_to_utf8(data, order):
    units = [int.from_bytes(data[i:i + 2], order) for i in range(0, len(data) - 1, 2)]
    out, i = [], 0
    while i < len(units):
        unit = units[i]
        after = units[i + 1] if i + 1 < len(units) else 0
        if 0xD800 <= unit < 0xDC00 and 0xDC00 <= after < 0xE000:
            out.append(chr(0x10000 + ((unit - 0xD800) << 10) + (after - 0xDC00)))
            i += 1
        elif 0xD800 <= unit < 0xE000:
            out.append("\ufffd")
        else:
            out.append(chr(unit))
        i += 1
    if len(data) % 2:
        out.append("\ufffd")
    return "".join(out).encode("utf-8")


def is_binary(text):
    """TEXT is decoded.  A NUL in its first 8 KiB makes the file binary."""
    return b"\0" in text[:BINARY_PREFIX]


def code_points(text):
    """Yield (code point or None, start, end); None for one invalid byte."""
    i, n = 0, len(text)
    while i < n:
        size = _sequence_length(text, i)
        if size == 0:
            yield None, i, i + 1
            i += 1
        else:
            yield ord(text[i:i + size].decode("utf-8")), i, i + size
            i += size


def _sequence_length(text, i):
    """The length of the well-formed UTF-8 sequence at I, 0 if there is none
    (Unicode, table 3-7: no overlongs, no surrogates, nothing over U+10FFFF)."""
    lead = text[i]
    if lead < 0x80:
        return 1
    low, high = 0x80, 0xBF
    if 0xC2 <= lead <= 0xDF:
        size = 2
    elif 0xE0 <= lead <= 0xEF:
        size = 3
        low = 0xA0 if lead == 0xE0 else low
        high = 0x9F if lead == 0xED else high
    elif 0xF0 <= lead <= 0xF4:
        size = 4
        low = 0x90 if lead == 0xF0 else low
        high = 0x8F if lead == 0xF4 else high
    else:
        return 0
    tail = text[i + 1:i + size]
    if len(tail) < size - 1 or not low <= tail[0] <= high:
        return 0
    return size if all(0x80 <= byte <= 0xBF for byte in tail[1:]) else 0


# --- Words -------------------------------------------------------------------

class Word(NamedTuple):
    """A word of a text; its position is its index in the list of words."""
    raw: str
    start: int      # byte offsets in the decoded text
    end: int
    line: int       # from 1
    unspaced: bool  # of a script whose characters are words by themselves


def split_words(text):
    """The words of decoded TEXT, in order."""
    words = []
    line = 1
    points, start, end, unspaced = [], 0, 0, False   # the word being read

    def finish():
        while points and is_ignorable(points[-1]):
            points.pop()
        raw = "".join(map(chr, points))
        if points and fold(raw):
            words.append(Word(raw, start, end, line, unspaced))
        points.clear()

    for cp, at, after in code_points(text):
        if cp is None or not (is_word_char(cp) or is_ignorable(cp)):
            finish()
            if cp == 0x0A:
                line += 1
        elif is_ignorable(cp):
            if points:                       # does not start a word
                points.append(cp)
        else:
            if is_mark(cp) and points and unspaced:
                pass                         # belongs to the character before
            elif is_unspaced(cp) or unspaced:
                finish()
            if not points:
                start, unspaced = at, is_unspaced(cp)
            points.append(cp)
            end = after
    finish()
    return words


class Text:
    """A text file: its decoded bytes, its words and its lines."""

    def __init__(self, decoded):
        self.bytes = decoded
        self.facts = None          # of the file, for filters
        self._alone = None
        self._ends = None
        self.words = split_words(decoded)
        self.raws = [word.raw for word in self.words]
        self.distinct = set(self.raws)
        self.line_starts = [0]
        at = decoded.find(b"\n")
        while at >= 0:
            self.line_starts.append(at + 1)
            at = decoded.find(b"\n", at + 1)

    @classmethod
    def of_file(cls, data):
        """The text of a file's content, or None if it is binary."""
        decoded = decode_file(data)
        return None if is_binary(decoded) else cls(decoded)

    def word_ends(self):
        if self._ends is None:
            self._ends = [word.end for word in self.words]
        return self._ends

    def lines_alone(self):
        """Each line as a text of its own."""
        if self._alone is None:
            count = len(self.line_starts) - (self.line_starts[-1] == len(self.bytes))
            self._alone = [Text(self.line_bytes(line)) for line in range(1, count + 1)]
            for alone in self._alone:
                alone.facts = self.facts
        return self._alone

    def line_offset(self, line):
        return self.line_starts[line - 1]

    def line_bytes(self, line):
        """The line with its newline, if it has one."""
        starts = self.line_starts
        end = starts[line] if line < len(starts) else len(self.bytes)
        return self.bytes[starts[line - 1]:end]
