"""Bundles of scripts: each page loads two files, the common one and its own.

A browser loads six files at a time over HTTP/1.1, so a hundred files take seventeen round trips; over HTTP/2 they
still take longer (board/docs/explanation/decisions/0015-scripts-are-bundled.md has the measurements). In a bundle each module is
a function that returns its exports, with constants for its imports. Its other lines stay as written, without comments; a source
map names the file and line of each. A part that a page does not need at first is a separate file: `import("./part.js")`. It may
import modules of all pages, and its own.
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
FOLDER = "js/bundles"  # folder of bundles, in URLs below static/

_JAVASCRIPT = Language(tree_sitter_javascript.language())
_ANYWHERE = Query(
    _JAVASCRIPT,
    "(comment) @comment (call_expression function: (import)) @dynamic (meta_property) @meta (ERROR) @error",
)
_LICENCE = ("@license", "/*!", "/**!")  # marks of a comment that stays
_FUNCTIONS = {"function_declaration", "generator_function_declaration", "class_declaration"}
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass
class Module:
    """Script module.

    `imports`: (module, exported name or None for all of it, local name). `exports`: local name by exported name. `text`: the
    other code, with as many lines. `dynamic`: modules imported later, by the name of their bundle, the first word of the file's
    name. MAIN imports the bundle of its page, which is left as it is.
    """

    name: str
    text: str
    imports: list[tuple[str, str | None, str]] = field(default_factory=list)  # None: the whole module
    exports: dict[str, str] = field(default_factory=dict)
    dynamic: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Split the text into imports, exports and other code. Raises ValueError for unsupported syntax."""
        self._source = self.text.encode()
        root = Parser(_JAVASCRIPT).parse(self._source).root_node
        captures = QueryCursor(_ANYWHERE).captures(root)
        for node in [*captures.get("error", ()), *captures.get("meta", ())]:
            raise self._unsupported(node)
        if root.has_error:
            raise ValueError(f"{self.name}: not a script")
        edits = [self._on_comment(node) for node in captures.get("comment", ()) if self._is_removable(node)]
        edits += [self._on_dynamic(node) for node in captures.get("dynamic", ()) if self.name != MAIN]
        for node in root.children:
            if node.type == "import_statement":
                edits.append(self._on_import(node))
            elif node.type == "export_statement":
                edits.append(self._on_export(node))
        self.text = self._edited(edits)

    def _edited(self, edits: list[tuple[int, int, bytes]]) -> str:
        """Return the source with parts replaced. The number of lines stays the same."""
        parts, at = [], 0
        for start, end, new in sorted(edits):
            if start >= at:  # skip a comment within a replaced statement
                parts += [self._source[at:start], new, b"\n" * self._source.count(b"\n", start, end)]
                at = end
        return b"".join([*parts, self._source[at:]]).decode()

    def _is_removable(self, comment: Node) -> bool:
        text = _text(comment)
        return not any(mark in text for mark in _LICENCE)

    def _on_comment(self, node: Node) -> tuple[int, int, bytes]:
        """Return the edit that removes a comment, with the blanks before it if it ends its line."""
        start, end = node.start_byte, node.end_byte
        if self._source[end : end + 1] not in {b"", b"\n"}:
            return start, end, b" "
        while self._source[start - 1 : start] in {b" ", b"\t"}:
            start -= 1
        return start, end, b""

    def _on_import(self, node: Node) -> tuple[int, int, bytes]:
        """Record the imports of a statement; return the edit that removes it."""
        clauses = [child for child in node.named_children if child.type == "import_clause"]
        if not clauses:
            raise self._unsupported(node)
        other = self._source_of(node)
        for specifier in clauses[0].named_children:
            if specifier.type == "identifier":
                self.imports.append((other, "default", _text(specifier)))
            elif specifier.type == "namespace_import":
                self.imports.append((other, None, _text(specifier.named_children[0])))
            else:
                self.imports += [(other, exported, local) for exported, local in _pairs(specifier)]
        return node.start_byte, node.end_byte, b""

    def _on_export(self, node: Node) -> tuple[int, int, bytes]:
        """Record the exports of a statement; return the edit that leaves only its declaration."""
        declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        clauses = [child for child in node.named_children if child.type == "export_clause"]
        if clauses:
            for exported, alias in _pairs(clauses[0]):
                local = exported
                if node.child_by_field_name("source"):
                    local = f"_{exported}"
                    self.imports.append((self._source_of(node), exported, local))
                self.exports[alias] = local
            return node.start_byte, node.end_byte, b""
        if value is not None and value.type == "identifier":
            self.exports["default"] = _text(value)
            return node.start_byte, node.end_byte, b""
        names = list(_declared(declaration)) if declaration is not None else []
        if not names or any(child.type == "default" for child in node.children):
            raise self._unsupported(node)
        assert declaration is not None
        self.exports |= {name: name for name in names}
        return node.start_byte, declaration.start_byte, b""

    def _on_dynamic(self, call: Node) -> tuple[int, int, bytes]:
        """Record a dynamic import; return the edit that makes it import the bundle."""
        paths = [child for child in call.named_children[-1].named_children if child.type == "string"]
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
        """Return the script that sets this module's variable to an object of its exports; its code begins at line 3."""
        constants = (
            f"const {local} = {variable(other)}{f'.{exported}' if exported else ''};" for other, exported, local in self.imports
        )
        exports = ", ".join(alias if alias == local else f"{alias}: {local}" for alias, local in self.exports.items())
        head = f"// {self.name}\nconst {variable(self.name)} = (() => {{ {' '.join(constants)}\n"
        return f"{head}{self.text}\nreturn {{ {exports} }};\n}})();\n"


