CREATE TABLE "ref_counts" (
	"kind" text COLLATE "C" NOT NULL,
	"ref" text COLLATE "C" NOT NULL,
	"editions" bigint NOT NULL,
	CONSTRAINT "ref_counts_kind_ref_pk" PRIMARY KEY("kind","ref")
);
--> statement-breakpoint
-- Written by hand: lists filter by language as by the other references, and the counts begin with what is there.
INSERT INTO edition_refs (kind, ref, published_at, article)
	SELECT 'language', language, published_at, article FROM editions;
--> statement-breakpoint
INSERT INTO ref_counts (kind, ref, editions)
	SELECT kind, ref, count(*) FROM edition_refs WHERE kind IN ('author', 'language', 'section', 'source', 'tag') GROUP BY kind, ref;
