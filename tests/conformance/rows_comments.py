"""What every catalog promises of comments. A backend's test is a subclass with a fixture `catalog`."""

import pytest
from msgspec.structs import replace

from nuvol.model.comments import Comment
from nuvol.model.nodes import Node, State
from tests.conformance.catalog import add_account
from tests.conformance.rows_nodes import add, file

ANNA, BERT = 1, 2
NEWEST = (2**53, "")

COMMENT = Comment(
    ANNA, "C-7", 2**53 - 1, BERT, "Bérta “β”", "One\nline\tand “two” 🎈", 5, "Stacksync", (ANNA, 2**53 - 2)
)
BARE = Comment(ANNA, "D-a.b%_", 4, ANNA, "", "x", 6)


class CommentRowsTests:
    @pytest.fixture
    def two(self, catalog):
        add_account(catalog, ANNA)
        add_account(catalog, BERT)
        return catalog

    def put(self, catalog, *comments):
        catalog.write(lambda tx: [tx.comments.put(comment) for comment in comments])

    def test_comments_come_back_as_they_went_in(self, two):
        self.put(two, COMMENT, BARE, replace(BARE, account_id=BERT, text="another"))
        assert two.read(lambda tx: tx.comments.get(ANNA, "C-7")) == COMMENT
        assert two.read(lambda tx: tx.comments.get(ANNA, "D-a.b%_")) == BARE
        assert two.read(lambda tx: tx.comments.get(BERT, "C-7")) is None
        changed = replace(COMMENT, node_id=9, author_id=ANNA, user="u", text="t", at=1, cloud="", mentions=())
        self.put(two, changed)
        assert two.read(lambda tx: tx.comments.get(ANNA, "C-7")) == changed

    def test_the_newest_come_first_page_by_page(self, two):
        told = [replace(BARE, doc_id=f"C-{n}", at=at) for n, at in enumerate((10, 30, 20, 30))]
        self.put(two, *told, replace(BARE, node_id=5, doc_id="C-9"), replace(BARE, account_id=BERT))
        first = two.read(lambda tx: tx.comments.of(ANNA, 4, NEWEST, 2))
        assert first == [told[3], told[1]]
        rest = two.read(lambda tx: tx.comments.of(ANNA, 4, (first[-1].at, first[-1].doc_id), 9))
        assert rest == [told[2], told[0]]
        assert two.read(lambda tx: tx.comments.count(ANNA, 4)) == 4
        assert two.read(lambda tx: tx.comments.count(ANNA, 6)) == 0

    def test_what_was_written_about_several_nodes_is_found_and_goes(self, two):
        self.put(two, COMMENT, BARE, replace(BARE, account_id=BERT))
        about = two.read(lambda tx: tx.comments.about(ANNA, [4, COMMENT.node_id, 99], 9))
        assert sorted(one.doc_id for one in about) == ["C-7", "D-a.b%_"]
        assert len(two.read(lambda tx: tx.comments.about(ANNA, [4, COMMENT.node_id], 1))) == 1
        assert two.write(lambda tx: tx.comments.remove(ANNA, "C-7"))
        assert not two.write(lambda tx: tx.comments.remove(ANNA, "C-7"))
        assert two.read(lambda tx: tx.comments.about(ANNA, [COMMENT.node_id], 9)) == []

    def test_comments_go_with_their_account(self, two):
        self.put(two, BARE, replace(BARE, account_id=BERT))
        two.write(lambda tx: tx.accounts.remove(ANNA))
        assert two.read(lambda tx: tx.comments.count(ANNA, 4)) == 0
        assert two.read(lambda tx: tx.comments.count(BERT, 4)) == 1
        assert two.read(lambda tx: tx.connection.all("select distinct account_id from comment_word")) == [(BERT,)]

    def test_nodes_are_found_by_the_beginnings_of_all_words_of_one_comment(self, two):
        nodes = [file(name) for name in ("a", "b", "c")]
        hidden = [file("d", state=State.TRASHED), file("e", parent_id=None), file("f", account_id=BERT)]
        add(two, *nodes)
        for node in hidden:
            add(two, node)

        def tell(number: int, node: Node, text: str, at: int = 1) -> Comment:
            told = Comment(node.account_id, f"C-{number}", node.id, ANNA, "anna", text, at)
            self.put(two, told)
            return told

        dry = tell(1, nodes[0], "Dry socks, and dry socks again", 5)
        wet = tell(2, nodes[0], "WET sócks", 6)
        tell(3, nodes[1], "dry boots")
        tell(4, nodes[1], "wet socks")
        for number, node in enumerate(hidden, 5):
            tell(number, node, "dry socks")

        def found(*words: str, before: int = 1 << 53, limit: int = 9) -> list[int]:
            return [nodes.index(node) for node in two.read(lambda tx: tx.comments.nodes(ANNA, words, before, limit))]

        assert found("sock") == found("so") == [1, 0] and found("dry", "sock") == found("socks", "dr") == [0]
        assert found("boots") == [1] and found("ocks") == found("dry", "wet") == found() == []
        assert found("sock", limit=1) == [1] and found("sock", before=nodes[1].id) == [0]

        def fitting(*words: str) -> list[Comment]:
            return two.read(lambda tx: tx.comments.fitting(ANNA, words, [nodes[0].id, nodes[2].id]))

        assert fitting("socks") == [wet] and fitting("dry", "so") == [dry] and fitting("boots") == []
        twin = tell(9, nodes[0], "socks", 6)
        assert fitting("socks") == [twin], "of the same moment one is chosen, always the same"

    def test_words_follow_the_comment(self, two):
        node, other = file("a"), file("b")
        add(two, node, other)

        def found(word: str) -> list[Node]:
            return two.read(lambda tx: tx.comments.nodes(ANNA, [word], 1 << 53, 9))

        told = Comment(ANNA, "C-1", node.id, ANNA, "anna", "old words", 1)
        self.put(two, told)
        self.put(two, replace(told, text="new words", node_id=other.id))
        assert (found("old"), found("words")) == ([], [other])
        self.put(two, replace(told, doc_id="C-2", text="🎈"))
        two.write(lambda tx: tx.comments.remove(ANNA, "C-1"))
        assert found("words") == [] and two.read(lambda tx: tx.connection.all("select * from comment_word")) == []
