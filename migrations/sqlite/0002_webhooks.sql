CREATE TABLE `webhook_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`webhook` text NOT NULL,
	`type` text NOT NULL,
	`at` text NOT NULL,
	`seq` integer,
	`target` text,
	`slug` text,
	`version` integer,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`created_at` text NOT NULL,
	`next_at` text,
	`last_at` text,
	`finished_at` text,
	`response_status` integer,
	`milliseconds` integer,
	`error` text,
	`excerpt` text,
	FOREIGN KEY (`webhook`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`webhook`,`status`,`next_at`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_order` ON `webhook_deliveries` (`webhook`,`status`,`target`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_created_at` ON `webhook_deliveries` (`webhook`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_finished_at` ON `webhook_deliveries` (`finished_at`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`section` text,
	`with_edition` integer NOT NULL,
	`version` integer NOT NULL,
	`secret` blob NOT NULL,
	`old_secret` blob,
	`old_secret_until` text,
	`status` text NOT NULL,
	`reason` text,
	`status_since` text NOT NULL,
	`cursor` integer NOT NULL,
	`last_success_at` text,
	`last_failure_at` text,
	`failing_since` text,
	`created_at` text NOT NULL,
	`updated_at` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `webhooks_created_at` ON `webhooks` (`created_at`,`id`);