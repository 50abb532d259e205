"""PCRE2 itself, by ctypes: libpcre2-8, the library that scout is linked with.

Nothing of scout's is used: which options a regex of the language has is section 2
of the contract.  Patterns are compiled by its JIT compiler, as scout's are: next to
bytes that are not UTF-8 it differs from the interpreter.
"""

import ctypes
import functools

CASELESS, DOTALL, MULTILINE = 0x8, 0x20, 0x400
UCP, UTF, NEVER_BACKSLASH_C = 0x20000, 0x80000, 0x100000
MATCH_INVALID_UTF = 0x04000000
NEWLINE_LF = 2
JIT_COMPLETE = 1
STEPS = 2_000_000             # docs/query-language.md, "Regexes and exact texts"
NOMATCH, LIMITS = -1, (-46, -47, -53, -63)     # of the JIT's stack, steps, depth, heap


class BadRegex(Exception):
    pass


class TooManySteps(Exception):
    """The regex is given up in some line."""


def _load():
    for name in ("libpcre2-8.so.0", "libpcre2-8.so"):
        try:
            lib = ctypes.CDLL(name)
        except OSError:
            continue
        size, pointer = ctypes.c_size_t, ctypes.c_void_p
        lib.pcre2_compile_8.restype = pointer
        lib.pcre2_compile_8.argtypes = [ctypes.c_char_p, size, ctypes.c_uint32, ctypes.POINTER(ctypes.c_int),
                                        ctypes.POINTER(size), pointer]
        lib.pcre2_compile_context_create_8.restype = pointer
        lib.pcre2_compile_context_create_8.argtypes = [pointer]
        lib.pcre2_set_newline_8.argtypes = [pointer, ctypes.c_uint32]
        lib.pcre2_match_data_create_from_pattern_8.restype = pointer
        lib.pcre2_match_data_create_from_pattern_8.argtypes = [pointer, pointer]
        lib.pcre2_match_8.argtypes = [pointer, ctypes.c_char_p, size, size, ctypes.c_uint32, pointer, pointer]
        lib.pcre2_get_ovector_pointer_8.restype = ctypes.POINTER(size)
        lib.pcre2_get_ovector_pointer_8.argtypes = [pointer]
        lib.pcre2_jit_compile_8.argtypes = [pointer, ctypes.c_uint32]
        lib.pcre2_set_match_limit_8.argtypes = [pointer, ctypes.c_uint32]
        lib.pcre2_match_context_create_8.restype = pointer
        lib.pcre2_match_context_create_8.argtypes = [pointer]
        lib.pcre2_jit_stack_create_8.restype = pointer
        lib.pcre2_jit_stack_create_8.argtypes = [size, size, pointer]
        lib.pcre2_jit_stack_assign_8.argtypes = [pointer, pointer, pointer]
        lib.pcre2_code_free_8.argtypes = lib.pcre2_match_data_free_8.argtypes = [pointer]
        return lib
    raise SystemExit("oracle: libpcre2-8 not found (Debian: apt install libpcre2-8-0)")


_LIB = _load()
_CONTEXT = _LIB.pcre2_compile_context_create_8(None)
_LIB.pcre2_set_newline_8(_CONTEXT, NEWLINE_LF)
_MATCHING = _LIB.pcre2_match_context_create_8(None)
_LIB.pcre2_set_match_limit_8(_MATCHING, STEPS)
_LIB.pcre2_jit_stack_assign_8(_MATCHING, None, _LIB.pcre2_jit_stack_create_8(1 << 15, 1 << 26, None))


class Regex:
    def __init__(self, text, caseless=False, multiline=False):
        options = UTF | UCP | MATCH_INVALID_UTF | NEVER_BACKSLASH_C
        options |= CASELESS * caseless | MULTILINE * multiline
        pattern = text.encode("utf-8", "surrogateescape")
        error, where = ctypes.c_int(), ctypes.c_size_t()
        self.code = _LIB.pcre2_compile_8(pattern, len(pattern), options, ctypes.byref(error),
                                         ctypes.byref(where), _CONTEXT)
        if not self.code:
            raise BadRegex(f"{text!r}: error {error.value} at {where.value}")
        _LIB.pcre2_jit_compile_8(self.code, JIT_COMPLETE)
        self.data = _LIB.pcre2_match_data_create_from_pattern_8(self.code, None)
        self.span = _LIB.pcre2_get_ovector_pointer_8(self.data)

    def __del__(self):
        if getattr(self, "code", None):
            _LIB.pcre2_match_data_free_8(self.data)
            _LIB.pcre2_code_free_8(self.code)

    def finditer(self, subject):
        """The (start, end) of successive matches in bytes; after an empty one the
        next begins a character further on."""
        at = 0
        while at <= len(subject):
            code = _LIB.pcre2_match_8(self.code, subject, len(subject), at, 0, self.data, _MATCHING)
            if code == NOMATCH:
                return
            if code in LIMITS:
                raise TooManySteps
            if code < 0:
                raise BadRegex(f"matching: error {code}")
            start, end = self.span[0], self.span[1]
            yield start, end
            at = end if end > start else end + _step(subject, end)


def _step(subject, at):
    """The length of the character AT, 1 for a byte that is none."""
    for size in (1, 2, 3, 4):
        try:
            if len(subject[at:at + size].decode("utf-8")) == 1:
                return size
        except UnicodeDecodeError:
            pass
    return 1


@functools.lru_cache(maxsize=64)
def compiled(text, caseless, multiline):
    return Regex(text, caseless, multiline)


def is_valid(text, flags=""):
    try:
        compiled(text, "i" in flags, "m" in flags)
    except BadRegex:
        return False
    return True


def quoted(text):
    """A regex of exactly this text."""
    return "".join(c if c.isalnum() or c == "_" or ord(c) > 127 else
                   "\\x%02x" % ord(c) if c < " " else "\\" + c for c in text)
