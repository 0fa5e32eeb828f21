DROP INDEX `sections_slug`;--> statement-breakpoint
ALTER TABLE `sections` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `sections_name` ON `sections` (`sort_name`,`id`);--> statement-breakpoint
DROP INDEX `authors_name`;--> statement-breakpoint
ALTER TABLE `authors` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `authors_name` ON `authors` (`sort_name`,`id`);--> statement-breakpoint
DROP INDEX `sources_name`;--> statement-breakpoint
ALTER TABLE `sources` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `sources_name` ON `sources` (`sort_name`,`id`);--> statement-breakpoint
DROP INDEX `tags_name`;--> statement-breakpoint
ALTER TABLE `tags` ADD `sort_name` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `tags_name` ON `tags` (`sort_name`,`id`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_slugs` (
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`scope` text DEFAULT '' NOT NULL,
	`target` text NOT NULL,
	`live` integer NOT NULL,
	`merged_from` text,
	PRIMARY KEY(`kind`, `slug`, `scope`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_slugs`("kind", "slug", "scope", "target", "live", "merged_from") SELECT "kind", "slug", '', "target", "live", NULL FROM `slugs`;--> statement-breakpoint
DROP TABLE `slugs`;--> statement-breakpoint
ALTER TABLE `__new_slugs` RENAME TO `slugs`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE INDEX `slugs_target` ON `slugs` (`target`);--> statement-breakpoint
ALTER TABLE `articles` ADD `search_key` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `articles_search_key` ON `articles` (`search_key`);--> statement-breakpoint
DROP TABLE edition_vocabulary;--> statement-breakpoint
DROP TABLE edition_index;--> statement-breakpoint
CREATE VIRTUAL TABLE edition_index USING fts5(tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
--> statement-breakpoint
CREATE VIRTUAL TABLE edition_vocabulary USING fts5vocab(edition_index, row);
--> statement-breakpoint
CREATE VIRTUAL TABLE draft_index USING fts5(tokens, content = '', contentless_delete = 1, tokenize = 'ascii');
--> statement-breakpoint
UPDATE editions SET search_key = NULL;
