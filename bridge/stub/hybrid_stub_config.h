/* SPDX-License-Identifier: BSD-3-Clause
 * Reads a configuration in TOML, and says whether it asks for native mode only. No parser: it looks
 * for the key "mode", wherever it is and in whatever form, and takes no value but "native". What it
 * cannot read for certain, a key with an escape in it, is refused too. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of a file, to be freed; null: it cannot be read. */
static char *text_of(const char *path) {
  FILE *file = fopen(path, "rb");
  char *text = malloc(1), *larger;
  size_t length = 0, read = 1;
  while (file && text && read > 0 && (larger = realloc(text, length + 4097))) {
    text = larger;
    length += read = fread(text + length, 1, 4096, file);
    text[length] = '\0';
  }
  if (!file || ferror(file) || read > 0) free(text), text = NULL;
  if (file) fclose(file);
  return text;
}

struct hyb_word {
  const char *from; /* without quotes */
  size_t length;
  bool quoted;
};

static bool hyb_is(struct hyb_word word, const char *text) {
  return word.length == strlen(text) && memcmp(word.from, text, word.length) == 0;
}

/* The string that begins at *at, which moves behind it: "a", 'a', or three quotes on each side. */
static struct hyb_word hyb_string(const char **at) {
  const char quote = **at;
  const size_t n = (*at)[1] == quote && (*at)[2] == quote ? 3 : 1;
  struct hyb_word word = {*at + n, 0, true};
  const char *p = word.from, *end = *at;
  for (; *p && !(strncmp(p, end, n) == 0); ++p)
    if (quote == '"' && *p == '\\' && p[1]) ++p;
  word.length = (size_t)(p - word.from);
  *at = *p ? p + n : p;
  return word;
}

static bool hyb_in_a_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || (c & 0x80);
}

/* The next word, string or sign; blanks and comments are skipped, *line counts. */
static struct hyb_word hyb_next(const char **at, int *line) {
  for (; **at == ' ' || **at == '\t' || **at == '\r' || **at == '\n' || **at == '#'; ++*at) {
    if (**at == '#') *at += strcspn(*at, "\n");
    if (**at == '\n') ++*line;
    if (!**at) break;
  }
  if (**at == '"' || **at == '\'') {
    const char *from = *at;
    const struct hyb_word word = hyb_string(at);
    for (; from < *at; ++from) *line += *from == '\n';
    return word;
  }
  struct hyb_word word = {*at, 0, false};
  while (hyb_in_a_word(word.from[word.length])) ++word.length;
  if (word.length == 0 && *word.from) word.length = 1;
  *at += word.length;
  return word;
}

/* True if no other mode is asked for; else `message` says what is, and where. */
static bool native_only(const char *text, const char *source, char *message, size_t size) {
  struct hyb_word key = {"", 0, false}, word;
  int line = 1;
  for (word = hyb_next(&text, &line); word.length || word.quoted; key = word,
      word = hyb_next(&text, &line)) {
    if (word.quoted || !hyb_is(word, "=")) continue;
    const bool escaped = key.quoted && key.from[-1] == '"' && memchr(key.from, '\\', key.length);
    word = hyb_next(&text, &line);
    if (!escaped && (!hyb_is(key, "mode") || (!word.quoted && hyb_is(word, "{")) ||
                     (word.quoted && hyb_is(word, "native"))))
      continue;
    snprintf(message, size,
             "%s, line %d: %.*s: expected 'native', the only mode of the stub library, found "
             "'%.*s': link libhybrid",
             source, line, (int)key.length, key.from, (int)word.length, word.from);
    return false;
  }
  return true;
}
