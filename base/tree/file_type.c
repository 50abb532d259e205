#include "base/tree/file_type.h"

/*
 * The types of ripgrep 13 ("rg --type-list"), sorted by name in byte order.
 * The globs have stars and classes, no braces and no escapes.
 */
enum { TYPE_MAX_GLOBS = 35 };	/* with the NULL at the end */

struct file_type {
	const char *name;
	const char *globs[TYPE_MAX_GLOBS];
};

static const struct file_type types[] = {
	{ "agda", { "*.agda", "*.lagda", NULL } },
	{ "aidl", { "*.aidl", NULL } },
	{ "amake", { "*.bp", "*.mk", NULL } },
	{ "asciidoc", { "*.adoc", "*.asc", "*.asciidoc", NULL } },
	{ "asm", { "*.S", "*.asm", "*.s", NULL } },
	{ "asp", { "*.ascx", "*.ascx.cs", "*.ascx.vb", "*.aspx",
		"*.aspx.cs", "*.aspx.vb", NULL } },
	{ "ats", { "*.ats", "*.dats", "*.hats", "*.sats", NULL } },
	{ "avro", { "*.avdl", "*.avpr", "*.avsc", NULL } },
	{ "awk", { "*.awk", NULL } },
	{ "bazel", { "*.BUILD", "*.bazel", "*.bazelrc", "*.bzl",
		"BUILD", "WORKSPACE", NULL } },
	{ "bitbake", { "*.bb", "*.bbappend", "*.bbclass", "*.conf",
		"*.inc", NULL } },
	{ "brotli", { "*.br", NULL } },
	{ "buildstream", { "*.bst", NULL } },
	{ "bzip2", { "*.bz2", "*.tbz2", NULL } },
	{ "c", { "*.[chH]", "*.[chH].in", "*.cats", NULL } },
	{ "cabal", { "*.cabal", NULL } },
	{ "cbor", { "*.cbor", NULL } },
	{ "ceylon", { "*.ceylon", NULL } },
	{ "clojure", { "*.clj", "*.cljc", "*.cljs", "*.cljx", NULL } },
	{ "cmake", { "*.cmake", "CMakeLists.txt", NULL } },
	{ "coffeescript", { "*.coffee", NULL } },
	{ "config", { "*.cfg", "*.conf", "*.config", "*.ini", NULL } },
	{ "coq", { "*.v", NULL } },
	{ "cpp", { "*.[ChH]", "*.[ChH].in", "*.[ch]pp", "*.[ch]pp.in",
		"*.[ch]xx", "*.[ch]xx.in", "*.cc", "*.cc.in", "*.hh",
		"*.hh.in", "*.inl", NULL } },
	{ "creole", { "*.creole", NULL } },
	{ "crystal", { "*.cr", "Projectfile", NULL } },
	{ "cs", { "*.cs", NULL } },
	{ "csharp", { "*.cs", NULL } },
	{ "cshtml", { "*.cshtml", NULL } },
	{ "css", { "*.css", "*.scss", NULL } },
	{ "csv", { "*.csv", NULL } },
	{ "cython", { "*.pxd", "*.pxi", "*.pyx", NULL } },
	{ "d", { "*.d", NULL } },
	{ "dart", { "*.dart", NULL } },
	{ "dhall", { "*.dhall", NULL } },
	{ "diff", { "*.diff", "*.patch", NULL } },
	{ "docker", { "*Dockerfile*", NULL } },
	{ "dvc", { "*.dvc", "Dvcfile", NULL } },
	{ "ebuild", { "*.ebuild", NULL } },
	{ "edn", { "*.edn", NULL } },
	{ "elisp", { "*.el", NULL } },
	{ "elixir", { "*.eex", "*.ex", "*.exs", NULL } },
	{ "elm", { "*.elm", NULL } },
	{ "erb", { "*.erb", NULL } },
	{ "erlang", { "*.erl", "*.hrl", NULL } },
	{ "fidl", { "*.fidl", NULL } },
	{ "fish", { "*.fish", NULL } },
	{ "flatbuffers", { "*.fbs", NULL } },
	{ "fortran", { "*.F", "*.F77", "*.F90", "*.F95", "*.f",
		"*.f77", "*.f90", "*.f95", "*.pfo", NULL } },
	{ "fsharp", { "*.fs", "*.fsi", "*.fsx", NULL } },
	{ "fut", { ".fut", NULL } },
	{ "gap", { "*.g", "*.gap", "*.gd", "*.gi", "*.tst", NULL } },
	{ "gn", { "*.gn", "*.gni", NULL } },
	{ "go", { "*.go", NULL } },
	{ "gradle", { "*.gradle", NULL } },
	{ "groovy", { "*.gradle", "*.groovy", NULL } },
	{ "gzip", { "*.gz", "*.tgz", NULL } },
	{ "h", { "*.h", "*.hpp", NULL } },
	{ "haml", { "*.haml", NULL } },
	{ "haskell", { "*.c2hs", "*.cpphs", "*.hs", "*.hsc", "*.lhs", NULL } },
	{ "hbs", { "*.hbs", NULL } },
	{ "hs", { "*.hs", "*.lhs", NULL } },
	{ "html", { "*.ejs", "*.htm", "*.html", NULL } },
	{ "idris", { "*.idr", "*.lidr", NULL } },
	{ "java", { "*.java", "*.jsp", "*.jspx", "*.properties", NULL } },
	{ "jinja", { "*.j2", "*.jinja", "*.jinja2", NULL } },
	{ "jl", { "*.jl", NULL } },
	{ "js", { "*.js", "*.jsx", "*.vue", NULL } },
	{ "json", { "*.json", "composer.lock", NULL } },
	{ "jsonl", { "*.jsonl", NULL } },
	{ "julia", { "*.jl", NULL } },
	{ "jupyter", { "*.ipynb", "*.jpynb", NULL } },
	{ "k", { "*.k", NULL } },
	{ "kotlin", { "*.kt", "*.kts", NULL } },
	{ "less", { "*.less", NULL } },
	{ "license", { "*[.-]LICEN[CS]E*", "AGPL-*[0-9]*",
		"APACHE-*[0-9]*", "BSD-*[0-9]*", "CC-BY-*", "COPYING",
		"COPYING[.-]*", "COPYRIGHT", "COPYRIGHT[.-]*", "EULA",
		"EULA[.-]*", "GFDL-*[0-9]*", "GNU-*[0-9]*",
		"GPL-*[0-9]*", "LGPL-*[0-9]*", "LICEN[CS]E",
		"LICEN[CS]E[.-]*", "MIT-*[0-9]*", "MPL-*[0-9]*",
		"NOTICE", "NOTICE[.-]*", "OFL-*[0-9]*", "PATENTS",
		"PATENTS[.-]*", "UNLICEN[CS]E", "UNLICEN[CS]E[.-]*",
		"agpl[.-]*", "gpl[.-]*", "lgpl[.-]*", "licen[cs]e",
		"licen[cs]e.*", NULL } },
	{ "lisp", { "*.el", "*.jl", "*.lisp", "*.lsp", "*.sc", "*.scm", NULL } },
	{ "lock", { "*.lock", "package-lock.json", NULL } },
	{ "log", { "*.log", NULL } },
	{ "lua", { "*.lua", NULL } },
	{ "lz4", { "*.lz4", NULL } },
	{ "lzma", { "*.lzma", NULL } },
	{ "m4", { "*.ac", "*.m4", NULL } },
	{ "make", { "*.mak", "*.mk", "[Gg][Nn][Uu]makefile",
		"[Gg][Nn][Uu]makefile.am", "[Gg][Nn][Uu]makefile.in",
		"[Mm]akefile", "[Mm]akefile.am", "[Mm]akefile.in", NULL } },
	{ "mako", { "*.mako", "*.mao", NULL } },
	{ "man", { "*.[0-9][cEFMmpSx]", "*.[0-9lnpx]", NULL } },
	{ "markdown", { "*.markdown", "*.md", "*.mdown", "*.mkdn", NULL } },
	{ "matlab", { "*.m", NULL } },
	{ "md", { "*.markdown", "*.md", "*.mdown", "*.mkdn", NULL } },
	{ "meson", { "meson.build", "meson_options.txt", NULL } },
	{ "minified", { "*.min.css", "*.min.html", "*.min.js", NULL } },
	{ "mint", { "*.mint", NULL } },
	{ "mk", { "mkfile", NULL } },
	{ "ml", { "*.ml", NULL } },
	{ "msbuild", { "*.csproj", "*.fsproj", "*.proj", "*.props",
		"*.targets", "*.vcxproj", NULL } },
	{ "nim", { "*.nim", "*.nimble", "*.nimf", "*.nims", NULL } },
	{ "nix", { "*.nix", NULL } },
	{ "objc", { "*.h", "*.m", NULL } },
	{ "objcpp", { "*.h", "*.mm", NULL } },
	{ "ocaml", { "*.ml", "*.mli", "*.mll", "*.mly", NULL } },
	{ "org", { "*.org", "*.org_archive", NULL } },
	{ "pascal", { "*.dpr", "*.inc", "*.lpr", "*.pas", "*.pp", NULL } },
	{ "pdf", { "*.pdf", NULL } },
	{ "perl", { "*.PL", "*.perl", "*.pl", "*.plh", "*.plx", "*.pm",
		"*.t", NULL } },
	{ "php", { "*.php", "*.php3", "*.php4", "*.php5", "*.phtml", NULL } },
	{ "po", { "*.po", NULL } },
	{ "pod", { "*.pod", NULL } },
	{ "postscript", { "*.eps", "*.ps", NULL } },
	{ "protobuf", { "*.proto", NULL } },
	{ "ps", { "*.cdxml", "*.ps1", "*.ps1xml", "*.psd1", "*.psm1", NULL } },
	{ "puppet", { "*.erb", "*.pp", "*.rb", NULL } },
	{ "purs", { "*.purs", NULL } },
	{ "py", { "*.py", NULL } },
	{ "qmake", { "*.prf", "*.pri", "*.pro", NULL } },
	{ "qml", { "*.qml", NULL } },
	{ "r", { "*.R", "*.Rmd", "*.Rnw", "*.r", NULL } },
	{ "racket", { "*.rkt", NULL } },
	{ "rdoc", { "*.rdoc", NULL } },
	{ "readme", { "*README", "README*", NULL } },
	{ "red", { "*.r", "*.red", "*.reds", NULL } },
	{ "robot", { "*.robot", NULL } },
	{ "rst", { "*.rst", NULL } },
	{ "ruby", { "*.gemspec", "*.rb", "*.rbw", ".irbrc", "Gemfile",
		"Rakefile", "config.ru", NULL } },
	{ "rust", { "*.rs", NULL } },
	{ "sass", { "*.sass", "*.scss", NULL } },
	{ "scala", { "*.sbt", "*.scala", NULL } },
	{ "sh", { "*.bash", "*.bashrc", "*.csh", "*.cshrc", "*.ksh",
		"*.kshrc", "*.sh", "*.tcsh", "*.zsh", ".bash_login",
		".bash_logout", ".bash_profile", ".bashrc", ".cshrc",
		".kshrc", ".login", ".logout", ".profile", ".tcshrc",
		".zlogin", ".zlogout", ".zprofile", ".zshenv",
		".zshrc", "bash_login", "bash_logout", "bash_profile",
		"bashrc", "profile", "zlogin", "zlogout", "zprofile",
		"zshenv", "zshrc", NULL } },
	{ "slim", { "*.skim", "*.slim", "*.slime", NULL } },
	{ "smarty", { "*.tpl", NULL } },
	{ "sml", { "*.sig", "*.sml", NULL } },
	{ "soy", { "*.soy", NULL } },
	{ "spark", { "*.spark", NULL } },
	{ "spec", { "*.spec", NULL } },
	{ "sql", { "*.psql", "*.sql", NULL } },
	{ "stylus", { "*.styl", NULL } },
	{ "sv", { "*.h", "*.sv", "*.svh", "*.v", "*.vg", NULL } },
	{ "svg", { "*.svg", NULL } },
	{ "swift", { "*.swift", NULL } },
	{ "swig", { "*.def", "*.i", NULL } },
	{ "systemd", { "*.automount", "*.conf", "*.device", "*.link",
		"*.mount", "*.path", "*.scope", "*.service", "*.slice",
		"*.socket", "*.swap", "*.target", "*.timer", NULL } },
	{ "taskpaper", { "*.taskpaper", NULL } },
	{ "tcl", { "*.tcl", NULL } },
	{ "tex", { "*.bib", "*.cls", "*.dtx", "*.ins", "*.ltx",
		"*.sty", "*.tex", NULL } },
	{ "textile", { "*.textile", NULL } },
	{ "tf", { "*.tf", NULL } },
	{ "thrift", { "*.thrift", NULL } },
	{ "toml", { "*.toml", "Cargo.lock", NULL } },
	{ "ts", { "*.ts", "*.tsx", NULL } },
	{ "twig", { "*.twig", NULL } },
	{ "txt", { "*.txt", NULL } },
	{ "typoscript", { "*.ts", "*.typoscript", NULL } },
	{ "vala", { "*.vala", NULL } },
	{ "vb", { "*.vb", NULL } },
	{ "vcl", { "*.vcl", NULL } },
	{ "verilog", { "*.sv", "*.svh", "*.v", "*.vh", NULL } },
	{ "vhdl", { "*.vhd", "*.vhdl", NULL } },
	{ "vim", { "*.vim", NULL } },
	{ "vimscript", { "*.vim", NULL } },
	{ "webidl", { "*.idl", "*.webidl", "*.widl", NULL } },
	{ "wiki", { "*.mediawiki", "*.wiki", NULL } },
	{ "xml", { "*.dtd", "*.rng", "*.sch", "*.xhtml", "*.xjb",
		"*.xml", "*.xml.dist", "*.xsd", "*.xsl", "*.xslt", NULL } },
	{ "xz", { "*.txz", "*.xz", NULL } },
	{ "yacc", { "*.y", NULL } },
	{ "yaml", { "*.yaml", "*.yml", NULL } },
	{ "yang", { "*.yang", NULL } },
	{ "z", { "*.Z", NULL } },
	{ "zig", { "*.zig", NULL } },
	{ "zsh", { "*.zsh", ".zlogin", ".zlogout", ".zprofile",
		".zshenv", ".zshrc", "zlogin", "zlogout", "zprofile",
		"zshenv", "zshrc", NULL } },
	{ "zstd", { "*.zst", "*.zstd", NULL } },
};

