/* The frame around every page. */
#include "agent/desk/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/desk/asset.h"
#include "agent/desk/part.h"
#include "agent/words.h"

enum { WORDS_LEN = 512, LATER_SECONDS = 2 };

/* ---- head ------------------------------------------------------------------ */

/* Without JavaScript: the page leaves the screen when its time is over. */
static bool
leaves(const struct desk_call *c)
{
	return c->who.account[0] != '\0' && c->who.lock_seconds > 0 &&
	    strcmp(c->path, "/locked") != 0;
}

static void
head_leave(struct desk_call *c)
{
	/* what shows nothing says not even which nothing */
	const bool back = !c->post && c->status == 200;

	if (leaves(c))
		html(&c->out, "<noscript><meta http-equiv=\"refresh\" "
		    "content=\"%ld;url=/locked%s%s\"></noscript>\n",
		    c->who.lock_seconds + LATER_SECONDS, back ? "?from=" : "",
		    back ? c->path : "");
}

/* And that is said, for what is being typed would go with it. */
static void
say_leave(struct desk_call *c)
{
	/* no time of day: equal pages are equal at any minute */
	if (leaves(c))
		html(&c->out, "<noscript><p class=\"leaves\">This page locks "
		    "itself %ld minutes after it was shown. Hand in before "
		    "then what you type, or keep it as a draft where the page "
		    "offers that: it is lost otherwise.</p></noscript>\n",
		    c->who.lock_seconds / 60);
}

static void
head(struct desk_call *c)
{
	struct buf *b = &c->out;

	html(b, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n<title>Wayleave</title>\n"
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<link rel=\"icon\" href=\"/assets/%s\">\n"
	    "<link rel=\"stylesheet\" href=\"/assets/%s\">\n"
	    "<script src=\"/assets/%s\" defer></script>\n",
	    asset_name(ASSET_ICON), asset_name(ASSET_CSS),
	    asset_name(ASSET_JS));
	head_leave(c);
	html_raw(b, "</head>\n");
	html(b, "<body data-hide=\"%s\" data-lock=\"%ld\">\n"
	    "<a class=\"skip\" href=\"#main\">Skip to content</a>\n",
	    c->config->hide_url, c->who.account[0] != '\0' ?
	    c->who.lock_seconds : 0);
}

/* A button that is a form, so that it works without JavaScript.  `next` is
 * where to go on afterwards, `key` what else does it; both may be NULL. */
static void
button(struct desk_call *c, const char *action, const char *id,
    const char *next, const char *label, const char *key)
{
	char token[GUARD_TOKEN];

	guard_token(c->visitor, token);
	html(&c->out, "<form method=\"post\" action=\"%s\" id=\"%s\">"
	    "<input type=\"hidden\" name=\"" DESK_FIELD_TOKEN
	    "\" value=\"%s\">", action, id, token);
	if (next != NULL)
		html(&c->out, "<input type=\"hidden\" name=\"" DESK_FIELD_NEXT
		    "\" value=\"%s\">", next);
	html(&c->out, "<button>%s", label);
	if (key != NULL)
		html(&c->out, "<small>%s</small>", key);
	html_raw(&c->out, "</button></form>\n");
}

static void
bar(struct desk_call *c)
{
	struct buf *b = &c->out;

	html_raw(b, "<header class=\"bar\">\n"
	    "<a class=\"brand\" href=\"/\">Wayleave</a>\n");
	if (c->who.account[0] != '\0') {
		html(b, "<p class=\"who\"><a href=\"/password\">%s"
		    "<span class=\"hidden-label\">: your password</span></a>"
		    "<span class=\"team\">%s</span></p>\n"
		    "<div class=\"session\">\n", c->who.name[0] != '\0' ?
		    c->who.name : c->who.account, c->who.team);
		/* what shows nothing says not even which nothing */
		button(c, "/lock", "lock", !c->post && c->status == 200 ?
		    c->path : NULL, "Lock", NULL);
		button(c, "/signout", "signout", NULL, "Sign out", NULL);
	} else {
		html_raw(b, "<div class=\"session\">\n");
	}
	button(c, "/hide", "hide", NULL, "Hide", "Esc Esc");
	html_raw(b, "</div>\n</header>\n");
}

/* ---- navigation --------------------------------------------------------------- */

static const struct nav {
	const char *path, *label;
	unsigned rights;               /* any of them; 0 everybody */
} nav[] = {
	{ "/", "Inbox", ~(unsigned)DESK_IT },
	{ "/write", "Write", ~(unsigned)DESK_IT },
	{ "/room", "Consent room", DESK_ADVOCATE },
	{ "/handover", "Handover", DESK_WORKER | DESK_LEAD },
	{ "/lead", "Lead", DESK_LEAD },
	{ "/it", "IT", DESK_IT },
	{ "/stop", "Stop phrase", 0 },
	{ "/urgent", "Urgent", 0 },
};

