-- Who may come in, and what they were answered. Secrets are kept as sha256 only.

create table api_key (
  id varchar(30) primary key,
  name varchar(400) not null,
  prefix varchar(16) not null unique,
  secret_sha256 char(64) not null,
  scopes varchar(100) not null,
  collections varchar(5000) not null,
  created_by varchar(500) not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone,
  suspended boolean not null,
  revoked_at timestamp(3) with time zone
);

create table login_token (
  secret_sha256 char(64) primary key,
  name varchar(400) not null,
  scopes varchar(100) not null,
  collections varchar(5000) not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null
);

create table login_session (
  secret_sha256 char(64) primary key,
  name varchar(400) not null,
  scopes varchar(100) not null,
  collections varchar(5000) not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null
);
create index login_session_expiry on login_session (expires_at);

-- body: the answer as JSON, without quotes and without text of neighbours: offsets only.
create table answer (
  id varchar(30) primary key,
  principal varchar(500) not null,
  created_at timestamp(3) with time zone not null,
  body varchar(8000000) not null
);
create index answer_age on answer (created_at);

-- Which documents an answer cites or names as neighbours; by it answers are purged with a document.
create table answer_source (
  answer_id varchar(30) not null references answer (id) on delete cascade,
  document_id varchar(30) not null,
  version integer not null,
  cited boolean not null,
  primary key (answer_id, document_id)
);
create index answer_source_document on answer_source (document_id);

-- First responses to requests with an idempotency key; uploads have theirs in the ledger.
create table idempotent_reply (
  principal varchar(500) not null,
  route varchar(500) not null,
  idempotency_key varchar(128) not null,
  request_sha256 char(64) not null,
  status integer not null,
  media_type varchar(100),
  location varchar(500),
  body varchar(8000000) not null,
  created_at timestamp(3) with time zone not null,
  primary key (principal, route, idempotency_key)
);
create index idempotent_reply_age on idempotent_reply (created_at);