def _text(node: Node) -> str:
    assert node.text is not None
    return node.text.decode()


def _pairs(clause: Node) -> Iterator[tuple[str, str]]:
    """Yield pairs of names: `{ a, b as c }` -> (a, a), (b, c)."""
    for specifier in clause.named_children:
        if specifier.type in {"import_specifier", "export_specifier"}:
            name, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
            assert name is not None
            yield _text(name), _text(alias or name)


def _declared(declaration: Node) -> Iterator[str]:
    """Yield the names of a declaration of a function, a class or constants; none for variables, which may change."""
    if declaration.type in _FUNCTIONS:
        name = declaration.child_by_field_name("name")
        assert name is not None
        yield _text(name)
    elif declaration.type == "lexical_declaration" and declaration.children[0].type == "const":
        for declarator in declaration.named_children:
            if declarator.type == "variable_declarator" and (pattern := declarator.child_by_field_name("name")):
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
        for child in pattern.named_children:
            yield from _bound(child)


def variable(name: str) -> str:
    """Return the variable that holds a module's exports in a bundle."""
    words = name.removesuffix(".js").replace("/", "$")
    return "".join(sign if sign == "$" or (sign.isascii() and (sign.isalnum() or sign == "_")) else "_" for sign in words)


class ModuleGraph:
    """Modules of a folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: dict[str, Module] = {}

    def __getitem__(self, name: str) -> Module:
        if name not in self._modules:
            self._modules[name] = Module(name, (self._folder / name).read_text(encoding="utf-8"))
        return self._modules[name]

    def in_order(self, names: Iterable[str], loaded: Iterable[str] = ()) -> list[str]:
        """Return these modules and all their imports, except those in `loaded`, each after its imports.

        Raises ValueError for a missing export or a cycle.
        """
        order = list(loaded)

        def add(name: str, *above: str) -> None:
            if name in above:
                raise ValueError(f"{name} imports itself, by {above[-1]}")
            if name not in order:
                for other, exported, _ in self[name].imports:
                    add(other, *above, name)
                    if exported and exported not in self[other].exports:
                        raise ValueError(f"{name}: {other} exports no {exported}")
                order.append(name)

        for name in names:
            add(name)
        return [name for name in order if name not in loaded]

    def bundle(self, names: Iterable[str]) -> str:
        """Return these modules as one script."""
        return "".join(self[name].wrapped() for name in names)

    def later(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the bundle and the module of each part that these modules import later."""
        for module_name in names:
            yield from ((f"{name}.js", part) for name, part in self[module_name].dynamic.items())

    def part(self, name: str, main: list[str], main_version: str) -> str:
        """Return the bundle of a module that is imported later, with those of its imports that are not in `main`."""
        modules = self.in_order([name], main)
        head = self.imports_of_main(modules, main, main_version) if len(modules) > 1 or self[name].imports else ""
        exports, tail = self[name].exports, ""
        if "default" in exports:
            tail = f"export default {variable(name)}.default;\n"
        names = ", ".join(export for export in exports if export != "default")
        return f"{head}{self.bundle(modules)}{tail}export const {{ {names} }} = {variable(name)};\n"

    def imports_of_main(self, modules: list[str], main: list[str], main_version: str) -> str:
        """Return the first line of a bundle of these modules. Loading fails with any other version of `main.js`."""
        used = {other for module_name in modules for other, _, _ in self[module_name].imports}
        variables = [*map(variable, sorted(used.intersection(main))), main_version]
        return f'import {{ {", ".join(variables)} }} from "./main.js";\n'

    def source_map(self, name: str, names: Iterable[str], lines_before: int = 0) -> str:
        """Return the source map (version 3, JSON) of the bundle `name` of these modules."""
        names = list(names)
        lines, source, line = [""] * lines_before, 0, 0
        for number, module_name in enumerate(names):
            last = self[module_name].text.count("\n")
            lines += ["", "", "".join(map(_vlq, (0, number - source, -line, 0))), *["AACA"] * last, "", ""]  # AACA: the next line
            source, line = number, last
        sources = [relpath(module_name, FOLDER) for module_name in names]
        return json.dumps({"version": 3, "file": name, "sources": sources, "names": [], "mappings": ";".join(lines)})


