"""What a proposal leaves open, and only a person can say."""

from suyuan.ingest.proposing.cell_looks import is_negative
from suyuan.ingest.proposing.header_words import DIRECTION, IN_AMOUNT, OUT_AMOUNT, OWN
from suyuan.ingest.proposing.proposal import BY_NAME, BY_PERSON, Proposal
from suyuan.model.text import Text


def doubts_of(proposal: Proposal) -> list[Text]:
    """Each open question; none where the proposal may stand without one."""
    doubts = [] if proposal.sure else [_TABLE.format(table=proposal.table)]
    if names := proposal.missing_columns:
        doubts.append(_MISSING_COLUMNS.format(names=", ".join(names)))
    if proposal.is_statement:
        doubts += _of_statement(proposal)
    elif unsure := _unsure_parties(proposal):
        doubts.append(_PARTIES.format(names=", ".join(unsure)))
    if proposal.table == "payments" and proposal.unit is None:
        doubts.append(_UNIT)
    if proposal.days == "?":
        doubts.append(_DAYS)
    return doubts


def _of_statement(proposal: Proposal) -> list[Text]:
    doubts = []
    if not (proposal.headers(OWN) or proposal.headers(proposal.parties[0]) or proposal.own):
        doubts.append(_OWN)
    words = proposal.words
    if proposal.headers(DIRECTION):
        if words.unclear or not words.every:
            doubts.append(_WORDS.format(words=", ".join(words.unclear)))
    elif not (proposal.headers(OUT_AMOUNT) or proposal.headers(IN_AMOUNT)):
        if not has_signs(proposal):
            doubts.append(_NO_DIRECTION)
        elif not proposal.confirmed:
            doubts.append(_SIGN)
    return doubts


def has_signs(proposal: Proposal) -> bool:
    """Whether some amounts are negative."""
    return any(map(is_negative, proposal.cells("amount")))


def _unsure_parties(proposal: Proposal) -> list[str]:
    """Columns of giver or taker that neither a name nor a person tells apart."""
    return [
        column.header
        for column in proposal.columns
        if column.role in proposal.parties and column.because not in (BY_NAME, BY_PERSON)
    ]


_MISSING_COLUMNS = Text("which column is {names}", "哪一列是 {names}")
_TABLE = Text(
    "what these rows contain ({table} is a guess): --table",
    "各行属于哪张表（{table} 只是猜测）：--table",
)
_OWN = Text("whose account (or number) the list is of: --own", "这是谁的账户（或号码）：--own")
_WORDS = Text(
    "which direction these words mean: {words} (--out-words, --in-words)",
    "这些取值表示支出还是收入：{words}（--out-words、--in-words）",
)
_NO_DIRECTION = Text(
    "how outgoing and incoming rows are told apart",
    "如何区分支出与收入（或主叫与被叫）",
)
_SIGN = Text(
    "whether a negative amount was spent or received: --spent negative or positive",
    "负数表示支出还是收入：--spent negative 或 positive",
)
_PARTIES = Text(
    "which side paid (or called): {names} were told apart by their place alone",
    "哪一列是付款方（主叫方）：{names} 仅凭先后区分",
)
_UNIT = Text(
    "whether amounts are in yuan or fen, all are whole numbers: --unit yuan or fen",
    "金额单位是元还是分（金额全为整数）：--unit yuan 或 fen",
)
_DAYS = Text(
    "whether days come before months (03/04/2024): --days dmy or mdy",
    "日期是日在前还是月在前（如 03/04/2024）：--days dmy 或 mdy",
)
