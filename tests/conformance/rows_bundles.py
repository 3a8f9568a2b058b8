"""What every catalog promises of bundles and of imports of photos. A backend's test is a subclass with a fixture
`catalog`."""

from msgspec.structs import replace

from nuvol.model.bundles import Bundle
from nuvol.model.imports import Brought, Import, Stage
from tests.conformance.catalog import add_account

ANNA, BERT = 1, 2
BUNDLE = Bundle(ANNA, 2**53 - 1, "Sea – “β”", (7, 2**53 - 1, 5), 100)
FIRST = Import(ANNA, 11, 7, 3, "take – “β”.zip", "Photos/old", Stage.GOING, Brought(total=9), 50)


class BundleRowsTests:
    def test_a_bundle_comes_back_as_it_was_chosen_until_it_is_over(self, catalog):
        other = replace(BUNDLE, id=4, node_ids=(), expires_at=99)
        catalog.write(lambda tx: (tx.bundles.add(BUNDLE), tx.bundles.add(other)))
        assert catalog.read(lambda tx: tx.bundles.get(ANNA, BUNDLE.id)) == BUNDLE
        assert catalog.read(lambda tx: tx.bundles.get(ANNA, 4)) == other
        assert catalog.read(lambda tx: tx.bundles.get(BERT, BUNDLE.id)) is None
        assert catalog.write(lambda tx: tx.bundles.expire(100)) == 1
        assert catalog.read(lambda tx: (tx.bundles.get(ANNA, 4), tx.bundles.get(ANNA, BUNDLE.id))) == (None, BUNDLE)

    def test_the_newest_of_an_account_are_kept(self, catalog):
        catalog.write(lambda tx: [tx.bundles.add(replace(BUNDLE, id=number)) for number in (3, 9, 5)])
        catalog.write(lambda tx: tx.bundles.add(replace(BUNDLE, account_id=BERT, id=1)))
        assert catalog.write(lambda tx: tx.bundles.keep(ANNA, 2)) == 1
        kept = catalog.read(lambda tx: [tx.bundles.get(ANNA, number) is not None for number in (3, 5, 9)])
        assert kept == [False, True, True]
        assert catalog.read(lambda tx: tx.bundles.get(BERT, 1)) is not None

    def test_ten_thousand_nodes_are_as_good_as_one(self, catalog):
        ids = tuple(range(2**53 - 10_000, 2**53))
        catalog.write(lambda tx: tx.bundles.add(replace(BUNDLE, node_ids=ids)))
        assert catalog.read(lambda tx: tx.bundles.get(ANNA, BUNDLE.id)).node_ids == ids


class ImportRowsTests:
    def test_those_of_an_account_are_told_the_newest_first(self, catalog):
        second = replace(FIRST, id=12, brought=Brought(failed=["“β”: no."], failures=1, fault="full"))
        catalog.write(lambda tx: [tx.imports.add(one) for one in (FIRST, second, replace(FIRST, account_id=BERT))])
        assert catalog.read(lambda tx: tx.imports.of(ANNA)) == [second, FIRST]
        assert catalog.read(lambda tx: tx.imports.get(ANNA, 12)) == second
        assert catalog.read(lambda tx: tx.imports.get(BERT, 12)) is None

    def test_one_is_taken_by_one_and_after_its_lease_by_another(self, catalog):
        catalog.write(lambda tx: (tx.imports.add(replace(FIRST, id=12, queued_at=51)), tx.imports.add(FIRST)))
        assert [one.id for one in catalog.read(lambda tx: tx.imports.waiting(60, 9))] == [11, 12]
        assert catalog.write(lambda tx: [tx.imports.lease(ANNA, 11, 60, 70) for _ in range(2)]) == [True, False]
        assert [one.id for one in catalog.read(lambda tx: tx.imports.waiting(60, 9))] == [12]
        assert [one.id for one in catalog.read(lambda tx: tx.imports.waiting(70, 1))] == [11]
        assert catalog.write(lambda tx: tx.imports.lease(ANNA, 11, 70, 80))
        assert not catalog.write(lambda tx: tx.imports.lease(ANNA, 99, 70, 80))

    def test_how_far_it_has_come_is_kept_and_what_is_over_waits_no_more(self, catalog):
        catalog.write(lambda tx: tx.imports.add(FIRST))
        far = Brought(total=9, seen=4, photos=2, known=1, others=3, failures=1, failed=["a.jpg: torn"])
        assert catalog.write(lambda tx: tx.imports.note(ANNA, 11, Stage.GOING, far, 90))
        assert catalog.read(lambda tx: tx.imports.get(ANNA, 11)) == replace(FIRST, brought=far)
        assert catalog.read(lambda tx: tx.imports.waiting(89, 9)) == []
        assert catalog.write(lambda tx: tx.imports.note(ANNA, 11, Stage.DONE, far, 0))
        assert catalog.read(lambda tx: tx.imports.waiting(99, 9)) == []
        assert not catalog.write(lambda tx: tx.imports.lease(ANNA, 11, 99, 100))

    def test_what_was_taken_back_is_gone_and_what_is_over_is_forgotten(self, catalog):
        done = replace(FIRST, id=12, stage=Stage.DONE)
        catalog.write(lambda tx: (tx.imports.add(FIRST), tx.imports.add(done), tx.imports.add(replace(done, id=13))))
        assert catalog.write(lambda tx: [tx.imports.remove(ANNA, 13) for _ in range(2)]) == [True, False]
        assert not catalog.write(lambda tx: tx.imports.note(ANNA, 13, Stage.GOING, Brought(), 0))
        assert catalog.write(lambda tx: [tx.imports.expire(before) for before in (50, 51)]) == [0, 1]
        assert [one.id for one in catalog.read(lambda tx: tx.imports.of(ANNA))] == [11]

    def test_they_go_with_their_account(self, catalog):
        for number in (ANNA, BERT):
            add_account(catalog, number)
        catalog.write(lambda tx: (tx.imports.add(FIRST), tx.bundles.add(BUNDLE)))
        catalog.write(lambda tx: tx.accounts.remove(ANNA))
        assert catalog.read(lambda tx: (tx.imports.of(ANNA), tx.bundles.get(ANNA, BUNDLE.id))) == ([], None)
