import type { ServiceWay } from '@skein/accounts';
import type { Message } from './deliver.ts';
import { parseHeaders } from './message-headers.ts';
import type { ClientInfo } from './request-info.ts';

/** A request whose answer is timed. */
export interface LatencyMeasurement {
  /** Where in the exporting account the result goes. */
  readonly subject: string;
  readonly requestor: ClientInfo;
  /** That asked for the measurement. */
  readonly header: Record<string, string[]> | undefined;
  readonly startedMs: number;
  readonly startedWallMs: number;
  /** Who answers, where that is on another gateway. */
  responder: ClientInfo | undefined;
}

const STATUS_TEXT: Record<number, string> = { 400: 'Bad Request', 503: 'Service Unavailable' };

/** Whether this request is timed: by chance, or because one of its headers asks. Undefined: no. */
export function sampled(
  { latency }: ServiceWay['service'],
  message: Message,
  random: () => number,
): { header?: Record<string, string[]> } | undefined {
  if (latency === undefined) return undefined;
  if (latency.sampling !== 'headers') return random() * 100 < latency.sampling ? {} : undefined;
  if (message.headerBytes === 0) return undefined;
  const { payload, payloadStart, headerBytes } = message;
  const header = tracingHeaders(parseHeaders(payload.toString('utf8', payloadStart, payloadStart + headerBytes)));
  return header === undefined ? undefined : { header };
}

/** Those of Jaeger, Zipkin (two forms) and W3C, where they say that the request is sampled. */
function tracingHeaders(headers: Map<string, string[]>): Record<string, string[]> | undefined {
  const get = (name: string): string | undefined => headers.get(name)?.[0];
  const pick = (...names: string[]): Record<string, string[]> =>
    Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? []]] : [])));
  const jaeger = get('Uber-Trace-Id');
  if (jaeger !== undefined) {
    return Number.parseInt(jaeger.split(':')[3] ?? '', 16) & 1 ? pick('Uber-Trace-Id') : undefined;
  }
  const b3 = ['X-B3-TraceId', 'X-B3-ParentSpanId', 'X-B3-SpanId', 'X-B3-Sampled'];
  if (get('X-B3-Sampled') !== undefined) return get('X-B3-Sampled') === '1' ? pick(...b3) : undefined;
  if (get('X-B3-TraceId') !== undefined) return pick(...b3);
  const single = get('B3');
  if (single !== undefined) {
    const flag = single.split('-')[2] ?? single;
    return flag === '1' || flag === 'd' ? pick('B3') : undefined;
  }
  const w3c = get('Traceparent');
  if (w3c === undefined) return undefined;
  return Number.parseInt(w3c.split('-')[3] ?? '', 16) & 1 ? pick('Traceparent', 'Tracestate') : undefined;
}

export interface LatencyOutcome {
  status: 200 | 400 | 503;
  responder?: ClientInfo;
  /** Since the request went out, ms. */
  elapsedMs: number;
  id: string;
  wallMs: number;
}

/** The measurement as nats-server publishes it; durations in nanoseconds. */
export function latencyMetric(
  { requestor, header, startedWallMs }: LatencyMeasurement,
  outcome: LatencyOutcome,
): string {
  const { status, responder, elapsedMs, id, wallMs } = outcome;
  const [asking, answering] = [requestor.rtt ?? 0, responder?.rtt ?? 0];
  const service = status === 200 ? Math.max(0, Math.round(elapsedMs * 1e6) - answering) : 0;
  return JSON.stringify({
    type: 'io.nats.server.metric.v1.service_latency',
    id,
    timestamp: new Date(wallMs).toISOString(),
    status,
    description: STATUS_TEXT[status],
    requestor,
    responder,
    header,
    start: new Date(startedWallMs - asking / 1e6).toISOString(),
    service,
    // What the server itself takes is not told apart from the service.
    system: 0,
    total: status === 200 ? service + asking + answering : 0,
  });
}
