-- Version 1. What is released is never edited: a change is a new file.
-- Times ending in _ns are nanoseconds on the clock of their row's run, unless they say utc.

-- Lives of an engine.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,                       -- live, simulated, replay
    source_sha256 TEXT,                         -- of a replayed recording
    fingerprint TEXT NOT NULL,                  -- program and parameters
    inputs INTEGER NOT NULL DEFAULT 0,          -- that entered
    source_inputs INTEGER NOT NULL DEFAULT 0,   -- those that the source delivered
    events INTEGER NOT NULL DEFAULT 0,          -- that the engine gave, of the kinds kept here
    last_ns INTEGER NOT NULL DEFAULT 0,         -- how far its time has come
    inputs_complete INTEGER NOT NULL DEFAULT 1, -- 0 once samples were dropped for want of room
    ended INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX run_of_recording ON run (source_sha256) WHERE source_sha256 IS NOT NULL;
CREATE INDEX run_unfinished ON run (id) WHERE ended = 0;

-- Where a run's clock lies in UTC; a jump of the wall clock adds a row.
CREATE TABLE clock_anchor (
    run INTEGER NOT NULL,
    mono_ns INTEGER NOT NULL,
    utc_ns INTEGER NOT NULL,
    certain INTEGER NOT NULL
) STRICT;

CREATE INDEX clock_anchor_of_run ON clock_anchor (run);

-- What entered the engine: the chunks of one commit share `batch`, the ordinal of its first input in the run.
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    batch INTEGER NOT NULL,
    sensor TEXT,                                -- whose notifications; NULL for links, commands and context
    inputs INTEGER NOT NULL,                    -- how many are in it
    first_ns INTEGER NOT NULL,
    last_ns INTEGER NOT NULL,
    data BLOB NOT NULL                          -- see chunk.rs
) STRICT;

CREATE INDEX chunk_in_order ON chunk (run, batch);

-- The journal.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    at_ns INTEGER NOT NULL,
    axis INTEGER NOT NULL,                      -- the run whose times stand in the payload
    kind TEXT NOT NULL,                         -- rep, set, session, advice, cadence, sensor, stream, notice, change
    entity ANY,                                 -- number or name of what it is about
    revision INTEGER,
    payload TEXT NOT NULL                       -- JSON
) STRICT;

CREATE INDEX event_cadence ON event (entity) WHERE kind = 'cadence';
CREATE INDEX event_notice ON event (seq) WHERE kind = 'notice';

-- Projections: where in the journal the latest word on a thing is, and what lists are filtered by.
CREATE TABLE rep (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    run INTEGER NOT NULL,                       -- of its first event, for ever
    ended_at_ns INTEGER NOT NULL,               -- as first published, for ever
    set_id INTEGER,
    station TEXT NOT NULL,
    athlete TEXT,
    exercise TEXT,
    accepted INTEGER NOT NULL
) STRICT;

CREATE INDEX rep_of_set ON rep (set_id);
CREATE INDEX rep_of_athlete ON rep (athlete, exercise);

CREATE TABLE set_record (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    run INTEGER NOT NULL,
    session_id INTEGER NOT NULL,
    station TEXT NOT NULL,
    athlete TEXT,
    exercise TEXT,
    open INTEGER NOT NULL,
    inbox INTEGER NOT NULL                      -- closed, with a repetition, without athlete, exercise or load
) STRICT;

CREATE INDEX set_of_session ON set_record (session_id);
CREATE INDEX set_of_athlete ON set_record (athlete, exercise);
CREATE INDEX set_in_inbox ON set_record (station) WHERE inbox = 1;
CREATE INDEX set_open ON set_record (station) WHERE open = 1;

CREATE TABLE session (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    run INTEGER NOT NULL,
    station TEXT NOT NULL,
    athlete TEXT,
    open INTEGER NOT NULL
) STRICT;

CREATE INDEX session_open ON session (station) WHERE open = 1;

CREATE TABLE advice (
    id INTEGER PRIMARY KEY,
    seq INTEGER NOT NULL,
    run INTEGER NOT NULL,
    set_id INTEGER NOT NULL,
    station TEXT NOT NULL,
    athlete TEXT,
    superseded_by INTEGER
) STRICT;

CREATE INDEX advice_of_set ON advice (set_id);

-- The same for what has a name: sensor, cadence, station, athlete, sensor_profile, device_token.
CREATE TABLE latest (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    seq INTEGER NOT NULL,
    revision INTEGER NOT NULL,                  -- counts the words on it, from 1
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

-- What people laid over the machine's values; what they said is the event of the same seq.
CREATE TABLE correction (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,                         -- rep, set
    entity INTEGER NOT NULL
) STRICT;

CREATE INDEX correction_of ON correction (kind, entity);

-- Wishes that have been granted, by the key that came with them.
CREATE TABLE request (
    key TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
