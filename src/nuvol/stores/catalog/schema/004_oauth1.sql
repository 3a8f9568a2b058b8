-- OAuth 1: questions that wait for a person's answer, and what was shown once and must not be shown again.

create table oauth_request (
  digest {blob} primary key,          -- of the request token
  app {text} not null,                -- key of the app that asks
  secret {blob} not null,             -- sealed with the instance's key
  callback {text} not null,
  account_id {int},                   -- who said yes; null until then
  scopes {text} not null,
  verifier {blob},                    -- digest
  expires_at {int} not null
);
create index oauth_request_expires on oauth_request (expires_at);

create table nonce (
  account_id {int} not null,          -- whose token it came with; 0: without one
  digest {blob} not null,             -- of consumer, token, time and nonce
  expires_at {int} not null,
  primary key (account_id, digest)
) {no_rowid};
create index nonce_expires on nonce (expires_at);
