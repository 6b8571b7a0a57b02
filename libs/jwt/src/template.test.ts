import { describe, expect, it } from 'vitest';
import { fillTemplate, newClaims, TemplateError } from './index.ts';

const user = newClaims('user', 'UKEY');
user.name = 'joe';
user.nats.tags = ['region:eu', 'region:us', 'team:a', 'wild:*', 'plain'];
const account = newClaims('account', 'AKEY');
account.name = 'acme';
account.nats.tags = ['env:prod'];

function fill(allow: string[], deny: string[] = []): { allow: string[]; deny: string[] } {
  return fillTemplate({ ...newClaims('user', '').nats, pub: { allow, deny } }, user, account).pub;
}

describe.each(['allow', 'deny'] as const)('in %s', (list) => {
  it.each([
    ['plain.>', ['plain.>']],
    ['in.{{name()}}.>', ['in.joe.>']],
    ['in.{{subject()}}', ['in.UKEY']],
    ['{{account-name()}}.{{account-subject()}}', ['acme.AKEY']],
    ['{{tag(region)}}.x', ['eu.x', 'us.x']],
    ['{{tag(region)}}.{{tag(team)}}.{{account-tag(env)}}', ['eu.a.prod', 'us.a.prod']],
    ['{{ Name() }}.{{TAG(team)}}', ['joe.a']],
    ['pre{{name()}}post', ['prejoepost']],
    ['{{tag(region)}}.{{tag(region)}}', ['eu.eu', 'us.us']],
    ['n.{{tag(wild)}}', ['n.*']],
    ['plain queue', ['plain queue']],
  ])('%s', (entry, expected) => {
    expect(fill(list === 'allow' ? [entry] : [], list === 'deny' ? [entry] : [])[list]).toEqual(expected);
  });
});

it('leaves out what it has no value for where that allows', () => {
  expect(fill(['a', '{{tag(none)}}'])).toEqual({ allow: ['a'], deny: [] });
});

it('allows nothing when there is nothing left', () => {
  expect(fill(['{{tag(none)}}'])).toEqual({ allow: [], deny: ['>'] });
});

it.each(['{{tag(none)}}', '{{tag(Region)}}', '{{tag( region )}}', 'a {{name()}}'])(
  'refuses where %s would have denied',
  (entry) => {
    expect(() => fill([], [entry])).toThrow(TemplateError);
  },
);

it('leaves out what would be no subject', () => {
  expect(fill(['a', 'x {{name()}}'])).toEqual({ allow: ['a'], deny: [] });
});

it.each(['{{nothing()}}', '{{name}}', '{{}}'])('does not know %s', (entry) => {
  expect(() => fill([entry])).toThrow(TemplateError);
});

it('has a bound', () => {
  const many = newClaims('user', 'U');
  for (const tag of ['a', 'b', 'c']) many.nats.tags.push(...Array.from({ length: 20 }, (_, i) => `${tag}:${i}`));
  const template = { ...newClaims('user', '').nats, pub: { allow: ['{{tag(a)}}.{{tag(b)}}.{{tag(c)}}'], deny: [] } };
  expect(() => fillTemplate(template, many, account)).toThrow(TemplateError);
});
