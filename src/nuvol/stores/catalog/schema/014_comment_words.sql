-- The words of comments, for search. Those of comments that were there before are written after this (migrations.py).

create table comment_word (
  account_id {int} not null,          -- the owner of the node
  doc_id {text} not null,
  word {text} not null,
  node_id {int} not null,
  primary key (account_id, doc_id, word)
) {no_rowid};
create index comment_word_found on comment_word (account_id, word, node_id, doc_id);
