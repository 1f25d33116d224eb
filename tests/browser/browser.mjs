// What the browser tests share: Chromium without a window, one context a
// person, checks that print a line each, and a count of what hands did.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';

const require = createRequire(process.env.WL_MODULES + '/');
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const env = process.env.WL_ENV ?
    JSON.parse(readFileSync(process.env.WL_ENV, 'utf8')) : {};
const shots = process.env.WL_SHOTS;
let passed = 0, failed = 0;

export function ok(name, truth, why) {
	if (truth) {
		passed++;
		console.log(`  ok    ${name}`);
	} else {
		failed++;
		console.log(`  FAIL  ${name}${why ? ': ' + why : ''}`);
	}
	return truth;
}

export function end() {
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed ? 1 : 0;
}

export async function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic',
		    '--no-first-run', '--disable-background-networking',
		    '--disable-component-update', '--disable-sync'],
	});
}

// A person at the desk of an agency: counts clicks, fields and keys.
export class Person {
	constructor(context, page, base) {
		this.context = context;
		this.page = page;
		this.base = base;
		this.hands = 0;
		this.console = [];
		page.on('console', (m) => {
			if (m.type() === 'error')
				this.console.push(m.text());
		});
	}

	static async at(browser, base, options = {}) {
		const context = await browser.newContext({
			viewport: { width: 1200, height: 900 }, ...options });
		return new Person(context, await context.newPage(), base);
	}

	async go(path) {
		return this.page.goto(this.base + path);
	}

	async signIn(account, password = env.password) {
		await this.go('/signin');
		await this.page.getByLabel('Account').fill(account);
		await this.page.getByLabel('Password', { exact: true })
		    .fill(password);
		await this.page.getByRole('button', { name: 'Sign in' }).click();
		this.hands = 0;
	}

	async click(locator) {
		this.hands++;
		await locator.click();
	}

	async fill(locator, text) {
		this.hands++;
		await locator.fill(text);
	}

	async select(locator, value) {
		this.hands++;
		await locator.selectOption(value);
	}

	async check(locator) {
		this.hands++;
		await locator.check();
	}

	async key(name) {
		this.hands++;
		await this.page.keyboard.press(name);
	}

	async text() {
		return (await this.page.locator('body').innerText())
		    .replace(/\s+/g, ' ');
	}

	// The whole page, or what of it is meant.
	async shot(name, of) {
		const path = `${shots}/${name}.png`;

		mkdirSync(shots, { recursive: true });
		if (of)
			await of.screenshot({ path });
		else
			await this.page.screenshot({ path, fullPage: true });
	}

	// WCAG 2.2 AA, as far as a machine can see; run past the page's own
	// content policy, in the test's world.
	async accessible(name) {
		const client = await this.context.newCDPSession(this.page);
		const { frameTree } = await client.send('Page.getFrameTree');
		const { executionContextId } = await client.send(
		    'Page.createIsolatedWorld', {
			frameId: frameTree.frame.id, worldName: 'axe' });
		await client.send('Runtime.evaluate', { expression: axe,
		    contextId: executionContextId });
		const { result, exceptionDetails } = await client.send(
		    'Runtime.evaluate', { contextId: executionContextId,
			awaitPromise: true, returnByValue: true, expression:
			`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa',
			'wcag21a', 'wcag21aa', 'wcag22aa'] }).then((r) =>
			r.violations.map((v) => v.id + ': ' + v.nodes.map((n) =>
			n.target.join(' ')).slice(0, 4).join(', ')))` });
		const found = exceptionDetails ?
		    [exceptionDetails.text] : result.value;
		return ok(`${name}: nothing that axe finds`, found.length === 0,
		    found.join('; '));
	}

	// Nothing wider than the window, so nothing to push sideways.
	async fits(name) {
		const wide = await this.page.evaluate(() =>
		    document.documentElement.scrollWidth -
		    document.documentElement.clientWidth);
		return ok(`${name}: fits`, wide <= 1, `${wide} px too wide`);
	}

	async close() {
		await this.context.close();
	}
}
