/*
 * What is being written is kept every five seconds, and when the page goes
 * away: a form with a field draft.what.
 */
(() => {
	"use strict";

	const EVERY_MS = 5000;
	const what = document.querySelector("form [name='draft.what']");

	if (!what)
		return;
	const form = what.form;
	const version = form.querySelector("[name='draft.version']");
	const note = document.createElement("p");
	const read = () => new URLSearchParams(new FormData(form)).toString();
	let kept = read(), busy = false, sent = false;
	let doing = Promise.resolve();

	note.className = "hint";
	note.setAttribute("role", "status");
	form.append(note);

	async function keep(last) {
		const now = read();

		if (sent || busy || now === kept)
			return;
		busy = true;
		try {
			const answer = await fetch("/draft", { method: "POST",
			    body: new URLSearchParams(now), keepalive: last });

			if (!answer.ok)
				throw new Error();
			version.value = (await answer.text()).trim();
			kept = read();
			note.textContent = "Kept as a draft.";
		} catch {
			note.textContent = "Not kept just now; trying again.";
		}
		busy = false;
	}

	form.addEventListener("submit", () => {
		sent = true;
	});
	setInterval(() => {
		doing = keep(false);
	}, EVERY_MS);
	/* who locks the screen waits for it: lock.js */
	addEventListener("wayleave:leave", (event) => {
		if (!sent && (busy || read() !== kept))
			event.detail.push(doing.then(() => keep(true)));
	});
	/* hide.js has taken it along */
	addEventListener("wayleave:hide", () => {
		sent = true;
	});
	document.addEventListener("visibilitychange", () => {
		if (document.hidden)
			keep(true);
	});
})();
