import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { RunningServer } from '../../../src/server/control/server.ts';
import { ask } from '../../docs/server.ts';
import { saySkipped } from '../../support/machine.ts';
import { configOfText, environmentFor } from '../../support/running.ts';
import { chromiumPath, openBrowser } from './browser.ts';

const why = chromiumPath === undefined ? 'Chromium is missing' : '';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Guards, not waits: a machine that is shared may be many times slower, and Chromium asks for all of it. */
const patienceMs = 120_000;
const testTimeout = 2 * patienceMs;

/** What the page weighs with all that the first view asks for, in octets: 300 kB are promised. */
const maxTransfer = 300_000;
const narrow = 320;
const views = [
  '#/',
  '#/hosts',
  '#/hosts?q=nothing-has-this',
  '#/explain/payments.mesh.test',
  '#/explain/%3Cbad%3E',
  '#/changes',
  '#/left-out',
  '#/configuration',
];
/** Text of the registry that would be a script if it were HTML. */
const hostile = '<img src=x onerror=document.title=1>';

const manifest = (name: string, spec: string): string =>
  `---\napiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: { name: ${name}, namespace: shop }\nspec: ${spec}\n`;
const manyHosts = Array.from({ length: 60 }, (_, i) => `h${i}.many.test`).join();
const manifests = [
  manifest('payments', '{ hosts: [payments.mesh.test], addresses: [10.96.10.1], resolution: STATIC }'),
  manifest(
    'orders',
    `{ hosts: [orders.mesh.test, '${hostile}'], addresses: [10.96.10.2], resolution: STATIC, exportTo: ['.'] }`,
  ),
  manifest('many', `{ hosts: [${manyHosts}], resolution: DNS }`),
].join('');

