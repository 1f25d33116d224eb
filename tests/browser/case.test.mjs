// What the worked case demands elsewhere than on the map of one desk on the
// last day: how it looked before (E7, E8), what other agencies see and what
// no byte tells them (E5, N11), a record that came from elsewhere (N6), and a
// stop phrase said to anybody (N8).
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const R1 = 'There is no permission in force to share this at the moment.';
const id = (name) => env.id[name].slice(0, 8);

async function at(agency, account) {
	const p = await Person.at(browser, env.desk[agency]);
	await p.signIn(account);
	return p;
}

// ---- earlier: pages as susan's desk gave them then ---------------------------------
const then = await Person.at(browser, env.desk['caledonian-children'],
    { javaScriptEnabled: false });
async function before(name) {
	await then.page.setContent(env.before[name]);
	return (await then.page.locator('#s4').innerText());
}
ok('E7 what the school saw hangs in the air before CW-2',
    /GP06/.test(await before('CW-2')));
const early = await before('CW-3');
ok('E8 before CW-3 nothing is known of earlier offending',
    /GP01/.test(early) && /GP02/.test(early) &&
    !/PT4/.test(await then.text()));
await then.close();

// ---- the same case at other agencies -------------------------------------------------
const carl = await at('northbank-children', 'carl');
await carl.go('/case/1/map');
const pt2 = await carl.page.locator('li', { has: carl.page.locator('.code',
    { hasText: /^PT2$/ }) }).innerText();
ok('E5 social work has the same notice from two records',
    pt2.includes(id('ADV-1')) && pt2.includes(id('ADV-3')));
ok('E5 and no byte of a third', !(await carl.page.content())
    .match(new RegExp(`${id('HV-1')}|health visitor|northbank-health`, 'i')));
const sam = await at('northbank-school', 'sam');
await sam.go('/case/1/map');
ok('E5 the school has no such notice, nor either factor',
    !/PT2|IF02/.test(await sam.text()));

// A record as this person's item page shows it.
async function item(person, name) {
	await person.go('/case/1/map');
	await person.page.locator(`a:text("${id(name)}")`).first().click();
	return person.text();
}
const max = await at('northbank-marac', 'max');
const susan = await at('caledonian-children', 'susan');
const there = await item(susan, 'CW-2'), here = await item(max, 'CW-2');
ok('N11 where both are held, CW-2 leads to SCH-1 and CAL-8',
    /Linked records/i.test(there) && there.includes(id('SCH-1')) &&
    there.includes(id('CAL-8')));
ok('N11 at the conference it is read, and leads nowhere',
    here.includes('Northbank Children and Families') &&
    !/Linked records/i.test(here) && !here.includes(id('SCH-1')) &&
    !here.includes(id('CAL-8')));
await max.close();
await susan.close();

// ---- N6: what was received is not passed on ----------------------------------------------
// Fills the page for writing, and looks who would get it.
async function looks(person, kase, fill) {
	await person.go(`/write/${kase}`);
	await fill(person.page);
	await person.page.getByRole('button', { name: 'Look who gets it' })
	    .click();
	return { text: await person.text(),
		to: await person.page.locator('input[name=to]').evaluateAll(
		    (list) => list.map((i) => i.value)) };
}
const threat = async (page) => {
	await page.locator('input[name=actor][value=P1]').check();
	await page.locator('input[name=targets][value=P2]').check();
	await page.locator('#q').fill('CC04');
	await page.waitForSelector('#found input[value=CC04]');
	await page.locator('#found input[value=CC04]').check();
	await page.locator('#text').fill('Threatened to cut her throat.');
};
const n6 = await looks(carl, 1, threat);
ok('N6 what came from elsewhere is not passed on, and it says whom to ask',
    /came from .* and cannot be passed on/.test(n6.text) &&
    n6.to.length === 0, n6.text.slice(0, 400));
ok('N6 what was typed stays', await carl.page.locator('#text').inputValue()
    === 'Threatened to cut her throat.');
await carl.accessible('received, written again');
await carl.shot('write-received');
await carl.close();

// ---- N8: five words, said to the school ------------------------------------------------------
const ada = await at(env.keeper, 'ada');
const second = 'NB-2026-19';
const drink = async (page) => {
	await page.locator('input[name=actor][value=P1]').check();
	await page.locator('input[name=targets][value=P2]').check();
	await page.locator('#q').fill('CC25');
	await page.waitForSelector('#found input[value=CC25]');
	await page.locator('#found input[value=CC25]').check();
};
ok('N8 before: one agency may be told', (await looks(ada, second, drink)).to
    .includes('caledonian-children'));
await sam.go('/stop');
await sam.page.locator('#phrase').fill(env.to_stop);
await sam.page.getByRole('button', { name: 'Stop all sharing' }).click();
const thanks = await sam.text();
ok('N8 whoever is told learns nothing of a case',
    /Thank you\. If this phrase belongs to a case, sharing in it has stopped/
    .test(thanks) && !/NB-2026|Case \d/.test(thanks) &&
    !thanks.includes(env.to_stop.split(' ')[1]));
await sam.shot('stop-said');
await sam.close();
let n8;
for (let i = 0; i < 50; i++) {
	n8 = await looks(ada, second, drink);
	if (n8.to.length === 0)
		break;
	await ada.page.waitForTimeout(200);
}
ok('N8 after: nothing goes to anybody, and it says so in the one sentence',
    n8.to.length === 0 && n8.text.includes(R1));
await ada.shot('write-stopped');
await ada.go('/room');
ok('no other family is on the screen when she sits beside it',
    !await ada.page.getByRole('link', { name: second }).isVisible());
await ada.page.locator('details.box > summary').click();
await ada.page.getByRole('link', { name: second }).click();
ok('N8 the advocate is told what to do now, and until when it rests',
    /Stopped/.test(await ada.text()) &&
    /Earliest restart/.test(await ada.text()), (await ada.text())
    .slice(0, 400));
await ada.accessible('room, stopped');
await ada.shot('room-stopped');
await ada.close();

await browser.close();
end();
