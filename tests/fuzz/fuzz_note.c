/*
 * Notes, checkpoints and vkeys.  The first byte chooses the parser.  What
 * is accepted has one spelling: written out again it is the input.
 * max_len: 16384
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char log_vkey[] = "ledger.example/pilot+ff4bfb0c+"
    "AZsfhHkc/HZjBFhU04netcqVRJ2HXydqg4QLBgqznPxx";

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
try_note(struct bytes in)
{
	static struct note note;
	struct note_key key;
	struct note_seen seen;
	struct checkpoint c;
	struct why why;
	struct buf again;

	must(note_vkey_parse(log_vkey, &key, &why) == ERR_NONE);
	if (checkpoint_read(in, &key, &c, &why) == ERR_NONE)
		must(checkpoint_verify(key.name, &c, key.public) == ERR_NONE);
	if (note_parse(in, &note, &why) != ERR_NONE)
		return;
	(void)!note_verify(&note, &key, 1, &seen);
	buf_init(&again, NOTE_BYTES_MAX);
	buf_put(&again, note.text.data, note.text.n);
	buf_put_u8(&again, '\n');
	for (size_t i = 0; i < note.n_lines; i++) {
		buf_put_str(&again, "\xe2\x80\x94 ");
		buf_put(&again, note.line[i].name.data, note.line[i].name.n);
		buf_put_u8(&again, ' ');
		buf_put(&again, note.line[i].base64.data,
		    note.line[i].base64.n);
		buf_put_u8(&again, '\n');
	}
	must(buf_ok(&again) && bytes_equal(buf_view(&again), in));
	buf_free(&again);
}

static void
try_body(struct bytes in)
{
	char text[CHECKPOINT_BODY_MAX], origin[NOTE_NAME_MAX + 1] = "";
	struct checkpoint c;
	struct bytes name;
	struct why why;
	size_t n;

	if (checkpoint_parse(in, &name, &c, &why) != ERR_NONE)
		return;
	must(name.n < sizeof origin);
	memcpy(origin, name.data, name.n);
	n = checkpoint_body(origin, c.size, &c.root, text);
	must(bytes_equal(bytes_of(text, n), in));
}

static void
try_vkey(struct bytes in)
{
	char text[1024] = "", again[NOTE_VKEY_MAX];
	struct note_key key;
	struct why why;

	if (in.n >= sizeof text)
		return;
	memcpy(text, in.data, in.n);
	if (note_vkey_parse(text, &key, &why) != ERR_NONE)
		return;
	note_vkey_format(&key, again);
	must(strcmp(again, text) == 0);
}

static void
try_base64(struct bytes in)
{
	static uint8_t raw[16384];
	struct buf again;
	size_t n, counted;

	if (note_base64_take(in, raw, sizeof raw, &n) != ERR_NONE)
		return;
	must(note_base64_take(in, NULL, SIZE_MAX, &counted) == ERR_NONE &&
	    counted == n);
	buf_init(&again, 65536);
	note_base64_put(&again, bytes_of(raw, n));
	must(bytes_equal(buf_view(&again), in));
	buf_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static void (*const parser[])(struct bytes) = { try_note, try_body,
		try_vkey, try_base64 };

	if (n > 0)
		parser[data[0] % 4](bytes_of(data + 1, n - 1));
	return 0;
}
