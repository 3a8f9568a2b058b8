"""The CloudFS SDK: a cloud's files, shares and users as objects, with the names that CloudFS programs know.

session = UserSession("cloud.example", client_id, client_secret, token)
for item in session.get_filesystem().root_container().list():
    print(item.name)
"""

from nuvol.sdk.cloudfs.errors import AuthenticatedError as AuthenticatedError
from nuvol.sdk.cloudfs.errors import CloudFSError as CloudFSError
from nuvol.sdk.cloudfs.files import Audio as Audio
from nuvol.sdk.cloudfs.files import Document as Document
from nuvol.sdk.cloudfs.files import File as File
from nuvol.sdk.cloudfs.files import Photo as Photo
from nuvol.sdk.cloudfs.files import Video as Video
from nuvol.sdk.cloudfs.filesystem import Filesystem as Filesystem
from nuvol.sdk.cloudfs.folders import Container as Container
from nuvol.sdk.cloudfs.folders import Folder as Folder
from nuvol.sdk.cloudfs.items import Item as Item
from nuvol.sdk.cloudfs.path import Path as Path
from nuvol.sdk.cloudfs.people import Account as Account
from nuvol.sdk.cloudfs.people import ActionHistory as ActionHistory
from nuvol.sdk.cloudfs.people import User as User
from nuvol.sdk.cloudfs.session import Session as Session
from nuvol.sdk.cloudfs.session import UserSession as UserSession
from nuvol.sdk.cloudfs.shares import Share as Share
from nuvol.sdk.cloudfs.values import ExistValues as ExistValues
from nuvol.sdk.cloudfs.values import RestoreMethod as RestoreMethod
from nuvol.sdk.cloudfs.values import RestoreValue as RestoreValue
from nuvol.sdk.cloudfs.values import VersionConflictValue as VersionConflictValue
from nuvol.sdk.cloudfs.values import VersionExists as VersionExists
