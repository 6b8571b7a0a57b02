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
    ['{{ Tag( Region ) }}', ['eu', 'us']],
    ['pre{{name()}}post', ['prejoepost']],
    ['x {{name()}}', ['x joe']],
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

it.each(['{{tag(none)}}', 'a.{{tag(wild)}}'])('refuses where %s would have denied', (entry) => {
  expect(() => fill([], [entry])).toThrow(TemplateError);
});

it('takes no wildcard for a name', () => {
  expect(fill(['a', '{{tag(wild)}}'])).toEqual({ allow: ['a'], deny: [] });
});

it.each(['{{nothing()}}', '{{name}}', '{{}}'])('does not know %s', (entry) => {
  expect(() => fill([entry])).toThrow(TemplateError);
});

it('has a bound', () => {
  expect(() => fill([Array(12).fill('{{tag(region)}}').join('.')])).toThrow(TemplateError);
});
