"""Random corpora from a seed, full of what text can do to a search tool.

A corpus has a small vocabulary of skewed frequency, so that queries hit and
words meet, and is spiced with Unicode, other encodings, invalid bytes, overlong
words, odd lines and odd file names.  write() puts one on disk, mutate() changes
one as a user would after indexing it.
"""

import os
import time
import unicodedata
import zlib

PLAIN = """foo foobar foobaz foo_bar Foo FOO fooBar bar baz lock unlock kmalloc
kfree alpha beta gamma a b c ab abc A B x2 x y z i j AND OR NOT NEAR and or not
near before file size path vector std usr lib c99 42 7 007 _ __init__ do re mi
0xdeadbeef 0x1f3a 0x00FF v1_driver v22_driver eth0 eth10 usb_submit_urb usb_kill_urb sha256sum abab aaaa
Kelvin klass mass MASS sess""".split()

FOLDING = """café CAFÉ Cafe\u0301 cafe stra\u00dfe STRASSE Stra\u1e9ee
\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3
\u03bf\u03c3 \u03bf\u03c2 \ufb01nd find FIND \ufb03 ffi \u00bd \u00bc x\u00b2 x2 \u2460 1 \u2167 viii
\uff46\uff4f\uff4f \uff26\uff2f\uff2f \u03a9mega \u2126mega \u043a\u043e\u0448\u043a\u0430 \u041a\u041e\u0428\u041a\u0410
\u0439 \u0438\u0306 \ud55c\uad6d\uc5b4 \u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 \ud55c \ud558
\u0130stanbul i\u0307stanbul istanbul \u0149 \u02bcn \u01c5 \u01c6 \u1fb3 \u03b1\u0345\u0301 \u03ac\u0345
\u212aelvin kelvin \u212b \u00e5 A\u030a \u00aa \U0001d400\U0001d401 ab \U00010400\U00010428
e\u0301\u0323 e\u0323\u0301 \u1eb9\u0301 q\u0307\u0323 q\u0323\u0307 \ufdfa \u0967\u0968 \u0661\u0662
\u0915\u094d\u0937 \u0628\u0640\u0628 snake\u203fcase full\uff3fwidth \u0958 \u0915\u093c""".split()

IGNORABLE = ["so\u00adft", "soft", "zero\u200dwidth", "zerowidth", "end\u00ad", "\u200dstart",
             "\u0915\u094d\u200d\u0937", "mid\u200bdle", "middle", "a\u034f\u0301", "o\u0323\u034f\u0302",
             "heart\ufe0f", "bom\ufeffbom", "c\u00ad\u0327", "\u00e7", "word\u2060word"]

LONELY = ["\ufe0f", "\u00ad", "\u200d", "\u0301", "\u0301\u0323", "\U000e0100", "\u3164", "\u0903",
          "\u20dd", "a\u20dd", "\u2764\ufe0f", "\U0001f600", "\ufffd", "\u2028", "\u00a0", "\u0085"]

UNSPACED = ["\u6771\u4eac", "\u4eac\u90fd", "\u6771", "\u304c\u3093\u3070\u308b",
            "\u304b\u3099\u3093\u306f\u3099\u308b", "\u30ab\u30bf\u30ab\u30ca", "\u30b9\u30fc\u30d1\u30fc",
            "\u30b9\u30fc\u30cf\u309a\u30fc", "\uff76\uff9e", "\u30ac", "\u30ab\u3099", "\u3042\u3099",
            "\u0e20\u0e32\u0e29\u0e32\u0e44\u0e17\u0e22", "\u0e17\u0e35\u0e48", "\u0e19\u0e49\u0e33",
            "\u0ea5\u0eb2\u0ea7", "\u1781\u17d2\u1798\u17c2\u179a", "\u1019\u103c\u1014\u103a\u1019\u102c",
            "\u845b\U000e0100", "\u845b", "\U00020bb7", "\u4e00\u3099\u0301", "\u304b\u200d\u3099",
            "\u3007", "\u0e51\u0e52", "\u3231", "\uf900", "\u8c48", "\u26ff\u3001", "\u302a",
            "\u304b\u0323\u3099", "\u1025\u102e", "\u1026", "\u304f\u3099", "a\u3099", "\u17b4\u1780"]

