import type { Frame } from '@skein/diagnostics';

interface CallFrame {
  functionName: string;
  location: { scriptId: string; lineNumber: number; columnNumber: number };
}

/** What the inspector sends; see the `Debugger` domain of Chrome's protocol. */
interface InspectorMessage {
  method?: string;
  params?: { scriptId: string; url: string; callFrames?: CallFrame[] };
}

/**
 * Where a process's main thread is, though it never comes back to its event loop: the inspector has a thread of its own,
 * which stops the other one at its next call or turn of a loop. It goes on afterwards.
 *
 * Rejects when the inspector cannot be reached. Never settles for one that is inside native code: give up after a while.
 */
export function pausedStack(url: string): Promise<Frame[]> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const files = new Map<string, string>();
    const send = (id: number, method: string): void => socket.send(JSON.stringify({ id, method }));
    socket.onerror = () => reject(new Error('the inspector cannot be reached'));
    socket.onopen = () => {
      send(1, 'Debugger.enable');
      send(2, 'Debugger.pause');
    };
    socket.onmessage = ({ data }) => {
      const { method, params }: InspectorMessage = JSON.parse(String(data));
      if (method === 'Debugger.scriptParsed' && params !== undefined) files.set(params.scriptId, params.url);
      if (method !== 'Debugger.paused') return;
      send(3, 'Debugger.resume');
      socket.close();
      resolve((params?.callFrames ?? []).map((frame) => frameOf(frame, files)));
    };
  });
}

// The inspector counts from 0.
const frameOf = ({ functionName, location }: CallFrame, files: ReadonlyMap<string, string>): Frame => ({
  function: functionName || '(anonymous)',
  file: files.get(location.scriptId) ?? '',
  line: location.lineNumber + 1,
  column: location.columnNumber + 1,
});
