#!/usr/bin/env python3
"""Makes the seed corpora of the fuzz targets, the same ones every time.

usage: make-seeds.py [FOLDER]     (default: corpus/ beside this file)

The formats are those of docs/index-format.md; what an input looks like is said
at the top of every fuzz_NAME.c.
"""
import gzip
import itertools
import os
import struct
import sys


def varint(v):
    out = bytearray()
    while v >= 0x80:
        out.append(v & 0x7f | 0x80)
        v >>= 7
    out.append(v)
    return bytes(out)


def string(s):
    return varint(len(s)) + s


def le(v, n):
    return v.to_bytes(n, "little")


# --- texts

def query_parse():
    queries = [
        'foo bar OR baz', '"a phrase" -not', '(a OR b) NEAR/5 c*',
        'a BEFORE/L3 "b c"', 'NOT (x AND y)', 'a NOT NEAR/2 b', 'wor~2 colour~',
        're:/fo+[a-z]*\\/x/i', '/a(b|c){2,3}$/m', 'lit:"x = y;" part:ram',
        'path:src/*.c ext:c,h lang:python file:/^x/', 'size:10k..2M size:>=1G',
        'modified:7d modified:2024-01-31..2025-02-28', 'case:smart accents:no \u00c9t\u00e9',
        '\u65e5\u672c\u8a9e \u0e44\u0e17\u0e22 e\u0301*', '"unclosed', '((((a', 'a\\"b\\*c ?x*y?',
        'NEAR OR )', 'foo:bar', '-', '\x01\x7f \u2028',
    ]
    return [bytes([i % 4]) + q.encode() for i, q in enumerate(queries)] + \
        [b"\0a\xff\xfeb \xed\xa0\x80", b"\0" + b"NOT " * 210 + b"a"]


def tokenizer():
    texts = [
        "int main(void)\n{\n\treturn x_1 + 0x2f;\n}\n" * 4,
        "\u00e9t\u00e9 cafe\u0301 na\u00efve\r\n\u00df\u0130\u017f \ufb01ne",
        "\u65e5\u672c\u8a9e\u304c\u3099\u30ab\u30ca \u0e44\u0e17\u0e22\u0e33\u0e41 x\u3099y",
        "a\u00adb \u200bc\u200d \u0301 \u0301x \U0001f600z\U00010400",
        "w" * 1300 + "\n" + "\u0436" * 600, "\n" * 200, "",
    ]
    out = [bytes([i, 3 * i + 1]) + t.encode() for i, t in enumerate(texts)]
    return out + [b"\1\2a\xffb\xe2\x82c\xf0\x9f\x98\n\xc3", b"\5\x40" + bytes(range(256))]


def fold():
    words = [
        ("Stra\u00dfe", 0), ("\u0130\u0149\u1e9e\ufb03", 0), ("e\u0301\u0323", 200),
        ("a\u0315\u0300\u05ae\u0300b", 0), ("\uac00\u11a8\u1100\u1161\u11a8", 3),
        ("\u03a9\u0345\u1fb7", 90), ("x", 255), ("\u0323\u0307", 250), ("\ufdfa", 60),
        ("a\u034f\u0301\u00ad\u0323", 9), ("\U0001d15e\U0001d1c0", 40), ("\u0958\u0f73\u0344", 5),
        ("a" * 300 + "\u0301", 0), ("b" * 1022 + "\u00e9\u0323", 0),
    ]
    return [bytes([i % 4, n]) + w.encode() for i, (w, n) in enumerate(words)] + [b""]


def glob():
    rows = [
        (2, "*.c", "src/a.c"), (2, "**/*.o", "a/b.o"), (2, "/a/**/b", "/a/x/y/b"),
        (3, "*.{c,h,}", "x.h"), (6, "[A-Z]*[!x-z]?", "Foob"), (2, "a/**", "a/b/c"),
        (0, "a*b*c*d*e", "aaaabbbbccccddddee"), (3, "{a,b}{c,d}*\\{", "bcx{"),
        (2, "**/foo/bar", "x/foo/bar"), (2, "[[:alpha:]]-[]a]", "x-]"), (2, "[", "["),
        (3, "{a", "a"), (2, "\\", ""), (2, "**", "a/b"), (0, "*a" * 60, "a" * 200),
        (7, "**/[\u00e9]/{x,**}", "\u00e9/X"),
    ]
    return [bytes([f]) + p.encode() + b"\n" + t.encode() for f, p, t in rows]


