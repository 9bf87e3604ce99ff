"""Text SQL on the journal, with which tests damage it, and read it without the program."""

BOARD = "(SELECT number FROM board WHERE id = :board)"
COLUMNS = (
    "e.seq, e.at, e.type, e.kind, e.entity, e.account, e.body, "
    "(SELECT w.body FROM event w WHERE w.board = e.board AND w.seq = e.base) AS whole"
)
