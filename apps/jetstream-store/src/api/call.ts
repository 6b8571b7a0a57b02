import { type AdvisoryClient, type ApiError, apiErrors, type StreamConfig } from '@skein/jetstream-core';
import type { Address, ApiContext, HostedConsumer, HostedStream, JetStreamAccount } from '../hosting.ts';
import { storeUnavailable } from '../store-errors.ts';
import type { ApiCounter } from './api-counter.ts';

/** A request, as its handler sees it. */
export interface Call {
  readonly context: ApiContext;
  readonly account: JetStreamAccount;
  /** Behind the verb. */
  readonly names: readonly string[];
  /** One char a byte. */
  readonly text: string;
  /** Where the answer goes. */
  readonly reply: Address;
  /** Who asks, as the gateway says. */
  readonly client: AdvisoryClient;
  readonly counter: ApiCounter;
}

/** What goes into the answer, behind its type. @throws ApiError */
export type Handler = (call: Call) => object | Promise<object>;

/** The stream that the subject names. @throws ApiError 10059 */
export function streamOf(call: Call): HostedStream {
  const stream = call.account.streams.get(call.names[0] as string);
  if (stream === undefined) throw absent(call);
  return stream;
}

/** Its configuration, here or elsewhere. @throws ApiError 10059 */
export function configOf(call: Call): StreamConfig {
  const config = call.account.configOf(call.names[0] as string);
  if (config === undefined) throw absent(call);
  return config;
}

/** A store that has not said yet what it has may have it. */
const absent = ({ context }: Call): ApiError =>
  context.others?.isComplete === false ? storeUnavailable() : apiErrors.streamNotFound();

/** The consumer that the subject names. @throws ApiError 10059, 10014 */
export function consumerOf(call: Call): { stream: HostedStream; consumer: HostedConsumer } {
  const stream = streamOf(call);
  const consumer = stream.consumers.get(call.names[1] as string);
  if (consumer === undefined) throw apiErrors.consumerNotFound();
  return { stream, consumer };
}

/** Nothing may be asked for; nothing looks like nothing, or like an empty object. @throws ApiError 10038 */
export function refuseBody({ text }: Call): void {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed !== '{}' && trimmed !== 'null') throw apiErrors.bodyNotEmpty();
}
