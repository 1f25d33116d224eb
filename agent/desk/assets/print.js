/* The button of the page that was made for paper. */
(() => {
	"use strict";

	for (const button of document.querySelectorAll("[data-print]"))
		button.addEventListener("click", () => print());
})();
