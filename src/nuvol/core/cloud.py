"""Cloud: the rooms of the core under one name. It is what a face is given."""

import secrets
from collections.abc import Callable

from nuvol import clock as clocks
from nuvol.core.accounts import Accounts
from nuvol.core.activity import Activity
from nuvol.core.advisory import Advisory
from nuvol.core.apps import Apps
from nuvol.core.calendar import Calendars
from nuvol.core.comments import Comments
from nuvol.core.consents import Consents
from nuvol.core.customers import Customers
from nuvol.core.desks import Desks
from nuvol.core.doctor import Doctor
from nuvol.core.documents import Documents
from nuvol.core.elsewhere import FoldersElsewhere, Peers
from nuvol.core.files.across import Across
from nuvol.core.files.app_folders import AppFolders
from nuvol.core.files.arrivals import Arrivals
from nuvol.core.files.bundles import Bundles
from nuvol.core.files.copies import Copies
from nuvol.core.files.facts import Facts
from nuvol.core.files.locks import Locks
from nuvol.core.files.mounts import Mounts
from nuvol.core.files.reads import Reads
from nuvol.core.files.receipts import Receipts
from nuvol.core.files.room import Files
from nuvol.core.files.trash import Trash
from nuvol.core.files.tree import Tree
from nuvol.core.files.uploads import Uploads
from nuvol.core.files.versions import Versions
from nuvol.core.grants import Grants
from nuvol.core.guests import Guests
from nuvol.core.history import History
from nuvol.core.jobs import Upkeep
from nuvol.core.journal import Journal
from nuvol.core.links import Links
from nuvol.core.oauth1 import OAuth1
from nuvol.core.passwords import Passwords
from nuvol.core.photos.albums import Albums
from nuvol.core.photos.developing import Developing
from nuvol.core.photos.finding import Finding
from nuvol.core.photos.importing import Importing
from nuvol.core.photos.imports import Imports
from nuvol.core.photos.likes import Likes
from nuvol.core.photos.timeline import Timeline
from nuvol.core.search import Search
from nuvol.core.shares import Shares
from nuvol.core.signed import Signed
from nuvol.core.tickets import Tickets
from nuvol.core.usage import Usage
from nuvol.core.vault import KEY_BYTES, Vault
from nuvol.model.rules import Rules
from nuvol.stores.base import Blobs, Catalog, Transaction


class Cloud:
    """One cloud: its stores, its rules, its rooms."""

    def __init__(
        self,
        catalog: Catalog,
        blobs: Blobs,
        rules: Rules | None = None,
        clock: Callable[[], int] = clocks.now,
        key: bytes | None = None,
        peers: Peers | None = None,
    ) -> None:
        """`key`: the instance's, which seals the secrets of apps; None: these open as long as the process lives.
        `peers`: how other clouds are spoken to; None: not at all."""
        self.rules = rules or Rules()
        self.is_local = catalog.is_local
        """Short calls may run on an event loop (see `nuvol.waiting`)."""
        self.epoch = catalog.write(_epoch)
        """Names this instance; a restored backup gets another, so that clients merge instead of deleting."""
        self._catalog = catalog
        self._blobs = blobs
        self.passwords = Passwords()
        files = self._files = Files(catalog, blobs, self.rules, clock)
        self.grants = Grants(catalog, clock, self.rules, self.passwords, AppFolders(files).find)
        self.trash = Trash(files)
        across, mounts = Across(files, self.trash), Mounts(files)
        self.tree = Tree(files, self.trash, mounts, across)
        self.copies = Copies(files, self.trash, across)
        self.arrivals = Arrivals(files, self.tree, self.copies, self.trash)
        self.uploads = Uploads(files)
        self.reads = Reads(files)
        self.bundles = Bundles(files)
        self.versions = Versions(files)
        self.locks = Locks(files)
        self.facts = Facts(files)
        self.advisory = Advisory(files)
        self.journal = Journal(files, self.tree, self.epoch)
        self.activity = Activity(files)
        self.search = Search(files)
        self.documents = Documents(files)
        self.photos = Timeline(files)
        self.albums = Albums(files, self.photos)
        self.finding = Finding(files)
        self.likes = Likes(files)
        self.developing = Developing(files)
        self.importing = Importing(files, self.tree, self.uploads, self.photos, self.albums, self.likes)
        self.imports = Imports(files, self.tree, self.reads)
        self.calendars = Calendars(files, self.documents)
        self.comments = Comments(files)
        self.shares = Shares(files, self.tree, mounts)
        self.upkeep = Upkeep(
            files,
            self.trash,
            across,
            mounts,
            self.uploads,
            self.versions,
            self.journal,
            self.grants,
            self.documents,
        )
        self.accounts = Accounts(catalog, clock, self.rules, self.passwords, self.grants, self.upkeep.remove_tree)
        vault = Vault(key or secrets.token_bytes(KEY_BYTES))
        self.apps = Apps(catalog, clock, vault, self.grants, self.accounts)
        self.consents = Consents(files, self.documents, vault, self.apps, self.grants)
        self.links = Links(files, self.tree, self.passwords, vault, Receipts(files, self.trash, self.arrivals))
        self.tickets = Tickets(catalog, clock, vault, self.reads)
        self.history = History(files)
        self.usage = Usage(catalog, clock)
        self.customers = Customers(catalog, clock, self.accounts, self.grants)
        signed = Signed(catalog, clock, self.apps)
        self.oauth1 = OAuth1(catalog, clock, vault, self.apps, self.grants, signed)
        self.guests = Guests(files, vault, self.accounts, self.apps, self.shares)
        self.elsewhere = FoldersElsewhere(files, vault, peers)
        self.desks = Desks(catalog, clock, vault, self.apps, signed)
        self.doctor = Doctor(files)

    def close(self) -> None:
        """Let go of the stores; everything acknowledged is on disk already."""
        self.passwords.close()
        self._files.close()
        self._catalog.close()
        self._blobs.close()


def _epoch(tx: Transaction) -> str:
    epoch = tx.instance.get("epoch")
    if epoch is None:
        epoch = secrets.token_hex(8)
        tx.instance.set("epoch", epoch)
    return epoch
