/** @import { Live } from '../live.ts' */
/** @import { NodeEvent } from '../../history/events.ts' */
import { Accounts } from './accounts.js';
import { Client, TokenNeeded } from './client.js';
import { Connections } from './connections.js';
import { byId, h, setText } from './dom.js';
import { Events } from './events.js';
import { formatClock, formatSpan } from './format.js';
import { Overview } from './overview.js';
import { Refresher } from './refresher.js';
import { Samples } from './samples.js';
import { Streams } from './streams.js';
import { Subscriptions } from './subscriptions.js';
import { followTheme, switchTheme, theme } from './theme.js';

/**
 * What views are given: the newest figures, those kept, and how to ask for more.
 * @typedef {object} Context
 * @property {Client} client
 * @property {Samples} samples
 * @property {readonly NodeEvent[]} events
 * @property {Live | undefined} live undefined before the first answer
 */

/**
 * One tab. Add another to `views`.
 * @typedef {object} View
 * @property {string} id
 * @property {string} title
 * @property {HTMLElement} element
 * @property {HTMLInputElement} [search] where `/` leads
 * @property {(context: Context) => void} [update] there are new figures, and it is shown
 * @property {() => void} [shown]
 * @property {() => void} [hidden]
 * @property {() => void} [restyle] colours are others now
 */

const SPAN_MS = 15 * 60_000;
const STEP_MS = 1000;

/** @type {Context} */
const context = { client: new Client(), samples: new Samples(SPAN_MS), events: [], live: undefined };
/** @type {View[]} */
const views = [
  new Overview(),
  new Connections(context),
  new Subscriptions(context),
  new Accounts(context),
  new Streams(context),
  new Events(),
];
/** @type {View} */
let view = views[0];
/** When the monitor last answered, by this machine's clock. */
let answeredMs = Date.now();
let failed = false;
let monitorPid = 0;

const tabs = views.map(({ id, title }) =>
  h('a', { role: 'tab', id: `tab-${id}`, href: `#${id}`, 'aria-controls': `view-${id}` }, title),
);
byId('tabs').append(...tabs);
byId('main').append(
  ...views.map(({ id, element }) =>
    h('div', { id: `view-${id}`, hidden: true, role: 'tabpanel', 'aria-labelledby': `tab-${id}` }, element),
  ),
);

// ---------------------------------------------------------------- which view

function showView() {
  const wanted = views.find(({ id }) => `#${id}` === location.hash) ?? views[0];
  if (wanted === view && !byId(`view-${wanted.id}`).hidden) return;
  view.hidden?.();
  view = wanted;
  views.forEach((one, i) => {
    const isShown = one === wanted;
    tabs[i].setAttribute('aria-selected', String(isShown));
    tabs[i].tabIndex = isShown ? 0 : -1;
    byId(`view-${one.id}`).hidden = !isShown;
  });
  document.title = `${wanted.title} · ${context.live?.server.name ?? 'Skein console'}`;
  wanted.update?.(context);
  wanted.shown?.();
}

/** @param {number} at */
function goTo(at) {
  location.hash = views[at].id;
  // Now, not with the event: what is focused next must be there.
  showView();
}

byId('tabs').addEventListener('keydown', (event) => {
  const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1 })[event.key];
  if (step === undefined) return;
  const at = (views.indexOf(view) + step + views.length) % views.length;
  goTo(at);
  tabs[at].focus();
});
addEventListener('hashchange', showView);

// ---------------------------------------------------------------- figures

async function ask() {
  try {
    const { samples } = context;
    /** @type {Live} */
    const live = await context.client.get('console/api/live', {
      since: samples.lastMs,
      events: context.live?.eventsVersion ?? 0,
    });
    answered(live);
  } catch (error) {
    if (error instanceof TokenNeeded) await askForToken();
    else unanswered();
  }
}

