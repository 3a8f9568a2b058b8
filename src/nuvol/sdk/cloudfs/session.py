"""Sessions: where a program begins (CloudFS specification 2, 10)."""

from pathlib import Path

from nuvol.sdk.closing import Closing
from nuvol.sdk.cloudfs.connection import TIMEOUT, Connection, debuggable
from nuvol.sdk.cloudfs.errors import AuthenticatedError, OperationNotAllowed
from nuvol.sdk.cloudfs.filesystem import Filesystem
from nuvol.sdk.cloudfs.people import Account, ActionHistory, User
from nuvol.sdk.cloudfs.rest import Data, RestInterface


class Session(Closing):
    """An application at an endpoint; `authenticate` makes it that of a user. May be used by several threads at once.

    `endpoint`: `host` or `host:port`, reached over https, or a full `http://…` for local use. `client_id` and
    `client_secret`: of the application. `ca`: a file of certificates to trust besides the usual ones; the
    environment's SSL_CERT_FILE does the same. `timeout`: seconds without a byte from the server.
    """

    def __init__(
        self,
        endpoint: str,
        client_id: str,
        client_secret: str,
        *,
        ca: str | Path | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self.rest_interface = RestInterface(Connection(endpoint, client_id, client_secret, ca=ca, timeout=timeout))

    @property
    def _connection(self) -> Connection:
        return self.rest_interface.bc_conn

    @debuggable
    def authenticate(self, username: str, password: str) -> bool:
        """Sign a user in. Raises InvalidRequest when the keys, the name or the password are refused."""
        self._connection.auth_token = str(self.rest_interface.token(username, password)["access_token"])
        return True

    @debuggable
    def is_linked(self) -> bool:
        """Whether there is a token and the server still takes it."""
        if self._connection.auth_token is None:
            return False
        try:
            self.rest_interface.ping()
        except AuthenticatedError as error:
            if error.status() == 401:
                return False
            raise
        return True

    def unlink(self) -> None:
        """Forget the token."""
        self._connection.auth_token = None

    def set_admin_credentials(self, admin_id: str, secret: str) -> None:
        """Those of the application's owner, with which accounts and plans are made."""
        self._connection.admin = (admin_id, secret)

    @debuggable
    def create_account(
        self,
        username: str,
        password: str,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        log_in_after_creation: bool = False,
    ) -> User:
        """A new user of the application. Raises OperationNotAllowed without admin credentials, InvalidRequest when
        the platform refuses (the name is taken, the password too short, …)."""
        self._require_admin()
        made = self.rest_interface.create_account(
            username=username, password=password, email=email, first_name=first_name, last_name=last_name
        )
        if log_in_after_creation:
            self.authenticate(username, password)
        return User(self.rest_interface, made)

    @debuggable
    def update_account(self, account_id: str, **values: str | None) -> User:
        """`username`, `first_name`, `last_name`, `plan_code`. Raises as `create_account`."""
        self._require_admin()
        return User(self.rest_interface, self.rest_interface.update_account(account_id, **values))

    @debuggable
    def create_plan(self, name: str, limit: int) -> Data:
        """A plan with a limit in bytes. Raises as `create_account`."""
        self._require_admin()
        return self.rest_interface.create_plan(name, limit)

    @debuggable
    def list_plans(self) -> list[Data]:
        """Raises as `create_account`."""
        self._require_admin()
        return self.rest_interface.list_plans()

    @debuggable
    def delete_plan(self, plan_id: str) -> None:
        """Raises as `create_account`."""
        self._require_admin()
        self.rest_interface.delete_plan(plan_id)

    def _require_admin(self) -> None:
        if self._connection.admin is None:
            raise OperationNotAllowed("This needs the admin's keys: call set_admin_credentials() first.")

    @debuggable
    def get_user(self) -> User:
        return User(self.rest_interface, self.rest_interface.profile())

    @debuggable
    def get_account(self) -> Account:
        return Account(self.rest_interface, self.rest_interface.profile())

    def get_filesystem(self) -> Filesystem:
        return Filesystem(self.rest_interface)

    @debuggable
    def get_history(self, start: int = -10, stop: int | None = None) -> list[Data]:
        """What happened, the oldest first: entries from number `start` on (negative: the newest), before `stop`."""
        return self.rest_interface.history(start, stop)

    def action_history(self) -> ActionHistory:
        """The same as objects."""
        return ActionHistory(self.rest_interface)

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()


class UserSession(Session):
    """A session that begins with a user's token and needs no password."""

    def __init__(
        self,
        endpoint: str,
        client_id: str,
        client_secret: str,
        auth_key: str,
        *,
        ca: str | Path | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        super().__init__(endpoint, client_id, client_secret, ca=ca, timeout=timeout)
        self._connection.auth_token = auth_key