/* "/room" is where one is on "/room" and on "/room/3/grid". */
static bool
within(const char *path, const char *place)
{
	const size_t n = strlen(place);

	return strncmp(path, place, n) == 0 &&
	    (path[n] == '\0' || (n > 1 && path[n] == '/'));
}

static void
navigation(struct desk_call *c)
{
	html_raw(&c->out, "<nav class=\"main\" aria-label=\"Main\">\n<ul>\n");
	for (size_t i = 0; i < sizeof nav / sizeof nav[0]; i++) {
		const struct nav *n = &nav[i];

		if (n->rights != 0 && (n->rights & c->who.rights) == 0)
			continue;
		html(&c->out, "<li><a href=\"%s\" class=\"to-%s\"",
		    n->path, n->path[1] != '\0' ? n->path + 1 : "inbox");
		html_raw(&c->out, within(c->path, n->path) ?
		    " aria-current=\"page\">" : ">");
		html(&c->out, "%s</a></li>\n", n->label);
	}
	html_raw(&c->out, "</ul>\n</nav>\n");
}

/* ---- banners -------------------------------------------------------------------- */

static void
banner(struct desk_call *c, const char *words)
{
	html(&c->out, "<p class=\"banner\" role=\"status\">%s</p>\n", words);
}

static void
say_offline(struct desk_call *c, const json_t *status)
{
	char words[WORDS_LEN], since[PAGE_TIME];
	struct words_value v[] = { { "time", since },
	    { "duty_numbers", "the numbers on the page "
	    "Urgent" } };

	page_time_text(json_str(status, "offline_since"), since);
	banner(c, words_say("offline", WORDS_ANYONE, v, 2, words,
	    sizeof words));
}

/* What everybody should know before reading on. */
static void
banners(struct desk_call *c)
{
	char words[WORDS_LEN];
	json_t *status = NULL;

	if (desk_ask(c, VERB_STATUS, NULL, &status, NULL) != CLI_DONE)
		return;
	if (!json_yes(status, "unlocked"))
		banner(c, words_say("locked", WORDS_ANYONE, NULL, 0, words,
		    sizeof words));
	else if (!json_yes(status, "connected"))
		say_offline(c, status);
	json_decref(status);
}

static void
said_done(struct desk_call *c)
{
	static const struct { const char *name, *text; } done[] = {
#define DONE(name, text) { name, text },
#include "agent/desk/page_done.def"
#undef DONE
	};
	const char *name = form_get(&c->query, "done");

	for (size_t i = 0; name != NULL && i < sizeof done / sizeof done[0];
	    i++)
		if (strcmp(done[i].name, name) == 0)
			page_box(c, "good", "%s", done[i].text);
}

/* ---- pages ---------------------------------------------------------------------- */

static void
begin(struct desk_call *c)
{
	head(c);
	bar(c);
	if (c->who.account[0] != '\0')
		navigation(c);
	banners(c);
	say_leave(c);
	html_raw(&c->out, "<main id=\"main\" tabindex=\"-1\">\n");
}

void
page_begin(struct desk_call *c, const char *heading)
{
	begin(c);
	html(&c->out, "<h1>%s</h1>\n", heading);
	said_done(c);
}

void
page_begin_case(struct desk_call *c, long long no, const char *tab,
    const char *heading)
{
	static const struct { const char *name, *label; } tabs[] = {
		{ "map", "Map" }, { "gaps", "Gaps" }, { "change", "Change" },
		{ "seen", "Seen" }, { "consent", "Consent" },
		{ "people", "People" },
	};

	begin(c);
	html(&c->out, "<nav class=\"tabs\" aria-label=\"Case %lld\">\n"
	    "<p class=\"case\">Case %lld</p>\n<ul>\n", no, no);
	for (size_t i = 0; i < sizeof tabs / sizeof tabs[0]; i++)
		html(&c->out, strcmp(tab, tabs[i].name) == 0 ?
		    "<li><a href=\"/case/%lld/%s\" aria-current=\"page\">%s"
		    "</a></li>\n" :
		    "<li><a href=\"/case/%lld/%s\">%s</a></li>\n", no,
		    tabs[i].name, tabs[i].label);
	html(&c->out, "<li class=\"act\"><a href=\"/write/%lld\">Write</a>"
	    "</li>\n</ul>\n</nav>\n<h1>%s</h1>\n", no, heading);
	said_done(c);
}

void
page_end(struct desk_call *c)
{
	html_raw(&c->out, "</main>\n</body>\n</html>\n");
}
