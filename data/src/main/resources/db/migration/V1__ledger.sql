-- The ledger: which files were promised to whom, and how far the work on them is. Together with the
-- originals and the extracted texts it is the truth; the index is derived from it.

-- One row. Every transaction that writes the ledger locks it first, so the order of sequence numbers
-- is the order of commits: no number becomes visible before a smaller one.
create table ledger_head (
  id smallint primary key check (id = 1),
  store_id varchar(36),
  seq bigint not null,
  leases bigint not null
);
insert into ledger_head (id, store_id, seq, leases) values (1, null, 0, 0);

-- fields: JSON, the declared metadata that filters may use.
create table collection (
  id varchar(63) primary key,
  title varchar(800) not null,
  description varchar(8000) not null,
  fields varchar(10000) not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null
);

-- A path of a collection. live_path is the path, null once deleted: unique among the living.
-- live_version is in the index; pending_version is on its way there; shown_version is what readers
-- are told about: the live one, or the last if none is live.
create table document (
  id varchar(30) primary key,
  collection varchar(63) not null,
  path varchar(4096) not null,
  live_path varchar(4096),
  title varchar(1200),
  tags varchar(10000) not null,
  metadata varchar(1000000) not null,
  live_version integer,
  pending_version integer,
  last_version integer not null,
  shown_version integer not null,
  deleted_seq bigint,
  added_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  unique (collection, live_path)
);

-- seq is that of the operation that wrote the version to the index last. The columns from media_type
-- on are what parsing gave; result is the status that the version has once the index holds it, null
-- before it was parsed.
create table document_version (
  document_id varchar(30) not null references document (id) on delete cascade,
  version integer not null,
  collection varchar(63) not null,
  seq bigint not null,
  sha256 char(64) not null,
  bytes bigint not null,
  declared_type varchar(255),
  status varchar(12) not null,
  reason_code varchar(64),
  reason_message varchar(2000),
  media_type varchar(255),
  title varchar(4000),
  text_sha256 char(64),
  embeddings char(64),
  structure character large object,
  characters integer,
  chunks integer,
  pages integer,
  warnings varchar(1000),
  result varchar(12),
  result_code varchar(64),
  result_message varchar(2000),
  primary key (document_id, version)
);
create index document_version_content on document_version (collection, sha256);
create index document_version_original on document_version (sha256);
create index document_version_text on document_version (text_sha256);
create index document_version_embeddings on document_version (embeddings);

-- Long work. number orders jobs by age; changes counts what watchers are told, and survives a restart.
create table job (
  id varchar(30) primary key,
  number bigint not null unique,
  kind varchar(12) not null,
  collection varchar(63),
  state varchar(20) not null,
  progress double precision,
  total integer,
  completed integer not null,
  failed integer not null,
  unchanged integer not null,
  chunks_written bigint not null,
  cancelled boolean not null,
  changes bigint not null,
  created_at timestamp(3) with time zone not null,
  started_at timestamp(3) with time zone,
  finished_at timestamp(3) with time zone,
  error_code varchar(64),
  error_message varchar(2000)
);

-- What is still to be done, in the order of seq: a row goes when its work is in a committed index and
-- the ledger says so, in one transaction. lease is a fencing token: whoever holds another one changes
-- nothing. beat is for several nodes: it advances while the holder lives.
create table operation (
  seq bigint primary key,
  kind varchar(8) not null,
  collection varchar(63) not null,
  document_id varchar(30) not null,
  version integer not null,
  sha256 char(64),
  job_id varchar(30),
  attempts integer not null,
  lease bigint,
  beat bigint not null
);
create index operation_document on operation (document_id, seq);
create index operation_content on operation (collection, sha256, seq);
create index operation_job on operation (job_id);

-- seq is the operation that the file waits for, null if it was final at once. planned is the outcome
-- it will have. changed is the number of the change that made it final, 0 before.
create table job_item (
  job_id varchar(30) not null references job (id) on delete cascade,
  number integer not null,
  path varchar(4096) not null,
  document_id varchar(30),
  seq bigint,
  status varchar(12) not null,
  planned varchar(10),
  outcome varchar(10),
  reason_code varchar(64),
  reason_message varchar(2000),
  attempts integer not null,
  changed bigint not null,
  primary key (job_id, number)
);
create index job_item_seq on job_item (seq);
create index job_item_changed on job_item (job_id, changed);

create table idempotency (
  principal varchar(500) not null,
  idempotency_key varchar(128) not null,
  request_sha256 char(64) not null,
  job_id varchar(30) not null,
  created_at timestamp(3) with time zone not null,
  primary key (principal, idempotency_key)
);
create index idempotency_age on idempotency (created_at);
