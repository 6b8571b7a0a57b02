import { expect, it } from 'vitest';
import { type Fields, optionsFromBody, optionsFromQuery, subscriptionFields } from './options.ts';

const fields = {
  sort: { kind: 'string', query: 'sort', body: 'sort', type: 'server.SortOpt' },
  limit: { kind: 'int', query: 'limit', body: 'limit' },
  cid: { kind: 'uint64', query: 'cid', body: 'cid' },
  names: { kind: 'strings', body: 'names' },
  ...subscriptionFields,
} as const satisfies Fields;
const structs = ['ConnzEventOptions', 'ConnzOptions'] as const;
const nothing = { sort: '', limit: 0, cid: 0, names: [], subscriptions: false, subscriptionsDetail: false };

it.each([
  ['', {}],
  ['null', {}],
  ['{}', {}],
  ['{"SORT":"subs","Limit":1,"unknown":2}', { sort: 'subs', limit: 1 }],
  ['{"sort":null,"limit":-1,"cid":5,"names":["a","b"]}', { limit: -1, cid: 5, names: ['a', 'b'] }],
  ['{"subscriptions":true,"subscriptions_detail":true}', { subscriptions: true, subscriptionsDetail: true }],
])('a body %s', (body, expected) => {
  expect(optionsFromBody(fields, structs, body)).toEqual({ ...nothing, ...expected });
});

const struct = 'Go struct field ConnzEventOptions.ConnzOptions';
it.each([
  ['{"sort":1}', `json: cannot unmarshal number into ${struct}.sort of type server.SortOpt`],
  ['{"limit":"x"}', `json: cannot unmarshal string into ${struct}.limit of type int`],
  ['{"limit":1.5}', `json: cannot unmarshal number 1.5 into ${struct}.limit of type int`],
  ['{"cid":-1}', `json: cannot unmarshal number -1 into ${struct}.cid of type uint64`],
  ['{"cid":[]}', `json: cannot unmarshal array into ${struct}.cid of type uint64`],
  ['{"subscriptions":1}', `json: cannot unmarshal number into ${struct}.subscriptions of type bool`],
  ['{"names":1}', `json: cannot unmarshal number into ${struct}.names of type []string`],
  ['{"names":["a",1]}', `json: cannot unmarshal number into ${struct}.names of type string`],
  ['[]', 'json: cannot unmarshal array into Go value of type server.ConnzEventOptions'],
  ['"x"', 'json: cannot unmarshal string into Go value of type server.ConnzEventOptions'],
])('a body %s is refused in nats-server’s words', (body, text) => {
  expect(() => optionsFromBody(fields, structs, body)).toThrow(text);
});

it('a body that is no JSON is refused', () => {
  expect(() => optionsFromBody(fields, structs, '{bad')).toThrow(/JSON/);
});

it.each([
  [{}, {}],
  [{ sort: '', limit: '' }, {}],
  [
    { sort: 'idle', limit: '+7', cid: '9', names: 'x' },
    { sort: 'idle', limit: 7, cid: 9 },
  ],
  [{ subs: 'Detail' }, { subscriptions: true, subscriptionsDetail: true }],
  [{ subs: 'T' }, { subscriptions: true }],
])('a query %o', (query, expected) => {
  expect(optionsFromQuery(fields, query as Record<string, string>)).toEqual({ ...nothing, ...expected });
});
