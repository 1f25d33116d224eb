// Tasks and goals: given, taken, done; by hand, by keyboard, on a telephone,
// and without JavaScript.
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const HERE = env.desk['northbank-children'];
const THERE = env.desk['northbank-police'];

// ---- a task, from the gap that it would close ----------------------------------
const carl = await Person.at(browser, HERE);
await carl.signIn('carl');
await carl.go('/case/1/gaps');
const gap = carl.page.getByRole('link', { name: /^Task/ }).first();
ok('a gap leads to a task', await gap.count() === 1);
await carl.click(gap);
ok('which gap it would close is chosen',
    /^GP/.test(await carl.page.locator('#gap').inputValue()));
await carl.click(carl.page.getByRole('button', { name: 'Look who gets it' }));
ok('what is missing is named, with the way to its field',
    await carl.page.getByRole('link', { name: 'Which agency is to do it?' })
    .getAttribute('href') === '#owner');
await carl.select(carl.page.locator('#owner'), 'northbank-police');
await carl.fill(carl.page.locator('#text'),
    'look up what is known from before the move');
await carl.fill(carl.page.locator('#due'), '2030-01-31');
await carl.accessible('a task');
await carl.click(carl.page.getByRole('button', { name: 'Look who gets it' }));
ok('the agency that is to do it is ticked, and no other',
    (await carl.page.locator('input[name=to]:checked').evaluateAll((l) =>
    l.map((i) => i.value))).join() === 'northbank-police');
ok('the others are told why not', (await carl.text())
    .includes('There is no permission in force to share this'));
await carl.shot('task');
await carl.accessible('a task, looked at');
await carl.click(carl.page.getByRole('button', { name: 'Send', exact: true }));
await carl.page.waitForURL('**/track/**');
ok(`a task given in ${carl.hands} interactions (at most 40)`,
    carl.hands <= 40);
const task = carl.page.url().match(/track\/([0-9a-f]{32})/)[1];

// ---- at the other agency: seen, taken, done ---------------------------------------
const pat = await Person.at(browser, THERE);
await pat.signIn('pat');
let here = pat.page.locator('li.entry', { hasText: 'before the move' });
for (let i = 0; i < 40 && await here.count() === 0; i++) {
	await pat.page.waitForTimeout(500);
	await pat.go('/case/1/gaps');
}
ok('it is on the other agency’s list', await here.count() === 1);
ok('with the agency that gave it', /Given by northbank-children/
    .test(await here.innerText()));
await here.getByRole('button', { name: /^I look after it/ }).click();
here = pat.page.locator('li.entry', { hasText: 'before the move' });
ok('who looks after it is seen', /pat looks after it/
    .test(await here.innerText()));
ok('and is not offered it again', await here.getByRole('button',
    { name: /^I look after it/ }).count() === 0);
await pat.shot('tasks');
await pat.accessible('gaps and tasks');
await here.getByRole('link', { name: /^[0-9a-f]{8}$/ }).click();
ok('the item says what is to be done', /look up what is known/
    .test(await pat.text()));
await pat.accessible('a task as an item');
await pat.page.getByRole('button', { name: /^Done/ }).click();
ok('done is said on the item', /done here looked after by pat/.test(await pat.text()));
await pat.shot('task-item');
await pat.go('/case/1/change');
ok('and on the change tab', /done here/.test(await pat.text()));
await pat.go('/case/1/gaps');
await pat.page.locator('li.entry', { hasText: 'before the move' })
    .getByRole('button', { name: /^It is not done yet/ }).press('Enter');
ok('by keyboard it is opened again', !/done here/.test(await pat.page
    .locator('li.entry', { hasText: 'before the move' }).innerText()));

// what is noted there is told to nobody
await carl.go(`/item/${task}`);
ok('the sender is not told who looks after it',
    !/pat looks after it/.test(await carl.text()));

// ---- a goal: a behaviour, never attendance -------------------------------------------
carl.hands = 0;
await carl.go('/case/1/change');
await carl.click(carl.page.getByRole('link', { name: 'Set a goal' }));
await carl.check(carl.page.locator('input[name=person][value=P1]'));
await carl.fill(carl.page.locator('#q'), 'BA02');
await carl.page.waitForSelector('#found .hint');
ok('attendance is no behaviour', /Attending a programme is none/
    .test(await carl.page.locator('#found').innerText()));