def regex_parse():
    rows = ["0foo(bar|baz)\nxfoobaz", "1(?i)mask\nMA\u017f\u212a", "0[^\\W\\d_]{3,}\n12abc",
            "0^a.*b$\naxxb", "0\\Qa.b\\E+\na.bbb", "0(?x) a # b\naa", "0(a)\\1{2}\naaa",
            "1[[:upper:]]\\x{e9}\na\u00e9", "0(?<=a)b|c(?!d)\nabcd", "0a{2}{3}\naaaaaa",
            "0(?|a|b)(?>c)\nbc", "0\\p{Lu}+\\R\nAB", "0(*COMMIT)a\na", "0[]a-c-]\n]"]
    return [r.encode() for r in rows]


def regex_need():
    rows = ["00x[0-9a-f]{8}\nx 0x12ab34cd;", "0[A-Z]{6,}_[0-9]{3,}\nREGISTER_0123",
            "0(\\w+_){4,}init\\b\na_b_c_d_init(", "1usb_(get|put)_[a-z]+dev\nUSB_get_\u212adev",
            "0return\\s+-EINVAL\nreturn\u2003-EINVAL", "0foo\\s+bar\nfoo\u180ebar",
            "0\\w_foo \\w+_bar\n\u115f_foo \u6771_bar", "0\\bfoo\\b\nx\u00adfoo\u0301",
            "0[[:alpha:]]+[0-9]\\s\nab\uff3f9\u0085", "1stra(ss|\u00df)e_[a-z]\nSTRA\u1e9eE_X",
            "0(foo|ba+r){2,3}\\d*$\nxfoobaar12", "0^#\\s*[a-z]+def_x\n# ifdef_x"]
    return [r.encode() for r in rows]


def word_glob():
    rows = ["foo*\nfoobar", "*foo\nbarfoo", "f?o*\nfxoy", "a*b*c\naxxbyyc", "a*?b?*c\naxbyc",
            "??*??\nabcd", "*ab*ab*\nxabyabz", "caf?\ncaf\u00e9", "?*\u00e9\n\u00e9\u00e9",
            "*\u65e5?*\n\u65e5\u672c\u8a9e", "\nx", "*?*?*\nab", "a*a\na"]
    return [r.encode() for r in rows]


def word_pattern():
    rows = [(1, "kmallc\nkmalloc"), (2, "abcd\nbadc"), (3, "ca\nabc"), (3, "kitten\nsitting"), (1, "caf\u00e9\ncafe"),
            (0, "x\nx"), (12, "parseHTTP\nparseHTTPHeader2"), (1, "\n_foo__Bar\u203f1"), (2, "a\n\u0301a\u0301E\u0301x_\u0301")]
    return [bytes([n]) + r.encode() for n, r in rows]


# --- values of the store

def dict_block(terms):
    """terms: (term, info bytes), sorted."""
    coded, infos, slots, last = bytearray(), bytearray(), [], b""
    for i, (term, info) in enumerate(terms):
        common = 0
        if i % 16 == 0:
            slots.append((len(coded), len(infos)))
        else:
            common = len(os.path.commonprefix([term, last]))
            coded.append(common)
        coded.append(len(term) - common)
        coded += term[common:]
        infos += info
        last = term
    head = 4 + 4 * len(slots)
    out = le(len(terms), 2) + le(head + len(coded), 2)
    for term_at, info_at in slots:
        out += le(head + term_at, 2) + le(head + len(coded) + info_at, 2)
    return out + bytes(coded) + bytes(infos) + bytes(8)


