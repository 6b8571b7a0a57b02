import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import type { Node } from './node.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where this machine has a browser that can be driven; undefined: nowhere on its PATH. */
export function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  // Its sandbox refuses to work for root, which is what containers run tests as; only our own pages are loaded.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page of the console, with all that went wrong in it. */
export class ConsolePage {
  readonly page: Page;
  /** Errors that the page reported, and requests that left the monitor. */
  readonly troubles: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('pageerror', (error) => this.troubles.push(String(error)));
    page.on('console', (message) => {
      // A monitor that is away makes the browser itself complain.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.troubles.push(message.text());
      }
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`)) this.troubles.push(`left the host: ${request.url()}`);
    });
  }

  /** Resolves when it shows figures, or asks for a token. */
  static async open(browser: Browser, node: Node, path = '/console', options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const origin = `http://127.0.0.1:${node.server.monitoringPort}`;
    const opened = new ConsolePage(await context.newPage(), origin);
    await opened.page.goto(`${origin}${path}`);
    await opened.page.locator('#uptime:not(:empty), #token-dialog[open]').first().waitFor();
    return opened;
  }

  /** The text of the first column with this title, row by row. */
  async column(title: string): Promise<string[]> {
    const table = this.page.locator('table:visible').first();
    const titles = await table.locator('th').allTextContents();
    const at = titles.findIndex((one) => one.trim() === title);
    return table.locator(`tbody tr:not(.empty) td:nth-child(${at + 1})`).allTextContents();
  }

  /** How many samples a plot has. */
  async points(plot: string): Promise<number> {
    return Number(await this.page.locator(`[data-plot="${plot}"] [role=img]`).getAttribute('data-points'));
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

/** One property of an element, as it came out. */
export function styleOf(element: Locator, property: string): Promise<string> {
  return element.evaluate((one, name) => one.ownerDocument.defaultView.getComputedStyle(one)[name], property);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
