"""What the desktop calls: calendars, comments, the login at a cloud, its storage, and sharing (eyeos.md e)."""

from nuvol.apps.eyeos.managers.calendar import CalendarManager as CalendarManager
from nuvol.apps.eyeos.managers.clouds import CloudsManager as CloudsManager
from nuvol.apps.eyeos.managers.comments import CommentManager as CommentManager
from nuvol.apps.eyeos.managers.oauth import OAuthManager as OAuthManager
from nuvol.apps.eyeos.managers.sharing import ShareManager as ShareManager
from nuvol.apps.eyeos.managers.storage import StorageManager as StorageManager
