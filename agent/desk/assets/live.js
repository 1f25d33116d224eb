/*
 * A page with an element [data-live] (and an id) is kept up to date: the
 * server says that something changed, never what; the page is then asked
 * for again and the element replaced, unless somebody is inside it.
 */
(() => {
	"use strict";

	const LATER_MS = 30000;
	const mine = document.querySelector("[data-live][id]");
	let source = null, opened = 0;

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

	function look() {
		again().catch(() => {});
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

	function start() {
		source = new EventSource("/events");
		source.addEventListener("changed", look);
		/* what changed while nobody listened */
		source.addEventListener("open", () => {
			if (opened++ > 0)
				look();
		});
		source.addEventListener("ended", () => {
			stop();
			dispatchEvent(new Event("wayleave:ended"));
		});
		/* refused, and not only interrupted: the browser gave up */
		source.addEventListener("error", () => {
			if (source && source.readyState === EventSource.CLOSED) {
				stop();
				setTimeout(listen, LATER_MS);
			}
		});
	}

	function stop() {
		if (source)
			source.close();
		source = null;
	}

	/* Browsers have few connections: a tab nobody sees gives its back. */
	function listen() {
		if (document.hidden)
			stop();
		else if (!source)
			start();
	}

	document.addEventListener("visibilitychange", listen);
	listen();
})();
