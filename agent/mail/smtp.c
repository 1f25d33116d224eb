#include "agent/mail/smtp.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct reading {
	struct bytes left;
};

static size_t
give(char *to, size_t size, size_t n, void *ctx)
{
	struct reading *r = ctx;
	const size_t want = size * n < r->left.n ? size * n : r->left.n;
	const uint8_t *from;

	if (want == 0 || !bytes_take(&r->left, want, &from))
		return 0;
	memcpy(to, from, want);
	return want;
}

/* ---- where to ---------------------------------------------------------- */

static bool
is_this_machine(const char *host)
{
	struct in6_addr six;
	struct in_addr four;
	char bare[64];
	size_t n = strlen(host);

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (n < 3 || n >= sizeof bare || host[0] != '[')
		return false;
	memcpy(bare, host + 1, n - 2);
	bare[n - 2] = '\0';
	return inet_pton(AF_INET6, bare, &six) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&six);
}

bool
smtp_is_loopback(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool is = false;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url,
	    CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		is = is_this_machine(host);
	curl_free(host);
	curl_url_cleanup(u);
	return is;
}

/* ---- one mail ---------------------------------------------------------- */

#define SET(option, value) \
	(e == CURLE_OK ? (e = curl_easy_setopt(c, (option), (value))) : e)

/* Who we are, how it is protected, and no help from the environment. */
static CURLcode
set_server(CURL *c, const struct smtp *s)
{
	CURLcode e = CURLE_OK;

	SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	SET(CURLOPT_URL, s->url);
	SET(CURLOPT_NOPROXY, "*");
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, SMTP_SECONDS / 3L);
	SET(CURLOPT_TIMEOUT, (long)SMTP_SECONDS);
	SET(CURLOPT_USE_SSL, smtp_is_loopback(s->url) ?
	    (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (s->ca_file[0] != '\0')
		SET(CURLOPT_CAINFO, s->ca_file);
	if (s->user[0] != '\0') {
		SET(CURLOPT_USERNAME, s->user);
		SET(CURLOPT_PASSWORD, s->password);
	}
	return e;
}

static CURLcode
set_letter(CURL *c, const char *from, struct curl_slist *to,
    struct reading *r, char error[static CURL_ERROR_SIZE])
{
	CURLcode e = CURLE_OK;

	SET(CURLOPT_MAIL_FROM, from);
	SET(CURLOPT_MAIL_RCPT, to);
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, give);
	SET(CURLOPT_READDATA, r);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->left.n);
	SET(CURLOPT_ERRORBUFFER, error);
	return e;
}

static enum error_code
outcome(CURL *c, CURLcode e)
{
	long said = 0;

	if (e == CURLE_OK)
		return ERR_NONE;
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &said);
	switch (e) {
	case CURLE_OUT_OF_MEMORY:
		return ERR_NOMEM;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_SSL_CACERT_BADFILE:
		return ERR_CONFIG;
	case CURLE_LOGIN_DENIED:
		return ERR_DENIED;
	case CURLE_USE_SSL_FAILED:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
		return ERR_CRYPTO;
	default:
		return said >= 500 && said < 600 ? ERR_REFUSED : ERR_OFFLINE;
	}
}

enum error_code
smtp_send(const struct smtp *s, const char *from, const char *to,
    struct bytes letter, struct why *why)
{
	char error[CURL_ERROR_SIZE] = "";
	struct reading r = { letter };
	struct curl_slist *list = NULL;
	CURL *c = curl_easy_init();
	enum error_code err;
	CURLcode e;

	if (c != NULL)
		list = curl_slist_append(NULL, to);
	if (list == NULL) {
		curl_easy_cleanup(c);
		return ERR_NOMEM;
	}
	e = set_server(c, s);
	if (e == CURLE_OK)
		e = set_letter(c, from, list, &r, error);
	if (e == CURLE_OK)
		e = curl_easy_perform(c);
	err = outcome(c, e);
	if (err != ERR_NONE)
		why_set(why, "%s", error[0] != '\0' ? error :
		    curl_easy_strerror(e));
	curl_slist_free_all(list);
	curl_easy_cleanup(c);
	return err;
}
