import { expect, it } from 'vitest';
import { InspectorNotice } from './inspector-notice.ts';

const said = [
  '[1] [INF] before\n',
  'Debugger listening on ws://127.0.0.1:45175/c7ac379e\n',
  'For help, see: https://nodejs.org/learn/getting-started/debugging\n',
  'Debugger attached.\n',
  'Debugger ending on ws://127.0.0.1:45175/c7ac379e\n',
  '[1] [INF] Debugger listening is what a client is called\n',
].join('');

it('finds the address, and keeps it out of the log', () => {
  const notice = new InspectorNotice();
  const urls: string[] = [];
  notice.expect((url) => urls.push(url));
  expect(notice.filter(said)).toBe('[1] [INF] before\n[1] [INF] Debugger listening is what a client is called\n');
  expect(urls).toEqual(['ws://127.0.0.1:45175/c7ac379e']);
});

it('passes everything on when a person has asked for it, and remembers the address', () => {
  const notice = new InspectorNotice();
  expect(notice.filter(said)).toBe(said);
  const urls: string[] = [];
  notice.expect((url) => urls.push(url));
  expect(urls).toEqual(['ws://127.0.0.1:45175/c7ac379e']);
});
