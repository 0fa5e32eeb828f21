CREATE TABLE "receipts" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ref_counts" (
	"kind" text COLLATE "C" NOT NULL,
	"ref" text COLLATE "C" NOT NULL,
	"editions" bigint NOT NULL,
	CONSTRAINT "ref_counts_kind_ref_pk" PRIMARY KEY("kind","ref")
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "grant" json;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "was" json;--> statement-breakpoint
ALTER TABLE "editions" ADD COLUMN "search_key" bigint;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_key_fk" FOREIGN KEY ("key") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "changes_target" ON "changes" USING btree ("target","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "editions_search_key" ON "editions" USING btree ("search_key");--> statement-breakpoint
INSERT INTO edition_refs (kind, ref, published_at, article)
  SELECT 'language', language, published_at, article FROM editions;
--> statement-breakpoint
INSERT INTO ref_counts (kind, ref, editions)
  SELECT kind, ref, count(*) FROM edition_refs
  WHERE kind IN ('author', 'language', 'section', 'source', 'tag') GROUP BY kind, ref;
--> statement-breakpoint
CREATE TABLE edition_words (key bigint PRIMARY KEY NOT NULL, words tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX edition_words_words ON edition_words USING gin (words);
