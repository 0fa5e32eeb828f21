CREATE TABLE "jobs" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"done" bigint NOT NULL,
	"total" bigint NOT NULL,
	"report" json,
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	"lease_until" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "jobs_created_at" ON "jobs" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "jobs_state" ON "jobs" USING btree ("state","kind");