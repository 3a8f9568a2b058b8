-- Databases of documents that sync (U1DB), thousands of them in one catalog.

create table doc_database (
  account_id {int} not null,
  id {int} not null,
  name {text},                        -- null: deleted, its rows are going
  replica_uid {text} not null,
  generation {int} not null,
  transaction_id {text} not null,
  documents {int} not null,           -- how many are no tombstones
  size {int} not null,                -- bytes of all document texts, alternatives included, as the quota counts them
  created_at {int} not null,
  changed_at {int} not null,
  primary key (account_id, id)
) {no_rowid};
create unique index doc_database_name on doc_database (account_id, name) where name is not null;
create index doc_database_doomed on doc_database (account_id, id) where name is null;

create table document (
  account_id {int} not null,
  database_id {int} not null,
  doc_id {text} not null,
  rev {text} not null,
  content {text},                     -- null = tombstone
  size {int} not null,
  generation {int} not null,          -- of the newest change: a pull ships each document once
  alternatives {int} not null,        -- how many
  primary key (account_id, database_id, doc_id)
);
create unique index document_generation on document (account_id, database_id, generation);

-- Every change there ever was; which document it brought, only the newest ones have to tell.
create table doc_log (
  account_id {int} not null,
  database_id {int} not null,
  generation {int} not null,
  transaction_id {text} not null,
  primary key (account_id, database_id, generation)
) {no_rowid};

-- Numbered in the order of their revisions, which may be longer than a key can be.
create table doc_alternative (
  account_id {int} not null,
  database_id {int} not null,
  doc_id {text} not null,
  number {int} not null,
  rev {text} not null,
  content {text},
  size {int} not null,
  primary key (account_id, database_id, doc_id, number)
);

create table doc_peer (
  account_id {int} not null,
  database_id {int} not null,
  peer {text} not null,
  generation {int} not null,
  transaction_id {text} not null,
  primary key (account_id, database_id, peer)
) {no_rowid};

create table doc_index (
  account_id {int} not null,
  database_id {int} not null,
  name {text} not null,
  expressions {text} not null,        -- a list as JSON
  state {int} not null,
  filled {text} not null,
  primary key (account_id, database_id, name)
) {no_rowid};

create table doc_entry (
  account_id {int} not null,
  database_id {int} not null,
  index_name {text} not null,
  key {text} not null,
  doc_id {text} not null,
  primary key (account_id, database_id, index_name, key, doc_id)
) {no_rowid};
