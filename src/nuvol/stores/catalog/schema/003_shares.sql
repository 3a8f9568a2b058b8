-- Folders opened to other accounts. The owner's rows say who may; a mount only says where a member has the folder.

create table member (
  account_id {int} not null,          -- the owner
  node_id {int} not null,             -- the folder
  member_id {int} not null,
  role {int} not null,                -- 1 viewer, 2 editor, 3 co-owner
  joined_at {int} not null,
  primary key (account_id, node_id, member_id)
) {no_rowid};
create index member_of on member (member_id, account_id, node_id);

create table mount (
  account_id {int} not null,          -- the member
  id {int} not null,                  -- a node of kind 2 in the member's tree
  owner_id {int} not null,
  node_id {int} not null,
  primary key (account_id, id)
) {no_rowid};
create unique index mount_node on mount (account_id, node_id);

create table share_invitation (
  digest {blob} primary key,
  account_id {int} not null,
  node_id {int} not null,
  email {text} not null,
  role {int} not null,
  inviter_id {int} not null,
  created_at {int} not null,
  expires_at {int} not null
);
create index share_invitation_node on share_invitation (account_id, node_id);

alter table journal add column old_shared {text} not null default '';
alter table journal add column shared {text} not null default '';

alter table upload add column holder_id {int} not null default 0;
