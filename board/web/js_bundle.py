"""Bundles the scripts of a page into two files: what every page has, and what draws this one.

A browser loads six files at a time over HTTP/1.1, so a hundred files take seventeen round trips on a bad line; over HTTP/2 they
still take longer (board/docs/explanation/decisions/0015-scripts-are-bundled.md has the measurements). In a bundle each module is
a function that returns its exports, with constants for its imports. The rest of it stays as written, line by line, without its
comments; a source map names the file and line that each line comes from. A large library that the first look at a page can do
without is a file of its own: `import("./library.js")`.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

MAIN, WALL = "js/main.js", "js/display/main.js"  # entry points of a page and of a display
FOLDER = "js/bundles"  # of bundles, in URLs below static/

_JAVASCRIPT = Language(tree_sitter_javascript.language())
_ANYWHERE = Query(
    _JAVASCRIPT,
    "(comment) @comment (call_expression function: (import)) @dynamic (meta_property) @meta (ERROR) @error",
)
_LICENCE = ("@license", "/*!", "/**!")  # a comment with one of these stays
_FUNCTIONS = {"function_declaration", "generator_function_declaration", "class_declaration"}
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass
class Module:
    """Script module. `imports` has (module, its name there, its name here), `exports` the local name by the exported one.
    `text` is the rest, with as many lines. `dynamic` has the libraries that it imports later, by the first word of the file's
    name, which is that of their bundle. MAIN imports the bundle of its page, which is left as it is."""

    name: str
    text: str
    imports: list[tuple[str, str | None, str]] = field(default_factory=list)  # None: the whole module
    exports: dict[str, str] = field(default_factory=dict)
    dynamic: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Split the text into imports, exports and the rest. Raises ValueError for an unsupported form."""
        self._source = self.text.encode()
        root = Parser(_JAVASCRIPT).parse(self._source).root_node
        found = QueryCursor(_ANYWHERE).captures(root)
        for node in [*found.get("error", ()), *found.get("meta", ())]:
            raise self._unsupported(node)
        if root.has_error:
            raise ValueError(f"{self.name}: not a script")
        edits = [self._on_comment(node) for node in found.get("comment", ()) if self._is_removable(node)]
        edits += [self._on_dynamic(node) for node in found.get("dynamic", ()) if self.name != MAIN]
        for node in root.children:
            if node.type == "import_statement":
                edits.append(self._on_import(node))
            elif node.type == "export_statement":
                edits.append(self._on_export(node))
        self.text = self._edited(edits)

    def _edited(self, edits: list[tuple[int, int, bytes]]) -> str:
        """Return the source with parts replaced, each by as many lines as it had."""
        parts, at = [], 0
        for start, end, new in sorted(edits):
            if start >= at:  # a comment within a statement that is replaced goes with it
                parts += [self._source[at:start], new, b"\n" * self._source.count(b"\n", start, end)]
                at = end
        return b"".join([*parts, self._source[at:]]).decode()

    def _is_removable(self, comment: Node) -> bool:
        text = _text(comment)
        return not any(mark in text for mark in _LICENCE)

    def _on_comment(self, node: Node) -> tuple[int, int, bytes]:
        """Leave a comment out, with the blanks before it where it ends its line."""
        start, end = node.start_byte, node.end_byte
        if self._source[end : end + 1] not in {b"", b"\n"}:
            return start, end, b" "
        while self._source[start - 1 : start] in {b" ", b"\t"}:
            start -= 1
        return start, end, b""

    def _on_import(self, node: Node) -> tuple[int, int, bytes]:
        """Take the imports of a statement, which is left out."""
        clauses = [each for each in node.named_children if each.type == "import_clause"]
        if not clauses:
            raise self._unsupported(node)
        other = self._source_of(node)
        for each in clauses[0].named_children:
            if each.type == "identifier":
                self.imports.append((other, "default", _text(each)))
            elif each.type == "namespace_import":
                self.imports.append((other, None, _text(each.named_children[0])))
            else:
                self.imports += [(other, theirs, ours) for theirs, ours in _pairs(each)]
        return node.start_byte, node.end_byte, b""

    def _on_export(self, node: Node) -> tuple[int, int, bytes]:
        """Take the exports of a statement. Only a declaration stays."""
        declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        clauses = [each for each in node.named_children if each.type == "export_clause"]
        if clauses:
            for theirs, others in _pairs(clauses[0]):
                ours = theirs
                if node.child_by_field_name("source"):
                    ours = f"_{theirs}"
                    self.imports.append((self._source_of(node), theirs, ours))
                self.exports[others] = ours
            return node.start_byte, node.end_byte, b""
        if value is not None and value.type == "identifier":
            self.exports["default"] = _text(value)
            return node.start_byte, node.end_byte, b""
        names = list(_declared(declaration)) if declaration is not None else []
        if not names or any(each.type == "default" for each in node.children):
            raise self._unsupported(node)
        assert declaration is not None
        self.exports |= {name: name for name in names}
        return node.start_byte, declaration.start_byte, b""

    def _on_dynamic(self, call: Node) -> tuple[int, int, bytes]:
        """Take an import at a later time, and have it import the bundle of that name."""
        paths = [each for each in call.named_children[-1].named_children if each.type == "string"]
        if len(paths) != 1:
            raise self._unsupported(call)
        module = self._resolve(paths[0])
        name = Path(module).name.partition(".")[0]
        self.dynamic[name] = module
        return call.start_byte, call.end_byte, f'import("./{name}.js")'.encode()

    def _source_of(self, node: Node) -> str:
        path = node.child_by_field_name("source")
        assert path is not None
        return self._resolve(path)

    def _resolve(self, path: Node) -> str:
        """Return the name of the module that a string with a relative path refers to."""
        text = _text(path)[1:-1]
        if not text.startswith("."):
            raise self._unsupported(path)
        return normpath(join(dirname(self.name), text))

    def _unsupported(self, node: Node) -> ValueError:
        line = self._source[node.start_byte :].split(b"\n", 1)[0].decode()
        return ValueError(f"{self.name}, line {node.start_point.row + 1}: {line}")

    def wrapped(self) -> str:
        """Return the script that sets this module's variable to an object of its exports; its own lines begin with the third."""
        constants = (f"const {ours} = {variable(other)}{f'.{theirs}' if theirs else ''};" for other, theirs, ours in self.imports)
        gives = ", ".join(others if others == ours else f"{others}: {ours}" for others, ours in self.exports.items())
        head = f"// {self.name}\nconst {variable(self.name)} = (() => {{ {' '.join(constants)}\n"
        return f"{head}{self.text}\nreturn {{ {gives} }};\n}})();\n"


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def _pairs(clause: Node) -> Iterator[tuple[str, str]]:
    """Return pairs of names: `{ a, b as c }` -> (a, a), (b, c)."""
    for each in clause.named_children:
        if each.type in {"import_specifier", "export_specifier"}:
            name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
            assert name is not None
            yield _text(name), _text(alias or name)


