-- Photos: files by the time they were taken, what their contents show, and what people say of them.

-- What a content shows. All of it was made from the content and can be made again.
create table picture (
  account_id {int} not null,
  hash {blob} not null,
  stage {int} not null,               -- 0 waiting, 1 ready, 2 failed
  film {int} not null,
  width {int} not null,               -- as it is shown: the orientation is applied
  height {int} not null,
  local_at {int},                     -- the camera's clock when it was taken, as if that were UTC
  zone {int},                         -- minutes by which that clock was ahead of UTC
  latitude {int},                     -- millionths of a degree
  longitude {int},
  facts {text} not null,              -- camera, lens, exposure, … as JSON
  blur {text} not null,
  likeness {int},                     -- perceptual hash: 64 bits
  sha256 {blob},
  failure {text} not null,
  blob_id {int},                      -- where its thumbnails rest
  thumbnails {text} not null,         -- [name, width, height, start, length] of each as JSON
  queued_at {int} not null,
  leased_until {int} not null,
  attempts {int} not null,
  primary key (account_id, hash)
) {no_rowid};
create index picture_waiting on picture (queued_at) where stage = 0;
create index picture_blob on picture (account_id, blob_id) where blob_id is not null;
create index picture_sha256 on picture (account_id, sha256) where sha256 is not null;

-- 64 bits in four parts: two pictures that differ in at most three bits have one of them in common.
create table likeness_part (
  account_id {int} not null,
  part {int} not null,
  value {int} not null,
  hash {blob} not null,
  primary key (account_id, part, value, hash)
) {no_rowid};

create table photo (
  account_id {int} not null,
  node_id {int} not null,
  hash {blob} not null,
  parent_id {int} not null,
  local_at {int} not null,
  cell {int},                         -- where it was taken
  live {int} not null,
  said_at {int},                      -- what a person said of time and place
  said_latitude {int},
  said_longitude {int},
  primary key (account_id, node_id)
) {no_rowid};
create index photo_time on photo (account_id, local_at, node_id) where live = 1;
create index photo_folder on photo (account_id, parent_id, local_at, node_id) where live = 1;
create index photo_cell on photo (account_id, cell, local_at, node_id) where live = 1 and cell is not null;
create index photo_hash on photo (account_id, hash);

-- How many live photos there are: of each month (kind 0) in each folder and (folder 0) in all, at each place (kind 1).
create table photo_count (
  account_id {int} not null,
  kind {int} not null,
  folder_id {int} not null,
  value {int} not null,
  photos {int} not null,
  primary key (account_id, kind, folder_id, value)
) {no_rowid};

create table photo_like (
  account_id {int} not null,          -- the owner of the photo
  node_id {int} not null,
  liker_id {int} not null,
  at {int} not null,
  primary key (account_id, node_id, liker_id)
) {no_rowid};
create index photo_like_of on photo_like (liker_id);

create table favourite (
  account_id {int} not null,          -- whose favourite it is
  owner_id {int} not null,
  node_id {int} not null,
  local_at {int} not null,
  primary key (account_id, node_id)
) {no_rowid};
create index favourite_time on favourite (account_id, local_at, node_id);

create table album (
  account_id {int} not null,
  id {int} not null,
  parent_id {int},
  name {text} not null,
  folder_id {int},                    -- it shows what is in this folder
  cover_id {int},
  created_at {int} not null,
  primary key (account_id, id)
) {no_rowid};

create table album_photo (
  account_id {int} not null,
  album_id {int} not null,
  node_id {int} not null,
  owner_id {int} not null,
  local_at {int} not null,
  primary key (account_id, album_id, node_id)
) {no_rowid};
create index album_photo_time on album_photo (account_id, album_id, local_at, node_id);
create index album_photo_node on album_photo (account_id, node_id);
