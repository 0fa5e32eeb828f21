DROP INDEX `sections_slug`;--> statement-breakpoint
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
CREATE INDEX `slugs_target` ON `slugs` (`target`);