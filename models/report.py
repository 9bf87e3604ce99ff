"""Reports of what somebody saw, with their source. Sightings and tips are reports."""

from typing import Annotated, Any, Literal

from models.declared import PLACE, field, group, part, private, written
from models.entity import CountedEntity
from models.fields import Data, LocationWithRadius, Name, RequiredLongText, ShortText, Time
from models.searchable import Searchable
from models.texts import N_, P_

Channel = Literal["hotline", "app", "police", "field", "social_media", "other", "unknown"]
CHANNELS = {
    "hotline": N_("hotline"), "app": N_("app"), "police": N_("police"), "field": N_("field team"),
    "social_media": N_("social media"), "other": N_("other"), "unknown": P_("of a channel", "not known"),
}  # fmt: skip
SOURCES = {"named": N_("named"), "anonymous": N_("anonymous"), "unknown": N_("not known")}
_private = {"exported": True, "personal": True}


class Source(Data):
    """Source of a sighting. A sealed one is disclosed to coordinators and to the person who recorded it."""

    kind: Annotated[
        Literal["named", "anonymous", "unknown"], part(N_("Source"), control="choice", choices=SOURCES, **_private)
    ] = "unknown"
    sealed: Annotated[bool, part(N_("Confidential source"), control="flag", **_private)] = False


class Report(Searchable, CountedEntity):
    """Row of a report. Name and contact of its source are never part of a state."""

    description: str = written(RequiredLongText, N_("Description"), ..., control="long", required=True)
    seen_at: str | None = field(
        Time, N_("Seen at"), by_people=True, control="time", past=True, exported=True, display="inner_room"
    )
    received_at: str | None = field(
        Time, N_("Received at"), by_people=True, state_type=Time, control="time", past=True, exported=True
    )
    late: bool = field(bool, N_("Late entry"), False, exported=True, display="room")
    # `unknown` if nobody chose a channel
    channel: str = field(
        Channel, N_("Channel"), "unknown", by_people=True, control="choice", required=True, exported=True, choices=CHANNELS
    )
    place: dict[str, Any] | None = group(LocationWithRadius, N_("Place"), nullable=True, by_people=True, parts=PLACE)
    direction: str | None = written(ShortText, N_("Direction"), control="text")
    clothing: str | None = written(ShortText, N_("Clothing"), control="text")
    company: str | None = written(ShortText, N_("Alone or accompanied"), control="text")
    source: dict[str, Any] = group(Source, N_("Source"), by_people=True, personal=True)
    source_name: str | None = field(
        Name, N_("Name of the source"), in_state=False, control="text", personal=True, confidential=True
    )
    source_contact: str | None = field(
        ShortText, N_("Contact of the source"), in_state=False, control="text", personal=True, confidential=True
    )
    # true if the source has or had a name or contact
    source_kept: bool | None = private(bool, N_("Name or contact details of the source recorded"), reads_as="internal")
    # Never part of a state:
    recorded_at: str
    taken_by: str
