-- What is kept of where a version's text stands on its pages; null for formats without positions and
-- for versions that were read before there was this column.
alter table document_version add column places_sha256 char(64);
create index document_version_places on document_version (places_sha256);
