// The consent room: a set for five agencies, counted; her words once; what
// stops it on the way; and what comes later, in Polish.
import { Person, end, env, launch, ok } from './browser.mjs';

const browser = await launch();
const ada = await Person.at(browser, env.desk[env.keeper]);
const page = ada.page;
const button = (name) => page.getByRole('button', { name, exact: true });
const refused = [];
page.on('response', (r) => {
	if (r.status() >= 400)
		refused.push(`${r.status()} ${new URL(r.url()).pathname}`);
});
const radio = (name, value) =>
	page.locator(`input[name="${name}"][value="${value}"]`);
const field = (id) => page.locator(`[id="${id}"]`);
const told = async (text) => (await ada.text()).includes(text);

async function seen(name) {
	await ada.shot(`room-${name}`);
	await ada.accessible(`room, ${name}`);
	await ada.fits(`room, ${name}`);
}

// ---- five agencies, in at most sixty interactions ----------------------------
await ada.signIn('ada');
const started = Date.now();
await ada.click(page.getByRole('link', { name: 'Consent room', exact: true }));
await ada.fill(page.getByLabel('Your reference for it'), 'NB-2026-60');
await ada.select(field('language'), 'pl');
await seen('door');
await ada.click(button('Begin'));
await seen('questions');
await ada.check(radio('alone', 'yes'));
await ada.check(radio('safe', 'yes'));
await ada.check(radio('pressed', 'no'));
await ada.select(field('interpreter'), 'booked interpreter');
await ada.fill(field('reference'), 'INT-2231');
await ada.check(radio('independent', 'yes'));
await ada.check(field('heard'));
await ada.check(field('stop'));
await ada.click(button('Go on'));
await seen('agencies');
for (const member of ['northbank-children', 'northbank-police',
    'caledonian-children', 'northbank-health', 'northbank-school'])
	await ada.check(page.locator(`input[name=m][value=${member}]`));
await ada.click(button('Go on'));
const ticks = () => page.locator('.arrow input:checked').count();
ok('nothing is ticked before she has seen it', await ticks() === 0);
await ada.click(button('Tick what is usual'));
ok('what is usual stands there as sentences', await ticks() >= 20);
await seen('grid');
// one line she does not want, another she wants for longer
await ada.click(page.locator('.arrow input:checked').last());
await ada.select(page.locator('.arrow select').nth(1), '60');
const tag = await page.evaluate(() =>
    document.querySelector('.duty fieldset').id.slice(2));
await ada.check(radio(`y.${tag}`, 'yes'));
await ada.check(page.locator(`input[name="w.${tag}"]`));
await ada.select(field(`r.${tag}`), 'both');
await ada.check(radio('keep', '30'));
await ada.check(radio('wait', 'no'));
await ada.fill(field('waiver'), 'bea');
await ada.click(button('Go on'));
await ada.fill(field('name.P2'), 'Marketa (fictional)');
await ada.fill(field('name.P1'), 'Aleksander (fictional)');
await ada.fill(field('name.K1'), 'Agata (fictional)');
await ada.fill(field('born.K1'), '2019');
await ada.fill(field('name.K2'), 'Jan (fictional)');
await ada.fill(field('born.K2'), '2021');
await ada.fill(field('contact'), 'through the advocate');
await ada.check(radio('asked', 'nobody'));
await seen('people');
await ada.click(button('Go on'));
ok('read back in Polish, English beside it',
    await told('co widać po dzieciach') &&
    await told('what the children show'));
await seen('readback');
await ada.click(button('She says yes to all of it'));
await ada.click(button('Open the case and show her words'));
await seen('words-closed');

// ---- her words, once ---------------------------------------------------------------
const secret = page.locator('details[name=words] .secret');
const word = [];
for (let i = 0; i < 3; i++) {
	await ada.click(page.locator('details[name=words] summary').nth(i));
	ok(`one at a time: ${i + 1}`, (await Promise.all([0, 1, 2].map((k) =>
	    secret.nth(k).isVisible()))).filter(Boolean).length === 1);
	word.push(await secret.nth(i).innerText());
}
await seen('words');
const [passphrase, stop] = word;
ok('six words and five', passphrase.split(' ').length === 6 &&
    stop.split(' ').length === 5);
