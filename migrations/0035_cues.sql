-- A withdrawal may be of several instruments: their ids as a JSON list, where it is of more than one. A node that does not
-- know of this column reads such a cue as a withdrawal of everything, which is too much and never too little.
alter table cue add column instrument_ids text;
