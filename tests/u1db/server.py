"""A small server of the sync part of the protocol, to try the client against: it can be busy, mute, or cut its answers.

It has nothing of its own but HTTP: the exchange and the stream are those of the library.
"""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from nuvol.errors import CloudError, DatabaseDoesNotExist
from nuvol.u1db.stream import MEDIA_TYPE, Answered, Asked, SyncReader, SyncWriter, name_of, status_of
from nuvol.u1db.sync import LocalTarget, SyncExchange
from nuvol.u1db.table import Known


class Server(ThreadingHTTPServer):
    """`databases`: replicas by name. `make`: makes one that is missing. `faults`: what goes wrong with the next
    requests, one each: a status, "mute" (the reply is lost), "cut" (it ends early), or None."""

    daemon_threads = True

    def __init__(self, make):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.make = make
        self.databases = {}
        self.making = threading.Lock()
        self.faults = []
        self.requests = []
        self.connections = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request, client_address):
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is nothing to tell."""


@contextmanager
def serving(make):
    server = Server(make)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def _handle(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        fault = self.server.faults.pop(0) if self.server.faults else None
        try:
            if isinstance(fault, int):
                self._say(fault, b"")
                return
            answer, content_type = self._answer(body)
        except CloudError as error:
            self._say(status_of(error), json.dumps({"error": name_of(error)}).encode())
            return
        if fault == "mute":
            self.close_connection = True
            return
        self.close_connection = self.close_connection or fault == "cut"
        self._say(200, answer, content_type, sent=len(answer) * 2 // 3 if fault == "cut" else len(answer))

    do_GET = do_PUT = do_POST = _handle

    def _say(self, status, body, content_type="application/json", sent=None):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:sent])

    def _answer(self, body):
        name, _, uid = urlsplit(self.path).path.strip("/").rpartition("/sync-from/")
        uid = unquote(uid)
        if self.command == "POST":
            return self._exchange(name, uid, body), MEDIA_TYPE
        target = LocalTarget(self._database(name))
        if self.command == "PUT":
            told = json.loads(body)
            target.record_sync_info(uid, Known(told["generation"], told["transaction_id"]))
            return b'{"ok": true}', "application/json"
        info = target.get_sync_info(uid)
        return json.dumps(
            {
                "target_replica_uid": info.target_replica_uid,
                "target_replica_generation": info.target_generation,
                "target_replica_transaction_id": info.target_transaction_id,
                "source_replica_uid": uid,
                "source_replica_generation": info.source_generation,
                "source_transaction_id": info.source_transaction_id,
            }
        ).encode(), "application/json"

    def _exchange(self, name, uid, body):
        reader = SyncReader(Asked)
        entries = reader.feed(body)
        reader.close()
        with self.server.making:
            if reader.header.ensure and name not in self.server.databases:
                self.server.databases[name] = self.server.make(name)
        replica = self._database(name)
        exchange = SyncExchange(replica, uid, reader.header.last_known)
        exchange.add(entries)
        head, pages = exchange.answer()
        replica_uid = head.replica_uid if reader.header.ensure else None
        writer = SyncWriter()
        opened = writer.open(Answered(head.generation, head.transaction_id, replica_uid))
        return opened + b"".join(map(writer.write, pages)) + writer.close()

    def _database(self, name):
        try:
            return self.server.databases[name]
        except KeyError:
            raise DatabaseDoesNotExist(f"There is no database “{name}”.") from None
