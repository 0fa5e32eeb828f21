ALTER TABLE "changes" ADD COLUMN "was" json;--> statement-breakpoint
CREATE INDEX "changes_target" ON "changes" USING btree ("target","seq");