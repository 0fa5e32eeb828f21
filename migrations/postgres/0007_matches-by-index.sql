-- by hand: no plan but the one by the index of tokens is left, not even by the range of keys
CREATE FUNCTION edition_matches(query tsquery, low bigint, high bigint) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET plan_cache_mode = force_generic_plan
AS $$ BEGIN RETURN QUERY SELECT key FROM edition_index WHERE tokens @@ query AND key + 0 BETWEEN low AND high; END $$;--> statement-breakpoint
CREATE FUNCTION draft_matches(query tsquery) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE ROWS 1000
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET plan_cache_mode = force_generic_plan
AS $$ BEGIN RETURN QUERY SELECT key FROM draft_index WHERE tokens @@ query; END $$;
