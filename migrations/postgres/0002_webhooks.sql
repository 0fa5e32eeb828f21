CREATE TABLE "webhook_deliveries" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"webhook" text COLLATE "C" NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"seq" bigint,
	"target" text COLLATE "C",
	"slug" text COLLATE "C",
	"version" bigint,
	"status" text COLLATE "C" NOT NULL,
	"attempts" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"next_at" timestamp(3) with time zone,
	"last_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"response_status" bigint,
	"milliseconds" bigint,
	"error" text COLLATE "C",
	"excerpt" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C",
	"url" text COLLATE "C" NOT NULL,
	"events" json NOT NULL,
	"section" text COLLATE "C",
	"with_edition" boolean NOT NULL,
	"version" bigint NOT NULL,
	"secret" "bytea" NOT NULL,
	"old_secret" "bytea",
	"old_secret_until" timestamp(3) with time zone,
	"status" text COLLATE "C" NOT NULL,
	"reason" text COLLATE "C",
	"status_since" timestamp(3) with time zone NOT NULL,
	"cursor" bigint NOT NULL,
	"last_success_at" timestamp(3) with time zone,
	"last_failure_at" timestamp(3) with time zone,
	"failing_since" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_fk" FOREIGN KEY ("webhook") REFERENCES "public"."webhooks"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("webhook","status","next_at","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_order" ON "webhook_deliveries" USING btree ("webhook","status","target","seq");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_created_at" ON "webhook_deliveries" USING btree ("webhook","created_at","id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_finished_at" ON "webhook_deliveries" USING btree ("finished_at");--> statement-breakpoint
CREATE INDEX "webhooks_created_at" ON "webhooks" USING btree ("created_at","id");