def dict_blocks():
    def info(i):
        surface = (1 + i % 15) << 2
        if i % 4 == 0:
            # document 2 more than before, twice; positions 5 and 8
            return varint(surface | 1 << 6) + varint(0) + string(b"\x08\0\5\3")
        if i % 4 == 1:
            # the same document, a position more
            return varint(surface | 3) + b"\2\3"
        df = 200 + i
        head = varint((df - 1) << 7 | 1 << 6 | surface | i % 4 - 1) + varint(i % 7)
        return head + varint(i * 300) + varint(20 + i)
    words = sorted(b"term%d" % (i * i) for i in range(50))
    blocks = [[(w, info(i)) for i, w in enumerate(words[:n])] for n in (1, 16, 17, 50)]
    blocks.append([(b"a" * 255, info(0)), (b"a" * 254 + b"b", info(1)), (b"b", info(2))])
    return [wanted + b"\n" + dict_block(b) for b in blocks for wanted in (b"term4", b"zz")]


def pfor(width, exceptions, body=None):
    out = bytes([width, len(exceptions)])
    out += body or bytes((i * 37 + width) & 255 for i in range(16 * width))
    return out + bytes(at for at, _ in exceptions) + b"".join(varint(v) for _, v in exceptions)


def postings():
    run = b"".join(varint(gap << 1 | 1) for gap in range(20))
    freqs = b"".join(varint(gap << 1) + varint(gap) for gap in range(10))
    none = le(0xffffffff, 4)
    out = [b"\0" + none + bytes([19]) + run, b"\0" + le(7, 4) + bytes([9]) + freqs]
    # bits 0 to 127, and gaps of 0
    out.append(b"\1" + none + le(127, 4) + b"\x21" + b"\xff" * 16)
    out.append(b"\1" + le(9, 4) + le(137, 4) + b"\0")
    out.append(b"\1" + none + le(255, 4) + b"\1" + b"\xff" * 16)
    for width in (0, 1, 7, 13, 31, 32):
        out.append(b"\2" + pfor(width, [] if width == 32 else [(3, 1), (127, 1)]))
    moves = bytes([0, 2, 3, 6, 11, 0, 2])

    def cursor(kind, df, cf, streams, slot=0):
        body = b"".join(le(len(s), 2) + s for s in streams)
        return b"\3" + bytes([kind]) + le(df - 1, 2) + le(cf - df, 2) + le(0, 2) + \
            bytes([slot, len(moves)]) + moves + body
    short = run + bytes(range(1, 21))
    out.append(cursor(1, 20, 20, [short, b"", b"", b""]))
    out.append(cursor(0, 20, 20, [b"\5" + run[1:] + bytes(range(1, 21)), b"", b"", b""]))
    out.append(cursor(3, 1, 2, [b"\4\0\5\3", b"", b"", b""]))
    block = b"\0" + pfor(0, [])

    def skip(last_doc, addr, ordinal):
        return le(last_doc, 4) + le(addr, 5) + le(ordinal, 6) + b"\1"
    skips = skip(127, 0, 0) + skip(255, len(block), 128) + le(0, 8) + le(0, 8)
    group = le(2, 2) + le(2, 2) + pfor(0, []) + pfor(0, [])
    out.append(cursor(2, 256, 256, [b"", block * 2, skips, group]))
    return out


