DROP INDEX "editions_search_key";--> statement-breakpoint
CREATE INDEX "editions_search_key" ON "editions" USING btree ("search_key","article");--> statement-breakpoint
DROP TABLE edition_words;--> statement-breakpoint
CREATE TABLE edition_index (key bigint PRIMARY KEY NOT NULL, tokens tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX edition_index_tokens ON edition_index USING gin (tokens);
--> statement-breakpoint
UPDATE editions SET search_key = NULL;
