"""Who acts, and for whom. Passed into every query, policy and action."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    """A person acting for organisations, the holder of a personal link, the system, or nobody.

    `roles` holds (organisation id, role) pairs in force; roles are `core.models.Role` values.
    A link's holder has no person but one organisation and the single purpose of the link.
    """

    person_id: UUID | None = None
    roles: frozenset[tuple[UUID, str]] = frozenset()
    operator: bool = False
    system: str = ""
    link_id: UUID | None = None
    link_purpose: str = ""

    @property
    def organisation_ids(self) -> frozenset[UUID]:
        return frozenset(organisation for organisation, _ in self.roles)

    @property
    def is_anonymous(self) -> bool:
        return self.person_id is None and not self.system and self.link_id is None

    def holds(self, role: str, organisation_id: UUID) -> bool:
        """Whether the actor has this role in this organisation."""
        return (organisation_id, role) in self.roles

    @property
    def label(self) -> str:
        """How the event log names the actor: an identifier, never a name or address."""
        if self.person_id:
            return f"person:{self.person_id}"
        if self.link_id:
            return f"link:{self.link_id}"
        return f"system:{self.system}" if self.system else "anonymous"


NOBODY = Actor()


def system(name: str) -> Actor:
    """The installation itself at work, e.g. `system("worker")`. May do what jobs must do."""
    return Actor(system=name)
