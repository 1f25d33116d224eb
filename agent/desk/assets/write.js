/*
 * Writing: codes are found while one types, and what only some records need
 * shows when a code that needs it is ticked.  Without this file the Find
 * button does the former, and everything shows.
 */
(() => {
	"use strict";

	const PAUSE_MS = 200;
	const field = document.getElementById("q");
	const found = document.getElementById("found");
	let timer = 0, last = "";

	if (!field || !found)
		return;
	const form = field.form;

	function fit() {
		const scopes = new Set([...form.querySelectorAll(
		    "input[name=codes]:checked")].map((i) => i.dataset.scope));

		for (const part of form.querySelectorAll("[data-for]"))
			part.hidden = !scopes.has(part.dataset.for);
	}

	/* What is ticked stays; below it, what the words find. */
	async function look() {
		const q = field.value.trim();

		if (q === last)
			return;
		last = q;
		const answer = await fetch("/codes?" +
		    new URLSearchParams({ q, for: found.dataset.codes }),
		    { redirect: "error" });
		const page = new DOMParser().parseFromString(
		    await answer.text(), "text/html");

		if (!answer.ok || q !== field.value.trim())
			return;
		const ticked = new Set();

		for (const label of [...found.children]) {
			const input = label.querySelector("input");

			if (input && input.checked)
				ticked.add(input.value);
			else
				label.remove();
		}
		for (const label of [...page.body.children]) {
			const input = label.querySelector("input");

			if (!input || !ticked.has(input.value))
				found.append(label);
		}
	}

	field.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(() => look().catch(() => {}), PAUSE_MS);
	});
	/* Enter in the field finds; it never sends. */
	field.addEventListener("keydown", (event) => {
		if (event.key === "Enter") {
			event.preventDefault();
			look().catch(() => {});
		}
	});
	form.addEventListener("change", fit);
	fit();
})();
