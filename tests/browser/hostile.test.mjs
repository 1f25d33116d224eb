// A hostile page in the same browser, and a name that points here: nothing
// happens, nothing is told.
import http from 'node:http';
import { Person, end, env, launch, ok } from './browser.mjs';

const desk = new URL(env.desk['caledonian-children']);
const evil = http.createServer((request, answer) => {
	answer.setHeader('Content-Type', 'text/html');
	answer.end('<title>evil</title><body></body>');
});
await new Promise((done) => evil.listen(0, '127.0.0.1', done));
const port = evil.address().port;
const browser = await launch();
const susan = await Person.at(browser, desk.origin);
await susan.signIn('susan');

// ---- another origin ------------------------------------------------------------------
const tab = await susan.context.newPage();
await tab.goto(`http://localhost:${port}/`);
for (const [path, fields] of [['/signout', {}], ['/write/1',
    { do: 'send', looked: 'yes', codes: 'CC01', actor: 'P1' }],
    ['/stop', { phrase: 'a b c d e' }], ['/urgent/1', { to: 'police',
    ground: 'LB4', why: 'other', told: 'no' }]]) {
	const r = await Promise.all([tab.waitForResponse((x) =>
	    x.url().startsWith(desk.origin) &&
	    x.request().method() === 'POST'), tab.waitForURL(desk.origin +
	    '/**'), tab.evaluate(([to, f]) => {
		const form = document.createElement('form');
		form.method = 'post';
		form.action = to;
		for (const [k, v] of Object.entries(f)) {
			const i = document.createElement('input');
			i.name = k;
			i.value = v;
			form.append(i);
		}
		document.body.append(form);
		form.submit();
	}, [desk.origin + path, fields])]);
	ok(`a form of another page to ${path}: ${r[0].status()}`,
	    r[0].status() === 403);
	await tab.waitForLoadState();
	await tab.goto(`http://localhost:${port}/`);
}
const read = await tab.evaluate((to) => fetch(to, { credentials: 'include' })
    .then((r) => r.text()).catch((e) => 'refused: ' + e.message),
    desk.origin + '/case/1/map');
ok('another page reads nothing', read.startsWith('refused'));
const framed = await tab.evaluate((to) => new Promise((done) => {
	const f = document.createElement('iframe');
	f.src = to;
	f.onload = () => { try { done(f.contentDocument === null ? 'closed' :
	    f.contentDocument.body.innerText); } catch { done('closed'); } };
	document.body.append(f);
}), desk.origin + '/case/1/map');
ok('and frames nothing', framed === 'closed' || framed === '');
const script = await tab.evaluate((to) => new Promise((done) => {
	const s = document.createElement('script');
	s.src = to;
	s.onload = () => done('ran');
	s.onerror = () => done('refused');
	document.body.append(s);
}), desk.origin + '/codes?q=hit');
ok('nor takes a page for a script', script === 'refused');

// ---- rebinding: a foreign name that leads here ------------------------------------------
function raw(headers, path = '/', method = 'GET', body = '') {
	return new Promise((done) => {
		const r = http.request({ host: desk.hostname, port: desk.port,
		    path, method, headers, setHost: false }, (a) => {
			let text = '';
			a.on('data', (d) => { text += d; });
			a.on('end', () => done({ status: a.statusCode, text,
			    headers: a.headers }));
		});
		r.on('error', (e) => done({ status: 0, text: e.message }));
		r.end(body);
	});
}
const cookies = (await susan.context.cookies()).filter((c) =>
    c.domain === desk.hostname).map((c) => `${c.name}=${c.value}`).join('; ');
const rebound = await raw({ Host: 'evil.example:' + desk.port,
	Cookie: cookies }, '/case/1/map');
ok(`a foreign name: ${rebound.status}`, rebound.status === 421 &&
    !/P1|Northbank/.test(rebound.text));
const none = await raw({ Cookie: cookies }, '/case/1/map');
ok(`no name at all: ${none.status}`, none.status >= 400 || none.status === 0);

// ---- paths and sizes ---------------------------------------------------------------------
for (const path of ['/..%2f..%2fetc/passwd', '/case/1/../2/map',
    '//evil.example/', '/case/1/map%00', '/' + 'a'.repeat(9000),
    '/assets/..%2fdesk.css']) {
	const r = await raw({ Host: desk.host, Cookie: cookies }, path);
	ok(`${path.slice(0, 24)}: ${r.status}`, r.status >= 400 || r.status === 0);
}
const big = await raw({ Host: desk.host, Cookie: cookies, Origin: desk.origin,
	'Content-Type': 'application/x-www-form-urlencoded' }, '/write/1',
    'POST', 'text=' + 'x'.repeat(1024 * 1024));
ok(`a form of 1 MiB: ${big.status}`, big.status === 413 || big.status === 0);
for (const method of ['PUT', 'DELETE', 'TRACE', 'OPTIONS']) {
	const r = await raw({ Host: desk.host, Cookie: cookies }, '/', method);
	ok(`${method}: ${r.status}`, r.status >= 400 || r.status === 0);
}
const good = await raw({ Host: desk.host, Cookie: cookies }, '/case/1/map');
ok('and the desk still answers its own', good.status === 200);
ok('nothing is kept by the browser',
    good.headers['cache-control'] === 'no-store');
ok('the policy allows nothing foreign', /default-src 'none'/
    .test(good.headers['content-security-policy']));
await susan.go('/case/1/map');
ok('the session is as it was', /Pattern map/.test(await susan.text()));

await browser.close();
evil.close();
end();
