// Who sees what: IT no case at all; an excluded worker the page of an unknown
// case, byte for byte; five unlike reasons for "no" one sentence.
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const children = env.desk['caledonian-children'];

// What a page says, without what differs between any two pages.
function bare(html, path) {
	return html.replaceAll(/value="[0-9a-f]{64}"/g, 'value=""')
	    .replaceAll(path, 'PATH');
}

const tom = await Person.at(browser, children);
await tom.signIn('tom');
await tom.go('/');
ok('IT sees no case', !/Case \d|Northbank/.test(await tom.text()));
for (const path of ['/case/1/map', '/case/1/people', '/item/5', '/write/1',
    '/room', '/handover']) {
	const r = await tom.go(path);
	ok(`IT is shown nothing at ${path}`, r.status() === 404 ||
	    r.status() === 403);
}
await tom.go('/stop');
ok('IT can pass on a stop phrase',
    await tom.page.getByRole('button', { name: 'Stop all sharing' }).count()
    === 1);
await tom.accessible('stop');
await tom.shot('stop');

// The pages of one role: read by machine, on a telephone, and a picture.
async function seen(person, path, name) {
	const r = await person.go(path);
	ok(`${name} is there`, r.status() === 200 &&
	    await person.page.title() === 'Wayleave');
	await person.accessible(name);
	await person.shot(name);
	await person.page.setViewportSize({ width: 360, height: 740 });
	await person.fits(`${name} on a telephone`);
	await person.page.setViewportSize({ width: 1200, height: 900 });
}
await seen(tom, '/it', 'it');
await seen(tom, '/it/workers', 'it-workers');
await tom.close();
const lena = await Person.at(browser, children);
await lena.signIn('lena');
await seen(lena, '/lead', 'lead');
await seen(lena, '/handover', 'handover');
await lena.close();

// petra is kept out of case 1: env.excluded
const petra = await Person.at(browser, children);
await petra.signIn('petra');
for (const tab of ['map', 'gaps', 'change', 'seen', 'consent', 'people',
    'print']) {
	const a = await petra.go(`/case/1/${tab}`);
	const x = bare(await a.text(), `/case/1/${tab}`);
	const b = await petra.go(`/case/777/${tab}`);
	const y = bare(await b.text(), `/case/777/${tab}`);
	ok(`excluded from ${tab}: an unknown case, byte for byte`,
	    x === y && a.status() === b.status(), `${x.length} ${y.length}`);
}
await petra.go('/');
ok('her inbox does not know the case', !/Case 1/.test(await petra.text()));
await petra.close();

const ivo = await Person.at(browser, children);
await ivo.signIn('ivo');
const r = await ivo.go('/room');
ok('the room is the advocate\'s', r.status() === 404);
await ivo.close();

// ---- quick hide, lock, sign-out ------------------------------------------------------
const susan = await Person.at(browser, children);
await susan.signIn('susan');
await susan.go('/case/1/map');
await susan.page.route('https://**', (route) => route.fulfill({
	body: '<title>Weather</title>', contentType: 'text/html' }));
await susan.page.keyboard.press('Escape');
await susan.page.keyboard.press('Escape');
await susan.page.waitForURL('https://**');
ok('Esc Esc shows a harmless page', true);
await susan.page.goBack().catch(() => {});
await susan.go('/case/1/map');
ok('and the session is over', await susan.page.getByRole('button',
    { name: 'Sign in' }).count() === 1);
await susan.signIn('susan');
await susan.page.getByRole('button', { name: 'Sign out' }).click();
await susan.go('/case/1/map');
ok('signed out: a page asks to sign in', await susan.page.getByRole('button',
    { name: 'Sign in' }).count() === 1);
ok('and leads back', await susan.page.locator(
    'input[name="desk.next"][value="/case/1/map"]').count() === 1);
await susan.accessible('sign in');
await susan.shot('sign-in');

// ---- wrong sign-ins read alike --------------------------------------------------------
const said = [];
for (const [account, password] of [['susan', 'wrong words'],
    ['nobody-here', 'wrong words']]) {
	const p = await Person.at(browser, children);
	await p.signIn(account, password);
	said.push(await p.page.locator('.error').innerText());
	await p.close();
}
ok('an unknown account and a wrong password read alike',
    said[0] === said[1] && said[0] !== '', said.join(' / '));

await browser.close();
end();
