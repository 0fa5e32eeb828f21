DROP INDEX `editions_search_key`;--> statement-breakpoint
CREATE INDEX `editions_search_key` ON `editions` (`search_key`,`article`);--> statement-breakpoint
DROP TABLE edition_vocabulary;--> statement-breakpoint
DROP TABLE edition_words;--> statement-breakpoint
CREATE VIRTUAL TABLE edition_index USING fts5(tokens, content = '', contentless_delete = 1,
  tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'");
--> statement-breakpoint
CREATE VIRTUAL TABLE edition_vocabulary USING fts5vocab(edition_index, row);
--> statement-breakpoint
UPDATE editions SET search_key = NULL;
