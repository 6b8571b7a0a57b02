import type { Monitor } from '../monitor.ts';
import { UnavailableError } from '../unavailable-error.ts';
import type { Endpoint, Question } from './endpoint.ts';
import { NotForThisServer } from './not-for-this-server.ts';
import { QuestionError } from './question-error.ts';

/** What a system service answers, beside `server`. */
export type ServiceAnswer =
  | { data: unknown }
  | { error: ServiceError }
  /** The question could be read, but not answered. */
  | { data: null; error: ServiceError };

export interface ServiceError {
  code: number;
  description: string;
}

/**
 * Answers a request to the system service of a page; undefined: this server says nothing. Never rejects for what the requester
 * sent.
 *
 * @param body the request's, as text; '' for none
 * @param account the answer is about this account alone, whatever the body says
 */
export async function answerService(
  monitor: Monitor,
  page: Endpoint,
  body: string,
  account?: string,
): Promise<ServiceAnswer | undefined> {
  let question: Question;
  try {
    question = page.fromBody(body, account);
  } catch (error) {
    if (error instanceof QuestionError) return { error: { code: 400, description: error.message } };
    throw error;
  }
  try {
    const { body: said, data } = await question(monitor);
    return { data: data ?? said };
  } catch (error) {
    if (error instanceof NotForThisServer) return undefined;
    if (error instanceof QuestionError) return { data: null, error: { code: 500, description: error.message } };
    if (error instanceof UnavailableError) return { data: null, error: { code: 503, description: error.message } };
    throw error;
  }
}
