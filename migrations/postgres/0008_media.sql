CREATE TABLE "media" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"sort_name" text COLLATE "C" DEFAULT '' NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"kind" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"status_reason" text COLLATE "C",
	"checksum" text COLLATE "C" NOT NULL,
	"mime_type" text COLLATE "C" NOT NULL,
	"byte_size" bigint NOT NULL,
	"width" bigint,
	"height" bigint,
	"file_name" text COLLATE "C",
	"alt" text COLLATE "C",
	"caption" text COLLATE "C",
	"credit" text COLLATE "C",
	"language" text COLLATE "C",
	"focal_point" json,
	"crops" json NOT NULL,
	"dominant_colour" text COLLATE "C",
	"thumbhash" text COLLATE "C",
	"metadata" json NOT NULL,
	"rights" json NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"created_by" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "media_crops" (
	"media" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"crop" json NOT NULL,
	CONSTRAINT "media_crops_media_key_pk" PRIMARY KEY("media","key")
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"name" text COLLATE "C" PRIMARY KEY NOT NULL,
	"value" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "authors" ADD COLUMN "image" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "sections" ADD COLUMN "image" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "sources" ADD COLUMN "image" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "tags" ADD COLUMN "image" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "media_crops" ADD CONSTRAINT "media_crops_media_fk" FOREIGN KEY ("media") REFERENCES "public"."media"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "media_slug" ON "media" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "media_checksum" ON "media" USING btree ("checksum");--> statement-breakpoint
CREATE INDEX "media_name" ON "media" USING btree ("sort_name","id");--> statement-breakpoint
CREATE INDEX "media_created_at" ON "media" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "media_expires_at" ON "media" USING btree ("status","expires_at");--> statement-breakpoint
-- What is stored of editions has no image yet: each is compiled again.
INSERT INTO stale_editions (article) SELECT article FROM editions WHERE article NOT IN (SELECT article FROM stale_editions);
