// Writing in two minutes, and what must be refused as the user meets it.
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const R1 = 'There is no permission in force to share this at the moment.';

// ---- an observation, counted -------------------------------------------------------
const pat = await Person.at(browser, env.desk['northbank-police']);
const page = pat.page;
const started = Date.now();
await pat.signIn('pat');
await pat.click(page.getByRole('link', { name: 'Write', exact: true }).first());
await pat.click(page.getByRole('link', { name: /^Case 1/ }));
await pat.check(page.locator('input[name=actor][value=P1]'));
await pat.fill(page.locator('#q'), 'follows her');
await page.waitForSelector('#found input[value=CC21]');
await pat.check(page.locator('#found input[value=CC21]'));
await pat.check(page.locator('input[name=targets][value=P2]'));
await pat.select(page.locator('#recency'), 'RC1');
await pat.check(page.locator('input[name=source][value=SRC6]'));
await pat.fill(page.locator('#text'), 'waits outside the nursery');
await pat.shot('write');
await pat.accessible('write');
await pat.click(page.getByRole('button', { name: 'Look who gets it' }));
const looked = await pat.text();
ok('who gets it, and why the others do not',
    looked.includes("Caledonian, children's desk") && looked.includes(R1));
ok('a court is named among those who get nothing',
    looked.includes('Northbank Sheriff Court'));
await pat.shot('write-looked');
await pat.accessible('write, looked');
await pat.click(page.getByRole('button', { name: 'Send', exact: true }));
await page.waitForURL('**/track/**');
ok(`written and sent in ${pat.hands} interactions (at most 40), ` +
    `${((Date.now() - started) / 1000).toFixed(1)} s by machine`,
    pat.hands <= 40);
ok('it says where the copies are', /queued|sent|delivered|waiting/
    .test(await pat.text()));
await pat.accessible('track');
await pat.shot('track');

// ---- back, reload, double click: nothing twice ------------------------------------------
// The browser keeps no page, so the form comes again from its own memory.
const copy = await pat.context.newPage();
await copy.goto(pat.base + '/write/1');
const twice = await copy.evaluate(async (fields) => {
	const own = new FormData(document.querySelector('form.form'));
	const data = new URLSearchParams(own);
	for (const [k, v] of fields)
		data.append(k, v);
	const texts = [];
	for (let i = 0; i < 2; i++) {
		const r = await fetch('/write/1', { method: 'POST', body: data });
		texts.push(r.url + ' ' + await r.text());
	}
	return texts;
}, [['codes', 'CC21'], ['actor', 'P1'], ['do', 'send'], ['looked', 'yes']]);
ok('handed in twice: the second time it is said and nothing is done',
    twice[0].includes('/track/') && /handed in already/.test(twice[1]),
    twice.map((t) => t.slice(0, 60)).join(' | '));
await copy.close();

// ---- wording: offered, never blocking ------------------------------------------------------
await pat.go('/write/1');
await page.locator('input[name=actor][value=P1]').check();
await page.locator('#q').fill('CC08');
await page.waitForSelector('#found input[value=CC08]');
await page.locator('#found input[value=CC08]').check();
await page.locator('#text').fill('a volatile relationship, mother not engaging');
await page.getByRole('button', { name: 'Look who gets it' }).click();
ok('wording is offered', await page.locator('.pane q').count() >= 2);
ok('and does not block', await page.getByRole('button',
    { name: 'Send', exact: true }).count() === 1);
await pat.shot('write-wording');

