-- A desk tells others that somebody is at work on a file; it binds nobody.

create table advisory_lock (
  account_id {int} not null,
  item {text} not null,               -- id of a file, perhaps of another cloud
  cloud {text} not null,
  holder {text} not null,
  machine {text} not null,
  at {text} not null,                 -- by the clock of the one who locks: YYYY-MM-DD HH:MM:SS
  status {text} not null,             -- open, close
  primary key (account_id, item, cloud)
);
