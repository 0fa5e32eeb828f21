-- by hand: drizzle-kit splits the expression at its comma
CREATE INDEX `articles_dated_at` ON `articles` (coalesce("published_at", "created_at"), `id`);