// ---- every "no" keeps what was typed and names the field ------------------------------------
await pat.go('/write/1');
await page.getByRole('button', { name: 'Look who gets it' }).click();
ok('nothing ticked: it is said in plain words, with the way to the field',
    await page.locator('.error a[href="#q"]').count() === 1 &&
    !/\$\.|\[V/.test(await pat.text()));
await pat.go('/ask/1');
await page.locator('#to').selectOption('northbank-court');
await page.locator('#text').fill('is there an order?');
await page.getByRole('button', { name: 'Ask', exact: true }).click();
ok('a question that may not go: whom to ask instead, and the text kept',
    (await page.locator('.error').innerText()).startsWith(R1) &&
    /Please do not ask the family/.test(await pat.text()) &&
    await page.locator('#text').inputValue() === 'is there an order?');
await pat.go('/handover');
ok('nothing to hand over: no markup is shown', !/<p>/.test(await pat.text()));
await pat.go('/write/1');
await page.locator('#q').fill('CC01');
await page.waitForSelector('#found input[value=CC01]');
await page.locator('#found input[value=CC01]').check();
await page.locator('#text').fill('no actor was said');
await page.getByRole('button', { name: 'Look who gets it' }).click();
ok('V1: an act needs somebody who did it',
    await page.locator('.error a[href="#actor"]').count() === 1);
ok('what was typed is kept', await page.locator('#text').inputValue() ===
    'no actor was said' &&
    await page.locator('#found input[value=CC01]').isChecked());
await pat.close();

// ---- N1, N2, N4, N5, N7, N9, N10 as the user meets them ----------------------------------------
// Looks who gets a document made of `fill`; the text of the page.
async function looks(agency, account, fill) {
	const p = await Person.at(browser, env.desk[agency]);
	await p.signIn(account);
	await p.go('/write/1');
	await fill(p.page);
	await p.page.getByRole('button', { name: 'Look who gets it' }).click();
	const text = await p.text();
	const ticked = await p.page.locator('input[name=to]').evaluateAll(
	    (list) => list.map((i) => i.value));
	await p.close();
	return { text, ticked };
}
async function code(p, c) {
	await p.locator('#q').fill(c);
	await p.waitForSelector(`#found input[value=${c}]`);
	await p.locator(`#found input[value=${c}]`).check();
}
const factor = async (p) => {
	await code(p, 'IF02');
	await p.locator('#owner').selectOption('P2');
};
const n1 = await looks('northbank-health', 'hana', factor);
ok('N1, N2 what the health visitor saw goes to neither police nor welfare',
    !n1.ticked.includes('northbank-police') &&
    !n1.ticked.includes('northbank-children') && n1.text.includes(R1));
const effort = async (p, asked) => {
	await code(p, 'PE02');
	await p.locator('input[name=source][value=SRC2]').check();
	if (asked)
		await p.locator('input[name=asked][value=yes]').check();
};
const n4 = await looks('womens-aid', 'ada', (p) => effort(p, true));
ok('N4 her efforts do not go to the police',
    !n4.ticked.includes('northbank-police') &&
    n4.ticked.includes('northbank-children'));
const n9 = await looks('womens-aid', 'ada', (p) => effort(p, false));
ok('N9 nobody asked her: ask her first', /Ask her first/.test(n9.text) &&
    n9.ticked.length === 0);
const n5 = await looks('caledonian-children', 'susan', async (p) => {
	await p.locator('input[name=actor][value=P1]').check();
	await code(p, 'CC04');
});
ok('N5 nothing goes to court or reporter',
    !n5.ticked.includes('northbank-court') &&
    !n5.ticked.includes('northbank-reporter'));
const n7 = await looks('northbank-children', 'carl', async (p) => {
	await p.locator('input[name=actor][value=P1]').check();
	await code(p, 'CH16');
});
ok('N7 that arrow runs the other way', !n7.ticked.includes('caledonian-men'));
const n10 = await looks('northbank-therapy', 'theo', async (p) => {
	await code(p, 'SR11');
	await p.locator('summary').click();
	await p.locator('input[name=segments][value=SG2]').check();
});
ok('N10 a therapy record does not go to the school',
    !n10.ticked.includes('northbank-school'));
// one face for every reason
const faces = [n1, n4, n5, n7, n10].map((n) => n.text.slice(
    n.text.indexOf(R1), n.text.indexOf(R1) + R1.length));
ok('five kinds of no, one sentence', new Set(faces).size === 1);
const n3 = await looks('northbank-police', 'pat', async (p) => {
	await p.locator('input[name=actor][value=P1]').check();
	await code(p, 'CC30');
});
ok('N3 nothing goes to the advocate after the withdrawal',
    !n3.ticked.includes('womens-aid'));
ok('a withdrawn permission reads like none',
    n3.text.includes(R1) && !/withdrawn|stopped/i.test(n3.text));

// ---- drafts across a lock -----------------------------------------------------------------------
const sam = await Person.at(browser, env.desk['northbank-school']);
await sam.signIn('sam');
await sam.go('/write/1');
await sam.page.locator('#text').fill('half a sentence about the morning');
await sam.page.waitForSelector('text=Kept as a draft', { timeout: 9000 });
await sam.page.getByRole('button', { name: 'Lock' }).click();
ok('locked: nothing is on the screen', !/half a sentence/
    .test(await sam.text()));
await sam.signIn('sam');
await sam.go('/write/1');
ok('and the draft is there again', await sam.page.locator('#text')
    .inputValue() === 'half a sentence about the morning' &&
    /your draft/.test(await sam.text()));
await sam.close();

// ---- urgent ------------------------------------------------------------------------------------------
const carl = await Person.at(browser, env.desk['northbank-children']);
await carl.signIn('carl');
await carl.click(carl.page.getByRole('link', { name: 'Urgent' }));
const urgent = await carl.text();
ok('telephones come first', urgent.indexOf('01632 960102') > 0 &&
    urgent.indexOf('01632 960102') < urgent.indexOf('Record what was told'));
await carl.accessible('urgent');
await carl.shot('urgent');
await carl.close();

await browser.close();
end();
