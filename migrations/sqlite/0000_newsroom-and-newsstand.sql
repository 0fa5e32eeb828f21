CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`secret_hash` text NOT NULL,
	`rate_limit` integer,
	`expires_at` text,
	`last_used_at` text,
	`created_at` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `article_refs` (
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`article` text NOT NULL,
	PRIMARY KEY(`kind`, `ref`, `article`),
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `article_refs_article` ON `article_refs` (`article`);--> statement-breakpoint
CREATE TABLE `articles` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`status` text NOT NULL,
	`version` integer NOT NULL,
	`live_version` integer,
	`live_slug` text,
	`external_id` text,
	`language` text NOT NULL,
	`sort_headline` text NOT NULL,
	`created_by` text NOT NULL,
	`created_by_name` text NOT NULL,
	`created_at` text NOT NULL,
	`edited_at` text NOT NULL,
	`published_at` text,
	`updated_at` text,
	`publish_at` text,
	`embargo_until` text,
	`deleted_at` text,
	`content` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `articles_slug` ON `articles` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `articles_external_id` ON `articles` (`external_id`);--> statement-breakpoint
CREATE INDEX `articles_created_at` ON `articles` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_edited_at` ON `articles` (`edited_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_headline` ON `articles` (`sort_headline`,`id`);--> statement-breakpoint
CREATE INDEX `articles_created_by` ON `articles` (`created_by`,`edited_at`);--> statement-breakpoint
CREATE INDEX `articles_publish_at` ON `articles` (`publish_at`,`id`);--> statement-breakpoint
CREATE INDEX `articles_deleted_at` ON `articles` (`deleted_at`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`target` text NOT NULL,
	`from_version` integer,
	`to_version` integer,
	`request_id` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_log_at` ON `audit_log` (`at`,`id`);--> statement-breakpoint
CREATE INDEX `audit_log_target` ON `audit_log` (`target`,`at`);--> statement-breakpoint
CREATE INDEX `audit_log_actor` ON `audit_log` (`actor`,`at`);--> statement-breakpoint
CREATE TABLE `authors` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`kind` text NOT NULL,
	`job_title` text,
	`bio` text,
	`avatar` text,
	`email` text,
	`links` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `authors_slug` ON `authors` (`slug`);--> statement-breakpoint
CREATE INDEX `authors_name` ON `authors` (`name`,`id`);--> statement-breakpoint
CREATE TABLE `changes` (
	`seq` integer PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`at` text NOT NULL,
	`target` text NOT NULL,
	`slug` text NOT NULL,
	`version` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `corrections` (
	`id` text PRIMARY KEY NOT NULL,
	`article` text NOT NULL,
	`kind` text NOT NULL,
	`text` text NOT NULL,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`from_version` integer,
	`to_version` integer NOT NULL,
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `corrections_article` ON `corrections` (`article`,`at`);--> statement-breakpoint
CREATE INDEX `corrections_at` ON `corrections` (`at`,`id`);--> statement-breakpoint
CREATE TABLE `edition_refs` (
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`published_at` text NOT NULL,
	`article` text NOT NULL,
	PRIMARY KEY(`kind`, `ref`, `published_at`, `article`),
	FOREIGN KEY (`article`) REFERENCES `editions`(`article`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `edition_refs_article` ON `edition_refs` (`article`);--> statement-breakpoint
CREATE TABLE `editions` (
	`article` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`version` integer NOT NULL,
	`etag` text NOT NULL,
	`cache_tag` text NOT NULL,
	`language` text NOT NULL,
	`external_id` text,
	`sort_headline` text NOT NULL,
	`published_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`card` text NOT NULL,
	`document` text NOT NULL,
	`content` blob NOT NULL,
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `editions_slug` ON `editions` (`slug`);--> statement-breakpoint
CREATE UNIQUE INDEX `editions_external_id` ON `editions` (`external_id`);--> statement-breakpoint
CREATE INDEX `editions_published_at` ON `editions` (`published_at`,`article`);--> statement-breakpoint
CREATE INDEX `editions_updated_at` ON `editions` (`updated_at`,`article`);--> statement-breakpoint
CREATE INDEX `editions_headline` ON `editions` (`sort_headline`,`article`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`caller` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`reply` blob NOT NULL,
	`created_at` text NOT NULL,
	PRIMARY KEY(`caller`, `key`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created_at` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `previews` (
	`id` text PRIMARY KEY NOT NULL,
	`article` text NOT NULL,
	`secret_hash` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `previews_article` ON `previews` (`article`);--> statement-breakpoint
CREATE INDEX `previews_expires_at` ON `previews` (`expires_at`);--> statement-breakpoint
CREATE TABLE `publications` (
	`article` text NOT NULL,
	`at` text NOT NULL,
	`number` integer NOT NULL,
	`until` text,
	PRIMARY KEY(`article`, `at`, `number`),
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `retractions` (
	`article` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`headline` text NOT NULL,
	`reason` text NOT NULL,
	`at` text NOT NULL,
	`replacement` text,
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `retractions_slug` ON `retractions` (`slug`);--> statement-breakpoint
CREATE TABLE `revisions` (
	`article` text NOT NULL,
	`number` integer NOT NULL,
	`base` integer,
	`at` text NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`note` text,
	`content` blob NOT NULL,
	PRIMARY KEY(`article`, `number`),
	FOREIGN KEY (`article`) REFERENCES `articles`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `sections` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`path` text NOT NULL,
	`parent` text,
	`description` text,
	`position` integer NOT NULL,
	FOREIGN KEY (`parent`) REFERENCES `sections`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sections_slug` ON `sections` (`slug`);--> statement-breakpoint
CREATE INDEX `sections_path` ON `sections` (`path`,`id`);--> statement-breakpoint
CREATE INDEX `sections_parent` ON `sections` (`parent`);--> statement-breakpoint
CREATE TABLE `slugs` (
	`kind` text NOT NULL,
	`slug` text NOT NULL,
	`target` text NOT NULL,
	`live` integer NOT NULL,
	PRIMARY KEY(`kind`, `slug`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `slugs_target` ON `slugs` (`target`);--> statement-breakpoint
CREATE TABLE `sources` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`kind` text NOT NULL,
	`description` text,
	`url` text,
	`affiliation` text,
	`country` text,
	FOREIGN KEY (`affiliation`) REFERENCES `sources`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sources_slug` ON `sources` (`slug`);--> statement-breakpoint
CREATE INDEX `sources_name` ON `sources` (`name`,`id`);--> statement-breakpoint
CREATE INDEX `sources_affiliation` ON `sources` (`affiliation`);--> statement-breakpoint
CREATE TABLE `stale_editions` (
	`article` text PRIMARY KEY NOT NULL,
	FOREIGN KEY (`article`) REFERENCES `editions`(`article`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `tags` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL,
	`deleted_at` text,
	`description` text
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_slug` ON `tags` (`slug`);--> statement-breakpoint
CREATE INDEX `tags_name` ON `tags` (`name`,`id`);