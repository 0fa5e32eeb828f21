DROP INDEX "articles_external_id";--> statement-breakpoint
CREATE INDEX "articles_external_id" ON "articles" USING btree ("external_id");