"""What the core asks of the places where things rest: `Blobs` for bytes, `Catalog` for rows.

Both are proved by one suite each (`tests/conformance`). Neither has a word of HTTP or SQL. Everything here
is an ordinary blocking call; a catalog may wait with `nuvol.waiting`, so that its caller can sit on a loop.

Terms. *blob*: a run of bytes written once, named by (account, id), immutable after its commit. *unit*: a
function that is given a `Transaction` and is applied wholly or not at all.
"""

from nuvol.stores.base.accounts import AccountRows as AccountRows
from nuvol.stores.base.accounts import AttemptRows as AttemptRows
from nuvol.stores.base.accounts import Invitation as Invitation
from nuvol.stores.base.accounts import InvitationRows as InvitationRows
from nuvol.stores.base.apps import AppRows as AppRows
from nuvol.stores.base.apps import CustomerRows as CustomerRows
from nuvol.stores.base.apps import UsageRows as UsageRows
from nuvol.stores.base.blobs import BlobKey as BlobKey
from nuvol.stores.base.blobs import Blobs as Blobs
from nuvol.stores.base.blobs import BlobWriter as BlobWriter
from nuvol.stores.base.blobs import Buffer as Buffer
from nuvol.stores.base.bundles import BundleRows as BundleRows
from nuvol.stores.base.bundles import ImportRows as ImportRows
from nuvol.stores.base.catalog import Catalog as Catalog
from nuvol.stores.base.catalog import InstanceRows as InstanceRows
from nuvol.stores.base.catalog import Transaction as Transaction
from nuvol.stores.base.chunks import PAGE as PAGE
from nuvol.stores.base.chunks import ChunkRows as ChunkRows
from nuvol.stores.base.comments import CommentRows as CommentRows
from nuvol.stores.base.documents import DatabaseRows as DatabaseRows
from nuvol.stores.base.documents import DocumentRows as DocumentRows
from nuvol.stores.base.elsewhere import ElsewhereRows as ElsewhereRows
from nuvol.stores.base.elsewhere import GuestRows as GuestRows
from nuvol.stores.base.grants import GrantRows as GrantRows
from nuvol.stores.base.journal import JournalRows as JournalRows
from nuvol.stores.base.links import LinkRows as LinkRows
from nuvol.stores.base.locks import AdvisoryLockRows as AdvisoryLockRows
from nuvol.stores.base.locks import LockRows as LockRows
from nuvol.stores.base.nodes import NodeRows as NodeRows
from nuvol.stores.base.nodes import VersionRows as VersionRows
from nuvol.stores.base.oauth import NonceRows as NonceRows
from nuvol.stores.base.oauth import OAuthRequest as OAuthRequest
from nuvol.stores.base.oauth import OAuthRequestRows as OAuthRequestRows
from nuvol.stores.base.photos import PhotoRows as PhotoRows
from nuvol.stores.base.shares import ShareRows as ShareRows
from nuvol.stores.base.uploads import JobRows as JobRows
from nuvol.stores.base.uploads import UploadRows as UploadRows
