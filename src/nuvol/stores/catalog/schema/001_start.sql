-- The catalog. Times: microseconds since 1970 (UTC). Sizes: bytes. Hashes: 32 raw bytes of BLAKE3.
-- account_id leads every key, so that an account can be exported, moved and one day sharded.

create table instance (
  key {text} primary key,
  value {text} not null
);

create table account (
  id {int} primary key,
  name {text} not null,
  email {text} not null,
  admin {int} not null,
  active {int} not null,
  quota {int},
  used {int} not null,
  seq {int} not null,
  root_id {int} not null,
  created_at {int} not null,
  locale {text} not null,
  zone {text} not null,
  password {text},
  journal_floor {int} not null default 0
);

-- A name or an e-mail address, case-folded: one name space, so that no name is another account's address.
create table handle (
  handle {text} primary key,
  account_id {int} not null
);
create index handle_account on handle (account_id);

create table grants (
  account_id {int} not null,
  id {int} not null,
  digest {blob} not null,
  kind {text} not null,
  label {text} not null,
  scopes {text} not null,
  created_at {int} not null,
  used_at {int} not null,
  expires_at {int},
  agent {text} not null,
  network {text} not null,
  primary key (account_id, id)
);
create unique index grants_digest on grants (digest);

create table invitation (
  digest {blob} primary key,
  inviter_id {int} not null,
  email {text},
  admin {int} not null,
  quota {int},
  expires_at {int} not null
);

create table attempt (
  bucket {text} primary key,
  failures {int} not null,
  at {int} not null
);

create table node (
  account_id {int} not null,
  id {int} not null,
  parent_id {int},
  name {text} not null,
  name_key {text} not null,           -- name after NFC: what must be unique among living siblings
  kind {int} not null,
  number {int} not null,
  content_number {int} not null,
  content {blob},
  size {int} not null,
  blob_id {int},
  mime {text} not null,
  created_at {int} not null,
  modified_at {int} not null,
  changed_at {int} not null,
  state {int} not null,               -- 0 live, 1 trashed, 2 hidden
  trash_root {int},
  trashed_at {int},
  primary key (account_id, id)
) {no_rowid};
create unique index node_name on node (account_id, parent_id, name_key) where state = 0;
create index node_parent on node (account_id, parent_id) where state <> 0;
create index node_trash on node (account_id, trash_root) where trash_root is not null;
create index node_trash_top on node (account_id, trashed_at, id) where id = trash_root;
create index node_trashed on node (trashed_at) where id = trash_root;

create table property (
  account_id {int} not null,
  node_id {int} not null,
  name {text} not null,               -- {namespace}local
  value {text} not null,              -- the whole element as XML
  primary key (account_id, node_id, name)
) {no_rowid};

create table word (
  account_id {int} not null,
  word {text} not null,
  node_id {int} not null,
  primary key (account_id, word, node_id)
) {no_rowid};

create table version (
  account_id {int} not null,
  node_id {int} not null,
  number {int} not null,
  status {int} not null,
  name {text} not null,
  parent_id {int},
  mime {text} not null,
  author_id {int} not null,
  app {text} not null,
  at {int} not null,
  modified_at {int} not null,
  content {blob},
  size {int} not null,
  blob_id {int},
  primary key (account_id, node_id, number)
) {no_rowid};
create index version_content on version (account_id, content) where content is not null;
create index version_at on version (at) where number > 1;

create table content (
  account_id {int} not null,
  hash {blob} not null,
  size {int} not null,
  adler32 {int} not null,
  blob_id {int},
  chunks {int} not null,
  checksums {text} not null,
  pending {int},                      -- since when it is being brought or taken away; null = committed
  primary key (account_id, hash)
) {no_rowid};
create index content_blob on content (account_id, blob_id) where blob_id is not null;
create index content_pending on content (pending) where pending is not null;

create table content_page (
  account_id {int} not null,
  hash {blob} not null,
  page {int} not null,
  chunks {blob} not null,             -- (length: 4 bytes big-endian, hash: 32 bytes) times n
  primary key (account_id, hash, page)
);

create table inline (
  account_id {int} not null,
  hash {blob} not null,
  data {blob} not null,
  primary key (account_id, hash)
);

create table chunk (
  account_id {int} not null,
  hash {blob} not null,
  blob_id {int} not null,
  start {int} not null,
  length {int} not null,
  adler32 {int} not null,
  refs {int} not null,
  dead_at {int},
  pinned_until {int} not null default 0,
  primary key (account_id, hash)
) {no_rowid};
create index chunk_blob on chunk (account_id, blob_id, start);
create index chunk_dead on chunk (dead_at) where dead_at is not null;

create table blobs (
  account_id {int} not null,
  id {int} not null,
  size {int} not null,
  primary key (account_id, id)
) {no_rowid};

create table journal (
  account_id {int} not null,
  seq {int} not null,
  at {int} not null,
  actor_id {int} not null,
  app {text} not null,
  verb {text} not null,
  object {text} not null,
  object_id {int} not null,
  kind {int} not null,
  old_parent {int},
  old_name {text},
  new_parent {int},
  new_name {text},
  number {int} not null,
  primary key (account_id, seq)
) {no_rowid};

create table dav_lock (
  account_id {int} not null,
  token {text} not null,
  node_id {int} not null,
  owner {text} not null,
  deep {int} not null,
  exclusive {int} not null,
  holder_id {int} not null,
  expires_at {int} not null,
  seconds {int} not null,
  primary key (account_id, token)
);
create index dav_lock_node on dav_lock (account_id, node_id);

create table upload (
  account_id {int} not null,
  id {text} not null,
  node_id {int},
  parent_id {int} not null,
  name {text} not null,
  size {int},
  received {int} not null,
  blob_id {int} not null,
  written {int} not null,
  tail {blob} not null,
  mime {text} not null,
  modified_at {int},
  guard {blob} not null,
  meta {blob} not null,
  expires_at {int} not null,
  primary key (account_id, id)
);
create index upload_expires on upload (expires_at);

create table upload_chunk (
  account_id {int} not null,
  upload_id {text} not null,
  position {int} not null,
  hash {blob} not null,
  blob_id {int} not null,
  start {int} not null,
  length {int} not null,
  adler32 {int} not null,
  primary key (account_id, upload_id, position)
);

create table job (
  account_id {int} not null,
  id {int} not null,
  verb {text} not null,
  data {blob} not null,
  primary key (account_id, id)
);
