// A social worker with ten minutes: inbox, the case in one click, the map with
// all that the worked case expects (E1-E14), its tabs; by keyboard, on a
// telephone, at twice the size.
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const susan = await Person.at(browser, env.desk['caledonian-children']);
const page = susan.page;
const id = (name) => env.id[name].slice(0, 8);
const section = async (n) => (await page.locator(`#s${n}`).innerText())
    .replace(/\s+/g, ' ');
// The notice that says this rests on these records.
async function rests(code, ...names) {
	const box = page.locator('li', { has: page.locator('.code',
	    { hasText: new RegExp(`^${code}$`) }) });
	const text = (await box.allInnerTexts()).join(' ');
	return names.every((n) => text.includes(id(n)));
}

// ---- inbox, and the case in one click --------------------------------------------
await susan.signIn('susan');
ok('after signing in one is at the inbox',
    await page.getByRole('heading', { level: 1 }).innerText() === 'Inbox');
ok('the title names nothing', await page.title() === 'Wayleave');
await susan.accessible('inbox');
await susan.fits('inbox');
await susan.shot('inbox');
await susan.click(page.getByRole('link', { name: 'Case 1', exact: true }));
ok(`a case opens in at most 2 interactions (${susan.hands})`,
    susan.hands <= 2 &&
    (await page.getByRole('heading', { level: 1 }).innerText())
    .includes('Pattern map'));

// ---- the map: what the worked case expects -----------------------------------------
const s1 = await section(1), s2 = await section(2), s3 = await section(3);
const s4 = await section(4);
const heads = await page.locator('section h2').allInnerTexts();
ok('four sections in their order', heads.length >= 4 &&
    [1, 2, 3, 4].every((n) => heads[n - 1].startsWith(String(n))));
ok('E1 behaviours from three agencies and more', ['Northbank Police',
    "Caledonian, children's desk", "Northbank Women's Aid",
    'Northbank Children and Families'].filter((a) => s1.includes(a))
    .length >= 3);
ok('E2 no act of control is P2\'s',
    !(await page.locator('#s1 h3').allInnerTexts())
    .some((h) => h.startsWith('P2')));
ok('E3 danger markers as facts, no total', ['DM02', 'DM11', 'DM16']
    .every((d) => s1.includes(d)) && !/score|in all|sum of/i.test(s1));
ok('E4 PT1 police and timing', await rests('PT1', 'POL-1', 'POL-4'));
ok('E5 PT2 drinking under his pattern',
    await rests('PT2', 'HV-1', 'ADV-1', 'ADV-3'));
ok('E6 PT3 the children and police visits', await rests('PT3', 'SCH-2'));
ok('E7 what the school saw is tied', s2.includes(id('SCH-1')) &&
    !/GP06/.test(s4));
ok('E8 PT4 it was so before', await rests('PT4', 'CW-3') &&
    !/GP01|GP02/.test(s4));
ok('E9 PT5 less drink, same abuse; no change', await rests('PT5', 'POL-5') &&
    /no real-change evidence/i.test(s4) && /Attendance[^]*BA01/.test(s4));
ok('E10 PT6 three services and the survivor',
    await rests('PT6', 'CW-1', 'POL-3', 'SCH-3'));
ok('E11 six efforts, and that she was asked', ['PE01', 'PE02', 'PE03', 'PE04',
    'PE05', 'PE16'].every((p) => s4.includes(p)) &&
    /Asked whether this may be shared: yes/.test(s4));
ok('E12 gaps that stay open', /GP13/.test(s4) && /GP04/.test(s4));
ok('E13 whom the notes are about', /Whom the notes are about/.test(s4) &&
    ['HV-1', 'SCH-3', 'POL-3', 'CW-1'].every((n) => s4.includes(id(n))));
ok('E14 PT8 language and control', await rests('PT8', 'CAL-9', 'POL-2'));
ok('a factor is never called a cause', !/cause[sd] (the )?(abuse|violence)/i
    .test(s3));
await susan.accessible('map');
await susan.fits('map');
await susan.shot('map');
await susan.shot('map-2', page.locator('#s2'));
await susan.shot('map-4', page.locator('#s4'));

// ---- the tabs, an item, filters ------------------------------------------------------
for (const tab of ['Gaps', 'Change', 'Seen', 'Consent', 'People']) {
	await page.getByRole('link', { name: tab, exact: true }).click();
	await page.waitForURL(`**/case/1/${tab.toLowerCase()}`);
	ok(`${tab} shows`, await page.getByRole('heading', { level: 1 })
	    .count() === 1 && await page.title() === 'Wayleave');
	await susan.accessible(tab);
	await susan.fits(tab);
	await susan.shot('case-' + tab.toLowerCase());
}
await susan.go('/case/1/map?actor=P1&child=K1');
ok('filtered by actor and child', (await section(1)).includes('P1'));
await susan.go('/case/1/map?left=P1&right=P2');
ok('two adults beside each other',
    await page.locator('.side').count() >= 2);
await susan.go('/case/1/map');
await page.locator(`a:text("${id('POL-1')}")`).first().click();
ok('a record shows where it comes from', (await susan.text())
    .includes('Northbank Police'));
ok('proofs are one click away', await page.locator('details').count() > 0);
await susan.accessible('item');
await susan.shot('item');

// ---- in the room at a conference --------------------------------------------------------
await susan.go('/case/1/print');
await susan.accessible('print');
ok('printing asks to whom and why first',
    /export|ledger/i.test(await susan.text()));
await susan.shot('print');

// ---- by keyboard alone ---------------------------------------------------------------------
await susan.go('/');
let reached = '';
for (let i = 0; i < 40 && reached !== 'Case 1'; i++) {
	await page.keyboard.press('Tab');
	reached = await page.evaluate(() =>
	    document.activeElement.textContent.trim());
}
await page.keyboard.press('Enter');
await page.waitForURL('**/case/1/map');
ok('the case is reached by Tab and Enter', true);
const ring = await page.evaluate(() => {
	document.querySelector('nav a').focus();
	const s = getComputedStyle(document.activeElement);
	return s.outlineStyle !== 'none' || s.boxShadow !== 'none';
});
ok('where one is can be seen', ring);

// ---- small screens, large letters -------------------------------------------------------------
const small = await Person.at(browser, env.desk['caledonian-children'],
    { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
await small.signIn('susan');
for (const path of ['/', '/case/1/map', '/case/1/gaps', '/write/1', '/stop',
    '/urgent']) {
	await small.go(path);
	await small.fits(`${path} on a telephone`);
}
await small.go('/case/1/map');
await small.shot('map-telephone');
await small.close();
// 200 %: half the window at the same density
const large = await Person.at(browser, env.desk['caledonian-children'],
    { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 });
await large.signIn('susan');
for (const path of ['/', '/case/1/map', '/write/1']) {
	await large.go(path);
	await large.fits(`${path} at 200 %`);
}
await large.close();

// ---- without JavaScript ---------------------------------------------------------------------------
const plain = await Person.at(browser, env.desk['caledonian-children'],
    { javaScriptEnabled: false });
await plain.signIn('susan');
await plain.go('/case/1/map');
ok('the map without JavaScript', /PT1/.test(await plain.text()));
await plain.close();

ok('no script or style was refused by the page\'s policy',
    susan.console.length === 0, susan.console.join('; '));
await browser.close();
end();
