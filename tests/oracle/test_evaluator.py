"""The evaluator on small texts whose answers are read off the contract."""

import itertools
import os
import random
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases
import corpus
import evaluator
import filters
import grammar
import queries
import words
from grammar import And, Near, Not, Operand, Or


def raws(text):
    data = text if isinstance(text, bytes) else text.encode()
    return [w.raw for w in words.split_words(data)]


def lines(text, query, case="i"):
    """The hit lines of QUERY in TEXT, None if it does not match."""
    data = text if isinstance(text, bytes) else text.encode()
    hits = evaluator.Evaluator(query, case).hits(words.Text.of_file(data))
    return None if hits is None else [hit.line for hit in hits]


def marked(text, query, case="i"):
    """What of TEXT is marked: a list of (line, text)."""
    hits = evaluator.Evaluator(query, case).hits(words.Text.of_file(text.encode()))
    return [(hit.line, hit.text[start:end].decode()) for hit in hits for start, end in hit.spans]


def shape(node):
    """A tree as nested lists, for comparison."""
    if isinstance(node, Operand):
        return " ".join(p.raw + "*" * p.prefix for p in node.pieces)
    if isinstance(node, Not):
        return ["NOT", shape(node.child)]
    if isinstance(node, Near):
        name = f"{'BEFORE' if node.ordered else 'NEAR'}/{node.distance}{'l' * node.lines}"
    else:
        name = "AND" if isinstance(node, And) else "OR"
    return [name, *map(shape, node.children)]


class Words(unittest.TestCase):
    def test_word_characters(self):
        self.assertEqual(raws("foo_bar b2-c++ d.e\u203ff"), ["foo_bar", "b2", "c", "d", "e\u203ff"])

    def test_ignorables_neither_start_end_nor_split(self):
        (word,) = words.split_words("\u200dso\u00adft\u00ad".encode())
        self.assertEqual((word.raw, word.start, word.end), ("so\u00adft", 3, 9))
        self.assertEqual(words.fold(word.raw), "soft")
        self.assertEqual(raws("a \ufe0f b"), ["a", "b"])

    def test_unspaced_scripts(self):
        self.assertEqual(raws("\u6771\u4eacabc"), ["\u6771", "\u4eac", "abc"])
        self.assertEqual(raws("\u304b\u3099\u3093"), ["\u304b\u3099", "\u3093"])
        self.assertEqual(raws("\u0e17\u0e35\u0e48"), ["\u0e17\u0e35\u0e48"])
        self.assertEqual(raws("\ud55c\uad6d"), ["\ud55c\uad6d"])
        self.assertEqual(lines("\u304b\u3099", "\u304c"), [1])

    def test_folding(self):
        for one, other in (("x\u00b2", "x2"), ("\u2460", "1"), ("stra\u00dfe", "STRASSE"), ("\ufb01nd", "find"),
                           ("\u03a3", "\u03c2"), ("caf\u00e9", "CAFE\u0301"), ("\uff46oo", "foo"),
                           ("q\u0307\u0323", "q\u0323\u0307")):
            self.assertEqual(words.fold(one), words.fold(other), (one, other))
        self.assertEqual(words.fold("\u00bd"), "1\u20442")
        self.assertNotEqual(words.fold("cafe"), words.fold("caf\u00e9"))
        self.assertNotEqual(words.fold("Foo", True), words.fold("foo", True))
        self.assertEqual(words.fold("\u00c5", True), words.fold("\u212b", True))

    def test_invalid_utf8_separates(self):
        for bad in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe3\x81"):
            self.assertEqual(raws(b"foo" + bad + b"bar"), ["foo", "bar"], bad)
        self.assertEqual(raws(b"a\xe3\x81\xc3\xa9"), ["a", "\u00e9"])

    def test_decoding(self):
        self.assertEqual(words.decode_file(b"\xef\xbb\xbffoo"), b"foo")
        self.assertEqual(words.decode_file(b"\xff\xfef\0\xe9\0"), "f\u00e9".encode())
        self.assertEqual(words.decode_file(b"\xfe\xff\xd8\x00\0f"), "\ufffdf".encode())
        self.assertEqual(words.decode_file(b"\xfe\xff\xd8\x42\xdf\xb7"), "\U00020bb7".encode())

    def test_binary(self):
        self.assertIsNone(words.Text.of_file(b"a" * 8191 + b"\0"))
        self.assertIsNotNone(words.Text.of_file(b"a" * 8192 + b"\0"))

    def test_lines(self):
        text = words.Text.of_file(b"a\r\nb\rc\n\nd")
        self.assertEqual([(w.raw, w.line) for w in text.words], [("a", 1), ("b", 2), ("c", 2), ("d", 4)])
        self.assertEqual(text.line_bytes(2), b"b\rc\n")


