/*
 * A page with an element [data-live] (and an id) is kept up to date: the
 * server says that something changed, never what; the page is then asked
 * for again and the element replaced, unless somebody is inside it.
 */
(() => {
	"use strict";

	const mine = document.querySelector("[data-live][id]");
	let source = null;

	if (!mine || !window.EventSource)
		return;

	async function again() {
		const answer = await fetch(location.pathname + "?live=1",
		    { redirect: "error" });
		const page = new DOMParser().parseFromString(
		    await answer.text(), "text/html");
		const fresh = answer.ok && page.getElementById(mine.id);
		const now = document.getElementById(mine.id);

		if (!fresh || fresh.innerHTML === now.innerHTML)
			return;
		if (now.contains(document.activeElement))
			offer(now);
		else
			now.replaceWith(fresh);
	}

	/* Nothing moves under somebody's fingers. */
	function offer(now) {
		const note = document.createElement("p");
		const link = document.createElement("a");

		if (document.getElementById("live-news"))
			return;
		note.id = "live-news";
		note.className = "box";
		note.setAttribute("role", "status");
		link.href = location.pathname;
		link.textContent = "Something has changed. Show it.";
		note.append(link);
		now.before(note);
	}

	/* Browsers have few connections: a tab nobody sees gives its back. */
	function listen() {
		if (document.hidden) {
			if (source)
				source.close();
			source = null;
		} else if (!source) {
			source = new EventSource("/events");
			source.addEventListener("ended", () => {
				source.close();
				dispatchEvent(new Event("wayleave:ended"));
			});
			source.addEventListener("changed", () => {
				again().catch(() => {});
			});
		}
	}

	document.addEventListener("visibilitychange", listen);
	listen();
})();