describe.skipIf(saySkipped('the page of dashboard in Chromium', why) !== '')(
  'the page in Chromium',
  { timeout: testTimeout },
  () => {
    const directory = mkdtempSync(join(tmpdir(), 'dashboard-'));
    let browser: Browser;
    let server: RunningServer;
    let url: string;
    let dnsPort: number;

    beforeAll(async () => {
      writeFileSync(join(directory, 'entries.yaml'), manifests);
      ({ server, url, dnsPort } = await startServer(directory));
      browser = await openBrowser();
    }, testTimeout);

    afterAll(async () => {
      await browser.close();
      await server.stop();
      rmSync(directory, { recursive: true });
    });

    /** Opens a view, and notes what goes wrong and what is asked for. */
    async function open(hash: string, options: Parameters<Browser['newPage']>[0] = {}, base = url) {
      const page = await browser.newPage(options);
      page.setDefaultTimeout(patienceMs);
      onTestFinished(() => page.close());
      const faults: string[] = [];
      const requests: string[] = [];
      page.on('console', (message) => {
        // A refused question is an answer with status 400, which Chromium says on the console.
        if (message.type() === 'error' && !message.text().includes('status of 400')) faults.push(message.text());
      });
      page.on('pageerror', ({ message }) => faults.push(message));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(`${base}/${hash}`);
      await isShown(page, hash);
      return { page, faults, requests };
    }

    describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
      test.each(views)('%s can be used by everybody, and asks nobody else', async (hash) => {
        const { page, faults, requests } = await open(hash, { colorScheme });
        expect(await violations(page)).toEqual([]);
        expect(faults).toEqual([]);
        expect(requests.filter((each) => !each.startsWith(`${url}/`) && !each.startsWith('data:'))).toEqual([]);
        expect(await page.title()).toMatch(/ – serviceentry-dns$/);
      });
    });

    test.each(views)('%s fits a narrow screen', async (hash) => {
      const { page } = await open(hash, { viewport: { width: narrow, height: 640 } });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(narrow);
    });

    test('loads little', async () => {
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      const sizes: Promise<number>[] = [];
      page.on('response', (response) => sizes.push(response.body().then(({ length }) => length)));
      await page.goto(`${url}/`);
      await isShown(page, '#/');
      const sum = (await Promise.all([...sizes])).reduce((total, size) => total + size, 0);
      expect(sizes.length).toBeGreaterThanOrEqual(5);
      expect(sum).toBeLessThan(maxTransfer);
    });

    test('finds hosts, and goes on to why they are answered', async () => {
      const { page, faults } = await open('#/hosts');
      const count = page.locator('.count');
      await count.getByText('62 hosts', { exact: true }).waitFor();
      expect(await count.getAttribute('role')).toBe('status');
      await page.getByRole('link', { name: 'Next' }).click();
      await page.getByText('51 to 62 of 62').waitFor();
      await page.getByRole('searchbox', { name: 'Part of a host' }).fill('MESH.test');
      await count.getByText('2 of 62 hosts', { exact: true }).waitFor();
      await page.getByLabel('Exported to').selectOption('.');
      await count.getByText('1 of 62 hosts', { exact: true }).waitFor();
      expect(new URL(page.url()).hash).toBe('#/hosts?q=MESH.test&export=.');
      await page.reload();
      await count.getByText('1 of 62 hosts', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'orders.mesh.test' }).click();
      await page.getByRole('heading', { name: 'Explain', level: 1 }).waitFor();
      await page.getByText('shop/orders not visible').waitFor();
      await page.goBack();
      await count.getByText('1 of 62 hosts', { exact: true }).waitFor();
      expect(faults).toEqual([]);
    });

    test('explains as the command does', async () => {
      const { page } = await open('#/explain');
      await page.getByLabel('Name or IP address').fill('orders.mesh.test');
      await page.getByLabel('Type').selectOption('SRV');
      await page.getByLabel('Asked by').fill('shop');
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.getByText('of namespace shop').waitFor();
      const text = await page.locator('pre').textContent();
      const asked = await fetch(`${url}/api/explain?name=orders.mesh.test&type=SRV&namespace=shop`);
      expect(withoutId(text!)).toBe(withoutId(await asked.text()));
      expect(new URL(page.url()).hash).toBe('#/explain/orders.mesh.test?type=SRV&client=shop');
    });

    test('can be used without a mouse', async () => {
      const { page } = await open('#/');
      const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent.trim()');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Skip to the content');
      expect((await page.locator('.skip').boundingBox())!.y).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      expect(await focused()).toBe('Overview');
      for (const name of ['Configuration', 'Left out', 'Changes', 'Explain', 'Hosts']) {
        await page.keyboard.press('Shift+Tab');
        expect(await focused()).toBe(name);
      }
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
      await page.keyboard.press('Enter');
      const heading = page.getByRole('heading', { name: 'Hosts', level: 1 });
      await heading.and(page.locator(':focus')).waitFor();
      expect(await page.getByRole('link', { name: 'Hosts', exact: true }).getAttribute('aria-current')).toBe('page');
      await page.keyboard.press('Tab');
      await page.keyboard.type('payments');
      await page.locator('.count').getByText('1 of 62 hosts', { exact: true }).waitFor();
      for (let i = 0; i < 6; i++) await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.labels[0].textContent')).toMatch(/^Records/);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Hosts');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('shop/payments serves').waitFor();
    });

    test('keeps the theme that was chosen', async () => {
      const { page } = await open('#/', { colorScheme: 'light' });
      const background = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = await background();
      await page.getByLabel('Theme').selectOption('dark');
      const dark = await background();
      expect(dark).not.toBe(light);
      await page.reload();
      await isShown(page, '#/');
      expect(await background()).toBe(dark);
      expect(await page.getByLabel('Theme').inputValue()).toBe('dark');
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.getByLabel('Theme').selectOption('light');
      expect(await background()).toBe(light);
      await page.getByLabel('Theme').selectOption('automatic');
      expect(await background()).toBe(dark);
    });

    test.each([
      ['#/left-out', hostile],
      ['#/configuration', `# ${hostile}`],
      // It is a name: any octet may stand in one.
      [`#/explain/${encodeURIComponent(hostile)}`, /^<img/],
      [`#/hosts?type=${encodeURIComponent(hostile)}`, `'${hostile}' is no type`],
    ])('%s shows what others have written as text', async (hash, shown) => {
      const { page, faults } = await open(hash);
      await page.getByText(shown).first().waitFor();
      expect(await page.locator('img, main script').count()).toBe(0);
      expect(await page.title()).toMatch(/ – serviceentry-dns$/);
      expect(faults).toEqual([]);
    });

    test('shows the configuration without what is secret', async () => {
      const { page } = await open('#/configuration');
      await page.getByText('https://********@proxy.test').waitFor();
      expect(await page.content()).not.toContain('hunter2');
    });

    test('shows queries as they come, to the eye and to the ear', async () => {
      const { page } = await open('#/');
      // A second without any of them would be none in the last point.
      const asking = setInterval(() => void ask(dnsPort, 'payments.mesh.test', 'A'), 50);
      onTestFinished(() => clearInterval(asking));
      const codes = /^Answers by response code, last \d+ min\. Now: NOERROR [1-9][\d.]*\/s/;
      await page.getByRole('img', { name: codes }).waitFor();
      await page.getByRole('img', { name: /^Time to answer, .* median 0\.\d+ ms/ }).waitFor();
      const chart = page.locator('.chart').first();
      await chart.getByText('Latest values as a table').click();
      await chart.getByRole('columnheader', { name: 'NOERROR' }).waitFor();
      expect(await chart.getByRole('row').count()).toBeGreaterThan(1);
      expect(await violations(page)).toEqual([]);
    });

    test('shows changes when they happen, and that the server is gone', async () => {
      const own = mkdtempSync(join(tmpdir(), 'dashboard-'));
      const file = join(own, 'entries.yaml');
      writeFileSync(file, manifests);
      const { server: other, url: base } = await startServer(own);
      onTestFinished(async () => {
        await other.stop();
        rmSync(own, { recursive: true });
      });
      const { page } = await open('#/changes', {}, base);
      await page.getByText('Nothing has changed').waitFor();
      writeFileSync(file, manifests.replace('10.96.10.1', '10.96.10.9').replace('h7.many.test', 'new.many.test'));
      const row = (name: string) =>
        page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
      await row('payments.mesh.test').getByText('addresses: + 10.96.10.9, − 10.96.10.1').waitFor();
      await row('new.many.test').getByText('added').waitFor();
      await row('h7.many.test').getByText('removed').waitFor();
      expect(await violations(page)).toEqual([]);
      await other.stop();
      await page.getByText('The server cannot be reached.').first().waitFor();
      expect(await violations(page)).toEqual([]);
    });

    test('is not given to a web page that leads a name of its own here', async () => {
      const rebound = await openBrowser('--host-resolver-rules=MAP rebound.example 127.0.0.1');
      onTestFinished(() => rebound.close());
      const page = await rebound.newPage();
      const { port } = new URL(url);
      const response = await page.goto(`http://rebound.example:${port}/api/status`);
      expect([response!.status(), await response!.text()]).toEqual([
        403,
        '{"error":"the Host header must be an IP address or localhost"}\n',
      ]);
    });
  },
);

