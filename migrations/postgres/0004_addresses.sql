DROP INDEX "sections_slug";--> statement-breakpoint
ALTER TABLE "slugs" DROP CONSTRAINT "slugs_kind_slug_pk";--> statement-breakpoint
ALTER TABLE "slugs" ADD COLUMN "scope" text COLLATE "C" DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "slugs" ADD COLUMN "merged_from" text COLLATE "C";--> statement-breakpoint
ALTER TABLE "slugs" ADD CONSTRAINT "slugs_kind_slug_scope_pk" PRIMARY KEY("kind","slug","scope");