-- Question sets, and what came of putting them to a collection.

-- Sets by what they are, so that a run keeps its own when a name gets another one.
create table question_set_body (
  sha256 char(64) primary key,
  body binary varying(16777216) not null
);

-- left_out: lines that could not be read.
create table question_set (
  name varchar(63) primary key,
  principal varchar(500) not null,
  sha256 char(64) not null references question_set_body (sha256),
  bytes integer not null,
  questions integer not null,
  unanswerable integer not null,
  left_out integer not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null
);

-- Collection, state and times are the job's. settings: what was asked for, as JSON. figures: what was
-- measured, as JSON; null unless the run came to its end.
create table evaluation (
  id varchar(30) primary key,
  job_id varchar(30) not null unique references job (id) on delete cascade,
  principal varchar(500) not null,
  dataset varchar(63) not null,
  sha256 char(64) not null references question_set_body (sha256),
  settings varchar(4000) not null,
  figures varchar(8000000)
);
create index evaluation_body on evaluation (sha256);

-- body: the row as JSON, with places of citations but without quotes, so that a deleted document
-- leaves none behind.
create table evaluation_row (
  evaluation_id varchar(30) not null references evaluation (id) on delete cascade,
  number integer not null,
  verdict varchar(20) not null,
  body varchar(8000000) not null,
  primary key (evaluation_id, number)
);
create index evaluation_row_verdict on evaluation_row (evaluation_id, verdict, number);
