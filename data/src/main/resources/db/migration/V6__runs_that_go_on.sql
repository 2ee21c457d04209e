-- How long the work itself took so far, without the time in which no process was there for it; null for
-- kinds whose progress does not tell.
alter table job add column worked_ms bigint;

-- answering: what answers the questions, as JSON, so that no run is of two models. stops: how often the
-- process has ended during the run since its last row.
alter table evaluation add column answering varchar(8000);
alter table evaluation add column stops integer not null default 0;
