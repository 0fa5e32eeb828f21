CREATE TABLE "receipts" (
	"key" text COLLATE "C" PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "grant" json;--> statement-breakpoint
ALTER TABLE "changes" ADD COLUMN "was" json;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_key_fk" FOREIGN KEY ("key") REFERENCES "public"."api_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "changes_target" ON "changes" USING btree ("target","seq");