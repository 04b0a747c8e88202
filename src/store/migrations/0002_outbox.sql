-- Version 2: how far each place outside has come that is told what is in the journal.

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    destination TEXT NOT NULL UNIQUE,
    seq INTEGER NOT NULL,                       -- all entries up to here have arrived
    points INTEGER NOT NULL DEFAULT 0,          -- lines that were taken
    refused INTEGER NOT NULL DEFAULT 0          -- lines that were not, kept below or not
) STRICT;

-- What a destination was last told of each thing: so that a change can take it back under its own name.
CREATE TABLE outbox_told (
    outbox INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    edition INTEGER NOT NULL,
    t_ms INTEGER NOT NULL,                      -- its time for ever, UTC
    series TEXT NOT NULL,                       -- measurement and tags, a line for each point
    content INTEGER NOT NULL,                   -- stands for tags and fields
    PRIMARY KEY (outbox, kind, subject)
) STRICT, WITHOUT ROWID;

-- Lines that a destination will not take.
CREATE TABLE outbox_refused (
    id INTEGER PRIMARY KEY,
    outbox INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    line TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