async function startServer(directory: string) {
  const text = `# ${hostile}
# proxy https://me:hunter2@proxy.test
.:0 mesh.test:0 {
    bind 127.0.0.1
    dashboard localhost:0
    serviceentry {
        file ${directory}
    }
    cache
    forward . 127.0.0.1:9
}
`;
  const unread = (): never => {
    throw new Error('it is not read again');
  };
  const first = { hash: 'abc', state: '', files: [{ path: 'Corefile', text }] };
  const corefile = { first, fixed: 'this is a test', look: unread, read: unread };
  const server = await RunningServer.start(configOfText(text), { ...environmentFor(), corefile });
  const url = `http://127.0.0.1:${server.httpPorts('dashboard')[0]!}`;
  return { server, url, dnsPort: server.listeners[0]!.port };
}

/** Resolves when a view has what it asks the server for. */
async function isShown(page: Page, hash: string): Promise<void> {
  await page.locator('.state.good').waitFor();
  const [view] = hash.slice(2).split(/[/?]/);
  const content = {
    '': page.locator('.chart').first(),
    hosts: page.locator('.count:not(:empty), .failure').first(),
    explain: page.locator('pre, .failure, main .note').first(),
    changes: page.getByText('Nothing has changed').or(page.getByRole('table')).first(),
    'left-out': page.getByRole('table'),
    configuration: page.locator('pre'),
  }[view!]!;
  await content.waitFor();
}

/** What axe finds fault with, a line each. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const results = await page.evaluate<AxeResults>('axe.run()');
  return results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Each reply has an ID of its own. */
function withoutId(text: string): string {
  return text.trimEnd().replace(/id: \d+/, 'id: 0');
}