await ada.click(page.getByRole('link', { name: 'She has them: they may go' }));
await ada.fill(field('phrase'), stop);
await ada.click(button('Is that a possible phrase?'));
ok('practised', await told('To jest możliwe hasło.'));
await seen('rehearse');
await ada.click(page.getByRole('link', { name: 'On to signing' }));
await ada.fill(field('passphrase'), passphrase);
ok('what she types is covered', await field('passphrase').evaluate((e) =>
    getComputedStyle(e).webkitTextSecurity === 'disc' &&
    e.type === 'text' && e.autocomplete === 'off'));
await seen('sign');
await ada.click(button('Sign all of it'));
ok('signed', page.url().endsWith('done=signed'),
    (await ada.text()).slice(120, 700));
ok(`five agencies in ${ada.hands} interactions (at most 60), ` +
    `${((Date.now() - started) / 1000).toFixed(1)} s by machine`,
    ada.hands <= 60);
const number = new URL(page.url()).pathname.split('/').pop();
await seen('now');

// ---- never again -------------------------------------------------------------------------
for (const path of ['secrets', 'rehearse', 'sign', '']) {
	await ada.go(`/room/${number}${path && '/' + path}`);
	const text = await ada.text();
	ok(`no words at ${path || 'now'}`, !text.includes(stop) &&
	    !text.includes(passphrase));
}
await page.goBack();
await page.goBack();
ok('no words by the back button', !(await ada.text()).includes(stop));

// ---- later -----------------------------------------------------------------------------------
await ada.go(`/room/${number}/withdraw`);
await seen('withdraw');
await ada.check(radio('what', 'm:northbank-health'));
await button('End it now').click();
ok('withdrawn by telephone, without her passphrase',
    page.url().endsWith('done=withdrawn') && await told('R6'));
await ada.go(`/room/${number}/renew`);
await seen('renew');
ok('each line says how often it was used',
    await told('Jak dotąd nie została użyta.'));
await ada.go(`/room/${number}/statement`);
ok('first: is it safe to look', await told('bezpiecznie na nie spojrzeć') &&
    !await told('Twoja zgoda'));
await button('Yes: show it').click();
ok('her statement in her language', await told('Twoja zgoda, ważna do'));
await seen('statement');

// ---- the worked case, and its statement -----------------------------------------------------
await ada.go('/room/1');
await seen('worked-case');
await ada.go('/room/1/statement');
await field('language').selectOption('pl');
await button('Yes: show it').click();
ok('E15 deliveries, who opened, what was refused',
    await told('Otwarto w dniu') && await told('Instytucja „Northbank Police”' +
    ' przekazała instytucji') && !await told('punched'));
await seen('statement-worked');

// ---- nothing of it on paper ---------------------------------------------------------------------
await page.emulateMedia({ media: 'print' });
ok('nothing of it is printed', (await page.locator('main').innerText())
    .trim() === 'Nothing of the consent room is printed.');
await page.emulateMedia({ media: 'screen' });

// ---- small and large ------------------------------------------------------------------------------
for (const [name, options] of [['telephone', { viewport: { width: 360,
    height: 740 } }], ['200 %', { viewport: { width: 640, height: 512 },
    deviceScaleFactor: 2 }]]) {
	const bea = await Person.at(browser, env.desk[env.keeper], options);
	await bea.signIn('bea');
	for (const path of ['', `/${number}`, `/${number}/questions`,
	    `/${number}/agencies`, `/${number}/withdraw`, `/${number}/renew`,
	    `/${number}/statement`]) {
		await bea.go(`/room${path}`);
		await bea.fits(`${name}, /room${path}`);
	}
	await bea.close();
}

// ---- by keyboard -----------------------------------------------------------------------------------
await ada.go(`/room/${number}/questions`);
await radio('alone', 'yes').focus();
await page.keyboard.press('Space');
await page.keyboard.press('Tab');
ok('the keyboard goes from question to question', await page.evaluate(() =>
    document.activeElement.name) === 'safe');

ok('nothing in the browser\'s console', ada.console.length === 0,
    [...ada.console, ...refused].join('; '));
await browser.close();
end();
