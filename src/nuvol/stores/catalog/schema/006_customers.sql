-- Accounts made through apps, the plans they are on, and the history that CloudFS tells.

create table customer (
  account_id {int} primary key,
  app {text} not null,                -- key of the app it was made through
  first_name {text} not null,
  last_name {text} not null,
  plan_id {int},
  terms {text} not null               -- what the app's back office said of its state, as JSON
);
create index customer_app on customer (app);

create table plan (
  app {text} not null,                -- whose plan it is
  id {int} not null,
  name {text} not null,
  quota {int},
  primary key (app, id)
);

create table app_plan (
  app {text} primary key,
  name {text} not null                -- prototype, paid
);

create table session_locale (
  account_id {int} not null,
  grant_id {int} not null,
  locale {text} not null,
  primary key (account_id, grant_id)
);

alter table account add column actions_trimmed {int} not null default 0;  -- file actions that left the journal
