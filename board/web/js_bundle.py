"""Bundles the scripts of a page into two files: what every page has, and what draws this one.

A browser loads six files at a time, so a hundred files take seventeen round trips on a bad line. In a bundle each module is a
function that returns its exports, with constants for its imports; the rest of it stays as written. Only the forms of `import`
and `export` that our modules and the vendored ones use are supported; any other is refused.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import dirname, join, normpath

MAIN, WALL = "js/main.js", "js/display/main.js"  # entry points of a page and of a display

# At the start of a line or a statement, as a published module may be one long line. Searching for the word first is faster.
_IMPORT, _EXPORT = (rf"{word}(?<![^;}}\n]{word})\b" for word in ("import", "export"))
_NAMES = r"\{(?P<names>[^}]*)\}"
_FROM = r' *from *"(?P<path>\.[^"]+)";?'
_IMPORTS = re.compile(_IMPORT + r" *(?:(?P<default>[\w$]+)|\* as (?P<whole>[\w$]+)|" + _NAMES + ")" + _FROM)
_REEXPORTS = re.compile(_EXPORT + " *" + _NAMES + _FROM)
_EXPORT_LIST = re.compile(_EXPORT + r" *(?:default (?P<default>[\w$]+)(?=;|\n|$)|" + _NAMES + ");?")
_EXPORTS = re.compile(_EXPORT + r" (?=(?:(?:async )?function\*?|class|const) (?:(?P<name>[\w$]+)|" + _NAMES + "))")
_UNKNOWN = re.compile(rf"(?:{_IMPORT}|{_EXPORT}|^ *(?:import|export)\b|\bimport *[.(]).*", re.MULTILINE)
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*", re.MULTILINE)  # of the published file; source maps are not shipped
_VIEW = re.compile(r'(?P<page>\w+): \(\) => import\("(?P<path>\.[^"]+)"\)')  # in MAIN, for each page


@dataclass
class Module:
    """Script module. `imports` has (module, its name there, its name here), `exports` the local name by the exported one.
    `text` is the rest."""

    name: str
    text: str
    imports: list[tuple[str, str | None, str]] = field(default_factory=list)  # None: the whole module
    exports: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Split the text into imports, exports and the rest. Raises ValueError for an unsupported form."""
        self.text = _SOURCE_MAP.sub("", self.text)
        for form, act in (
            (_REEXPORTS, self._on_reexport),
            (_IMPORTS, self._on_import),
            (_EXPORT_LIST, self._on_export_list),
            (_EXPORTS, self._on_export),
        ):
            self.text = form.sub(act, self.text)
        if unknown := _UNKNOWN.search(_VIEW.sub("", self.text) if self.name == MAIN else self.text):
            raise ValueError(f"{self.name}: {unknown[0]}")

    def _on_reexport(self, found: re.Match[str]) -> str:
        for theirs, others in _pairs(found["names"]):
            self.imports.append((self.resolve(found["path"]), theirs, f"_{theirs}"))
            self.exports[others] = f"_{theirs}"
        return ""

    def _on_import(self, found: re.Match[str]) -> str:
        other = self.resolve(found["path"])
        if found["names"] is not None:
            self.imports += [(other, theirs, ours) for theirs, ours in _pairs(found["names"])]
        else:
            self.imports.append((other, "default", found["default"]) if found["default"] else (other, None, found["whole"]))
        return ""

    def _on_export_list(self, found: re.Match[str]) -> str:
        if found["default"]:
            self.exports["default"] = found["default"]
        else:
            self.exports |= {others: ours for ours, others in _pairs(found["names"])}
        return ""

    def _on_export(self, found: re.Match[str]) -> str:
        self.exports |= dict(_pairs(found["name"] or found["names"]))
        return ""

    def resolve(self, path: str) -> str:
        """Return the name of the module that a relative path refers to."""
        return normpath(join(dirname(self.name), path))

    def wrapped(self) -> str:
        """Return the script that sets this module's variable to an object of its exports."""
        constants = (f"const {ours} = {variable(other)}{f'.{theirs}' if theirs else ''};" for other, theirs, ours in self.imports)
        gives = ", ".join(others if others == ours else f"{others}: {ours}" for others, ours in self.exports.items())
        head = "\n".join(constants)
        return f"// {self.name}\nconst {variable(self.name)} = (() => {{\n{head}\n{self.text}\nreturn {{ {gives} }};\n}})();\n"


def _pairs(names: str) -> list[tuple[str, str]]:
    """Return pairs of names: `a, b as c` -> (a, a), (b, c)."""
    found = (each.split(" as ") for each in (each.strip() for each in names.split(",")) if each)
    return [(each[0], each[-1]) for each in found]


def variable(name: str) -> str:
    """Return the variable that holds a module's exports in a bundle."""
    return re.sub(r"[^\w$]", "_", name.removesuffix(".js").replace("/", "$"), flags=re.ASCII)


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


def page_entries(main: Module) -> dict[str, str]:
    """Return the module that draws each page."""
    return {found["page"]: main.resolve(found["path"]) for found in _VIEW.finditer(main.text)}


def bundles(static: Path) -> dict[str, str]:
    """Return the bundles by name: `main.js`; one for each page, loaded by `main.js`; and `wall.js`, which stands alone. Raises
    ValueError with the line that is not supported."""
    folder = ModuleGraph(static)
    main = folder[MAIN]
    drawn_by = page_entries(main)
    main.text = _VIEW.sub(r'\g<page>: () => import("./\g<page>.js")', main.text)
    everywhere = folder.in_order([MAIN])
    whole = folder.bundle(everywhere)
    # a page's bundle fails to load with any other version of `main.js`
    this = f"as_of_{hashlib.sha256(whole.encode()).hexdigest()[:16]}"
    exports = f"export {{ {', '.join(map(variable, everywhere))}, {variable(MAIN)} as {this} }};\n"
    files = {"main.js": whole + exports, "wall.js": folder.bundle(folder.in_order([WALL]))}
    for page, name in drawn_by.items():
        own = folder.in_order([name], everywhere)
        taken = {other for each in own for other, _, _ in folder[each].imports}
        imports = f'import {{ {", ".join([*map(variable, sorted(taken.intersection(everywhere))), this])} }} from "./main.js";\n'
        gives = f"export const {{ {', '.join(folder[name].exports)} }} = {variable(name)};\n"
        files[f"{page}.js"] = imports + folder.bundle(own) + gives
    return files
