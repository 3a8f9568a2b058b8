-- Folders of apps: below /Apps, each the root of what its app sees.

create table app_folder (
  account_id {int} not null,
  app {text} not null,                -- key of the app
  node_id {int} not null,
  primary key (account_id, app)
) {no_rowid};
