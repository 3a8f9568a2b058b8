-- What is opened to whoever holds a key, and what was received that way.

create table link (
  account_id {int} not null,          -- the owner
  id {int} not null,
  key {text} not null,
  name {text} not null,
  items {text} not null,              -- node ids, separated by spaces
  password {text},
  role {text} not null,               -- read, edit, upload
  accounts_only {int} not null,
  expires_at {int},
  max_uses {int},
  uses {int} not null,
  created_at {int} not null,
  app {text} not null,
  primary key (account_id, id)
);
create unique index link_key on link (key);

create table link_unlock (
  account_id {int} not null,
  link_id {int} not null,
  grant_id {int} not null,            -- of whoever showed the password
  proof {blob} not null,
  primary key (account_id, link_id, grant_id)
);

create table received (
  account_id {int} not null,
  node_id {int} not null,
  primary key (account_id, node_id)
) {no_rowid};
