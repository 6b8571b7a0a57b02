import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ConsolePage, findBrowser, launchBrowser, styleOf } from './browser.ts';
import type { Node } from './node.ts';
import { RawClient } from './raw-client.ts';
import { freeze, openClient, startNode, thaw } from './scope.ts';
import { until } from './until.ts';

const executable = findBrowser();
const why = executable === undefined ? ' (left out: no chromium on PATH)' : '';
/** Far more than a page needs that asks every second. */
const SHOWN_MS = 10_000;

describe.skipIf(executable === undefined)(`the console in a browser${why}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(executable as string);
  });
  afterAll(() => browser.close());

  async function open(node: Node, path?: string, options?: BrowserContextOptions): Promise<ConsolePage> {
    const opened = await ConsolePage.open(browser, node, path, options);
    onTestFinished(() => opened.close());
    return opened;
  }

  it('loads without an error, asks nobody else, and everything that can be used has a name', async () => {
    const node = await startNode({ gateways: 2 });
    const { page, troubles } = await open(node);
    for (const tab of ['Connections', 'Subscriptions', 'Accounts', 'Streams', 'Events', 'Overview']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.getByRole('tabpanel', { name: tab }).waitFor();
      expect(await page.getByRole('tabpanel').count()).toBe(1);
      for (const used of await page.locator('button:visible, input:visible, a:visible').all()) {
        expect((await used.getAttribute('aria-label')) ?? (await used.textContent())).toMatch(/[a-z]{2}/i);
      }
    }
    await until('five processes are shown', SHOWN_MS, async () => (await page.locator('.process').count()) === 5);
    // On a machine that has no time a process may be late for a moment.
    await until('they are well', SHOWN_MS, async () => (await page.locator('#health').textContent()) === 'healthy');
    expect(troubles).toEqual([]);
  });

  it('plots move under load, and the past is there again after the page is loaded anew', async () => {
    const node = await startNode({ gateways: 2 });
    const client = await openClient(node);
    client.subscribe('load', { callback: () => {} });
    const opened = await open(node);
    const rate = opened.page.locator('[data-tile="Messages out"] .value');
    const publishing = setInterval(() => client.publish('load', 'x'.repeat(100)), 5);
    onTestFinished(() => clearInterval(publishing));
    const before = await opened.points('Messages');
    await until('the rate rises', SHOWN_MS, async () => Number.parseFloat((await rate.textContent()) ?? '') > 10);
    await until('samples are added', SHOWN_MS, async () => (await opened.points('Messages')) >= before + 2);
    // The line itself: pixels of its colour where there were none.
    const painted = await opened.page.locator('[data-plot="Messages"] canvas').screenshot();
    await until('the picture changes', SHOWN_MS, async () => {
      const now = await opened.page.locator('[data-plot="Messages"] canvas').screenshot();
      return !now.equals(painted);
    });
    const kept = await opened.points('Messages');
    await opened.page.reload();
    await until('what was kept is shown', SHOWN_MS, async () => (await opened.points('Messages')) >= kept);
    expect(opened.troubles).toEqual([]);
  });

  it('the table of connections sorts by mouse and by Enter, from both ends', async () => {
    const node = await startNode({ gateways: 2 });
    for (const [name, count] of [
      ['few', 1],
      ['most', 7],
      ['some', 3],
    ] as const) {
      const client = await openClient(node, { name });
      for (let i = 0; i < count; i++) client.subscribe(`${name}.${i}`);
      await client.flush();
    }
    const opened = await open(node, '/console#connections');
    const ordered = (...names: string[]) =>
      until(`the order ${names}`, SHOWN_MS, async () => `${await opened.column('Name')}` === `${names}`);
    const header = opened.page.getByRole('columnheader', { name: 'Subs' });
    await header.getByRole('button').click();
    await ordered('most', 'some', 'few');
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    await opened.page.keyboard.press('Enter');
    await ordered('few', 'some', 'most');
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
  });

  it('search finds connections by name; / leads there from anywhere', async () => {
    const node = await startNode({ gateways: 2 });
    for (const name of ['orders-1', 'orders-2', 'billing']) await openClient(node, { name });
    const opened = await open(node);
    await opened.page.keyboard.press('/');
    await opened.page.getByRole('tabpanel', { name: 'Connections' }).waitFor();
    await opened.page.keyboard.type('RDERS');
    await until('those alone', SHOWN_MS, async () => `${(await opened.column('Name')).sort()}` === 'orders-1,orders-2');
    await opened.page.getByText('1–2 of 2').waitFor();
    await opened.page.keyboard.type('x');
    await opened.page.getByText('No connection is like that.').waitFor();
  });

  it('long lists come in pages', async () => {
    const node = await startNode();
    await Promise.all(Array.from({ length: 60 }, (_, i) => openClient(node, { name: `client-${i}` })));
    const opened = await open(node, '/console#connections');
    await opened.page.getByText('1–50 of 60').waitFor();
    await opened.page.getByRole('button', { name: 'Next' }).click();
    await opened.page.getByText('51–60 of 60').waitFor();
    await until('ten rows', SHOWN_MS, async () => (await opened.column('Id')).length === 10);
  });

  it('a slow consumer is marked while it is one, and told of when it was cut off', async () => {
    const node = await startNode({ conf: 'max_pending: 8MB\nwrite_deadline: "60s"' });
    const slow = await RawClient.open(node);
    onTestFinished(() => slow.destroy());
    await slow.subscribeAndStopReading('flood');
    const opened = await open(node, '/console#connections');
    const client = await openClient(node, { name: 'publisher' });
    const payload = new Uint8Array(64 * 1024);
    const row = opened.page.locator('tr.slow, tr.critical');
    // What the kernel takes in is not pending yet.
    await until('it is marked', SHOWN_MS, async () => {
      client.publish('flood', payload);
      await client.flush();
      return (await row.count()) === 1;
    });
    expect(await row.textContent()).toMatch(/slow|critical/);
    for (let i = 0; i < 200; i++) client.publish('flood', payload);
    await client.flush();
    await opened.page.getByRole('button', { name: 'Closed' }).click();
    await opened.page.getByRole('cell', { name: 'Slow Consumer (Pending Bytes)' }).waitFor();
    await opened.page.keyboard.press('6');
    await opened.page
      .getByText(/was disconnected: Slow Consumer/)
      .first()
      .waitFor();
  });

  it('streams show how far their consumers are behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'streams-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const node = await startNode({ conf: `jetstream { store_dir: "${folder}" }\n` });
    const client = await openClient(node);
    const ask = (subject: string, body: object) => client.request(`$JS.API.${subject}`, JSON.stringify(body));
    await ask('STREAM.CREATE.ORDERS', { name: 'ORDERS', subjects: ['orders'] });
    for (let i = 0; i < 3; i++) await client.request('orders', 'one');
    const config = { durable_name: 'SHIPPING', ack_policy: 'explicit' };
    await ask('CONSUMER.CREATE.ORDERS.SHIPPING', { stream_name: 'ORDERS', config });
    const pulled = client.subscribe('pulled', { max: 1 });
    client.publish('$JS.API.CONSUMER.MSG.NEXT.ORDERS.SHIPPING', '1', { reply: 'pulled' });
    for await (const { subject } of pulled) expect(subject).toBe('orders');
    const opened = await open(node, '/console#streams');
    await opened.page.getByRole('cell', { name: 'ORDERS' }).click();
    const panel = opened.page.getByRole('dialog');
    await panel.getByText('SHIPPING').waitFor();
    expect(await panel.textContent()).toMatch(/to deliver2.*unacknowledged1.*oldest of them\d+s old/);
    expect(await opened.column('Behind')).toEqual(['2']);
  });

  it('everything can be done with keys', async () => {
    const node = await startNode();
    const client = await openClient(node, { name: 'listener' });
    client.subscribe('some.subject', { queue: 'workers' });
    await openClient(node, { name: 'other' });
    const { page } = await open(node);
    const focused = page.locator(':focus');
    await page.getByRole('tab', { name: 'Overview' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused.textContent()).toBe('Connections');
    // From there on with Tab: the search, the states, the headers, then the rows as one stop.
    await page.getByRole('row', { name: 'listener' }).waitFor();
    await page.getByRole('columnheader', { name: 'Uptime' }).getByRole('button').focus();
    await page.keyboard.press('Tab');
    expect(await focused.textContent()).toContain('listener');
    await page.keyboard.press('ArrowDown');
    expect(await focused.textContent()).toContain('other');
    await page.keyboard.press('ArrowUp');
    expect(await styleOf(focused, 'outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    const detail = page.getByRole('dialog', { name: 'listener' });
    await detail.getByText('some.subject').waitFor();
    await detail.getByText('workers').waitFor();
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'hidden' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('4');
    await page.getByRole('tabpanel', { name: 'Accounts' }).getByText('$G').waitFor();
  });

  it('light and dark: as the system has it, or as was chosen, which is remembered', async () => {
    const node = await startNode();
    const background = ({ page }: ConsolePage) => styleOf(page.locator('body'), 'backgroundColor');
    const light = await background(await open(node, '/console', { colorScheme: 'light' }));
    const opened = await open(node, '/console', { colorScheme: 'dark' });
    const dark = await background(opened);
    expect(dark).not.toBe(light);
    await opened.page.keyboard.press('t');
    expect(await background(opened)).toBe(light);
    await opened.page.reload();
    expect(await background(opened)).toBe(light);
  });

  it('a process that was killed, one that is frozen, and the monitor itself', async () => {
    const node = await startNode({ gateways: 2 });
    const opened = await open(node);
    const { page } = opened;
    process.kill((await node.process('gateway', 1)).pid, 'SIGKILL');
    await page.locator('[data-process="gateway 1"]').getByText('1 restart').waitFor();
    await page.getByText('gateway 1 ended and was started again (restart 1)').first().waitFor();

    const frozen = await node.process('auth-resolver');
    freeze(frozen);
    const silent = page.locator('[data-process="auth-resolver 0"][data-state=silent]');
    await silent.waitFor();
    thaw(frozen.pid);
    await silent.waitFor({ state: 'detached' });

    const monitor = await node.process('monitor');
    freeze(monitor);
    await page.getByRole('alert').getByText('The monitor has not answered since').waitFor();
    thaw(monitor.pid);
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    expect(opened.troubles).toEqual([]);
  });

  it('under a base path, with a token', async () => {
    const node = await startNode({ conf: 'http_base_path: "/nats"\nskein { monitoring { token: "s3cret" } }' });
    const { page, troubles } = await open(node, '/nats/console');
    const token = page.locator('#token');
    await token.fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('That one was refused.').waitFor();
    await token.fill('s3cret');
    await page.keyboard.press('Enter');
    await page.locator('#uptime:not(:empty)').waitFor();
    await page.keyboard.press('4');
    await page.getByRole('cell', { name: '$G' }).waitFor();
    await page.reload();
    await page.locator('#uptime:not(:empty)').waitFor();
    expect(troubles).toEqual([]);
  });

  it('fits a phone', async () => {
    const node = await startNode({ gateways: 2 });
    await openClient(node, { name: 'a-client-with-quite-a-long-name-for-a-phone' });
    const { page } = await open(node, '/console', { viewport: { width: 390, height: 844 } });
    for (const key of ['1', '2', '3', '4', '5']) {
      await page.keyboard.press(key);
      expect(await page.locator('html').evaluate((html) => html.scrollWidth)).toBeLessThanOrEqual(390);
    }
  });
});
