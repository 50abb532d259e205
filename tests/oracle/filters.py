"""Filters on files: sections 5 and 8 of docs/query-language.md, in plain Python.

A filter is asked of a file's Facts.  Times are local ones; harness.py sets the
time zone for scout and for this.
"""

import fnmatch
import os
import re
import time
from dataclasses import dataclass

import pcre

# Of ripgrep's types, those that the generator writes.
TYPES = {"c": ["*.[chH]", "*.[chH].in", "*.cats"], "py": ["*.py"], "txt": ["*.txt"],
         "md": ["*.markdown", "*.md", "*.mdown", "*.mkdn"]}
UNITS = {"h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


@dataclass(frozen=True)
class Facts:
    """What filters look at."""
    path: bytes
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, root, path):
        st = os.stat(os.path.join(root, path))
        return cls(path, st.st_size, st.st_mtime_ns)


def searched(path, flags):
    """Whether -g, -t and -T of FLAGS let a file be searched, as ripgrep's do."""
    pairs = list(zip(flags, flags[1:]))
    globs = [value.encode("utf-8", "surrogateescape") for flag, value in pairs if flag == "-g"]
    types = [(flag, value) for flag, value in pairs if flag in ("-t", "-T")]
    parts = path.split(b"/")
    for depth in range(1, len(parts) + 1):
        verdict = None
        for glob in globs:                   # the last that matches decides
            if glob_regex(glob.lstrip(b"!")).fullmatch(b"/".join(parts[:depth])):
                verdict = not glob.startswith(b"!")
        if verdict is False:
            return False                     # a folder, too, with all that is in it
    if verdict or not globs or all(glob.startswith(b"!") for glob in globs):
        verdict = None
        for flag, value in sorted(types, key=lambda t: t[0] == "-T"):     # -T goes before -t
            if passes("lang", value, None, Facts(path, 0, 0)):
                verdict = flag == "-t"
        return verdict if verdict is not None else all(flag == "-T" for flag, _ in types)
    return False


class BadValue(Exception):
    """The value is none of this field's."""


def check(field, value, regex):
    """BadValue unless the field takes the value; REGEX is its flags, or None."""
    if not value:
        raise BadValue("empty")
    if regex is not None:
        if not pcre.is_valid(value, regex):
            raise BadValue(value)
    elif field == "size":
        _size_range(value)
    elif field == "modified":
        _time_range(value, 0)
    elif field in ("ext", "lang"):
        for name in value.split(","):
            if not name or (field == "ext" and name[0] == ".") or (field == "lang" and name not in TYPES):
                raise BadValue(name)


def passes(field, value, regex, facts, broken=False):
    """Whether a file is let through.  BROKEN gets it wrong."""
    name = os.path.basename(facts.path)
    if field in ("path", "file"):
        subject = facts.path if field == "path" else name
        if regex is not None:
            return any(True for _ in pcre.compiled(value, "i" in regex, "m" in regex).finditer(subject))
        wanted = value.encode("utf-8", "surrogateescape")
        if re.search(rb"[*?[]", wanted):
            return bool(glob_regex(wanted, broken).fullmatch(subject))
        return (subject.startswith(wanted) if broken else wanted in subject)
    if field == "ext":
        return any(name.endswith(b"." + os.fsencode(ext)) and len(name) > len(ext) + 1
                   for ext in value.split(","))
    if field == "lang":
        return not name.endswith(b".") and any(
            fnmatch.fnmatchcase(os.fsdecode(name), glob) for t in value.split(",") for glob in TYPES[t])
    if field == "size":
        low, high = _size_range(value)
        return low <= facts.size <= high - broken
    low, high = _time_range(value, time.time_ns())
    return low <= facts.mtime_ns < high


def glob_regex(glob, broken=False):
    """A glob as ripgrep's -g has it, for whole paths of bytes."""
    if glob.startswith(b"/"):
        glob = glob[1:]
    elif b"/" not in glob:
        glob = b"**/" + glob
    if glob.endswith(b"/**"):
        glob += b"/*"
    out, i, depth = b"", 0, 0
    any_char = b"." if broken else b"[^/]"
    while i < len(glob):
        rest, c = glob[i:], glob[i:i + 1]
        if rest.startswith(b"**/") and i == 0:
            out, i = out + b"(?:.*/)?", i + 3
        elif rest.startswith(b"/**/"):
            out, i = out + b"/(?:.*/)?", i + 4
        elif c == b"*":
            while glob[i:i + 1] == b"*":
                i += 1
            out += any_char + b"*"
        elif c == b"?":
            out, i = out + any_char, i + 1
        elif c == b"[":
            end = glob.index(b"]", i + 2)
            inner = glob[i + 1:end]
            out += b"[" + (b"^" if inner[:1] in b"!^" else b"") + inner.lstrip(b"!^") + b"]"
            i = end + 1
        elif c in b"{}," and (c != b"," or depth):
            depth += {b"{": 1, b"}": -1}.get(c, 0)
            out, i = out + {b"{": b"(?:", b"}": b")", b",": b"|"}[c], i + 1
        elif c == b"\\":
            out, i = out + re.escape(glob[i + 1:i + 2]), i + 2
        else:
            out, i = out + re.escape(c), i + 1
    return re.compile(out, re.DOTALL)


def _bound(value):
    match = re.match(r"[<>]=?", value)
    return (match[0], value[match.end():]) if match else ("", value)


def _size(text):
    match = re.fullmatch(r"([0-9]+)([kKmMgGtT]?)", text)
    if not match:
        raise BadValue(text)
    return int(match[1]) << {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}[match[2].lower()]


def _size_range(value):
    """(least, greatest)."""
    if ".." in value:
        low, high = value.split("..", 1)
        if not low and not high:
            raise BadValue(value)
        least, most = _size(low) if low else 0, _size(high) if high else 1 << 64
        if least > most:
            raise BadValue(value)
        return least, most
    sign, number = _bound(value)
    n = _size(number)
    return {"": (n, n), ">": (n + 1, 1 << 64), ">=": (n, 1 << 64), "<": (0, n - 1), "<=": (0, n)}[sign]


def _day(text):
    """(start, end) of a local day in ns."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    if not match:
        raise BadValue(text)
    try:
        time.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise BadValue(text)
    year, month, day = map(int, match.groups())
    at = [int(time.mktime((year, month, d, 0, 0, 0, 0, 0, -1))) * 10 ** 9 for d in (day, day + 1)]
    return at[0], at[1]


def _time_range(value, now_ns):
    """(first, one past the last) in ns."""
    never, always = -(1 << 63), 1 << 63
    span = re.fullmatch(r"([0-9]+)([hdw])", value)
    if span:
        if not int(span[1]):
            raise BadValue(value)
        return now_ns - int(span[1]) * UNITS[span[2]] * 10 ** 9, always
    if ".." in value:
        first, last = value.split("..", 1)
        if not first and not last:
            raise BadValue(value)
        low, high = _day(first)[0] if first else never, _day(last)[1] if last else always
        if low >= high:
            raise BadValue(value)
        return low, high
    sign, text = _bound(value)
    start, end = _day(text)
    return {"": (start, end), ">": (end, always), ">=": (start, always),
            "<": (never, start), "<=": (never, end)}[sign]
