"""The names that the written and the read form share: vocabularies, our profile, who is what.

`cw:` is the namespace of our profile. It ends in `.example`, which nobody can own, until the project
has an address; a document that names another profile is not ours and is not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from commonweal.compute.permits.clauses import PROVIDER, RECIPIENT, USER

CONTEXT = "http://www.w3.org/ns/odrl.jsonld"
ODRL = "http://www.w3.org/ns/odrl/2/"
PROFILE = "https://commonweal.example/ns/odrl"
PREFIXES: Mapping[str, str] = {
    "cw": "https://commonweal.example/ns/odrl#",
    "dpv": "https://w3id.org/dpv#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
# Those that the published context of ODRL brings along.
STANDARD: Mapping[str, str] = {
    "odrl": ODRL,
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

LINK, SUSPEND, OBSERVE = "cw:linkRecords", "cw:suspend", "cw:observe"
SMALLEST_GROUP, SIGNED_BY = "cw:smallestGroup", "cw:signedBy"
FIELD, MASKED = "cw:field", "cw:masked"
ANY_PURPOSE = "dpv:Purpose"
EVERY_PARTY, CONVENER, WITHDRAWAL = "cw:EveryParty", "cw:Convener", "cw:Withdrawal"
# How far results may go: each level names everybody whom they may reach.
REACH: Mapping[str, tuple[str, ...]] = {
    "none": ("cw:User",),
    "partners": ("cw:User", "cw:Partners"),
    "public": ("cw:User", "cw:Partners", "cw:Public"),
}

# Who grants and who is granted. A licence is granted by those who keep the data.
_FUNCTIONS: Mapping[str, Mapping[str, str]] = {
    "dsa": {PROVIDER: "assigner", RECIPIENT: "assignee"},
    "dul": {RECIPIENT: "assigner", USER: "assignee"},
}


def function(kind: str, role: str) -> str:
    """The ODRL function of a role in a kind of agreement, e.g. `assigner`; else one of ours."""
    return _FUNCTIONS.get(kind, {}).get(role, f"cw:{role}")
