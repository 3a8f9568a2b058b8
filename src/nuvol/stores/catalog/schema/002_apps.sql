-- Programs that people let in, and what they were given.

create table app (
  account_id {int} not null,          -- who made it; 0 = the command line
  id {int} not null,
  key {text} not null,
  title {text} not null,
  kind {text} not null,
  secret {blob} not null,             -- sealed with the instance's key, as is admin_secret
  admin_id {text},
  admin_secret {blob},
  callbacks {text} not null,          -- one in a line
  home_id {int},
  verifier {text},
  token_hours {int},
  allow_plain {int} not null,
  signup {text} not null,
  app_folder {int} not null,
  active {int} not null,
  created_at {int} not null,
  primary key (account_id, id)
);
create unique index app_key on app (key);
create unique index app_admin on app (admin_id) where admin_id is not null;

alter table grants add column app {text} not null default '';  -- key of the app it was given to
alter table grants add column secret {blob};                   -- sealed; of an OAuth 1 token
alter table grants add column revoked_at {int};
create index grants_app on grants (app) where app <> '';