class Grammar(unittest.TestCase):
    def test_precedence(self):
        for query, tree in (
                ("a AND b NEAR c", ["AND", "a", ["NEAR/10", "b", "c"]]),
                ("a AND NOT b NEAR c", ["AND", "a", ["NOT", ["NEAR/10", "b", "c"]]]),
                ("a b OR c", ["OR", ["AND", "a", "b"], "c"]),
                ("a OR b c", ["OR", "a", ["AND", "b", "c"]]),
                ("NOT a b", ["AND", ["NOT", "a"], "b"]),
                ("-lock foo", ["AND", ["NOT", "lock"], "foo"]),
                ("kmalloc(size)", ["AND", "kmalloc", "size"]),
                ("a near b", ["AND", "a", "near", "b"]),
                ("a BEFORE/2 b ADJ/2 c", ["BEFORE/2", "a", "b", "c"]),
                ("a NEAR/0l b", ["NEAR/0l", "a", "b"]),
                ('"a OR (b*"', "a OR b"),
                (r'"a\"b\\c"', "a b c")):
            self.assertEqual(shape(grammar.parse(query)), tree, query)

    def test_bare_operands(self):
        for query, tree in (("foo-bar", "foo bar"), ("std::vector", "std vector"), ("/usr/lib", "usr lib"),
                            ("/usr/lib/", "usr lib"), ("\u6771\u4eac", "\u6771 \u4eac"), ("foo-ba*", "foo ba*"),
                            ("fo*-bar", "fo* bar"), ("*.c", "c"), ("\u6771*", "\u6771"), ("foo-*", "foo")):
            self.assertEqual(shape(grammar.parse(query)), tree, query)

    def test_invalid(self):
        for query in queries.INVALID:
            with self.assertRaises(grammar.QueryError, msg=query):
                grammar.parse(query)

    def test_not_of_this_release(self):
        for query in ("?\u6771",):
            with self.assertRaises(grammar.Unsupported, msg=query):
                grammar.parse(query)


