"""Documents that sync: a drop-in for the client API of U1DB 0.1.4, and many times faster.

import nuvol.u1db as u1db

db = u1db.open("notes.u1db", create=True)
note = db.create_doc({"title": "Sea", "tags": ["blue"]})
db.create_index("by-tag", "tags")
db.get_from_index("by-tag", "blue")
db.sync("https://cloud.example/u1db/notes", creds={"bearer": {"token": "…"}})
"""

from nuvol import errors as errors
from nuvol.u1db.database import Database as Database
from nuvol.u1db.database import open as open
from nuvol.u1db.document import Document as Document
from nuvol.u1db.replica import Replica as Replica
from nuvol.u1db.sync import LocalTarget as LocalTarget
from nuvol.u1db.sync import SyncTarget as SyncTarget
from nuvol.u1db.sync import synchronise as synchronise
