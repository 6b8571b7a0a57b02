import { type Handler, streamOf } from './call.ts';

export const snapshotStream: Handler = (call) => {
  const { context, text, reply, client } = call;
  return context.backups.snapshot(streamOf(call), text, reply, client);
};

export const restoreStream: Handler = ({ context, account, names, text, client }) =>
  context.backups.restore(account, names[0] as string, text, client);
