DROP INDEX "sections_slug";--> statement-breakpoint
DROP INDEX "authors_name";--> statement-breakpoint
DROP INDEX "sources_name";--> statement-breakpoint
DROP INDEX "tags_name";--> statement-breakpoint
ALTER TABLE "slugs" DROP CONSTRAINT "slugs_kind_slug_pk";--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "search_key" bigint;--> statement-breakpoint
ALTER TABLE "authors" ADD COLUMN "sort_name" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "sections" ADD COLUMN "sort_name" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "slugs" ADD COLUMN "scope" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "slugs" ADD COLUMN "merged_from" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "sort_name" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "tags" ADD COLUMN "sort_name" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "slugs" ADD CONSTRAINT "slugs_kind_slug_scope_pk" PRIMARY KEY("kind","slug","scope");--> statement-breakpoint
CREATE UNIQUE INDEX "articles_search_key" ON "articles" USING btree ("search_key");--> statement-breakpoint
CREATE INDEX "sections_name" ON "sections" USING btree ("sort_name","id");--> statement-breakpoint
CREATE INDEX "authors_name" ON "authors" USING btree ("sort_name","id");--> statement-breakpoint
CREATE INDEX "sources_name" ON "sources" USING btree ("sort_name","id");--> statement-breakpoint
CREATE INDEX "tags_name" ON "tags" USING btree ("sort_name","id");--> statement-breakpoint
DELETE FROM edition_index;--> statement-breakpoint
CREATE TABLE draft_index (key bigint PRIMARY KEY NOT NULL, tokens tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX draft_index_tokens ON draft_index USING gin (tokens);
--> statement-breakpoint
UPDATE editions SET search_key = NULL;
