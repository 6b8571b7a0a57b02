import {
  type AnswerPart,
  badDirectRequest,
  type DirectRequest,
  directGet,
  levelRequired,
  malformedRequest,
  readDirectRequest,
  requiresMore,
} from '@skein/jetstream-core';
import type { ApiRequest, HostedStream, JetStreamAccount } from '../hosting.ts';
import { readText } from './text.ts';

export const DIRECT_PREFIX = '$JS.API.DIRECT.GET.';

/**
 * Messages as they are, not in JSON (ADR-31): `$JS.API.DIRECT.GET.<stream>[.<subject>]`.
 *
 * @returns undefined when nobody answers for such a stream: nobody is there, then
 */
export function answerDirect(
  account: JetStreamAccount,
  { subject, content, headerBytes }: Pick<ApiRequest, 'subject' | 'content' | 'headerBytes'>,
): Iterable<AnswerPart> | undefined {
  if (!subject.startsWith(DIRECT_PREFIX)) return undefined;
  const dot = subject.indexOf('.', DIRECT_PREFIX.length);
  const name = subject.slice(DIRECT_PREFIX.length, dot < 0 ? undefined : dot);
  const stream = account.directOf(name);
  if (stream === undefined) return undefined;
  if (headerBytes > 0 && requiresMore(content, headerBytes)) return [levelRequired()];
  const text = content.length === headerBytes ? '' : readText(content, headerBytes);
  return dot < 0 ? get(stream, text) : lastOf(stream, subject.slice(dot + 1), text);
}

function get({ name, stream }: HostedStream, text: string): Iterable<AnswerPart> {
  const request = readDirectRequest(text);
  return request === undefined ? [malformedRequest()] : directGet(name, stream.store, request);
}

/** The last message on the subject in the request's subject; the body may not ask for anything else. */
function lastOf({ name, stream }: HostedStream, subject: string, text: string): Iterable<AnswerPart> {
  const request = text === '' ? {} : readDirectRequest(text);
  if (request === undefined) return [malformedRequest()];
  if (asksForSomething(request)) return [badDirectRequest()];
  return directGet(name, stream.store, { last_by_subj: subject });
}

const asksForSomething = (request: DirectRequest): boolean => Object.keys(request).length > 0;
