DROP INDEX `articles_external_id`;--> statement-breakpoint
CREATE INDEX `articles_external_id` ON `articles` (`external_id`);