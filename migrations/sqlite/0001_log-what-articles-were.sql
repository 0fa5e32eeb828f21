ALTER TABLE `changes` ADD `was` text;--> statement-breakpoint
CREATE INDEX `changes_target` ON `changes` (`target`,`seq`);