-- What apps do, by day, and how many people each plan of an app allows.

create table app_usage (
  app {text} not null,                -- key of the app
  day {int} not null,                 -- since 1970-01-01, UTC
  calls {int} not null,
  refused {int} not null,
  received {int} not null,            -- bytes
  sent {int} not null,                -- bytes
  primary key (app, day)
);

create table app_visit (
  account_id {int} not null,
  app {text} not null,
  day {int} not null,
  primary key (account_id, app, day)
) {no_rowid};
create index app_visit_day on app_visit (app, day);

create table app_plan_size (
  name {text} primary key,            -- prototype, paid
  users {int}                         -- null: any number
);
