"""Who gets in where: the table that the matrix of tests walks and `docs/reference/access.md` prints.

One line per address of the installation. A page that is not in the table fails the matrix.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ROLES = (
    "visitor",
    "link holder",
    "operator",
    "stranger",
    "former partner",
    "convener",
    "sponsor",
    "partner",
    "steward",
    "signatory",
    "funder",
    "resident",
    "evaluator",
    "auditor",
    "facilitator",
    "former auditor",
)
OUTSIDE = frozenset({"visitor", "link holder"})
AWAY = frozenset({"operator", "stranger", "former partner", "former auditor"})
# Without a seat at the table; each reads what its role opens, and writes findings.
INDEPENDENT = frozenset({"evaluator", "auditor", "facilitator"})
TABLE = frozenset(ROLES) - OUTSIDE - AWAY - INDEPENDENT
SIGNED_IN = TABLE | AWAY | INDEPENDENT
MEMBERS = TABLE - {"resident"}
GROUPS = {
    "anybody": frozenset(ROLES),
    "signed in": SIGNED_IN,
    "the table": TABLE,
    "members": MEMBERS,
    "independent": INDEPENDENT,
    "affiliated": SIGNED_IN - {"operator", "resident", "auditor", "former auditor"},
    "nobody": frozenset(),
}
MEANINGS = {
    "anybody": "whoever has the address, without an account",
    "signed in": "everybody with an account",
    "the table": "everybody with a seat, through an organisation or as a resident",
    "members": "everybody at the table who acts for an organisation",
    "independent": "whoever was appointed evaluator, auditor or facilitator, has no seat, and is in"
    " the term",
    "evaluator, auditor, facilitator": "the one of these, likewise",
    "affiliated": "everybody who acts for any organisation of the installation",
    "link holder": "whoever holds the personal link to just this",
    "nobody": "nobody: the address has no use here",
    "owner": "who asked for the job, and the operator",
}
# Pages inside a partnership. Name of the address: who may read, who may send; "-": no such request.
# Who is not at the table is told that there is nothing, who is not signed in is asked to sign in.
# "hidden": whoever is at the table and may not is told that there is nothing, instead of no.
# "told": whoever holds an independent role without a seat is told no, as the table is.
INSIDE = """
partnership                 the table, independent  -
log                         the table, auditor  -
table                       the table                    -
journey                     the table                    convener
state_problem               convener                     convener
partnership_settings        convener                     convener
hand_over                   convener                     convener
partnership_kind            the table                    -
who_is_missing              the table                    -
add_line                    convener                     convener
change_line                 convener                     convener
remove_line                 -                            convener
incentives                  the table                    -
say_incentive               the table                    the table
change_incentive            partner                      partner            hidden
show_incentive              -                            partner            hidden
withdraw_incentive          -                            partner            hidden
declare_incentives          -                            partner
premortem                   the table                    -
begin_premortem             -                            convener
answer_premortem            the table                    the table
close_premortem             -                            convener
take_up_reason              convener                     convener
groups                      the table                    -
begin_group                 convener                     convener
change_group                convener                     convener
end_group                   convener                     convener
growth                      the table                    -
offers                      the table                    -
add_offer                   the table                    the table
change_offer                convener, partner            convener, partner
close_offer                 convener, partner            convener, partner
ask_for_offer               -                            convener, partner
decline_match               convener, partner            convener, partner
promise_match               partner                      partner
answer_letter               convener                     convener
characteristics             the table                    -
balance                     the table                    -
network                     the table                    -
network_round               the table                    -
network_file                the table                    -
open_network_round          -                            convener
close_network_round         -                            convener
answer_network              convener                     convener
rate_network                convener                     convener
choose_kind                 convener                     convener
pledge                      sponsor                      sponsor
seat_organisation           convener                     convener
seat_residents              convener                     convener
seat                        convener, steward            convener, steward
end_seat                    convener, steward            convener, steward
fill_seat                   convener                     convener
invite_person               steward                      steward
agreements                  the table, independent  -
agreement                   the table, independent  -
agreement_version           the table, independent  -
agreement_text              the table, independent  -
agreement_changes           the table, independent  -
agreement_pdf               the table, independent  -
attach_paper                convener, steward            convener, steward
agreement_paper             convener, steward            -
sign_on_paper               convener, signatory          convener, signatory
access                      the table, auditor  -
access_file                 the table, auditor  -
data_uses                   members, auditor  -
try_version                 convener, steward            -
draft_sharing               members                      members
agreement_kinds             members                      -
draft_kind                  members                      members
draft_licence               members                      members
revise_agreement            convener, steward            convener, steward
renew_agreement             convener, steward            convener, steward
drop_text                   convener, steward            convener, steward
open_for_comment            -                            convener, steward
comment_agreement           the table                    the table
answer_comment              convener, signatory          convener, signatory
be_content                  -                            convener, signatory
name_signatory              convener, signatory          convener, signatory
take_back_signatory         -                            signatory
rule_differences            the table, independent                  -
adapt_rule                  steward                      steward
take_rule_as_it_is          steward                      steward
open_for_signature          -                            convener, steward
sign_agreement              convener, signatory          convener, signatory
withdraw_agreement          convener, signatory          convener, signatory
suspend_agreement           convener                     convener
resume_agreement            -                            convener
decisions                   the table, independent  -
decisions_json              the table, independent  -
decision_reviews            the table, independent  -
propose                     the table                    the table
proposal                    the table, facilitator  -
rewrite_proposal            convener, partner            convener, partner
move_proposal               -                            convener, partner
ask_for_positions           convener                     convener
adopt_proposal              convener                     convener
close_proposal              convener                     convener
withdraw_proposal           convener, partner            convener, partner
review_decision             convener                     convener
note_attendance             convener                     convener
say_on_proposal             the table                    the table
take_position               the table                    the table
declare_conflict            the table                    the table
position_links              convener                     convener
position_link_resend        -                            convener
position_link_revoke        -                            convener
decision_types              the table, independent  -
set_up_decision_type        convener                     convener
decision_type               the table, independent  convener
delegations                 the table                    the table
end_delegation              -                            steward
disputes                    the table, facilitator  -
raise_dispute               the table                    the table
dispute                     the table, facilitator  convener, steward, signatory
commitments                 the table, independent  -
make_commitment             members                      members
commitment                  the table, independent  -
change_commitment           steward                      steward
tell_commitment             steward                      steward
open_commitment             -                            steward
ask_commitment              -                            convener, steward
recommendations             the table, independent  -
recommend                   convener                     convener  told
file_finding                partner, independent  partner, independent  told
appoint_independent         convener                     convener  told
end_independent             convener                     convener  told
recommendation              the table, independent  -
answer_recommendation       sponsor                      sponsor  told
launch_recommendation       sponsor                      sponsor  told
withdraw_recommendation     convener                     convener  told
plan                        the table                    -
add_plan_item               members                      members
import_plan                 members                      members
plan_file                   the table                    -
plan_item                   the table                    -
change_plan_item            convener, partner            convener, partner
drop_plan_item              convener, partner            convener, partner
add_stage                   convener                     convener
decide_stage                convener                     convener
meetings                    the table                    -
meetings_calendar           the table                    -
call_meeting                convener                     convener
meeting                     the table                    -
add_point                   the table                    the table
begin_meeting               -                            convener
take_minutes                -                            convener
add_todo                    -                            convener
close_meeting               -                            convener
todo_done                   -                            convener, partner
theory                      the table, evaluator, auditor  -
add_node                    convener                     convener
node                        convener                     convener
remove_node                 -                            convener
link_nodes                  convener                     convener
link                        convener                     convener
change_link                 convener                     convener
remove_link                 -                            convener
entry_points                the table, evaluator, auditor  -
propose_entry_point         the table                    the table
rate_entry_point            the table                    the table
choose_entry_point          convener                     convener
review_entry_point          convener                     convener
triangle                    the table                    -
rate_triangle               the table                    the table
begin_triangle_round        -                            convener
close_triangle_round        -                            convener
take_back_triangle_evidence  -                           convener, partner
triangle_owner              members                      members
add_triangle_evidence       the table                    the table
indicators                  the table, evaluator, auditor  -
define_indicator            convener                     convener
indicator                   the table, evaluator, auditor  -
revise_indicator            convener                     convener
data                        the table                    -
data_send                   steward, signatory           steward, signatory
submission                  the table                    -
submission_progress         the table                    -
submission_bad_rows         steward                      -
data_contract_add           convener                     convener
data_contract_move          convener                     convener
data_contract               the table                    -
data_contract_blank         the table                    -
data_links                  convener, steward            convener, steward
data_link_resend            -                            convener, steward    hidden
data_link_revoke            -                            convener, steward    hidden
results                     the table, evaluator, auditor  -
order_release               the table                    members
release                     the table, evaluator, auditor  -
publish_release             -                            convener
withdraw_release            -                            convener
release_data                the table, evaluator, auditor  -
release_how                 the table, evaluator, auditor  -
"""
# Pages outside; `else`: what whoever may not is told ("sign in", "no" for 403, "missing" for 404).
ELSEWHERE = """
front                       anybody          -                missing
health                      anybody          -                missing
about                       anybody          -                missing
accessibility               anybody          -                missing
set_language                anybody          anybody          missing
gallery                     anybody          -                missing
sign_in                     anybody          anybody          missing
sign_in_sent                anybody          -                missing
sign_in_link                nobody           nobody           missing
account                     signed in        signed in        sign in
account/email/              nobody           nobody           missing
account/signup/             nobody           nobody           missing
job                         owner            -                missing
outbox                      operator         -                no
outbox_again                -                operator         no
home                        signed in        -                sign in
portfolio                   signed in        -                sign in
open_partnership            affiliated       affiliated       sign in, no
public_partnerships         anybody          -                missing
public_partnership          anybody          -                missing
door                        anybody          anybody          missing
door_thanks                 anybody          -                missing
public_release              anybody          -                missing
public_data                 anybody          -                missing
public_how                  anybody          -                missing
sign_by_link                link holder      link holder      missing
sign_by_link_code           -                link holder      missing
verify                      anybody          anybody          missing
verify_code                 anybody          anybody          missing
public_decisions_json       anybody          -                missing
answer_by_link              link holder      link holder      missing
public_commitments_file     anybody          -                missing
commitment_by_link          link holder      link holder      missing
submit_by_link              link holder      link holder      missing
submit_by_link_blank        link holder      -                missing
submission_by_link          link holder      -                missing
submission_by_link_progress  link holder     -                missing
submission_by_link_bad_rows  link holder     -                missing
"""


@dataclass(frozen=True)
class Rule:
    """Who may read (GET) and send (POST); None: there is no such request at the address."""

    read: frozenset[str] | None
    send: frozenset[str] | None
    otherwise: str = ""
    words: tuple[str, str] = ("", "")

    @property
    def is_inside(self) -> bool:
        return self.otherwise in {"", "hidden", "told"}

    def expected(self, role: str, method: str) -> str:
        """What the role is answered: "in", "sign in", "no", "missing" or "no such request"."""
        may = self.read if method == "GET" else self.send
        if role in OUTSIDE and (self.is_inside or self.otherwise.startswith("sign in")):
            return "sign in"
        if may is None:
            return "no such request"
        if role in may:
            return "in"
        if self.is_inside:
            away = AWAY if self.otherwise == "told" else AWAY | INDEPENDENT
            return "missing" if role in away or self.otherwise == "hidden" else "no"
        return "no" if self.otherwise == "sign in, no" else self.otherwise


def _who(words: str) -> frozenset[str] | None:
    if words == "-":
        return None
    if words == "owner":
        return frozenset({"steward", "operator"})
    named = [word.strip() for word in words.split(",")]
    assert set(named) <= set(ROLES) | set(GROUPS), words
    return frozenset().union(*(GROUPS.get(word, {word}) for word in named))


def _columns(line: str) -> list[str]:
    return [part.strip() for part in line.split("  ") if part.strip()]


def _rules() -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for text in (INSIDE, ELSEWHERE):
        for line in text.strip().splitlines():
            name, read, send, *otherwise = _columns(line)
            rule = Rule(_who(read), _who(send), *otherwise, words=(read, send))  # type: ignore[misc]
            assert name not in found, name
            found[name] = rule
    return found


RULES = _rules()


def document(routes: Iterable[tuple[str, str]]) -> str:
    """The reference page. `routes`: (name in the table, address) in the order of the addresses."""
    lines = [
        "# Who gets in where",
        "",
        "Generated from the table that the tests walk (`tests/journeys/access.py`): every address of",
        "the installation, asked by every role, with reading and sending, in the reader’s own and in",
        "a foreign partnership.",
        "",
        "Inside a partnership, whoever is not signed in is asked to sign in; whoever has no seat at",
        "the table, or none any more, is told that there is nothing at the address (404), the same as",
        "for an address that never existed; whoever has a seat and may not is told so (403). Whoever",
        "holds an independent role without a seat reads what the role opens, and is told at every other",
        "address that there is nothing; once the term is over, at all of them. A personal link opens the",
        "addresses under `/l/submit/` for one contract of one provider, those under `/l/sign/` for one",
        "text and one party, `/l/position/` for one seat and one proposal, or `/l/commitment/` for one",
        "commitment of its holder’s organisation, and nothing else.",
        "",
        "| word | who |",
        "|---|---|",
        *(f"| {word} | {meaning} |" for word, meaning in MEANINGS.items()),
        "",
        "In the example that the tests use, the *steward* looks after the data of a provider and",
        "takes part in it, and the *signatory* signs for another provider and takes part in it; steward",
        "and signatory are the parties to the dispute. The proposal is open; one that is decided is read",
        "by all independent roles. The *partner* wrote it and holds an independent role too; what an",
        "organisation volunteered is the steward’s.",
        "",
        "| address | may read | may send |",
        "|---|---|---|",
    ]
    for name, address in routes:
        read, send = RULES[name].words
        lines.append(f"| `/{address}` | {_cell(read)} | {_cell(send)} |")
    return "\n".join(lines) + "\n"


def _cell(words: str) -> str:
    return "–" if words == "-" else words