def elias_fano(values):
    n, last = len(values), values[-1]
    if n == 1:
        return b""
    width = (last // n).bit_length() - 1 if last >= n else 0
    nhigh = n - 1 + (last >> width)
    bits = 0
    for i, v in enumerate(values[:-1]):
        bits |= 1 << (v >> width) + i | (v & (1 << width) - 1) << nhigh + i * width
    return bits.to_bytes((nhigh + (n - 1) * width + 7) // 8, "little")


def line_record(lines, first_word, first_byte, is_last):
    """lines: (bytes, words)"""
    offsets = [sum(b for b, _ in lines[:i]) for i in range(64, len(lines), 64)]
    words = list(itertools.accumulate(w for _, w in lines))
    body = varint(len(lines)) + varint(first_word) + varint(first_byte)
    if not is_last:
        body += varint(words[-1])
    if offsets:
        body += varint(offsets[-1]) + elias_fano(offsets)
    return string(body + elias_fano(words))


def line_map():
    out = []
    for n, per_record, addr in ((1, 64, 0), (70, 64, 3), (200, 130, 0), (300, 300, 0)):
        lines = [(10 + i % 40, 1 + i * i % 9) for i in range(n)]
        data, word, byte, first = b"x" * addr, 0, 0, None
        for i in range(0, n, per_record):
            part = lines[i:i + per_record]
            data += line_record(part, word, byte, i + per_record >= n)
            first = first or len(data)
            word += sum(w for _, w in part)
            byte += sum(b for b, _ in part)
        for split in (first, len(data)):
            out.append(le(n - 1, 4) + le(word - 1, 4) + bytes([addr]) + le(split, 2) +
                       b"".join(le(p, 4) for p in (0, word // 2, word - 1, 5)) + data)
    return out


def path_block():
    def plain(paths):
        last, out = b"", b""
        for p in paths:
            common = len(os.path.commonprefix([p, last]))
            out += varint(common) + string(p[common:])
            last = p
        return bytes([len(paths)]) + out
    # a zstd frame with one raw block
    raw = b"\0\3a/b"
    frame = struct.pack("<I", 0xfd2fb528) + b"\x20" + bytes([len(raw)]) + \
        le(len(raw) << 3 | 1, 3) + raw
    return [
        plain([b"Makefile"]), plain([b"a/b.c", b"a/b.h", b"a/c/d", b"z"]),
        plain(sorted(b"dir%d/file%d.txt" % (i % 4, i) for i in range(64))),
        plain([b"x" * 4000, b"x" * 4000 + b"y"]),
        b"\2\0\1a\5\0", b"\0" + varint(1) + varint(len(raw)) + string(frame),
    ]


def lists_of(lists):
    return b"".join(varint(len(l)) + b"".join(string(s) for s in l) for l in lists)


def old_rules(flags, size, *lists):
    return bytes([2, flags]) + le(size, 8) + lists_of(lists)


def rules(flags, size, *lists, icase=0, depth=0, files=()):
    return bytes([3]) + le(flags, 2) + le(size, 8) + lists_of(lists) + varint(icase) + \
        varint(depth) + lists_of([files])


def walk_rules():
    return [
        old_rules(0, 0, [], [], [], []),
        old_rules(127, 1 << 20, [b"*.c", b"!x/**"], [b"c"], [b"py"], []),
        rules(1, 0, [b"{a,b}*"], [], [], [b"*.o\n# no\n!keep\n"]),
        rules(4, 9, [b"["], [b"nothing"], [b""], [b""]), rules(0, 0, [b"x" * 200], [], [], []),
        rules(2047, 5, [b"*.c", b"X"], [b"c"], [], [], icase=1, depth=1 << 32),
        rules(2, 0, [], [], [], [], depth=3, files=[b"*.o\n!a.o\n/x\n", b"", b"[\n"]),
    ]


def manifest():
    def meta(number, ndocs):
        out = b"".join(varint(v) for v in (number, ndocs, 1, 0, 5000, 300, 900, 2, 8000))
        out += le(0x1122334455667788, 8)
        return out + b"".join(varint(1 + i % 2) + varint(4000 * i) for i in range(8))

    def whole(root, segments):
        return string(root) + string(old_rules(1, 0, [b"*.c"], [], [], [])) + le(1700000000 * 10**9, 8) + \
            varint(len(segments)) + b"".join(segments)
    return [whole(b"..", []), whole(b"/srv/tree", [meta(1, 10)]),
            whole(b"../x", [meta(i, 1000 * i) for i in range(1, 6)]),
            whole(b"", [meta(1, 4000001)]), whole(b"..", [])[:-1] + varint(1 << 20)]


def stats():
    def whole(figures, arrays):
        return varint(1) + b"".join(varint(v) for v in figures) + \
            b"".join(varint(len(a)) + b"".join(varint(v) for v in a) for a in arrays)
    figures = [(i * 7919) ** 2 for i in range(20)]
    return [
        whole(figures, [range(12), range(16), range(9)]), whole([0] * 20, [[], [], []]),
        whole(figures, [range(40), range(300, 330), [2**63 + 5]]),
        whole([2**64 - 1] * 20, [[1] * 12, [2**64 - 1] * 16, [0] * 9]),
        varint(1) + b"\1" * 20 + varint(2**64 - 1), varint(2),
    ]


def memsearch():
    text = b"static int foo(struct bar *b)\n{\n\treturn mutex_lock(&b->lock);\n}\n" * 3
    sets = [[b"x"], [b"lock"], [b"LOCK", b"Return"], [b"absent~"], [b"}\n" * 2 + b"s"],
            [bytes([c]) for c in range(64, 128)], [b"aa", b"aab", b"b" * 60], [b"\xc3\xa9"]]
    rows = [(s, t) for s in sets for t in (text, b"a" * 200 + b"b", text[:70] + b"\xc3\xa9", b"")]
    return [bytes([i % 2, len(s) - 1]) + b"".join(bytes([len(w)]) + w for w in s) + t
            for i, (s, t) in enumerate(rows)]


def kernels():
    texts = [
        b"static int Foo_1(struct bar *b)\n{\n\treturn b->x[0x2f];\n}\n" * 9,
        bytes(range(256)) * 3, b"\n" * 300, b"word " * 60 + b"\xd0\xb6\xe6\x97\xa5" * 20 + b"a" * 80,
        b"\xff" * 520, b"",
    ]
    return [le(n, 2) + bytes([width]) + le(start, 4) + t
            for i, t in enumerate(texts)
            for n, width, start in ((i, 1 + 5 * i, 0), (9 + i, 31 - i, 2**32 - 1))]


def answers():
    queries = [
        (0, q) for q in ("foo", "foo bar", '"foo bar"', "foo NEAR/2 bar", "a BEFORE/3 b", "a NOT NEAR b", "foo*", "*ar",
                         "f?o", "fooo~", "part:bar", "-foo", "foo OR baz", "(a NEAR/2 b) NEAR c", "/fo+/", "/0x[0-9a-f]{4}/",
                         "/v[0-9]+_driver/", "/a\\sb/m", "/^foo|bar$/i", 'lit:"->lock"', "accents:no cafe", "case:yes FOO",
                         "ext:c foo", "path:d/ -bar", "size:>0 -a", "/\\bfoo(?!_)/ NEAR bar", "(foo OR /b.z/) NEAR/1l bar",
                         "stra\u00dfe", "\u6771\u4eac*", "/\u212a/i", "file:/f1/ OR lang:c", "a NEAR/0l b NEAR/0l c")]
    queries += [(4, "a -b"), (6, "foo NEAR/2 bar"), (8, "foo|ba[rz]"), (8, "\\w+\\s*$"), (16, "->lock"), (8, "(a|b)\\s+\\1"),
                (32, "a NEAR/2 b"), (33, "Foo"), (2, "Foo bar"), (36, "foo OR -x"), (0xd6, ""), (8, "")]
    return [bytes([settings]) + q.encode() for settings, q in queries]


def decompress():
    text = b"some text\n" * 40 + bytes(range(256))
    packed = gzip.compress(text, mtime=0)
    members = packed + gzip.compress(b"", mtime=0) + gzip.compress(b"more\n", 1, mtime=0)
    # a raw frame of zstd, without checksum: magic, header, one raw block, one RLE
    frame = b"\x28\xb5\x2f\xfd\x20\x0a" + le(5 << 3 | 0, 3) + b"hello" + le(5 << 3 | 2 | 1, 3) + b"x"
    skippable = b"\x50\x2a\x4d\x18" + le(3, 4) + b"abc"
    files = [(0, packed), (0, members), (0, packed + bytes(512)), (0, packed[:-3]), (0, b""), (0, b"x"),
             (1, frame), (1, frame + skippable + frame), (1, frame[:-2]), (1, skippable), (1, packed), (0, frame)]
    return [bytes([kind, 3 * i + 1]) + le(11 * i, 2) + file for i, (kind, file) in enumerate(files)]


TARGETS = {
    "query_parse": query_parse, "tokenizer": tokenizer, "fold": fold, "glob": glob,
    "regex_parse": regex_parse, "regex_need": regex_need, "word_glob": word_glob,
    "word_pattern": word_pattern,
    "dict_block": dict_blocks, "postings": postings,
    "line_map": line_map, "path_block": path_block, "walk_rules": walk_rules,
    "answers": answers, "decompress": decompress,
    "manifest": manifest, "stats": stats, "memsearch": memsearch, "kernels": kernels,
}


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(here, "corpus")
    for name, make in TARGETS.items():
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        for i, data in enumerate(make()):
            with open(os.path.join(folder, name, "seed-%02d" % i), "wb") as f:
                f.write(data)


main()
