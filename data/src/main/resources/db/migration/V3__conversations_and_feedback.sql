-- Turns that belong together, and what askers say about their answers.

create table conversation (
  id varchar(30) primary key,
  principal varchar(500) not null,
  title varchar(800) not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null
);
create index conversation_newest on conversation (principal, created_at, id);
create index conversation_age on conversation (updated_at);

-- An answer in a conversation is a turn of it and goes with it. question and collections (of the
-- question, separated by spaces) are what lists of turns show and are held to, so that they need not
-- read the body. All three are null in answers that were kept before there were conversations.
alter table answer add column conversation_id varchar(30) references conversation (id) on delete cascade;
alter table answer add column question varchar(8000);
alter table answer add column collections varchar(600);
create index answer_turn on answer (conversation_id, created_at, id);

-- reasons: words separated by spaces. The answer belongs to the principal too.
create table feedback (
  id varchar(30) primary key,
  answer_id varchar(30) not null references answer (id) on delete cascade,
  principal varchar(500) not null,
  rating varchar(4) not null,
  reasons varchar(100) not null,
  comment varchar(8000) not null,
  expected_answer varchar(8000) not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  unique (answer_id, principal)
);
create index feedback_newest on feedback (created_at, id);
