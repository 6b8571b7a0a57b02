import { ApiError } from '@skein/jetstream-core';

const DESCRIPTION_MAX = 256;

/** What a feed has of an answer about the consumer that it reads from. */
export interface ConsumerAnswer {
  readonly error: ApiError | undefined;
  readonly ackPolicy: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * Of whoever answers: nothing in it is taken for granted.
 *
 * @throws Error for what is no answer
 */
export function readConsumerAnswer(text: string): ConsumerAnswer {
  const { error, config } = fieldsOf(parsed(text));
  const ackPolicy = config === undefined ? undefined : fieldsOf(config).ack_policy;
  return {
    error: error === undefined ? undefined : errorOf(fieldsOf(error)),
    ackPolicy: typeof ackPolicy === 'string' ? ackPolicy : undefined,
  };
}

function errorOf({ code, err_code, description }: Fields): ApiError {
  if (!Number.isSafeInteger(code) || !Number.isSafeInteger(err_code) || typeof description !== 'string') {
    throw notUnderstood();
  }
  return new ApiError(code as number, err_code as number, description.slice(0, DESCRIPTION_MAX));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notUnderstood();
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw notUnderstood();
  return value as Fields;
}

const notUnderstood = (): Error => new Error('the origin answers what cannot be understood');
