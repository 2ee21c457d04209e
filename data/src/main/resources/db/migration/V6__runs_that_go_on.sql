-- How long the work itself took so far, without the time in which no process was there for it; null for
-- kinds whose progress does not tell.
alter table job add column worked_ms bigint;

-- answering: what answers the questions, as JSON, so that no run is of two models. stops: how often the
-- process has ended during the run since its last row.
alter table evaluation add column answering varchar(8000);
alter table evaluation add column stops integer not null default 0;

-- A key of an upload is of one collection, as that of any other request is of one address.
alter table idempotency add column collection varchar(63);
update idempotency i set collection = (select j.collection from job j where j.id = i.job_id);
delete from idempotency where collection is null;
alter table idempotency alter column collection set not null;
alter table idempotency drop primary key;
alter table idempotency add primary key (principal, collection, idempotency_key);
