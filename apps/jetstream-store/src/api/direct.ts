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

/**
 * Messages as they are, not in JSON (ADR-31): `DIRECT.GET.<stream>[.<subject>]`.
 *
 * @returns undefined when there is no such stream, or it does not allow for that: nobody is there, then
 */
export function answerDirect(
  account: JetStreamAccount,
  names: readonly string[],
  { content, headerBytes }: Pick<ApiRequest, 'content' | 'headerBytes'>,
): Iterable<AnswerPart> | undefined {
  const stream = account.streams.get(names[0] ?? '');
  if (stream === undefined || !stream.stream.config.allow_direct) return undefined;
  if (headerBytes > 0 && requiresMore(content, headerBytes)) {
    return [levelRequired()];
  }
  const text = readText(content, headerBytes);
  return names.length > 1 ? lastOf(stream, names.slice(1).join('.'), text) : get(stream, text);
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