size_t file_type_count(void)
{
	return sizeof(types) / sizeof(types[0]);
}

const char *file_type_name(size_t n)
{
	return types[n].name;
}

const char *const *file_type_globs(size_t n)
{
	return types[n].globs;
}

int file_type_find(const char *name)
{
	size_t low = 0, high = file_type_count(), mid;
	int c;

	while (low < high) {
		mid = low + (high - low) / 2;
		c = strcmp(name, types[mid].name);
		if (!c)
			return (int)mid;
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return -1;
}

/* Matches c against the class at *glob and moves *glob past its ']'. */
static bool class_matches(const char **glob, char c)
{
	const char *g = *glob + 1;
	bool found = false;

	for (; *g != ']'; g++) {
		if (g[1] == '-' && g[2] != ']') {
			found |= c >= g[0] && c <= g[2];
			g += 2;
		} else {
			found |= c == *g;
		}
	}
	*glob = g + 1;
	return found;
}

/* Plain backtracking to the last star: table globs are short and harmless. */
static bool matches(const char *glob, struct span name)
{
	const char *text = (const char *)name.ptr;
	const char *end = text + name.len;
	const char *star = NULL, *retry = text;

	while (text < end || *glob) {
		const char *g = glob;

		if (*g == '*') {
			star = ++glob;
			retry = text;
			continue;
		}
		if (*g && text < end &&
		    (*g == '[' ? class_matches(&g, *text) : *g++ == *text)) {
			glob = g;
			text++;
			continue;
		}
		if (!star || retry == end)
			return false;
		glob = star;
		text = ++retry;
	}
	return true;
}

bool file_type_matches(size_t n, struct span base_name)
{
	const char *const *glob;

	for (glob = types[n].globs; *glob; glob++)
		if (matches(*glob, base_name))
			return true;
	return false;
}
