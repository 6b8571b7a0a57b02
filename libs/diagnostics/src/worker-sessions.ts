import type { Session } from 'node:inspector/promises';

/** Of one that has ended meanwhile, or does not come to answer. */
const ANSWER_MS = 2000;

interface Message {
  id?: number;
  result?: unknown;
}

/** The inspector's sessions with the worker threads of this process: `NodeWorker` carries their messages. */
export class WorkerSessions {
  /** Numbers of the threads, as sessions name them. */
  private readonly workers = new Map<string, string>();
  private readonly waiting = new Map<number, (result: unknown) => void>();
  private readonly session: Session;
  private lastId = 0;

  private constructor(session: Session) {
    this.session = session;
  }

  /** With those that there are now and those to come; each is told `methods` first. */
  static async open(session: Session, methods: readonly string[]): Promise<WorkerSessions> {
    const sessions = new WorkerSessions(session);
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      sessions.workers.set(params.sessionId, params.workerInfo.workerId);
      for (const method of methods) sessions.askOne(params.sessionId, method, {}).catch(() => {});
    });
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      const { id, result }: Message = JSON.parse(params.message);
      if (id !== undefined) sessions.waiting.get(id)?.(result);
    });
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return sessions;
  }

  /** Asks all of them; those that do not answer are missing. */
  async ask<Result>(method: string, params: object = {}): Promise<Map<string, Result>> {
    const answers = new Map<string, Result>();
    await Promise.all(
      [...this.workers].map(async ([sessionId, worker]) => {
        const result = await this.askOne(sessionId, method, params).catch(() => undefined);
        if (result !== undefined) answers.set(worker, result as Result);
      }),
    );
    return answers;
  }

  async close(): Promise<void> {
    this.session.removeAllListeners('NodeWorker.attachedToWorker');
    this.session.removeAllListeners('NodeWorker.receivedMessageFromWorker');
    await this.session.post('NodeWorker.disable');
  }

  private async askOne(sessionId: string, method: string, params: object): Promise<unknown> {
    const id = ++this.lastId;
    const answer = new Promise((resolve) => {
      this.waiting.set(id, resolve);
      setTimeout(resolve, ANSWER_MS, undefined).unref();
    });
    try {
      await this.session.post('NodeWorker.sendMessageToWorker', {
        sessionId,
        message: JSON.stringify({ id, method, params }),
      });
      return await answer;
    } finally {
      this.waiting.delete(id);
    }
  }
}