def _vlq(number: int) -> str:
    """Return a number in the encoding of source maps: base 64, five bits at a time, the sign in the last bit of the first."""
    remaining_bits, digits = (abs(number) << 1) | (number < 0), ""
    while True:
        remaining_bits, digit = remaining_bits >> 5, remaining_bits & 31
        digits += BASE64[digit | (32 if remaining_bits else 0)]
        if not remaining_bits:
            return digits


def bundles(static: Path, pages: Mapping[str, str]) -> dict[str, str]:
    """Return the bundles and their source maps by name.

    There is `main.js`, one for each of the `pages` (module by name), which `main.js` loads, one for each part that a page loads
    later, and `wall.js`, which is independent. Raises ValueError with the unsupported line, or with a module that a page would
    have twice.
    """
    folder = ModuleGraph(static)
    main_modules, wall_modules = folder.in_order([MAIN]), folder.in_order([WALL])
    main_script = folder.bundle(main_modules)
    main_version = f"as_of_{hashlib.sha256(main_script.encode()).hexdigest()[:16]}"
    exports = f"export {{ {', '.join(map(variable, main_modules))}, {variable(MAIN)} as {main_version} }};\n"
    files = {"main.js": main_script + exports, "wall.js": folder.bundle(wall_modules)}
    maps = {name: folder.source_map(name, names) for name, names in (("main.js", main_modules), ("wall.js", wall_modules))}
    for page, name in pages.items():
        page_modules, bundle = folder.in_order([name], main_modules), f"{page}.js"
        imports = folder.imports_of_main(page_modules, main_modules, main_version)
        exports = f"export const {{ {', '.join(folder[name].exports)} }} = {variable(name)};\n"
        files[bundle] = imports + folder.bundle(page_modules) + exports
        maps[bundle] = folder.source_map(bundle, page_modules, lines_before=1)
        for later, part in folder.later([*main_modules, *page_modules]):
            modules = folder.in_order([part], main_modules)
            if doubled := set(modules).intersection(page_modules):
                raise ValueError(f"{part} is imported later by the page {page}, which has {min(doubled)} already")
            files[later] = folder.part(part, main_modules, main_version)
            maps[later] = folder.source_map(later, modules, lines_before=files[later].startswith("import {"))
    pointing = {name: f"{text}//# sourceMappingURL={name}.map\n" for name, text in files.items()}
    return pointing | {f"{name}.map": text for name, text in maps.items()}
