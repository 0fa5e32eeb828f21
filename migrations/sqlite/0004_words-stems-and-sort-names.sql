DROP INDEX `authors_name`;--> statement-breakpoint
ALTER TABLE `authors` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `authors_name` ON `authors` (`sort_name`,`id`);--> statement-breakpoint
DROP INDEX `sources_name`;--> statement-breakpoint
ALTER TABLE `sources` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `sources_name` ON `sources` (`sort_name`,`id`);--> statement-breakpoint
DROP INDEX `tags_name`;--> statement-breakpoint
ALTER TABLE `tags` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `tags_name` ON `tags` (`sort_name`,`id`);--> statement-breakpoint
ALTER TABLE `articles` ADD `search_key` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `articles_search_key` ON `articles` (`search_key`);--> statement-breakpoint
ALTER TABLE `sections` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `sections_name` ON `sections` (`sort_name`,`id`);--> statement-breakpoint
DROP TABLE edition_vocabulary;--> statement-breakpoint
DROP TABLE edition_index;--> statement-breakpoint
CREATE VIRTUAL TABLE edition_index USING fts5(tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
--> statement-breakpoint
CREATE VIRTUAL TABLE edition_vocabulary USING fts5vocab(edition_index, row);
--> statement-breakpoint
CREATE VIRTUAL TABLE draft_index USING fts5(tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
--> statement-breakpoint
UPDATE editions SET search_key = NULL;
