CREATE TABLE `media` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`sort_name` text DEFAULT '' NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`kind` text NOT NULL,
	`status` text NOT NULL,
	`status_reason` text,
	`checksum` text NOT NULL,
	`mime_type` text NOT NULL,
	`byte_size` integer NOT NULL,
	`width` integer,
	`height` integer,
	`file_name` text,
	`alt` text,
	`caption` text,
	`credit` text,
	`language` text,
	`focal_point` text,
	`crops` text NOT NULL,
	`dominant_colour` text,
	`thumbhash` text,
	`metadata` text NOT NULL,
	`rights` text NOT NULL,
	`expires_at` text,
	`created_by` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `media_slug` ON `media` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `media_checksum` ON `media` (`checksum`);--> statement-breakpoint
CREATE INDEX `media_name` ON `media` (`sort_name`,`id`);--> statement-breakpoint
CREATE INDEX `media_created_at` ON `media` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `media_expires_at` ON `media` (`status`,`expires_at`);--> statement-breakpoint
CREATE TABLE `media_crops` (
	`media` text NOT NULL,
	`key` text NOT NULL,
	`crop` text NOT NULL,
	PRIMARY KEY(`media`, `key`),
	FOREIGN KEY (`media`) REFERENCES `media`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT;
--> statement-breakpoint
ALTER TABLE `authors` ADD `image` text;--> statement-breakpoint
ALTER TABLE `sections` ADD `image` text;--> statement-breakpoint
ALTER TABLE `sources` ADD `image` text;--> statement-breakpoint
ALTER TABLE `tags` ADD `image` text;--> statement-breakpoint
-- What is stored of editions has no image yet: each is compiled again.
INSERT INTO stale_editions (article) SELECT article FROM editions WHERE article NOT IN (SELECT article FROM stale_editions);
