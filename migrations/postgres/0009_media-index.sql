ALTER TABLE "media" ADD COLUMN "search_key" bigint;--> statement-breakpoint
CREATE INDEX "media_search_key" ON "media" USING btree ("search_key");--> statement-breakpoint
-- by hand: drizzle-kit knows no full-text index
CREATE TABLE media_index (key bigint PRIMARY KEY NOT NULL, tokens tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX media_index_tokens ON media_index USING gin (tokens);