/** @param {Live} live */
function answered(live) {
  const pid = live.processes.find(({ component }) => component === 'monitor')?.pid ?? 0;
  // Another monitor counts its events anew.
  if (live.events !== undefined || (monitorPid !== 0 && pid !== monitorPid)) context.events = live.events ?? [];
  monitorPid = pid;
  context.live = live;
  context.samples.merge(live.series);
  answeredMs = Date.now();
  failed = false;
  byId('unreachable').hidden = true;
  document.body.classList.remove('stale');
  showServer(live);
  view.update?.(context);
}

function unanswered() {
  failed = true;
  document.body.classList.add('stale');
  showUnreachable();
}

function showUnreachable() {
  if (!failed) return;
  byId('unreachable').hidden = false;
  setText(byId('unreachable-since'), formatClock(answeredMs));
  setText(byId('unreachable-for'), formatSpan(Date.now() - answeredMs));
  const health = byId('health');
  setText(health, 'unreachable');
  health.className = 'pill bad';
}

/** @param {Live} live */
function showServer({ server, problem, nowMs, processes }) {
  setText(byId('server-name'), server.name);
  setText(byId('server-version'), `Skein ${server.productVersion} · as nats-server ${server.version}`);
  setText(byId('uptime'), `up ${formatSpan(nowMs - server.startedMs)}`);
  const silent = processes.filter(({ state }) => state === 'silent').length;
  const trouble = problem ?? (silent > 0 ? `${silent} process${silent > 1 ? 'es' : ''} not answering` : undefined);
  const health = byId('health');
  setText(health, trouble ?? 'healthy');
  health.className = `pill ${trouble === undefined ? 'good' : 'bad'}`;
  document.title = `${view.title} · ${server.name}`;
}

/** Resolves when one was given. */
async function askForToken() {
  const dialog = /** @type {HTMLDialogElement} */ (byId('token-dialog'));
  const input = /** @type {HTMLInputElement} */ (byId('token'));
  byId('token-refused').hidden = !context.client.hasToken;
  input.value = '';
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
  if (input.value !== '') context.client.setToken(input.value);
}

// ---------------------------------------------------------------- look and keys

function showTheme() {
  const isDark = theme() === 'dark';
  const button = byId('theme');
  button.setAttribute('aria-label', isDark ? 'Use the light theme' : 'Use the dark theme');
  setText(button, isDark ? '☀' : '☾');
  for (const one of views) one.restyle?.();
}

function toggleTheme() {
  switchTheme();
  showTheme();
}

const showHelp = () => /** @type {HTMLDialogElement} */ (byId('help-dialog')).showModal();

function search() {
  if (view.search === undefined) goTo(1);
  (view.search ?? views[1].search)?.focus();
}

/** @type {[string, string, () => void][]} */
const shortcuts = [
  ['/', 'Search in this view, or among connections', search],
  ...views.map(({ title }, i) => /** @type {[string, string, () => void]} */ ([String(i + 1), title, () => goTo(i)])),
  ['t', 'Light or dark', toggleTheme],
  ['?', 'This list', showHelp],
];
/** @type {[string, string][]} */
const elsewhere = [
  ['← →', 'From tab to tab'],
  ['↑ ↓', 'From row to row'],
  ['Enter', 'Sort by a column; look into a row'],
  ['Esc', 'Leave a search, close a panel'],
];
for (const [key, what] of [...shortcuts, ...elsewhere])
  byId('keys').append(h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)));

addEventListener('keydown', (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target instanceof HTMLInputElement) {
    if (event.key === 'Escape') target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]') !== null) return;
  const shortcut = shortcuts.find(([key]) => key === event.key);
  if (shortcut === undefined) return;
  event.preventDefault();
  shortcut[2]();
});
byId('theme').addEventListener('click', toggleTheme);
byId('help').addEventListener('click', showHelp);
followTheme(showTheme);

showTheme();
showView();
new Refresher(STEP_MS, ask).start();
setInterval(showUnreachable, STEP_MS);
