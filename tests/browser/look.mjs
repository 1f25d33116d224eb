// Pictures of pages, to be looked at: node look.mjs AGENCY ACCOUNT PATH..
import { Person, env, launch } from './browser.mjs';
const [agency, account, ...paths] = process.argv.slice(2);
const browser = await launch();
const p = await Person.at(browser, env.desk[agency]);
await p.signIn(account);
for (const path of paths) {
	const r = await p.go(path);
	console.log(path, r.status(), p.console.splice(0).join('; '));
	await p.shot(`${account}${path.replace(/[^a-z0-9]+/gi, '-')}`);
}
await browser.close();
