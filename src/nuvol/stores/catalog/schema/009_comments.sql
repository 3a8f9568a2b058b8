-- What people write about files and folders. Beside each row is a document in the owner's database `comment`.

create table node_comment (
  account_id {int} not null,          -- the owner of the node
  doc_id {text} not null,
  node_id {int} not null,
  author_id {int} not null,
  shown {text} not null,              -- as whom the author is shown
  text {text} not null,
  at {int} not null,
  cloud {text} not null,              -- what the author's program calls this cloud
  mentions {text} not null,           -- account ids, separated by spaces
  primary key (account_id, doc_id)
);
create index node_comment_node on node_comment (account_id, node_id, at, doc_id);
