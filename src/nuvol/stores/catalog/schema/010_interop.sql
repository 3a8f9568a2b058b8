-- Folders of apps: below /Apps, each the root of what its app sees.

create table app_folder (
  account_id {int} not null,
  app {text} not null,                -- key of the app
  node_id {int} not null,
  primary key (account_id, app)
) {no_rowid};

-- Guests: accounts that stand for people of other clouds, each for one folder. Nobody signs in to them.

create table guest (
  account_id {int} primary key,
  address {text} not null             -- as it was invited
);

-- Folders that people of other clouds opened to people here.

create table elsewhere (
  account_id {int} not null,          -- whose it is
  id {int} not null,
  name {text} not null,
  owner {text} not null,              -- as the other cloud calls the one who opened it
  role {int} not null,
  address {text} not null,            -- as which one was invited
  resource_url {text} not null,       -- of the folder: its base, then folder/ID
  way {blob} not null,                -- token and consumer, sealed
  since {int} not null,
  ended_at {int},                     -- the other cloud let nobody in any more
  primary key (account_id, id)
) {no_rowid};