class Meaning(unittest.TestCase):
    def test_and_or_not(self):
        text = "a\nb\nc\n"
        self.assertEqual(lines(text, "a AND b"), [1, 2])
        self.assertIsNone(lines(text, "a AND z"))
        self.assertEqual(lines(text, "a OR z"), [1])
        self.assertEqual(lines(text, "(a AND z) OR b"), [2])
        self.assertEqual(lines(text, "a b OR c"), [1, 2, 3])
        self.assertEqual(lines(text, "a AND NOT z"), [1])
        self.assertEqual(lines(text, "-lock"), [])
        self.assertIsNone(lines(text, "-a"))
        self.assertEqual(lines("", "-a"), [])

    def test_phrase(self):
        self.assertEqual(lines("a\n\nb a", '"a b"'), [1, 3])
        self.assertEqual(lines("b a", '"a b"'), None)
        self.assertEqual(marked("x a b\nc", '"a b c"'), [(1, "a b"), (2, "c")])
        self.assertEqual(marked("a a a", '"a a"'), [(1, "a a"), (1, "a a")])

    def test_prefix(self):
        self.assertEqual(marked("foo foobar fo", "FOO*"), [(1, "foo"), (1, "foobar")])
        self.assertIsNone(lines("caf\u00e9", "cafe*"))
        self.assertIsNone(lines("cafe\u0301", "cafe*"))
        self.assertEqual(lines("caf\u00e9s", "cafe\u0301*"), [1])
        self.assertEqual(lines("\u00bd", "1\u2044*"), None)      # the words 1 and 2, rather

    def test_glob(self):
        self.assertEqual(marked("foo foobar xfoo", "*FOO"), [(1, "foo"), (1, "xfoo")])
        self.assertEqual(marked("foo fo fao faao", "f?o"), [(1, "foo"), (1, "fao")])
        self.assertEqual(lines("caf\u00e9", "c*?\u00e9"), [1])
        self.assertIsNone(lines("caf\u00e9", "*fe*"))
        self.assertEqual(lines("cafe\u0301", "caf?"), [1])        # one character, composed

    def test_case(self):
        text = "Foo\nfoo\n"
        self.assertEqual(lines(text, "foo"), [1, 2])
        self.assertEqual(lines(text, "foo", "s"), [2])
        self.assertEqual(lines(text, "Foo", "S"), [1])
        self.assertEqual(lines(text, "foo", "S"), [1, 2])
        self.assertEqual(lines(text, "Fo* AND foo", "S"), [1, 2])

    def test_fuzzy(self):
        text = "foo fo food fao ofo fxxo caf\u00e9 cafe\u0301 cafe"
        self.assertEqual(marked(text, "foo~"), [(1, w) for w in ("foo", "fo", "food", "fao", "ofo")])
        self.assertEqual(marked(text, "foo~0"), [(1, "foo")])
        self.assertEqual(marked(text, "caff~"), [(1, w) for w in ("caf\u00e9", "cafe\u0301", "cafe")])
        self.assertIsNone(lines("abc", "ca~2"))                  # no edit inside a swap
        self.assertEqual(lines("abc", "ca~3"), [1])
        self.assertEqual(lines("FOOX", "foo~", "s"), None)

    def test_parts(self):
        for raw, parts in (("parseHTTPHeader2", "parse HTTP Header 2"), ("_foo__bar_", "foo bar"), ("HTTPd", "HTT Pd"),
                           ("x86_64", "x 86 64"), ("x\u00b2", "x \u00b2"), ("aE\u0301x", "a E\u0301x"),
                           ("a\u02b0B", "a\u02b0B"), ("\u0301foo", "\u0301foo"), ("foo_\u0301bar", "foo bar")):
            self.assertEqual(words.parts(raw), tuple(parts.split()), raw)
        self.assertEqual(marked("parseHTTPHeader2 http_x https", "part:http"),
                         [(1, "parseHTTPHeader2"), (1, "http_x")])
        self.assertIsNone(lines("parseHTTPHeader2", "part:http", "s"))

    def test_accents(self):
        text = "cafe caf\u00e9 CAFE\u0301 \u0301 \u0308"
        self.assertEqual(marked(text, "accents:no CAF\u00c9"), [(1, w) for w in ("cafe", "caf\u00e9", "CAFE\u0301")])
        self.assertEqual(marked(text, "accents:no CAF\u00c9", "s"), [(1, "CAFE\u0301")])
        self.assertEqual(marked(text, "\u0308 accents:no"), [(1, "\u0301"), (1, "\u0308")])
        self.assertEqual(marked(text, "accents:no ca*e"), [(1, w) for w in ("cafe", "caf\u00e9", "CAFE\u0301")])

    def test_settings(self):
        text = "Foo\nfoo\n"
        self.assertEqual(lines(text, "case:yes foo"), [2])
        self.assertEqual(lines(text, "foo case:no", "s"), [1, 2])
        self.assertEqual(lines(text, "Foo case:auto"), [1])

    def test_near_distance(self):
        self.assertEqual(lines("a b", "a NEAR/1 b"), [1])        # adjacent words are 1 apart
        self.assertEqual(lines("a x b", "a NEAR/1 b"), None)
        self.assertEqual(lines("a x b", "b NEAR/2 a"), [1])
        self.assertEqual(lines("a x y b", 'b NEAR/2 "a x"'), [1])
        self.assertIsNone(lines("a x b c", "a NEAR/2 b NEAR/2 c"))   # one window for all
        self.assertEqual(lines("a x b c", "a NEAR/3 b NEAR/3 c"), [1])
        self.assertIsNone(lines("a 1 2 3 4 5 6 7 8 9 10 b", "a NEAR b"))
        self.assertEqual(lines("a 1 2 3 4 5 6 7 8 9 b", "a NEAR b"), [1])

    def test_near_needs_disjoint_occurrences(self):
        self.assertIsNone(lines("a b", "a NEAR/3 a NEAR/3 b"))
        self.assertEqual(lines("a b a", "a NEAR/3 a NEAR/3 b"), [1])
        self.assertIsNone(lines("foo", "foo* NEAR foo"))
        self.assertIsNone(lines("a b", '"a b" NEAR b'))

    def test_before(self):
        self.assertEqual(lines("a b", "a BEFORE/1 b"), [1])
        self.assertIsNone(lines("b a", "a BEFORE/1 b"))
        self.assertIsNone(lines("a c b", "a BEFORE b BEFORE c"))

    def test_participation(self):
        """Every occurrence for which some choice works: no minimal intervals."""
        self.assertEqual(marked("a a b", "a NEAR/2 b"), [(1, "a"), (1, "a"), (1, "b")])
        self.assertEqual(lines("a\na\nb\nx x x\na", "a NEAR/2 b"), [1, 2, 3])
        self.assertEqual(lines("a\nb\nx\na", "a BEFORE/5 b"), [1, 2])

    def test_nested(self):
        self.assertEqual(marked("a x b c x x a b x x x c", "(a NEAR/3 b) NEAR/2 c"),
                         [(1, "a"), (1, "b"), (1, "c")])
        self.assertIsNone(lines("a c b", "(a NEAR/3 b) NEAR/3 c"))   # c inside the span
        self.assertEqual(lines("a b b c", "(a NEAR/3 b) NEAR/1 c"), [1])   # not the shortest
        self.assertEqual(lines("b\na\nc", "(a OR b) NEAR/1 c"), [2, 3])

    def test_not_near(self):
        self.assertEqual(marked("a x b a a x x x a", "a NOT NEAR/2 b"), [(1, "a")])
        self.assertIsNone(lines("a b", '"a b" NOT NEAR/1 b'))        # overlaps
        self.assertEqual(lines("a x x\nx\na", "a NOT NEAR/3 a"), [1, 3])
        self.assertIsNone(lines("a x a", "a NOT NEAR/3 a"))
        # the branch that is not true marks nothing, though another has its span
        self.assertEqual(marked("ab ab", 'ab NEAR/6 (ab OR (lit:"b" NOT NEAR/9 "ab"))'), [(1, "ab"), (1, "ab")])

    def test_scope_line(self):
        text = words.Text.of_file(b"a b\na\nb\n\n")
        for query, expected in (("a b", [1]), ("a -b", [2]), ("-a", [3, 4]), ("a NEAR b", [1]), ('"b a"', None)):
            hits = evaluator.Evaluator(query, by_line=True).hits(text)
            self.assertEqual(hits and [hit.line for hit in hits], expected, query)

    def test_filters(self):
        facts = filters.Facts(b"src/net/.x.tar.gz", 2048, time.time_ns() - 3 * 86400 * 10 ** 9)
        for query in ("path:net/", "path:*.gz", "path:src/**", "path:/^src/", "path:src/*/*", "file:.x", "file:*tar*",
                      "path:**/net/*", "ext:gz", "ext:c,tar.gz", "size:2k", "size:>2047", "size:..1M", "modified:4d",
                      "modified:..2099-01-01", "-modified:2d", "-path:src/*", "-path:/net/*", "-path:*.c", "-lang:c",
                      "-size:<2k", "-file:net", "path:*.{c,gz}"):
            text = words.Text.of_file(b"a\n")
            text.facts = facts
            self.assertIsNotNone(evaluator.Evaluator(query).hits(text), query)
        text.facts = filters.Facts(b".bashrc", 0, 0)
        self.assertIsNone(evaluator.Evaluator("ext:bashrc").hits(text))

    def test_line_distance(self):
        text = "a\nb\n\na x x x b\n"
        self.assertEqual(lines(text, "a NEAR/0l b"), [4])
        self.assertEqual(lines(text, "a BEFORE/1l b"), [1, 2, 4])
        self.assertEqual(lines(text, "a NEAR/2l b"), [1, 2, 4])

    def test_overlong_words_compare_whole(self):
        one, other = "x" * 2000 + "a", "x" * 2000 + "b"
        self.assertEqual(lines(one + "\n" + other, one), [1])
        self.assertEqual(lines(one + "\n" + other, "x" * 1500 + "*"), [1, 2])

    def test_near_against_all_choices(self):
        """The search agrees with an enumeration of every choice there is."""
        rng = random.Random(1)
        for _ in range(400):
            text = words.Text.of_file("".join(rng.choice(["a ", "b ", "c ", "ab ", "\n"]) for _ in range(12)).encode())
            operands = [rng.choice(["a", "b", "c", "a*", '"a b"', '"b a"']) for _ in range(rng.choice([2, 3]))]
            operator = rng.choice(["NEAR/1", "NEAR/3", "BEFORE/2", "BEFORE/5", "NEAR/0l", "BEFORE/1l"])
            query = f" {operator} ".join(operands)
            asked = evaluator.Evaluator(query)
            self.assertEqual(set(asked.near(asked.tree, text)), all_choices(asked, text), (query, text.bytes))


