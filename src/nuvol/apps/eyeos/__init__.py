"""What eyeOS's scripts and managers did, for desks that have data on a StackSync or U1DB server (eyeos.md a to e).

The scripts are `Protocol`, `Comments`, `Credentials` and `OauthCredentials`, as objects and as commands; the managers,
in `managers`, are what a desktop calls. They speak to any such server, by HTTP only.
"""

from nuvol.apps.eyeos.comments import Comments as Comments
from nuvol.apps.eyeos.credentials import Credentials as Credentials
from nuvol.apps.eyeos.oauth_credentials import OauthCredentials as OauthCredentials
from nuvol.apps.eyeos.protocol import Protocol as Protocol
