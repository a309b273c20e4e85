"""What a column tells about people: its privacy class, from which alone masking follows.

Every column of every declared table has one: said where it is declared, or following from the kind
of thing that it identifies or from its type. Nothing is ever guessed from what a cell looks like.
"""

from enum import StrEnum


class Privacy(StrEnum):
    """What a cell may give away, and so what becomes of it where it is shown masked."""

    #: A phone, card, device, account, order …: only its ends are shown.
    IDENTIFIER = "identifier"
    #: A person's name: its first character only.
    NAME = "name"
    #: Where somebody lives: the province or city only.
    ADDRESS = "address"
    #: Prose, and whatever a stranger may have typed: never shown, only how long it is.
    FREE = "free"
    #: A cell that could not be read: the shape of its characters only.
    CELL = "cell"
    #: A word of a closed list (``settled``, ``voice``); anything that is no such word is a cell.
    CODE = "code"
    #: ``kind:id``: as the kind says.
    SUBJECT = "subject"
    #: A word of ours, then a subject: the columns `shows` and `node` beside it say both.
    MENTION = "mention"
    #: Key of a row of the table that the same row names: as that table's key says.
    ROW_KEY = "row_key"
    #: A remark whose class stands in the row's ``note_class``.
    NOTE = "note"
    #: A sentence of ours with subjects in it: made again from its template and its values.
    SENTENCE = "sentence"
    #: Such a template, with ``{0}`` for the first of the row's ``sentence_values``.
    TEMPLATE = "template"
    #: An id made from identifiers: another one, keyed by the case, leaves.
    KEYED = "keyed"
    #: A file's name: words that a table or a source is known by, the rest like a name.
    FILE = "file"
    #: A firm, office, platform, shop: in full.
    ORGANISATION = "organisation"
    #: A number of the case itself (report, ring, series): in full.
    CASE = "case"
    #: Fen, yuan: in full.
    AMOUNT = "amount"
    #: A moment: in full.
    TIME = "time"
    #: A count, share, flag: in full.
    FIGURE = "figure"
    #: Words of the program or the catalog, hashes of files: in full.
    PUBLIC = "public"


#: What each kind of subject tells (:data:`suyuan.model.subjects.KINDS`).
KIND_CLASSES: dict[str, Privacy] = {
    **dict.fromkeys(
        (
            *("phone", "sim", "device", "account", "bank_account", "voucher", "party", "ip"),
            *("order", "actor", "terminal"),
        ),
        Privacy.IDENTIFIER,
    ),
    **dict.fromkeys(
        ("merchant", "courier", "platform", "software", "warehouse", "operator", "agent"),
        Privacy.ORGANISATION,
    ),
    **dict.fromkeys(("report", "ring", "exhibit"), Privacy.CASE),
    "subject": Privacy.SUBJECT,
}
