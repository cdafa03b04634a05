create table conversations (id text primary key, owner text not null, body jsonb not null);
create table files (id text primary key, owner text not null, body jsonb not null);
create table orders (id text primary key, owner text not null, body jsonb not null);
create index on conversations (owner);
