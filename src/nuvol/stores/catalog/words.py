"""Looking words up in an index of words, so that a search costs what it finds and not what there is.

A word that few have leads to them. Words that nearly all have (the first letter somebody types) are met soon among the
newest. Only what is neither takes a look at every row of its words.
"""

from collections.abc import Sequence

from nuvol.stores.catalog.database import Connection

FEW = 2000
"""Rows of a word, all of which are looked at: some 5 ms."""
MANY = 100_000
"""Rows of the rarest word, up to which their names are compared: some 400 ms. The index alone tells of more."""
NEAR = (100, 900, 4000)
"""Of the newest so many, and more only if that does not do, are looked through for words of which there are more: 20 ms
for all of them."""


def bounds(word: str) -> tuple[str, str]:
    """Every word that begins so lies from the first up to the second."""
    return word, word + "\U0010ffff"


def rarest(db: Connection, table: str, account_id: int, words: Sequence[str], most: int) -> tuple[str, int]:
    """Which of these words the fewest rows have, and how many, counted up to `most`."""
    sql = (
        f"select count(*) from (select 1 from {table} where account_id = ? and word >= ? and word < ? limit ?) as found"
    )
    counts: dict[str, int] = {}
    for word in words:
        row = db.one(sql, (account_id, *bounds(word), most))
        counts[word] = row[0] if row else 0
        if not counts[word]:
            break
    return min(counts.items(), key=lambda count: count[1])