await carl.fill(carl.page.locator('#q'), 'CC21');
await carl.page.waitForSelector('#found input[value=CC21]');
await carl.check(carl.page.locator('#found input[value=CC21]'));
await carl.fill(carl.page.locator('#text'), 'does not follow P2');
await carl.fill(carl.page.locator('#measure'), 'P2 and the school say so');
await carl.fill(carl.page.locator('#by'), '2030-02-28');
await carl.select(carl.page.locator('#checked_by'), 'northbank-children');
await carl.accessible('a goal');
await carl.shot('goal');
await carl.click(carl.page.getByRole('button', { name: 'Look who gets it' }));
await carl.shot('goal-looked');
await carl.click(carl.page.getByRole('button', { name: 'Send', exact: true }));
await carl.page.waitForURL('**/track/**');
ok(`a goal set in ${carl.hands} interactions (at most 40)`,
    carl.hands <= 40);
await carl.go('/case/1/change');
ok('it stands on the change tab with its measure', /does not follow P2/
    .test(await carl.text()) && /Measure: P2 and the school say so/
    .test(await carl.text()));
await carl.shot('change-goal');
await carl.accessible('change, with a goal');

// ---- a draft survives the window ---------------------------------------------------------
await carl.go('/task/1');
await carl.page.locator('#text').fill('half a task');
await carl.page.getByRole('button', { name: 'Keep as a draft' }).click();
await carl.go('/task/1');
ok('a draft of a task is kept', await carl.page.locator('#text')
    .inputValue() === 'half a task');

// ---- on a telephone, and without JavaScript -------------------------------------------------
const phone = await Person.at(browser, HERE, {
	viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
await phone.signIn('carl');
for (const path of ['/task/1', '/goal/1', '/case/1/gaps', '/case/1/change']) {
	await phone.go(path);
	await phone.page.screenshot({ path: `${process.env.WL_SHOTS}/phone${
	    path.replace(/[^a-z0-9]+/g, '-')}.png`, fullPage: true });
}
await phone.go('/goal/1');
await phone.page.locator('#q').fill('follows');
await phone.page.getByRole('button', { name: 'Find' }).click();
ok('behaviours are found without JavaScript', await phone.page
    .locator('input[name=behaviour]').count() > 0);
ok('without JavaScript the page says that it locks itself', /locks itself \d+/
    .test(await phone.text()));
// the minutes are made a second on the way; all else is the browser's
await phone.page.route('**/goal/1', async (route) => {
	const answer = await route.fetch();
	await route.fulfill({ response: answer, body: (await answer.text())
	    .replace(/content="\d+;url=/, 'content="1;url=') });
});
await phone.go('/goal/1');
await phone.page.waitForURL('**/locked?from=/goal/1');
ok('and then nothing of it is on the screen', !/Set a goal|Aleksander/
    .test(await phone.text()));
await phone.page.screenshot({ path: `${process.env.WL_SHOTS}/phone-locked.png`,
	fullPage: true });
await phone.page.getByRole('link', { name: 'Go on where you were' }).click();
ok('a session in use elsewhere leads back', phone.page.url()
    .endsWith('/goal/1'));
await phone.close();
const narrow = await Person.at(browser, HERE, {
	viewport: { width: 360, height: 740 } });
await narrow.signIn('carl');
for (const path of ['/task/1', '/goal/1', '/case/1/gaps', '/case/1/change']) {
	await narrow.go(path);
	await narrow.fits(`${path} at 360 px`);
}

// ---- what a lead sees --------------------------------------------------------------------
const lena = await Person.at(browser, env.desk['caledonian-children']);
await lena.signIn('lena');
await lena.go('/lead');
ok('a lead sees who is kept out of which case, and not why',
    /Case 1\D.*kept out: petra/.test(await lena.text()) &&
    !/cousin|relation/i.test(await lena.text()));
await lena.shot('lead');
await lena.accessible('lead');
await lena.page.locator('#case').selectOption('1');
await lena.page.getByRole('button', { name: 'Start the review' })
    .press('Enter');
ok('a review is begun by keyboard', /The review has begun/
    .test(await lena.text()));
await lena.shot('lead-review');
await lena.page.getByRole('button', { name: /^The review has ended/ })
    .click();
ok('and ended', /The review has ended\./.test(await lena.text()) &&
    await lena.page.getByRole('button', { name: /^The review has ended/ })
    .count() === 0);
await lena.page.setViewportSize({ width: 360, height: 740 });
await lena.fits('lead at 360 px');

ok('nothing on the consoles', [carl, pat, narrow, lena].every((p) =>
    p.console.length === 0), carl.console.concat(pat.console).join('; '));
await browser.close();
end();
