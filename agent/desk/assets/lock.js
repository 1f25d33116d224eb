/*
 * The screen locks when nobody has touched it for data-lock seconds; it goes
 * blank five seconds before.  A hand on any tab counts for all of them.
 * While somebody reads, the agent is told so once a minute, since it ends
 * sessions that nobody uses.
 */
(() => {
	"use strict";

	const BLANK_MS = 5000, TELL_MS = 60000, TURN_MS = 500;
	const form = document.getElementById("lock");
	const limit = Number(document.body.dataset.lock) * 1000;
	const root = document.documentElement;
	let used = Date.now(), told = Date.now(), over = false;

	if (!form || !(limit > 2 * BLANK_MS))
		return;

	const tabs = new BroadcastChannel("wayleave");

	function show(blank) {
		if (blank === root.classList.contains("blank"))
			return;
		root.classList.toggle("blank", blank);
		document.body.dataset.blank = blank ?
		    "Locking. Press a key to stay." : "";
	}

	function lock(tell) {
		over = true;
		show(true);
		/* drafts are kept first: draft.js */
		dispatchEvent(new Event("wayleave:leave"));
		if (tell)
			tabs.postMessage("lock");
		form.submit();
	}

	function tell_agent() {
		told = Date.now();
		fetch("/alive", { method: "POST",
		    body: new URLSearchParams(new FormData(form)) })
		    .then((answer) => {
			if (answer.status === 401)
				lock(true);
		    }).catch(() => {});
	}

	function touch() {
		const now = Date.now();

		if (over)
			return;
		if (now - used > 1000)
			tabs.postMessage("used");
		used = now;
		show(false);
		if (now - told > TELL_MS)
			tell_agent();
	}

	for (const kind of ["keydown", "pointerdown", "pointermove", "scroll",
	    "input", "touchstart"])
		addEventListener(kind, touch, { passive: true, capture: true });
	tabs.addEventListener("message", (event) => {
		if (event.data === "used" && !over) {
			used = Date.now();
			show(false);
		} else if (event.data === "lock" && !over) {
			lock(false);
		}
	});
	addEventListener("wayleave:ended", () => lock(true));
	/* By the clock, not by one long timer: a laptop may have slept. */
	setInterval(() => {
		const idle = Date.now() - used;

		if (over)
			return;
		if (idle >= limit)
			lock(true);
		else if (idle >= limit - BLANK_MS)
			show(true);
	}, TURN_MS);
})();
