"""What a desk remembers of the storage, in databases that are never synced: the tree as it was last seen, and which
version of a file lies on the disk (eyeos.md a.5, b.1)."""

from collections.abc import Iterator, Sequence

from nuvol.apps.eyeos.databases import DOWNLOAD, METADATA, Content, Documents, Found, Replicas, contents


class Metadata:
    """The tree: items as the storage gives them, with `user_eyeos` and `path`, the path of their folder with a `/` at
    its end."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def insert(self, lista: Sequence[Content]) -> bool:
        """What is there already takes the new content."""
        with self._replicas.open(METADATA) as documents:
            for data in lista:
                found = _known(documents, data)
                if found:
                    documents.put(found[0], data)
                else:
                    documents.add(data)
        return True

    def select(self, id: str, user: str, path: str, cloud: str | None = None) -> list[Content]:
        """The item and what lies directly in it. `path`: where they are, or the beginning of it."""
        with self._replicas.open(METADATA) as documents:
            return contents(
                documents.find("by-id-path", id, user, path, cloud=cloud, begins=True)
                + documents.find("by-parent-path", id, user, path, cloud=cloud, begins=True)
            )

    def update(self, lista: Sequence[Content]) -> bool:
        """The first may be `{"parent_old": P}`: the others were below P."""
        parent_old = lista[0].get("parent_old") if lista else None
        with self._replicas.open(METADATA) as documents:
            for data in lista[1:] if parent_old is not None else lista:
                if parent_old is None:
                    found = _known(documents, data)
                else:
                    key = (data["id"], data["user_eyeos"], parent_old)
                    found = documents.find("by-id-parent", *key, cloud=data.get("cloud"))
                for document in found:
                    documents.put(document, data)
        return True

    def delete(self, lista: Sequence[Content]) -> bool:
        """`id`, `user_eyeos`, `parent_id`: with all below."""
        with self._replicas.open(METADATA) as documents:
            for data in lista:
                key, cloud = (data["id"], data["user_eyeos"], data["parent_id"]), data.get("cloud")
                for document in documents.find("by-id-parent", *key, cloud=cloud):
                    _remove(documents, document, cloud)
        return True

    def parent(self, path: str, filename: str, user: str, cloud: str | None = None) -> list[Content]:
        """The item of that name in the folder `path`."""
        with self._replicas.open(METADATA) as documents:
            return contents(documents.find("by-path-filename", path, user, filename, cloud=cloud))

    def deleteFolder(self, id: str, user: str, path: str, cloud: str | None = None) -> bool:
        with self._replicas.open(METADATA) as documents:
            for document in documents.find("by-id-path", id, user, path, cloud=cloud, begins=True):
                _remove(documents, document, cloud)
        return True

    def rename(self, data: Content) -> bool:
        """`id`, `user_eyeos`, `path`, and what changes. Of a folder the paths of all below change with its name."""
        cloud = data.get("cloud")
        with self._replicas.open(METADATA) as documents:
            for document in documents.find("by-id-path", data["id"], data["user_eyeos"], data["path"], cloud=cloud):
                old, new = document.content, {**document.content, **data}
                documents.put(document, new)
                if old.get("is_folder"):
                    before, now = (f"{one['path']}{one['filename']}/" for one in (old, new))
                    for inner in list(_below(documents, old["id"], old["user_eyeos"], cloud)):
                        told = inner.content
                        documents.put(inner, {**told, "path": now + told["path"].removeprefix(before)})
        return True

    def selectMetadataUser(self, user: str) -> list[Content]:
        with self._replicas.open(METADATA) as documents:
            return contents(documents.find("by-usereyeos", user))

    def deleteMetadataUser(self, user: str, cloud: str | None = None) -> bool:
        with self._replicas.open(METADATA) as documents:
            for document in documents.find("by-usereyeos", user, cloud=cloud):
                documents.remove(document)
        return True

    def below(self, id: str, user: str) -> list[Content]:
        """Everything in a folder, however deep."""
        with self._replicas.open(METADATA) as documents:
            return contents(list(_below(documents, id, user, None)))


class Downloads:
    """`{id, user_eyeos, version, recover}`: the version of a file on the disk; `recover`: an old one that was fetched
    on purpose, so that it stays."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def insertDownloadVersion(self, data: Content) -> bool:
        with self._replicas.open(DOWNLOAD) as documents:
            documents.add(data)
        return True

    def updateDownloadVersion(self, data: Content) -> bool:
        with self._replicas.open(DOWNLOAD) as documents:
            for document in _known(documents, data):
                documents.put(document, data)
        return True

    def getDownloadVersion(self, data: Content) -> Content | None:
        with self._replicas.open(DOWNLOAD) as documents:
            return next(iter(contents(_known(documents, data))), None)

    def deleteDownloadVersion(self, data: Content) -> bool:
        with self._replicas.open(DOWNLOAD) as documents:
            for document in _known(documents, data):
                documents.remove(document)
        return True

    def recursiveDeleteVersion(self, data: Content) -> bool:
        """Of everything in a folder, as far as it is known here."""
        inner = Metadata(self._replicas).below(data["id"], data["user_eyeos"])
        for item in [data, *inner]:
            self.deleteDownloadVersion({**data, "id": item["id"]})
        return True


def _known(documents: Documents, data: Content) -> list[Found]:
    return documents.find("by-id-user", data["id"], data["user_eyeos"], cloud=data.get("cloud"))


def _below(documents: Documents, id: str, user: str, cloud: str | None) -> Iterator[Found]:
    for document in documents.find("by-parent", id, user, cloud=cloud):
        yield document
        if document.content.get("is_folder"):
            yield from _below(documents, document.content["id"], user, cloud)


def _remove(documents: Documents, document: Found, cloud: str | None) -> None:
    for inner in list(_below(documents, document.content["id"], document.content["user_eyeos"], cloud)):
        documents.remove(inner)
    documents.remove(document)
