CREATE TABLE "api_keys" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"role" text COLLATE "C" NOT NULL,
	"secret_hash" text COLLATE "C" NOT NULL,
	"rate_limit" bigint,
	"expires_at" timestamp(3) with time zone,
	"last_used_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "article_refs" (
	"kind" text COLLATE "C" NOT NULL,
	"ref" text COLLATE "C" NOT NULL,
	"article" text COLLATE "C" NOT NULL,
	CONSTRAINT "article_refs_kind_ref_article_pk" PRIMARY KEY("kind","ref","article")
);
--> statement-breakpoint
CREATE TABLE "articles" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"live_version" bigint,
	"live_slug" text COLLATE "C",
	"external_id" text COLLATE "C",
	"language" text COLLATE "C" NOT NULL,
	"sort_headline" text COLLATE "C" NOT NULL,
	"created_by" text COLLATE "C" NOT NULL,
	"created_by_name" text COLLATE "C" NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"edited_at" timestamp(3) with time zone NOT NULL,
	"published_at" timestamp(3) with time zone,
	"updated_at" timestamp(3) with time zone,
	"publish_at" timestamp(3) with time zone,
	"embargo_until" timestamp(3) with time zone,
	"deleted_at" timestamp(3) with time zone,
	"content" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"actor" text COLLATE "C" NOT NULL,
	"actor_name" text COLLATE "C" NOT NULL,
	"action" text COLLATE "C" NOT NULL,
	"target" text COLLATE "C" NOT NULL,
	"from_version" bigint,
	"to_version" bigint,
	"request_id" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "authors" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"kind" text COLLATE "C" NOT NULL,
	"job_title" text COLLATE "C",
	"bio" text COLLATE "C",
	"avatar" text COLLATE "C",
	"email" text COLLATE "C",
	"links" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "changes" (
	"seq" bigint PRIMARY KEY NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"target" text COLLATE "C" NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "corrections" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"article" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C" NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"actor" text COLLATE "C" NOT NULL,
	"actor_name" text COLLATE "C" NOT NULL,
	"from_version" bigint,
	"to_version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "edition_refs" (
	"kind" text COLLATE "C" NOT NULL,
	"ref" text COLLATE "C" NOT NULL,
	"published_at" timestamp(3) with time zone NOT NULL,
	"article" text COLLATE "C" NOT NULL,
	CONSTRAINT "edition_refs_kind_ref_published_at_article_pk" PRIMARY KEY("kind","ref","published_at","article")
);
--> statement-breakpoint
CREATE TABLE "editions" (
	"article" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"etag" text COLLATE "C" NOT NULL,
	"cache_tag" text COLLATE "C" NOT NULL,
	"language" text COLLATE "C" NOT NULL,
	"external_id" text COLLATE "C",
	"sort_headline" text COLLATE "C" NOT NULL,
	"published_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"card" text COLLATE "C" NOT NULL,
	"document" text COLLATE "C" NOT NULL,
	"content" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"caller" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"fingerprint" text COLLATE "C" NOT NULL,
	"reply" "bytea" NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_caller_key_pk" PRIMARY KEY("caller","key")
);
--> statement-breakpoint
CREATE TABLE "previews" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"article" text COLLATE "C" NOT NULL,
	"secret_hash" text COLLATE "C" NOT NULL,
	"created_by" text COLLATE "C" NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "publications" (
	"article" text COLLATE "C" NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"number" bigint NOT NULL,
	"until" timestamp(3) with time zone,
	CONSTRAINT "publications_article_at_number_pk" PRIMARY KEY("article","at","number")
);
--> statement-breakpoint
CREATE TABLE "retractions" (
	"article" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"headline" text COLLATE "C" NOT NULL,
	"reason" text COLLATE "C" NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"replacement" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "revisions" (
	"article" text COLLATE "C" NOT NULL,
	"number" bigint NOT NULL,
	"base" bigint,
	"at" timestamp(3) with time zone NOT NULL,
	"actor" text COLLATE "C" NOT NULL,
	"actor_name" text COLLATE "C" NOT NULL,
	"note" text COLLATE "C",
	"content" "bytea" NOT NULL,
	CONSTRAINT "revisions_article_number_pk" PRIMARY KEY("article","number")
);
--> statement-breakpoint
CREATE TABLE "sections" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"path" text COLLATE "C" NOT NULL,
	"parent" text COLLATE "C",
	"description" text COLLATE "C",
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "slugs" (
	"kind" text COLLATE "C" NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"target" text COLLATE "C" NOT NULL,
	"live" boolean NOT NULL,
	CONSTRAINT "slugs_kind_slug_pk" PRIMARY KEY("kind","slug")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"kind" text COLLATE "C" NOT NULL,
	"description" text COLLATE "C",
	"url" text COLLATE "C",
	"affiliation" text COLLATE "C",
	"country" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "stale_editions" (
	"article" text COLLATE "C" PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"slug" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"version" bigint NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	"description" text COLLATE "C"
);
--> statement-breakpoint
ALTER TABLE "article_refs" ADD CONSTRAINT "article_refs_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "corrections" ADD CONSTRAINT "corrections_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "edition_refs" ADD CONSTRAINT "edition_refs_article_fk" FOREIGN KEY ("article") REFERENCES "public"."editions"("article") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "editions" ADD CONSTRAINT "editions_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "previews" ADD CONSTRAINT "previews_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "publications" ADD CONSTRAINT "publications_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retractions" ADD CONSTRAINT "retractions_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "revisions" ADD CONSTRAINT "revisions_article_fk" FOREIGN KEY ("article") REFERENCES "public"."articles"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sections" ADD CONSTRAINT "sections_parent_fk" FOREIGN KEY ("parent") REFERENCES "public"."sections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_affiliation_fk" FOREIGN KEY ("affiliation") REFERENCES "public"."sources"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stale_editions" ADD CONSTRAINT "stale_editions_article_fk" FOREIGN KEY ("article") REFERENCES "public"."editions"("article") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "article_refs_article" ON "article_refs" USING btree ("article");--> statement-breakpoint
CREATE UNIQUE INDEX "articles_slug" ON "articles" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "articles_external_id" ON "articles" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "articles_created_at" ON "articles" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "articles_edited_at" ON "articles" USING btree ("edited_at","id");--> statement-breakpoint
CREATE INDEX "articles_headline" ON "articles" USING btree ("sort_headline","id");--> statement-breakpoint
CREATE INDEX "articles_created_by" ON "articles" USING btree ("created_by","edited_at");--> statement-breakpoint
CREATE INDEX "articles_publish_at" ON "articles" USING btree ("publish_at","id");--> statement-breakpoint
CREATE INDEX "articles_deleted_at" ON "articles" USING btree ("deleted_at");--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_log_target" ON "audit_log" USING btree ("target","at");--> statement-breakpoint
CREATE INDEX "audit_log_actor" ON "audit_log" USING btree ("actor","at");--> statement-breakpoint
CREATE UNIQUE INDEX "authors_slug" ON "authors" USING btree ("slug");--> statement-breakpoint
CREATE INDEX "authors_name" ON "authors" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "corrections_article" ON "corrections" USING btree ("article","at");--> statement-breakpoint
CREATE INDEX "corrections_at" ON "corrections" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "edition_refs_article" ON "edition_refs" USING btree ("article");--> statement-breakpoint
CREATE UNIQUE INDEX "editions_slug" ON "editions" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "editions_external_id" ON "editions" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "editions_published_at" ON "editions" USING btree ("published_at","article");--> statement-breakpoint
CREATE INDEX "editions_updated_at" ON "editions" USING btree ("updated_at","article");--> statement-breakpoint
CREATE INDEX "editions_headline" ON "editions" USING btree ("sort_headline","article");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "previews_article" ON "previews" USING btree ("article");--> statement-breakpoint
CREATE INDEX "previews_expires_at" ON "previews" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "retractions_slug" ON "retractions" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "sections_slug" ON "sections" USING btree ("slug");--> statement-breakpoint
CREATE INDEX "sections_path" ON "sections" USING btree ("path","id");--> statement-breakpoint
CREATE INDEX "sections_parent" ON "sections" USING btree ("parent");--> statement-breakpoint
CREATE INDEX "slugs_target" ON "slugs" USING btree ("target");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_slug" ON "sources" USING btree ("slug");--> statement-breakpoint
CREATE INDEX "sources_name" ON "sources" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "sources_affiliation" ON "sources" USING btree ("affiliation");--> statement-breakpoint
CREATE UNIQUE INDEX "tags_slug" ON "tags" USING btree ("slug");--> statement-breakpoint
CREATE INDEX "tags_name" ON "tags" USING btree ("name","id");