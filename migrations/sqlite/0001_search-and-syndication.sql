CREATE TABLE `receipts` (
	`key` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`at` text NOT NULL,
	FOREIGN KEY (`key`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
ALTER TABLE `api_keys` ADD `grant` text;--> statement-breakpoint
ALTER TABLE `changes` ADD `was` text;--> statement-breakpoint
CREATE INDEX `changes_target` ON `changes` (`target`,`seq`);