"""Entries of the contract's reference: each declaration as a heading, its docstring, and tables."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from board.api import routes
from board.audit.entries import ENTRIES
from board.commands import schemas
from board.commands.registry import TABLE
from board.engine import kinds
from board.web.endpoint import EVERYWHERE
from board.web.http import BASE
from realtime.wire import protocol
from tests.support.contract_docs import Docs, docs_of, docs_of_component, docs_of_function
from tests.support.contract_schemas import rows, table

FIELDS = ("field", "type", "meaning")
BOARDS = {"operations": "`operations`", "search": "the search", "any": "any board"}


def frames(*types: str) -> Iterator[str]:
    """Yield the frames of these classes of `realtime.wire.protocol`."""
    for name in types:
        frame = getattr(protocol, name)
        type = get_args(get_type_hints(frame)["type"])[0]
        sender = "client" if frame in get_args(protocol.ClientFrame) else "server"
        yield from _entry(f"`{type}`, from the {sender}", docs_of_component(name))
        yield from _fields(_component(name), _checked(docs_of_component(name), _component(name)), hidden=("type",))


def types(*names: str) -> Iterator[str]:
    """Yield objects that frames and answers share."""
    for name in names:
        yield from _entry(f"The object {name}", docs_of_component(name))
        yield from _fields(_component(name), _checked(docs_of_component(name), _component(name)))


def states(*names: str) -> Iterator[str]:
    """Yield the states of these kinds, and the types of their events."""
    for name in names:
        kind = kinds.named(name)
        yield from _entry(f"The kind `{name}`", docs_of(kind.model))
        boards = _listed([BOARDS[board] for board in kind.boards]) if kind.boards else "its own board and on `operations`"
        yield f"On {boards}.{'' if kind.counted else ' It does not count towards the limit of a board.'}\n"
        yield from _fields(schemas.state(kind), _checked(docs_of(kind.model), schemas.state(kind)))
        if not all(spec.command for spec in kind.events.values()):
            yield "An event without a command is written by the server, or by the command whose name it has.\n"
        yield from table(("event", "command", "undo", "significant"), [_event(type, kind.events[type]) for type in kind.events])


def _event(type: str, spec: kinds.EventSpec) -> tuple[str, str, str, str]:
    maker = f"`{spec.command}`" if spec.command else ""
    return f"`{type}`", maker, "yes" if spec.undoable else "no", "can be" if spec.significant is not None else "no"


def commands(*names: str) -> Iterator[str]:
    """Yield these commands; a noun selects all of its commands."""
    for name in (command for command in TABLE if {command, command.partition(".")[0]} & set(names)):
        spec = TABLE[name]
        doc = docs_of(spec.data)
        yield from _entry(f"`{name}`", Docs("", doc.fields))
        role = spec.role + (", or an investigator who leads the search" if spec.or_lead else "")
        yield f"On {BOARDS[spec.board_kind]}; {role}{'; also while the search is closed' if spec.while_closed else ''}.\n"
        yield from [f"{doc.text}\n"] if doc.text else []
        own = schemas.schema_of(spec.data) if spec.patches else schemas.data_of(name)
        flat = Docs(doc.text, {path: text for path, text in doc.fields.items() if "." not in path})  # groups: see the states
        yield from _fields(own, _checked(flat, schemas.data_of(name)), nested=False)
        if spec.patches:
            patched = [f"`{field}`" for field in schemas.data_of(name)["properties"] if field not in own.get("properties", {})]
            yield f"Changed fields of {_listed(patched)}.\n"


def calls(*paths: str) -> Iterator[str]:
    """Yield the calls of these addresses, in the order of the routes."""
    for (method, path), call in routes.CALLS.items():
        if path not in paths:
            continue
        doc = docs_of_function(inspect.unwrap(call.handler))
        described = routes.document()["paths"][BASE + path][method.lower()]
        yield from _entry(f"`{method} {BASE}{path}`", Docs(call.summary, doc.fields))
        yield from [f"{doc.text}\n"] if doc.text else []
        parts = [_parameters(described["parameters"]), *_bodies(described, call.status)]
        _checked(doc, *(schema for _, schema in parts))
        for title, schema in parts:
            yield from _fields(schema, doc, first=title)
        codes = [f"`{code}`" for code in call.refusals if code not in EVERYWHERE]
        yield from [f"Refusals: {', '.join(codes)}.\n"] if codes else []
    assert set(paths) <= {path for _, path in routes.CALLS}, "a page names a call that does not exist"


def _parameters(parameters: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    asked = [each for each in parameters if each["in"] != "path" and each["name"] != "If-None-Match"]
    required = [each["name"] for each in asked if each.get("required")]
    return "query or header", {"properties": {each["name"]: each["schema"] for each in asked}, "required": required}


def _bodies(described: dict[str, Any], status: int) -> Iterator[tuple[str, dict[str, Any]]]:
    body = described.get("requestBody", {}).get("content", {}).get("application/json")
    answer = described["responses"][str(status)]["content"].get("application/json")
    if body:
        yield "body", body["schema"]
    if answer:
        yield "answer" if status == 200 else f"answer ({status})", answer["schema"]


def audit_entries(*names: str) -> Iterator[str]:
    """Yield all entries of the audit journal."""
    found = []
    for type, entry in ENTRIES.items():
        text = entry.__doc__ or ""
        text = "" if text.startswith(f"{entry.__name__}(") else " ".join(text.split())  # drops Python's default
        hints = get_type_hints(entry)
        fields = ", ".join(f"`{name}`{_choices(hints[name])}" for name in entry.sent_fields())
        found.append((f"`{type}`", entry.KIND, fields, text))
    yield from table(("type", "`kind`", "`about`", "meaning"), found)


def _choices(type: Any) -> str:
    values = [f"`{value}`" for value in get_args(type) if isinstance(value, str)]
    return f" ({', '.join(values)})" if values else ""


def _component(name: str) -> dict[str, Any]:
    known = routes.document()["components"]["schemas"] | routes.socket_document()["components"]["schemas"]
    return dict(known[name])


def _entry(title: str, doc: Docs) -> Iterator[str]:
    yield f"### {title}\n"
    if doc.text:
        yield f"{doc.text}\n"


def _fields(
    schema: dict[str, Any], doc: Docs, *, first: str = "field", hidden: tuple[str, ...] = (), nested: bool = True
) -> Iterator[str]:
    made = [(name, type, _sentence(doc.fields.get(path, ""))) for path, name, type in rows(schema, nested) if path not in hidden]
    yield from table((first, "type", "meaning"), made)


def _checked(doc: Docs, *described: dict[str, Any]) -> Docs:
    """Return docs that explain only fields that these schemas have."""
    known = {path for schema in described for path, _, _ in rows(schema, nested=True)}
    assert set(doc.fields) <= known, f"explained, and not there: {sorted(set(doc.fields) - known)}"
    return doc


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