OVERLONG = ["x" * 256, "x" * 255 + "a", "x" * 255 + "b", "x" * 255, "x" * 300, "X" * 300,
            "x" * 1024, "x" * 1025, "x" * 1024 + "b", "x" * 5000, "x" * 4999 + "y",
            "y" * 254 + "\u00e9", "y" * 254 + "e\u0301", "y" * 254 + "e", "y" * 253 + "\u6771",
            "\ufb03" * 120, "ffi" * 120, "\ufb03" * 85, "\ufdfa" * 10, "\u00df" * 200, "s" * 400,
            "a" + "\u0301" * 600, "a" + "\u0301" * 600 + "\u0323", "a\u0323" + "\u0301" * 600,
            "a" + "\u0301" * 600 + "b", "a" + "\u00ad" * 700 + "b", "ab", "\u200d" * 500 + "foo",
            "foo" + "\u200d" * 500, "f" + "\u200d" * 340 + "oo" + "\u200d" * 340 + "bar",
            "\u304b" + "\u3099" * 400, "\u304b" + "\u3099" * 399 + "\u0301", "\u0301" * 700,
            "\u00e9" * 128, "\u00e9" * 600, "e\u0301" * 128, "w" + "\u00e9" * 511 + "\u00e9",
            "q_" * 200, "q_" * 200 + "r", "\U0001d400" * 260, "a" * 260]

INVALID = [b"\xff", b"\x80", b"\xc3", b"\xe3\x81", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xed\xb0\x80",
           b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80",
           b"\xc3\xc3\xa9", b"\xe3\x81\xc3\xa9", b"\xfe\xff", b"\xcc", b"\xe3\x82\xe3\x82\x99"]

SEPARATORS = [" "] * 24 + ["  ", "\t", ", ", ". ", "-", "->", "::", "/", "(", ")", " \"", "\\", "'",
                           ".", "=", "\r", "\v", "\u3000", "\u00a0", "; ", "*", "?", "~", "\u00ad", "\u200d "]

NAMES = [b"a-b", b"a b", b"new\nline", b"quo\"te", b"it's", b"-dash", b"--json", b"latin\xe9", b"\xff\xfe",
         "\u00fcn\u00ef".encode(), "u\u0308".encode(), b"back\\slash", b"st*r", b"[x]", b"a:1:b", b"a",
         b"a.b", b"a!", b"a0", b"~", b"tab\tname", b"esc\x1b[31m", b"L" * 250, b"{}", b"sp ", b"README.md",
         b"x.h", b"x.H", b"y.tar.gz", b"z.gz", b"m.py", b"notes.txt", b"x.c.in", b"dot.", b"Makefile", b"a.b.c"]

FOLDERS = [b"a", b"b", b"src", b"a/b", b"a/b/c", b"-d", b"a b", b"caf\xc3\xa9", b"\xe9", b"nl\nnl", b"D" * 100]


# --- Vocabulary and files --------------------------------------------------------

def vocabulary(rng):
    """Words of one corpus, the frequent ones several times."""
    words = rng.sample(PLAIN, rng.randint(6, 20))
    for pool, most in ((FOLDING, 14), (IGNORABLE, 5), (UNSPACED, 9), (LONELY, 4), (OVERLONG, 6)):
        if rng.random() < 0.7:
            words += rng.sample(pool, rng.randint(1, most))
    rng.shuffle(words)
    weights = [1 / (rank + 1) ** 0.8 for rank in range(len(words))]
    for rank, word in enumerate(words):
        if len(word) > 200:                  # there, but not everywhere
            weights[rank] = min(weights[rank], 0.08)
    return words, weights


def _form(rng, word):
    """The word as another text would spell it."""
    kind = rng.random()
    if kind < 0.8:
        return word
    if kind < 0.9:
        return unicodedata.normalize(rng.choice(["NFC", "NFD"]), word)
    return rng.choice([str.upper, str.lower, str.title])(word)


def _line(rng, words, weights, size):
    out = []
    for word in rng.choices(words, weights, k=size):
        out.append(_form(rng, word))
        tight = rng.random() < 0.03 or (ord(word[0]) > 0x2000 and rng.random() < 0.5)
        out.append("" if tight else rng.choice(SEPARATORS))
    return "".join(out)


def _text(rng, vocab):
    """A text as str, with the line ends of one or several systems."""
    words, weights = vocab
    kind = rng.random()
    if kind < 0.03:
        return ""
    if kind < 0.06:
        return "\n" * rng.randint(1, 5)
    ends = rng.choice([["\n"]] * 6 + [["\r\n"], ["\n", "\n\n", "\r\n", "\r", "\n \n"]])
    text = ""
    for _ in range(rng.choice([1, 2, 3, 6, 10, 20, 40])):
        text += _line(rng, words, weights, rng.choice([0, 1, 2, 3, 5, 8, 13])) + rng.choice(ends)
    return text.rstrip("\r\n") if rng.random() < 0.25 else text


