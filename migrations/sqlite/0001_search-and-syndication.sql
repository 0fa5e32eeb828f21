CREATE TABLE `receipts` (
	`key` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	FOREIGN KEY (`key`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `ref_counts` (
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`editions` integer NOT NULL,
	PRIMARY KEY(`kind`, `ref`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
ALTER TABLE `api_keys` ADD `grant` text;--> statement-breakpoint
ALTER TABLE `changes` ADD `was` text;--> statement-breakpoint
CREATE INDEX `changes_target` ON `changes` (`target`,`seq`);--> statement-breakpoint
ALTER TABLE `editions` ADD `search_key` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `editions_search_key` ON `editions` (`search_key`);--> statement-breakpoint
INSERT INTO edition_refs (kind, ref, published_at, article)
  SELECT 'language', language, published_at, article FROM editions;
--> statement-breakpoint
INSERT INTO ref_counts (kind, ref, editions)
  SELECT kind, ref, count(*) FROM edition_refs
  WHERE kind IN ('author', 'language', 'section', 'source', 'tag') GROUP BY kind, ref;
--> statement-breakpoint
CREATE VIRTUAL TABLE edition_words USING fts5(headline, summary, body, content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
--> statement-breakpoint
CREATE VIRTUAL TABLE edition_vocabulary USING fts5vocab(edition_words, row);
