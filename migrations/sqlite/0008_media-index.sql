ALTER TABLE `media` ADD `search_key` integer;--> statement-breakpoint
CREATE INDEX `media_search_key` ON `media` (`search_key`);
--> statement-breakpoint
-- by hand: drizzle-kit knows no full-text index
CREATE VIRTUAL TABLE media_index USING fts5(tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
