-- What somebody chose to fetch as one archive, and archives of photos on their way in.

create table bundle (
  account_id {int} not null,          -- who chose
  id {int} not null,
  name {text} not null,
  nodes {text} not null,              -- ids, parted by spaces, in the order they were chosen
  expires_at {int} not null,
  primary key (account_id, id)
) {no_rowid};

create table photo_import (
  account_id {int} not null,
  id {int} not null,
  node_id {int} not null,             -- the archive, in the version that was chosen
  number {int} not null,
  name {text} not null,               -- as it was called then
  place {text} not null,              -- path of the folder in which its folders go
  stage {int} not null,               -- 0 waits or goes on, 1 done, 2 broken off
  brought {text} not null,            -- how far it has come, as JSON
  queued_at {int} not null,
  leased_until {int} not null,
  primary key (account_id, id)
);
create index photo_import_waiting on photo_import (queued_at) where stage = 0;
