// One page for writing in two windows: the newest is the draft, the other
// one is offered, and no word of either is lost.
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const max = await Person.at(browser, env.desk['northbank-marac']);
await max.signIn('max');
const first = max.page, second = await max.context.newPage();
const A = 'what the first window says', B = 'what the second window says';

// Types, and waits until it is kept.
async function write(page, text) {
	const kept = page.waitForResponse(async (r) => r.ok() &&
	    new URL(r.url()).pathname === '/draft' && new URLSearchParams(
	    r.request().postData()).get('text') === text);

	await page.locator('#text').fill(text);
	await kept;
}
// The page in a window that has just been opened.
async function fresh(path) {
	const page = await max.context.newPage();
	await page.goto(max.base + path);
	const text = await page.locator('#text').inputValue();
	const offer = page.getByRole('link', { name: 'show that one' });
	const offered = await offer.count() === 1;
	let other = '';
	if (offered) {
		await offer.click();
		other = await page.locator('#text').inputValue();
	}
	return { page, text, offered, other };
}

await first.goto(max.base + '/write/1');
await second.goto(max.base + '/write/1');
await write(first, A);
const alone = await fresh('/write/1');
ok('one window: its words are the draft, nothing else is offered',
    alone.text === A && !alone.offered);
await alone.page.close();

await write(second, B);
const two = await fresh('/write/1');
ok('two windows: the newest words are the draft', two.text === B);
ok('the other window\'s are offered beside it', two.offered);
ok('and shown word for word', two.other === A);
await two.page.close();

// the first goes on, without knowing of the second
await write(first, A + ', and more');
const back = await fresh('/write/1');
ok('the first window goes on: its words are the draft again',
    back.text === A + ', and more');
ok('and the second window\'s are kept', back.offered && back.other === B);
await back.page.close();

// ---- across a lock -------------------------------------------------------------------
await first.getByRole('button', { name: 'Lock' }).click();
await first.waitForSelector('text=Password');
await max.signIn('max');
const later = await fresh('/write/1');
ok('locked and signed in again: both are there',
    later.text === A + ', and more' && later.other === B);
await later.page.goto(max.base + '/write/1');
max.page = later.page;
await max.accessible('a draft and another');
await max.shot('write-two-windows');

// ---- what was typed a moment ago, by whichever way one leaves ---------------------------
await max.page.route('https://**', (route) => route.fulfill({
	body: '<title>Weather</title>', contentType: 'text/html' }));
for (const [way, leave, gone] of [
    ['Lock', () => max.page.getByRole('button', { name: 'Lock' }).click(),
	'**/lock'],
    ['Sign out', () => max.page.getByRole('button', { name: 'Sign out' })
	.click(), '**/signin?done=out'],
    ['Esc Esc', async () => {
	await max.page.keyboard.press('Escape');
	await max.page.keyboard.press('Escape');
    }, 'https://**']]) {
	await max.go('/task/1');
	await max.page.locator('#text').fill(`typed just before ${way}`);
	await leave();
	await max.page.waitForURL(gone);
	await max.signIn('max');
	await max.go('/task/1');
	ok(`${way}: the last words are kept`, await max.page.locator('#text')
	    .inputValue() === `typed just before ${way}`,
	    await max.page.locator('#text').inputValue());
}
const beside = await max.context.newPage();
await beside.goto(max.base + '/ask/1');
await beside.locator('#text').fill('asked in the window beside it');
await beside.waitForSelector('text=Kept as a draft', { timeout: 9000 });
await max.page.getByRole('button', { name: 'Sign out' }).click();
await beside.waitForURL('**/locked?from=/ask/1');
ok('signed out in one window: nothing stays in the other',
    !/Ask|Northbank/.test(await beside.locator('main').innerText()));
await max.page.waitForURL('**/signin?done=out');
await max.signIn('max');
await max.go('/ask/1');
ok('and its question is there again', await max.page.locator('#text')
    .inputValue() === 'asked in the window beside it');

await browser.close();
end();
