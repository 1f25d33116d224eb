/*
 * The screen locks when nobody has touched it for data-lock seconds; it goes
 * blank five seconds before.  A hand on any tab counts for all of them.
 * While somebody reads, the agent is told so once a minute, since it ends
 * sessions that nobody uses.  Locking and signing out, by hand or by the
 * clock, blank this tab and all others at once; then what is being written is
 * kept, and only then the session ends.
 */
(() => {
	"use strict";

	const BLANK_MS = 5000, TELL_MS = 60000, TURN_MS = 500;
	const FOLLOW_MS = 1000, KEEP_MS = 3000;
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
		document.body.dataset.blank = !blank ? "" : over ?
		    "Locking." : "Locking. Press a key to stay.";
	}

	const pause = (ms) => new Promise((done) => setTimeout(done, ms));

	/* Blank at once; what comes is what is still being kept: draft.js */
	function leave() {
		const keeping = [];

		over = true;
		show(true);
		dispatchEvent(new CustomEvent("wayleave:leave",
		    { detail: keeping }));
		return keeping;
	}

	/* True: nothing has to be waited for. */
	function end(by) {
		const keeping = leave();

		tabs.postMessage("lock");
		if (keeping.length > 0)
			Promise.race([Promise.allSettled(keeping),
			    pause(KEEP_MS)]).then(() => by.submit());
		return keeping.length === 0;
	}

	function lock() {
		if (end(form))
			form.submit();
	}

	/* Another tab ends the session: this one does not end it again. */
	function follow() {
		const from = form.querySelector("[name='desk.next']");

		leave();
		pause(FOLLOW_MS).then(() => location.replace("/locked" +
		    (from ? "?from=" + from.value : "")));
	}

	function tell_agent() {
		told = Date.now();
		fetch("/alive", { method: "POST",
		    body: new URLSearchParams(new FormData(form)) })
		    .then((answer) => {
			if (answer.status === 401)
				lock();
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
			follow();
		}
	});
	for (const by of [form, document.getElementById("signout")])
		by.addEventListener("submit", (event) => {
			if (over || !end(by))
				event.preventDefault();
		});
	addEventListener("wayleave:ended", lock);
	/* By the clock, not by one long timer: a laptop may have slept. */
	setInterval(() => {
		const idle = Date.now() - used;

		if (over)
			return;
		if (idle >= limit)
			lock();
		else if (idle >= limit - BLANK_MS)
			show(true);
	}, TURN_MS);
})();
