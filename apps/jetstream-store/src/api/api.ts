import {
  ApiError,
  apiErrors,
  checkConsumerConfig,
  checkStreamConfig,
  readConsumerRequest,
  readStreamRequest,
  streamState,
  timeText,
} from '@skein/jetstream-core';
import type { Api, ApiContext, ApiRequest, HostedStream } from '../hosting.ts';

/** The least of the API that a stream and its consumers can be used with. */
export function createApi({ outbox, log }: ApiContext): Api {
  return {
    countsOf: () => ({ total: 0, errors: 0 }),
    handle(request) {
      answer(request).then(
        (body) => outbox.answer(request.account.name, request.reply, JSON.stringify(body)),
        (error: Error) => {
          if (!(error instanceof ApiError)) log.error(`${request.subject}: ${error.stack}`);
          outbox.answer(request.account.name, request.reply, JSON.stringify({ type: '', error }));
        },
      );
    },
  };
}

async function answer({ account, subject, content, headerBytes }: ApiRequest): Promise<object> {
  const [, , kind, verb, name = '', consumer = ''] = subject.split('.');
  const text = content.toString('latin1', headerBytes);
  switch (`${kind}.${verb}`) {
    case 'STREAM.CREATE': {
      const config = checkStreamConfig(readStreamRequest(text).config);
      const stream = await account.create(config);
      return { type: 'io.nats.jetstream.api.v1.stream_create_response', ...view(stream), did_create: true };
    }
    case 'STREAM.DELETE':
      await account.delete(name);
      return { type: 'io.nats.jetstream.api.v1.stream_delete_response', success: true };
    case 'STREAM.INFO': {
      const stream = account.streams.get(name);
      if (stream === undefined) throw apiErrors.streamNotFound();
      return { type: 'io.nats.jetstream.api.v1.stream_info_response', ...view(stream) };
    }
    case 'CONSUMER.CREATE': {
      const stream = account.streams.get(name);
      if (stream === undefined) throw apiErrors.streamNotFound();
      const requested = readConsumerRequest(text).config;
      const config = checkConsumerConfig(requested, consumer || crypto.randomUUID(), stream.stream.config);
      const made = await stream.createConsumer(config);
      const { created } = made;
      return {
        type: 'io.nats.jetstream.api.v1.consumer_create_response',
        stream_name: stream.name,
        name: made.name,
        created: timeText(created.seconds, created.nanos),
        config: made.config,
        ...made.info(),
      };
    }
    default:
      throw apiErrors.badRequest();
  }
}

function view(hosted: HostedStream): object {
  const { stream, created, consumers } = hosted;
  return {
    config: stream.config,
    created: timeText(created.seconds, created.nanos),
    state: streamState(stream, consumers.size).state,
    ...hosted.origins(),
  };
}