def _declared(declaration: Node) -> Iterator[str]:
    """Yield the names that a declaration of a function, a class or constants declares; none for variables, which may change."""
    if declaration.type in _FUNCTIONS:
        name = declaration.child_by_field_name("name")
        assert name is not None
        yield _text(name)
    elif declaration.type == "lexical_declaration" and declaration.children[0].type == "const":
        for each in declaration.named_children:
            if each.type == "variable_declarator" and (pattern := each.child_by_field_name("name")):
                yield from _bound(pattern)


def _bound(pattern: Node) -> Iterator[str]:
    """Yield the names that a pattern binds: `{ a, b: [c] }` -> a, c."""
    if pattern.type in {"identifier", "shorthand_property_identifier_pattern"}:
        yield _text(pattern)
    elif pattern.type == "pair_pattern":
        value = pattern.child_by_field_name("value")
        assert value is not None
        yield from _bound(value)
    elif pattern.type in {"object_pattern", "array_pattern"}:
        for each in pattern.named_children:
            yield from _bound(each)


def variable(name: str) -> str:
    """Return the variable that holds a module's exports in a bundle."""
    words = name.removesuffix(".js").replace("/", "$")
    return "".join(each if each == "$" or (each.isascii() and (each.isalnum() or each == "_")) else "_" for each in words)


