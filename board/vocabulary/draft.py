"""Statements while a text is being read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from board.vocabulary.roles import DOGS, SIZES, Kind, RoleTable
from board.vocabulary.statement import Statement, Whose
from board.vocabulary.vocabulary import Vocabulary

FEMALE = frozenset({
    "girl", "little_girl", "teenage_girl", "young_woman", "woman", "old_woman", "mother", "daughter", "stepmother", "sister",
    "grandmother", "aunt", "girlfriend", "older_girl",
})  # fmt: skip
MALE = frozenset({
    "boy", "little_boy", "teenage_boy", "young_man", "man", "old_man", "father", "son", "stepfather", "brother",
    "grandfather", "uncle", "boyfriend", "older_boy",
})  # fmt: skip
CHILDREN = frozenset({
    "child", "baby", "toddler", "preschooler", "schoolchild", "girl", "boy", "little_girl", "little_boy", "teenager",
    "teenage_girl", "teenage_boy", "young_person", "young_woman", "young_man", "minor", "twins", "person", "daughter", "son",
    "group_of_boys", "group_of_girls", "group_of_youths",
})  # fmt: skip


BOUND = frozenset({"colour", "pattern", "material"})  # groups that have a field in `Statement`


@dataclass(slots=True)
class Draft:
    """Statement that may still receive attributes."""

    thing: int
    kind: Kind
    person: int
    start: int
    end: int
    either: tuple[int, ...] = ()
    attributes: list[int] = field(default_factory=list)
    negated: bool = False
    hedged: bool = False


@dataclass(slots=True)
class Person:
    """Person that a text describes. `noun`: first noun for the person. `statements`, `looks`: their numbers."""

    noun: str | None = None
    gender: str | None = None
    statements: int = 0
    looks: int = 0


def gender_of(id: str) -> str | None:
    return "f" if id in FEMALE else "m" if id in MALE else None


def finished(
    drafts: Sequence[Draft], people: Sequence[Person], vocabulary: Vocabulary, roles: RoleTable, *, repeats: bool = False
) -> Iterator[Statement]:
    """Yield the statements, with composed concepts under their single id (jacket of denim: denim_jacket). `repeats`: include
    repeated statements."""
    whose = list(_whose(people))
    hair_said = {
        draft.person
        for draft in drafts
        if roles.is_group((draft.thing,), "hair_colour", "hair_length", "hair_style") and draft.kind is not Kind.HAIR
    }
    seen: set[tuple[object, ...]] = set()
    for draft in drafts:
        parts = list(_composed(draft, vocabulary))
        for thing, attributes in parts:
            id = vocabulary.concepts[thing].id
            is_bare = not attributes and id in ("hair", "eyes")
            if is_bare and (draft.start == draft.end or (id == "hair" and (len(parts) > 1 or draft.person in hair_said))):
                continue
            key = (thing, draft.either, *attributes, draft.negated, draft.hedged, draft.person)
            if key in seen and not repeats:
                continue
            seen.add(key)
            yield _statement(
                draft,
                thing,
                attributes,
                "vehicle"
                if vocabulary.concepts[thing].group == "vehicle"
                else "companion"
                if id in DOGS
                else whose[draft.person],
                vocabulary,
            )


def _composed(draft: Draft, vocabulary: Vocabulary) -> Iterator[tuple[int, list[int]]]:
    thing, attributes = draft.thing, list(dict.fromkeys(draft.attributes))
    splits = draft.kind in (Kind.HAIR, Kind.EYES)  # several can be said of hair: short, and dark
    found = False
    for parts, composed in vocabulary.composed.get(thing, ()):
        if parts <= set(attributes) and (splits or not found):
            attributes = [each for each in attributes if each not in parts]
            found = True
            if splits:
                yield composed, []
            else:
                thing = composed
    if not (found and splits) or attributes or not splits:
        yield thing, attributes


def _whose(people: Sequence[Person]) -> Iterator[Whose]:
    """Yield the role of each person. The first person who can be a child is the child."""
    is_child_named = False
    for person in people:
        can_be = person.noun is None or person.noun in CHILDREN
        yield "child" if can_be and not is_child_named else "companion"
        is_child_named |= can_be


def _statement(draft: Draft, thing: int, attributes: Sequence[int], whose: Whose, vocabulary: Vocabulary) -> Statement:
    bound: dict[str, list[str]] = {}
    for position in attributes:
        concept = vocabulary.concepts[position]
        name = "colour" if concept.group == "shade" else concept.group if concept.group in BOUND else "other"
        bound.setdefault("size" if concept.id in SIZES else name, []).append(concept.id)
    return Statement(
        vocabulary.concepts[thing].id,
        **{name: tuple(ids) for name, ids in bound.items()},
        either=tuple(vocabulary.concepts[position].id for position in draft.either),
        negated=draft.negated,
        hedged=draft.hedged,
        whose=whose,
        person=draft.person,
        span=(draft.start, draft.end),
    )