def _utf16(rng, text):
    order = rng.choice(["little", "big"])
    data = (b"\xff\xfe" if order == "little" else b"\xfe\xff")
    data += text.encode("utf-16-le" if order == "little" else "utf-16-be")
    kind = rng.random()
    if kind < 0.2:
        data += rng.choice([b"f", b"\n", b"\0"])                 # odd length
    elif kind < 0.4:
        at = 2 + 2 * rng.randrange(max(1, len(data) // 2))
        lone = rng.choice([0xD800, 0xDBFF, 0xDC00, 0xDFFF]).to_bytes(2, order)
        data = data[:at] + lone + data[at:]
    return data


def _with_nul(rng, data, text):
    """A NUL near the limit of 8 KiB, on either side of it."""
    at = rng.choice([0, 100, 8190, 8191, 8192, 8193, 9000])
    filler = (text or "foo bar\n").encode()
    while len(data) < at:
        data += filler
    return data[:at] + b"\0" + data[at:]


def make_file(rng, vocab):
    """The content of one file."""
    text = _text(rng, vocab)
    kind = rng.random()
    if kind < 0.05:
        return b"\xef\xbb\xbf" * rng.choice([1, 1, 2]) + text.encode()
    if kind < 0.12:
        return _utf16(rng, text)
    if kind < 0.14:
        return rng.choice([b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xef\xbb", b"\xff", b"\xff\xfe\n",
                           b"\xff\xfe\0\0f\0\0\0", b"\0", b"f"])
    data = text.encode()
    if kind < 0.18:
        return _with_nul(rng, data, text)
    if kind < 0.30:
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data) + 1)            # may cut a sequence, too
            data = data[:at] + rng.choice(INVALID) + data[at:]
    return data


def _huge_line(rng, vocab):
    words, weights = vocab
    short = [(w, q) for w, q in zip(words, weights) if len(w) < 20]
    line = " ".join(rng.choices([w for w, _ in short], [q for _, q in short], k=100_000))
    return b"start foo\n" + line.encode() + b"\nend foo"


def make(rng):
    """A corpus: {relative path: content}."""
    vocab = vocabulary(rng)
    files = {}
    folders = [b""] * 4 + rng.sample(FOLDERS, rng.randint(0, len(FOLDERS)))
    for number in range(rng.choice([1, 2, 5, 10, 20, 40, 60])):
        name = rng.choice(NAMES) if rng.random() < 0.4 else b"f%d.c" % number
        if rng.random() < 0.05:
            name = b"." + b"hidden%d" % number
        folder = rng.choice(folders) if rng.random() > 0.03 else b".hid/den"
        _add(files, os.path.join(folder, name), make_file(rng, vocab))
    if rng.random() < 0.03:
        _add(files, b"huge.txt", _huge_line(rng, vocab))
    return files


def _add(files, path, content):
    """Add a file unless a folder of that name, or a file in its way, is there."""
    parts = path.split(b"/")
    above = {b"/".join(parts[:n]) for n in range(1, len(parts))}
    if not above & set(files) and not any(p.startswith(path + b"/") for p in files):
        files[path] = content


def write(files, root):
    """Put a corpus, as make() gives it, under the new folder ROOT (bytes)."""
    os.makedirs(root)
    for path, content in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(content)
        # half an hour from the ends of spans of whole hours, for modified:
        age = zlib.crc32(path) % 100 * 7 * 3600 + 1800 if zlib.crc32(path) % 3 else 0
        os.utime(full, (time.time() - age, time.time() - age))
    if len(files) % 7 == 0:                  # links are not followed
        target = max(files)
        os.symlink(os.path.join(root, target), os.path.join(root, b"link to file"))
        os.symlink(root, os.path.join(root, b"link to root"))


# --- Changes after indexing --------------------------------------------------------

def mutate(rng, root, paths):
    """Change some of PATHS under ROOT, and add files.  Returns (changed, gone):
    the sets of paths whose content changed, and of those that are no more.  A
    touched file is in neither: it has to be found as before."""
    vocab = vocabulary(rng)
    changed, gone = set(), set()
    for path in rng.sample(paths, min(len(paths), rng.randint(1, 8))):
        full = os.path.join(root, path)
        kind = rng.choice(["append", "write", "touch", "delete", "empty", "binary", "swap", "move", "same"])
        with open(full, "rb") as f:
            old = f.read()
        if kind in ("delete", "move"):
            os.unlink(full)
            gone.add(path)
            if kind == "move":
                _write(os.path.join(root, b"moved%d" % len(gone)), old)
            continue
        if kind == "touch":
            os.utime(full)
            continue
        if kind == "swap":                   # same size and inode, other words
            new = old[::-1]
        elif kind == "same":                 # another inode, as editors save
            os.unlink(full)
            new = old
        else:
            new = {"append": old + b"\n" + make_file(rng, vocab), "write": make_file(rng, vocab),
                   "empty": b"", "binary": b"\0" + old}[kind]
        _write(full, new)
        if new != old:
            changed.add(path)
    for number in range(rng.randint(0, 2)):
        _write(os.path.join(root, b"new%d" % number), make_file(rng, vocab))
    return changed, gone


def _write(path, content):
    with open(path, "wb") as f:
        f.write(content)