class ModuleGraph:
    """Modules of a folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, Module] = {}

    def __getitem__(self, name: str) -> Module:
        if name not in self._modules:
            self._modules[name] = Module(name, (self._folder / name).read_text(encoding="utf-8"))
        return self._modules[name]

    def in_order(self, names: Iterable[str], known: Iterable[str] = ()) -> list[str]:
        """Return these modules and all their imports, without the known ones, each after what it imports. Raises ValueError
        for a missing export or a cycle."""
        found = list(known)

        def add(name: str, *above: str) -> None:
            if name in above:
                raise ValueError(f"{name} imports itself, by {above[-1]}")
            if name not in found:
                for other, theirs, _ in self[name].imports:
                    add(other, *above, name)
                    if theirs and theirs not in self[other].exports:
                        raise ValueError(f"{name}: {other} exports no {theirs}")
                found.append(name)

        for name in names:
            add(name)
        return [name for name in found if name not in known]

    def bundle(self, names: Iterable[str]) -> str:
        """Return these modules as one script."""
        return "".join(self[name].wrapped() for name in names)

    def later(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the bundle and the module of each library that these modules import later."""
        for each in names:
            yield from ((f"{name}.js", library) for name, library in self[each].dynamic.items())

    def library(self, name: str) -> str:
        """Return a module that stands alone as a bundle. Raises ValueError if it imports others: a page may have them already."""
        module = self[name]
        if module.imports:
            raise ValueError(f"{name} is imported later, and imports {module.imports[0][0]}")
        gives = "".join(f"export default {variable(name)}.default;\n" if each == "default" else "" for each in module.exports)
        rest = [each for each in module.exports if each != "default"]
        return f"{module.wrapped()}{gives}export const {{ {', '.join(rest)} }} = {variable(name)};\n"

    def source_map(self, name: str, names: Iterable[str], lines_before: int = 0) -> str:
        """Return the source map (version 3, JSON) of the bundle `name` of these modules: where each line comes from."""
        names = list(names)
        lines, source, line = [""] * lines_before, 0, 0
        for number, each in enumerate(names):
            last = self[each].text.count("\n")
            lines += ["", "", "".join(map(_vlq, (0, number - source, -line, 0))), *["AACA"] * last, "", ""]  # AACA: the next line
            source, line = number, last
        sources = [relpath(each, FOLDER) for each in names]
        return json.dumps({"version": 3, "file": name, "sources": sources, "names": [], "mappings": ";".join(lines)})


def _vlq(number: int) -> str:
    """Return a number as source maps write it: base 64, five bits at a time, the sign in the last bit of the first."""
    rest, digits = (abs(number) << 1) | (number < 0), ""
    while True:
        rest, digit = rest >> 5, rest & 31
        digits += BASE64[digit | (32 if rest else 0)]
        if not rest:
            return digits


def bundles(static: Path, pages: Mapping[str, str]) -> dict[str, str]:
    """Return the bundles by name, each with its source map: `main.js`; one for each of the `pages` (module by name), loaded by
    `main.js`; one for each library that a page loads later; and `wall.js`, which stands alone. Raises ValueError with the line
    that is not supported."""
    folder = ModuleGraph(static)
    everywhere, displayed = folder.in_order([MAIN]), folder.in_order([WALL])
    whole = folder.bundle(everywhere)
    # a page's bundle fails to load with any other version of `main.js`
    this = f"as_of_{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    exports = f"export {{ {', '.join(map(variable, everywhere))}, {variable(MAIN)} as {this} }};\n"
    files = {"main.js": whole + exports, "wall.js": folder.bundle(displayed)}
    maps = {name: folder.source_map(name, names) for name, names in (("main.js", everywhere), ("wall.js", displayed))}
    for page, name in pages.items():
        own, bundle = folder.in_order([name], everywhere), f"{page}.js"
        taken = {other for each in own for other, _, _ in folder[each].imports}
        imports = f'import {{ {", ".join([*map(variable, sorted(taken.intersection(everywhere))), this])} }} from "./main.js";\n'
        gives = f"export const {{ {', '.join(folder[name].exports)} }} = {variable(name)};\n"
        files[bundle], maps[bundle] = imports + folder.bundle(own) + gives, folder.source_map(bundle, own, lines_before=1)
        for later, library in folder.later([*everywhere, *own]):
            files[later], maps[later] = folder.library(library), folder.source_map(later, [library])
    pointing = {name: f"{text}//# sourceMappingURL={name}.map\n" for name, text in files.items()}
    return pointing | {f"{name}.map": text for name, text in maps.items()}
