create table notes (id text primary key, owner text not null, words text not null, made timestamptz not null default now());
create index on notes (owner);