def all_choices(asked, text):
    """NEAR word for word: one occurrence of each, disjoint, in order, close."""
    node, taking_part = asked.tree, set()
    for choice in itertools.product(*(asked.occurrences(child, text) for child in node.children)):
        ordered = sorted(choice)
        if any(x.last >= y.first for x, y in zip(ordered, ordered[1:])):
            continue
        if node.ordered and ordered != list(choice):
            continue
        first, last = ordered[0], ordered[-1]
        gap = last.first - first.last
        if node.lines:
            gap = text.words[last.first].line - text.words[first.last].line
        if gap <= node.distance:
            taking_part.update(choice)
    return taking_part


class Trees(unittest.TestCase):
    def test_files(self):
        files = {b"a-b": b"foo", b"a/b": b"foo\nfoo", b".hidden": b"foo", b".d/x": b"foo", b"bin": b"\0foo",
                 b"empty": b"", b"new\nline\xff": b"bar\nfoo"}
        with tempfile.TemporaryDirectory() as folder:
            root = os.fsencode(folder) + b"/tree"
            corpus.write(files, root)
            answer = evaluator.lines_of(evaluator.answer(root, "foo"))
            self.assertEqual(answer, {b"a/b": [1, 2], b"a-b": [1], b"new\nline\xff": [2]})
            self.assertEqual(list(answer), [b"a/b", b"a-b", b"new\nline\xff"])
            self.assertEqual(evaluator.lines_of(evaluator.answer(root, "-foo")), {b"empty": []})


class Generators(unittest.TestCase):
    def test_queries_are_valid_and_hit(self):
        hits = count = 0
        for number in range(12):
            rng = random.Random(number)
            files = {p: words.Text.of_file(c) for p, c in corpus.make(rng).items() if p != b"huge.txt"}
            texts = {p: t for p, t in files.items() if t}
            for path, text in texts.items():
                text.facts = filters.Facts(path, len(text.bytes), time.time_ns() - number * 10 ** 15)
            for query, case, flags in queries.make(rng, texts, 30):
                asked = cases.Asked(query, case, flags)
                answer = asked.answer(texts)
                if asked.grep() or asked.by_line() or {"-g", "-t", "-T"} & set(flags):
                    continue
                again = grammar.unparse(grammar.parse(query))
                self.assertEqual(evaluator.answer(texts, again, case), answer, query)
                hits += bool(answer)
                count += 1
        self.assertGreater(hits, count / 3)


if __name__ == "__main__":
    unittest.main()
