// The top of a picture: node cut.mjs FILE.png LINES OUT.png
import { readFileSync } from 'node:fs';
import { launch } from './browser.mjs';
const [file, lines, path] = process.argv.slice(2);
const browser = await launch();
const page = await browser.newPage();
const data = readFileSync(file).toString('base64');
await page.setContent('<body style="margin: 0"><img src="data:image/png;' +
    `base64,${data}" style="display: block">`);
const { width, height } = await page.locator('img').evaluate((i) =>
    ({ width: i.naturalWidth, height: i.naturalHeight }));
await page.setViewportSize({ width, height });
await page.screenshot({ path, clip: { x: 0, y: 0, width,
    height: Math.min(height, Number(lines)) } });
await browser.close();
