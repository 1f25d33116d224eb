/*
 * Quick hide: Esc twice, or the button.  What is on the screen goes first;
 * then the session is ended and a harmless page takes this one's place in
 * the history.  Other tabs of the desk do the same.  Without JavaScript the
 * button is a form that does the latter two.
 */
(() => {
	"use strict";

	const TWICE_MS = 700;
	const form = document.getElementById("hide");
	const where = document.body.dataset.hide;
	const tabs = new BroadcastChannel("wayleave");
	let last = 0;

	function vanish() {
		document.documentElement.replaceChildren();
		location.replace(where);
	}

	function hide() {
		const data = form && new URLSearchParams(new FormData(form));
		const writing = document.querySelector(
		    "form [name='draft.what']");

		if (data && writing)
			for (const [name, value] of new FormData(writing.form))
				if (!name.startsWith("desk."))
					data.append(name, value);
		dispatchEvent(new Event("wayleave:hide"));
		document.documentElement.replaceChildren();
		tabs.postMessage("hide");
		if (data)
			navigator.sendBeacon("/hide", data);
		location.replace(where);
	}

	addEventListener("keydown", (event) => {
		if (event.key !== "Escape")
			return;
		if (event.timeStamp - last < TWICE_MS)
			hide();
		last = event.timeStamp;
	}, true);
	if (form)
		form.addEventListener("submit", (event) => {
			event.preventDefault();
			hide();
		});
	tabs.addEventListener("message", (event) => {
		if (event.data === "hide")
			vanish();
	});

	/* The browser's back button brings no old screen back. */
	addEventListener("pageshow", (event) => {
		if (event.persisted) {
			document.documentElement.replaceChildren();
			location.reload();
		}
	});
})();
