/*
 * Writing HTML into a struct buf.  Whatever comes from outside goes through
 * html(), whose %s is always escaped (text and quoted attribute values alike);
 * html_raw() is for our own constants alone.  No inline style, no inline
 * script, no event attribute: the content security policy forbids them.
 */
#ifndef WAYLEAVE_AGENT_DESK_HTML_H
#define WAYLEAVE_AGENT_DESK_HTML_H

#include <jansson.h>
#include <stdarg.h>

#include "base/bytes.h"

/*
 * As printf, with %s (escaped; NULL is ""), %d, %u, %ld, %lu, %lld, %llu,
 * %zu, %.nf, %c and %%; attributes must be quoted in fmt.  Any other
 * conversion is our own mistake and marks the buffer failed.
 */
void html(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void html_v(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/* Our own markup, as it is. */
void html_raw(struct buf *b, const char *markup);
/* Escaped text of n bytes; bytes that are not UTF-8 become U+FFFD, and so do
 * controls and what turns the reading order of other text around. */
void html_text(struct buf *b, const char *s, size_t n);

/* How many bytes the first character of these n bytes has; 0 when it is
 * none: cut short, overlong, a surrogate or beyond U+10FFFF. */
size_t html_utf8(const char *s, size_t n);

/* Fields of a JSON object, "" and 0 and false when absent or of another type;
 * the string is the object's. */
const char *json_str(const json_t *o, const char *key);
long long json_int(const json_t *o, const char *key);
bool json_yes(const json_t *o, const char *key);

#endif
